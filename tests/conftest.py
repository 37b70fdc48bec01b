"""Fixtures that every package's tests may use."""

pytest_plugins = ["tests.databases"]
