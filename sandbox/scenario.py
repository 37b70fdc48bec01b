"""The scenario file: reading it, playing it into the world, and more traffic of the same kind for load tests."""

import random
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from sandbox.ids import PLATFORMS, Platform
from sandbox.world import Draft, World

SCENARIO = Path(__file__).with_name("scenario.toml")

Action = Literal["post", "edit", "delete", "remove", "away", "back"]

_POST_KEYS = {
    "by",
    "text",
    "lang",
    "id",
    "re",
    "quote",
    "repost",
    "in",
    "title",
    "late",
    "repeat",
    "hours_ago",
}
_CHANGE_KEYS: dict[Action, set[str]] = {
    "edit": {"edit", "text"},
    "delete": {"delete"},
    "remove": {"remove"},
    "away": {"away", "seconds"},
}


class ScenarioError(ValueError):
    """The scenario file is wrong; the message names the act and the event."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the file says about an account."""

    platform: Platform
    handle: str
    name: str
    followers: int | None = None
    verified: bool = False
    bio: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens `at` seconds after the start, at speed 1.

    `name` is the scenario's name of the post that it makes or changes, or the platform that goes `away` or comes
    `back`; a draft's references are names of posts too. A post from `ago` is there from the start and carries its age.
    """

    at: float
    act: str
    action: Action
    name: str
    draft: Draft | None = None
    text: str = ""
    ago: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The accounts and, ordered by time, the events: those of the play, and those from before it."""

    accounts: tuple[Account, ...]
    events: tuple[Event, ...]
    past: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the play is."""

    act: str
    done: int
    total: int


def load_scenario(path: Path = SCENARIO) -> Scenario:
    """Read and check a scenario file.

    Raises:
        ScenarioError: an event has an unknown key, platform or name.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    accounts = tuple(
        Account(*_split(entry["by"]), **{key: value for key, value in entry.items() if key != "by"})
        for entry in raw["accounts"]
    )
    named: set[str] = set()
    events = []
    for act in raw["acts"]:
        pace = (act["ends"] - act["starts"]) / len(act["posts"])
        for place, entry in enumerate(act["posts"]):
            event = _event(entry, act=act["name"], at=act["starts"] + place * pace, named=named)
            named.add(event.name)
            events.append(event)
            if event.action == "away":
                events.append(replace(event, at=event.at + entry["seconds"], action="back"))
    in_order = sorted(events, key=lambda event: event.at)
    played = tuple(event for event in in_order if not event.ago)
    return Scenario(accounts, played, past=tuple(event for event in in_order if event.ago))


def recall(world: World, scenario: Scenario) -> int:
    """Publish what happened before the start, and return the number of posts. Call it before anybody listens."""
    _introduce(world, scenario)
    ids: dict[str, str] = {}
    for event in scenario.past:
        _happen(world, event, ids=ids, speed=1)
    return len(scenario.past)


def play(
    world: World,
    scenario: Scenario,
    *,
    speed: float = 1.0,
    stop: threading.Event | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    switch: Callable[[Platform, Literal["away", "back"]], None] = lambda _platform, _to: None,
) -> int:
    """Let the scenario happen, in the caller's thread, and return the number of events that did.

    `stop` ends it early. `switch` takes a platform's server away and brings it back. Returns at once after the last
    event.
    """
    stop = stop or threading.Event()
    _introduce(world, scenario)
    ids: dict[str, str] = {}
    started = time.monotonic()
    for done, event in enumerate(scenario.events, 1):
        if stop.wait(max(0.0, started + event.at / speed - time.monotonic())):
            return done - 1
        if event.action == "away" or event.action == "back":  # noqa: PLR1714 - mypy narrows only this
            switch(_platform(event.name), event.action)
        else:
            _happen(world, event, ids=ids, speed=speed)
        on_progress(Progress(event.act, done, len(scenario.events)))
    return len(scenario.events)


def _introduce(world: World, scenario: Scenario) -> None:
    for account in scenario.accounts:
        world.introduce(
            account.platform,
            account.handle,
            name=account.name,
            followers=account.followers,
            verified=account.verified,
            bio=account.bio,
        )


def generate(seed: int, count: int) -> Iterator[Draft]:
    """Invent `count` more posts about the brand by some hundreds of authors; no two texts are equal."""
    invented = random.Random(seed)  # noqa: S311  # repeatable, not secret
    for number in range(count):
        text = f"{invented.choice(_OPENINGS)} {invented.choice(_REASONS)} {invented.choice(_ENDINGS)} ({seed}-{number})"
        author = f"{invented.choice(_NAMES)}_{invented.randrange(100)}"
        if invented.random() < 0.7:
            yield Draft("x", author, f"{text} @lumora" if invented.random() < 0.4 else text)
        else:
            yield Draft("reddit", author, text, title=f"Lumora, number {number}", community="lumora")


def _split(by: str) -> tuple[Platform, str]:
    name, _, handle = by.partition("/")
    if not handle:
        raise ScenarioError(f"by = {by!r}: write platform/account")
    return _platform(name), handle


def _platform(name: str) -> Platform:
    for platform in PLATFORMS:
        if platform == name:
            return platform
    raise ScenarioError(f"there is no platform {name!r}: use one of {', '.join(PLATFORMS)}")


def _event(entry: Mapping[str, Any], *, act: str, at: float, named: set[str]) -> Event:
    action: Action = next((a for a in _CHANGE_KEYS if a in entry), "post")
    keys = set(entry)
    if unknown := keys - _CHANGE_KEYS.get(action, _POST_KEYS):
        raise ScenarioError(f"act {act!r}, {dict(entry)}: unknown key {', '.join(sorted(unknown))}")
    references = [entry[key] for key in ("re", "quote", "repost", "edit", "delete", "remove") if key in entry]
    if strangers := set(references) - named:
        raise ScenarioError(f"act {act!r}, {dict(entry)}: no earlier post is named {', '.join(sorted(strangers))}")
    if action == "away":
        return Event(at, act, action, name=_platform(entry["away"]))
    if action != "post":
        return Event(at, act, action, name=entry[action], text=entry.get("text", ""))
    platform, handle = _split(entry["by"])
    draft = Draft(
        platform=platform,
        author=handle,
        text=entry.get("text", "") * entry.get("repeat", 1),
        reply_to=entry.get("re"),
        quotes=entry.get("quote"),
        reposts=entry.get("repost"),
        title=entry.get("title", ""),
        community=entry.get("in", ""),
        lang=entry.get("lang", "en"),
        late=timedelta(seconds=entry.get("late", 0)),
    )
    ago = timedelta(hours=entry.get("hours_ago", 0))
    return Event(at, act, action, name=entry.get("id", f"{act}:{at}"), draft=draft, ago=ago)


def _happen(world: World, event: Event, *, ids: dict[str, str], speed: float) -> None:
    draft = event.draft
    if draft is not None:
        post = world.add(
            replace(
                draft,
                reply_to=ids[draft.reply_to] if draft.reply_to else None,
                quotes=ids[draft.quotes] if draft.quotes else None,
                reposts=ids[draft.reposts] if draft.reposts else None,
                late=draft.late / speed,
            ),
            at=world.now() - event.ago,
        )
        ids[event.name] = post.id
    elif event.action == "edit":
        ids[event.name] = world.edit(ids[event.name], event.text).id
    else:
        world.delete(ids[event.name], by_moderator=event.action == "remove")


_NAMES = ("ada", "birk", "cleo", "dov", "esme", "finn", "gala", "hugo", "ines", "jarl", "kira", "lev")
_OPENINGS = (
    "Lumora again:",
    "Honestly, Lumora,",
    "Can somebody tell Lumora that",
    "I love Lumora, but",
    "Switched to Lumora and",
    "Goodbye Lumora,",
    "Thinking about Lumora:",
)
_REASONS = (
    "the picture freezes every ten minutes",
    "the price is too high for us",
    "the new series is wonderful",
    "support never answers",
    "the subtitles are late",
    "Vidora Plus has a better offer",
    "the downloads are gone",
    "the app starts at once",
)
_ENDINGS = (
    "and I am cancelling.",
    "so I may leave.",
    "and I could not be happier.",
    "what now?",
    "which is a pity.",
    "and Kinobox is no better.",
)
