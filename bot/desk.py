"""What every handler works with, and the form in which it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt import Respond
from slack_sdk.models.blocks import Block

from bot.people import People
from domain.brand import Stream
from domain.person import Action, Person
from domain.seams import Post
from flows.house import House


@dataclass(frozen=True, slots=True)
class Desk:
    """Built once by run.py. `model` says what classifies, with what it has learned."""

    house: House
    post: Post
    people: People
    streams: Sequence[Stream]
    model: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is shown; `text` stands for it in notifications and holds nothing foreign.

    `beside` leaves the private message standing that was clicked in.
    """

    text: str
    blocks: Sequence[Block] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One person's wish: the words after a verb, or the value of a button.

    `delivery` is Slack's identity of a click, which a redelivery repeats.
    """

    words: str
    person: Person
    desk: Desk
    delivery: str | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to type. `usage` and `example` come without the slash command's name."""

    name: str
    usage: str
    help: str
    example: str
    action: Action
    run: Callable[[Ask], Answer]


def show(respond: Respond, answer: Answer, *, instead: bool = False) -> None:
    """Show an answer to the person alone, or instead of the private message that she clicked in."""
    arguments: dict[str, Any] = {"blocks": [block.to_dict() for block in answer.blocks]} if answer.blocks else {}
    respond(text=answer.text, response_type="ephemeral", replace_original=instead, **arguments)
