"""The tables of the settings file that belong to a platform, as in `[x]`: their keys are its module's own business."""

from collections.abc import Iterable
from dataclasses import MISSING
from functools import cache
from typing import Any, get_type_hints

from pydantic import create_model

import listeners
from config.fields import Section, Server
from listeners.settings import keys


@cache
def section_of(platform: str) -> type[Section]:
    """Return the table of a platform, made of the fields that its `Settings` leaves to the user."""
    settings = listeners.load(platform).Settings
    types = get_type_hints(settings)
    columns: dict[str, Any] = {}
    for field in keys(settings):
        kind = Server if field.name.endswith("url") else types[field.name]
        columns[field.name] = (kind, ... if field.default is MISSING else field.default)
    return create_model(f"{platform.title()}Section", __base__=Section, **columns)


def named_platforms(raw: dict[str, Any]) -> list[str]:
    """Return the platforms that a settings file names, by a table of their own or in a stream; others load nothing."""
    streams = raw.get("streams")
    read: Iterable[Any] = streams if isinstance(streams, list) else ()
    named = {stream.get("platform") for stream in read if isinstance(stream, dict)}
    return [platform for platform in listeners.PLATFORMS if platform in raw or platform in named]
