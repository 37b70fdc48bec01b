"""Reads what a post says: sentiment and switching intent, seen from one brand."""
