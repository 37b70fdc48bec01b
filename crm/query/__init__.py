"""The brand query language: reading it, and matching posts with it. Pure; docs/queries.md explains it to its users."""
