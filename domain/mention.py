"""A post about us, who wrote it, and how posts arrive: batches behind a cursor."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NewType

MentionId = NewType("MentionId", str)
"""Platform and its own id, as in `reddit:t1_abc` or `x:1234`."""

Cursor = NewType("Cursor", str)
"""Where a poll stopped; opaque to all but the listener that wrote it."""


def mention_id(platform: str, platform_id: str) -> MentionId:
    """Build the id of a post from its platform's name and its id there."""
    return MentionId(f"{platform}:{platform_id}")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post. `user_id` is the platform's lasting id; handles change hands."""

    platform: str
    user_id: str
    handle: str
    name: str = ""
    followers: int | None = None
    verified: bool = False
    automated: bool = False
    url: str = ""

    @property
    def key(self) -> str:
        """Identify the author in the whole house, as in `x:2244994945`."""
        return f"{self.platform}:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Context:
    """The post that another one answers; of its author at least the `user_id` is known."""

    author: Author
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One public post. Times are aware UTC; `posted_at` is the platform's word, never when we saw it.

    `summons`: the handles of the accounts that the author calls into it by naming or quoting them, as far as known.
    `dates_edits`: the platform says when a post was edited; where it does not, what was read last is the newest.
    `context`: the post that `reply_to` names, where the platform gave it too (set when a post is read from a platform,
    and kept by itself: `storage.contexts`).
    """

    id: MentionId
    author: Author
    text: str
    url: str
    posted_at: datetime
    thread_id: str
    reply_to: MentionId | None = None
    repost_of: MentionId | None = None
    language: str | None = None
    edited_at: datetime | None = None
    summons: tuple[str, ...] = ()
    dates_edits: bool = True
    context: Context | None = None

    @property
    def platform(self) -> str:
        """Name the platform, as in `x`."""
        return self.author.platform


@dataclass(frozen=True, slots=True)
class Removal:
    """The platform says that a post is gone.

    `ordered`: it tells of posts and removals in the order in which they happen, so that a post that is not stored by
    now will not come any more. A whole network's removals are told so.
    """

    mention_id: MentionId
    seen_at: datetime
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought, oldest first. `cursor` is safe to save once the batch is stored.

    `capped` says that more is waiting: the resume point is inside the cursor. `cost_usd` is what the platform charges.
    `failing` says why some of the stream's places could not be read, though others were: what they have comes later.
    """

    mentions: tuple[Mention, ...]
    cursor: Cursor | None
    removals: tuple[Removal, ...] = ()
    capped: bool = False
    cost_usd: Decimal = Decimal(0)
    failing: str = ""
