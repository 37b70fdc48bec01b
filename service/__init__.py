"""Earshot put together: what run.py builds from settings and secrets, and what it keeps running."""
