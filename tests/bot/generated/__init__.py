"""Draws what views show, and every view of the bot over it."""
