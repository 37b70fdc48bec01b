"""How the fields of a platform's `Settings` say where their values come from: the settings file, or the environment."""

from dataclasses import Field, fields
from typing import Any, Final

KEY: Final = {"key": True}
"""Metadata of a field that the platform's table of the settings file sets, under the field's name."""


def secret(variable: str) -> dict[str, str]:
    """Return the metadata of a field that is read from this environment variable, and is empty without it."""
    return {"secret": variable}


def keys(settings: type[Any]) -> list["Field[Any]"]:
    """Return the fields that the settings file sets."""
    return [field for field in fields(settings) if field.metadata.get("key")]


def secrets(settings: type[Any]) -> dict[str, str]:
    """Return the environment variables by the names of the fields that they fill."""
    return {field.name: field.metadata["secret"] for field in fields(settings) if "secret" in field.metadata}
