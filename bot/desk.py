"""What every handler works with, and the form in which it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import Respond
from slack_sdk.models.blocks import Block

from bot.people import People
from bot.searches import Searches
from bot.windows import Windows
from domain.brand import Stream
from domain.person import Action, Person
from domain.query import SearchPlatforms
from domain.seams import Post, Repliers
from domain.setting import Setting
from flows.house import House

Fields = Mapping[str, str | tuple[str, ...]]
"""What a person filled into a form, by block id; "" or nothing where she left a field empty."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Built once by run.py. `model` says what classifies, with what it has learned; `settings` are for reading."""

    house: House
    post: Post
    people: People
    windows: Windows
    streams: Sequence[Stream]
    model: str = ""
    repliers: Repliers = field(default_factory=dict)
    settings: Sequence[Setting] = ()
    searches: Searches = field(default_factory=Searches)
    platforms: SearchPlatforms = field(default_factory=SearchPlatforms)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is shown; `text` stands for it in notifications and holds nothing foreign.

    `beside` leaves the private message standing that was clicked in; `case_id` where it is the card of a case.
    """

    text: str
    blocks: Sequence[Block] = ()
    beside: bool = False
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One person's wish: the words after a verb, the value of a button, or a form's private metadata.

    `delivery` is Slack's identity of a click, which a redelivery repeats. `trigger` opens a modal within 3 s, `fields`
    are those of a form, and `view_id` is the view that was clicked in; `private` where only she sees what she clicked
    in, be it a message or a modal, and `at_home` where it was in her home tab.
    """

    words: str
    person: Person
    desk: Desk
    delivery: str | None = None
    trigger: str = ""
    fields: Fields = field(default_factory=dict)
    view_id: str = ""
    private: bool = False
    at_home: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to type. `usage` and both examples come without the slash command's name."""

    name: str
    usage: str
    help: str
    example: str
    action: Action
    run: Callable[[Ask], Answer]
    also: str = ""


def show(respond: Respond, answer: Answer, *, body: Mapping[str, Any], instead: bool = False) -> None:
    """Show an answer to the person alone, in the thread that she clicked in, or instead of that private message."""
    arguments: dict[str, Any] = {"blocks": [block.to_dict() for block in answer.blocks]} if answer.blocks else {}
    if not instead and (thread := (body.get("container") or {}).get("thread_ts")):
        arguments["thread_ts"] = thread
    respond(text=answer.text, response_type="ephemeral", replace_original=instead, **arguments)
