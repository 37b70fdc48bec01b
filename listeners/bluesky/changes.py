"""What Jetstream's events say of posts, put together: those that were made, changed and deleted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from domain.errors import InputError
from domain.mention import Author, Mention, MentionId, Removal
from listeners.bluesky.posts import mention_from_record, nameless
from listeners.bluesky.records import POST, Payload, author_of, id_of, named_in, quoted_in
from listeners.bodies import Found, in_order, reading, text_of

log = structlog.get_logger(__name__)

Wanted = Callable[[Payload], bool]
"""Tells whether a stream wants the post of this record; may raise what a malformed record causes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One event. `at_us` is its moment in Unix microseconds; the rest is empty where it concerns no post.

    `operation` is create, update or delete; a deletion has no record.
    """

    at_us: int
    did: str = ""
    rkey: str = ""
    operation: str = ""
    record: Payload = field(default_factory=dict)

    @property
    def id(self) -> MentionId:
        return id_of(self.did, self.rkey)

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_us / 1e6, UTC)


def change_from(event: Any) -> Change:
    """Read an event: https://github.com/bluesky-social/jetstream#example-events.

    Raises:
        InputError: it is no event of Jetstream.
    """
    with reading("The event", event):
        at_us = int(event["time_us"])
        commit = event.get("commit") or {}
        if commit.get("collection") != POST:
            return Change(at_us)
        record = commit.get("record")
        return Change(
            at_us,
            did=text_of(event["did"]),
            rkey=text_of(commit["rkey"]),
            operation=text_of(commit["operation"]),
            record=record if isinstance(record, dict) else {},
        )


def called_in(changes: Iterable[Change]) -> set[str]:
    """Return the ids of all accounts that wrote these posts, or are named or quoted in them."""
    dids: set[str] = set()
    for change in changes:
        quoted = quoted_in(change.record)
        dids |= {change.did, *named_in(change.record), *({author_of(quoted)} if quoted else ())}
    return dids


class Changes:
    """Takes events in their order and keeps how each post ends: as it was last written, or as gone."""

    def __init__(self, *, seen_at: datetime) -> None:
        """`seen_at` is when removals are seen."""
        self._seen_at = seen_at
        self._posts: dict[MentionId, Change] = {}
        self._gone: dict[MentionId, Removal] = {}

    def take(self, change: Change, wanted: Wanted) -> None:
        """Keep a post that is wanted, and every deletion: whose posts these were is not said."""
        if change.operation == "delete":
            self._posts.pop(change.id, None)
            self._gone[change.id] = Removal(change.id, self._seen_at, ordered=True)
        elif change.operation in {"create", "update"} and self._is_wanted(change, wanted):
            self._posts[change.id] = change
            self._gone.pop(change.id, None)

    @property
    def accounts(self) -> set[str]:
        """The ids of all accounts that matter to the posts."""
        return called_in(self._posts.values())

    def found(self, authors: Mapping[str, Author]) -> Found:
        """Return the posts as mentions, and the removals; an account that is not in `authors` has only its id."""
        handles = {did: author.handle for did, author in authors.items()}
        mentions = [_mention(change, authors.get(change.did), handles) for change in self._posts.values()]
        return in_order(mentions, self._gone.values())

    def _is_wanted(self, change: Change, wanted: Wanted) -> bool:
        """Ask, unless the record is no readable post: anybody can write one, and it must not stop the reading."""
        try:
            with reading("The post", change.record):
                if change.id not in self._posts and not wanted(change.record):
                    return False
                _mention(change, None, {})
        except InputError:
            log.debug("post_unreadable", mention=change.id)
            return False
        return True


def _mention(change: Change, author: Author | None, handles: Mapping[str, str]) -> Mention:
    return mention_from_record(
        change.record,
        rkey=change.rkey,
        author=author or nameless(change.did),
        handles=handles,
        seen_at=change.at,
        edited_at=change.at if change.operation == "update" else None,
    )
