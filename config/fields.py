"""What the keys of the settings file may hold: names, channels, handles, addresses; and what every table is made of."""

from difflib import get_close_matches
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from listeners import PLATFORMS

Name = Annotated[str, Field(min_length=1, max_length=80)]
Task = Literal["sentiment", "switching", "relevance", "complaint"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

DAYS: tuple[Day, ...] = get_args(Day)


def _platform(name: str) -> str:
    if name not in PLATFORMS:
        close = get_close_matches(name, PLATFORMS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(PLATFORMS)}"
        raise ValueError(f"is no platform: {hint}")
    return name


def _handle(text: str) -> str:
    handle = text.removeprefix("/").removeprefix("u/").removeprefix("@").strip()
    if not handle or any(c.isspace() for c in handle):
        raise ValueError("write the account's handle, as in lumora (no spaces)")
    return handle


def zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("write a zone of the IANA list, as in Europe/Berlin or UTC")
    return text


def _channel(text: str) -> str:
    if text[:1] in {"C", "G", "D"} and text.isalnum() and text.isupper() and len(text) >= 9:
        return text
    if text.startswith("#") and len(text) > 1 and not any(c.isspace() for c in text):
        return text
    raise ValueError("write the channel as #name or by its id, as in C0123456789")


def _server(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("write a whole address, as in https://slack.com/api/")
    return text


def _slack_server(text: str) -> str:
    if not _server(text).endswith("/api/"):
        raise ValueError("must end in /api/, as in https://slack.com/api/")
    return text


def _member(text: str) -> str:
    if text[:1] not in {"U", "W", "S"} or not text.isalnum():
        raise ValueError(
            "write Slack user ids (U..., W...) or user group ids (S...); in Slack: profile, three dots, Copy member ID"
        )
    return text


def _site(text: str) -> str:
    site = text.casefold().removeprefix("www.")
    if "." not in site or "/" in site or any(c.isspace() for c in site):
        raise ValueError("write the site's name alone, as in lumora.example; its subdomains are meant too")
    return site


Platform = Annotated[str, AfterValidator(_platform)]
Handle = Annotated[str, AfterValidator(_handle)]
Channel = Annotated[str, AfterValidator(_channel)]
Member = Annotated[str, AfterValidator(_member)]
Site = Annotated[str, AfterValidator(_site)]
Server = Annotated[str, AfterValidator(_server)]
SlackServer = Annotated[str, AfterValidator(_slack_server)]


class Section(BaseModel):
    """A table of the file; unknown keys are errors, and so are nan and inf, which TOML knows as numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
