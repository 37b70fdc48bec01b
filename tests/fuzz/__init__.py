"""Fuzzers: inputs that nobody thought of, found by coverage."""
