"""The callables that the composition root injects, so that flows know no vendor and tests load no model."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from domain.compliance import Rechecked
from domain.health import Headroom
from domain.mention import Batch, Cursor, Mention, MentionId
from domain.message import Content, OutgoingMessage, Posted
from domain.prediction import Prediction, Predictions, Reading
from domain.reply import Permit, SentReply

Classify = Callable[[Sequence[Reading]], list[Predictions]]
"""Classifies readings, in order. Thread-safe."""

Explain = Callable[[Reading, Prediction], tuple[str, ...] | None]
"""Quotes the words of a text that moved a prediction, as they stand in it and in its order. Thread-safe.

An empty tuple says that no single words stand out; None, that the prediction is another model's.
"""


class Poll(Protocol):
    """Reads one source from a cursor on."""

    def __call__(self, cursor: Cursor | None, *, budget_usd: Decimal | None = None) -> Batch:
        """Return what is new since `cursor` (None: the platform's own horizon), within `budget_usd`.

        Raises:
            PlatformError: nothing usable came; the same cursor may be polled again.
        """
        ...


@runtime_checkable
class KnowsHeadroom(Protocol):
    """What a `Poll` may offer, too: what the platform says of its quota."""

    def headroom(self) -> Headroom:
        """Return what the last answers said; no call is made."""
        ...


@runtime_checkable
class CountsPosts(Protocol):
    """What a `Poll` may offer, too, where the platform counts what a search finds."""

    count_usd: Decimal
    """What one count costs."""

    def count(self, since: datetime, until: datetime) -> int | None:
        """Return how many posts of [since, until) the platform has for the stream; None where it counts none of it.

        Raises:
            PlatformError: no usable answer came.
        """
        ...


@runtime_checkable
class Charges(Protocol):
    """What a `Poll` offers, too, where reading costs money; no cap holds any other."""

    post_usd: Decimal
    """What a post costs."""


class Recheck(Protocol):
    """Asks a platform whether posts that we stored still stand."""

    @property
    def limit(self) -> int:
        """So many posts are asked for at once, at most."""
        ...

    def affordable(self, budget_usd: Decimal) -> int | None:
        """Return of how many posts the platform tells for so much; None: of any number, as far as is known by now."""
        ...

    def __call__(
        self, ids: Sequence[MentionId], *, job: str | None = None, budget_usd: Decimal = Decimal(0)
    ) -> Rechecked:
        """Ask for these posts, or for the job that an earlier call began for them.

        Of a job nothing is kept here: who lost its name begins anew.

        Raises:
            PlatformError: nothing usable came; the same may be asked again.
        """
        ...


class Post(Protocol):
    """Puts outbox messages into Slack."""

    def post(self, message: OutgoingMessage, content: Content) -> Posted:
        """Post once, without retries; as plain text when `message.plain`.

        Raises:
            PostRateLimited, PostRejected, PostUnknown: see domain.errors.
        """
        ...

    def update(self, message: OutgoingMessage, content: Content) -> None:
        """Show `content` in the posted message. Raises as `post`."""
        ...

    def find(self, messages: Sequence[OutgoingMessage], since: datetime) -> dict[str, list[Posted]]:
        """Look through one channel or thread, from `since` on, for messages that all go there.

        Returns every copy of each, by key and oldest first; what is nowhere has an empty list. Raises as `post`.
        """
        ...

    def delete(self, posted: Posted) -> None:
        """Take a message away; one that is gone already is no error. Raises as `post`."""
        ...


class Replier(Protocol):
    """Answers posts of one platform from one account of ours. Thread-safe."""

    account: str
    """Our account's public handle, without @ or u/; empty as long as it is not known."""
    limit: int
    """The longest reply, counted by `length`."""

    def length(self, text: str) -> int:
        """Count a text as the platform counts it."""
        ...

    def permits(self, mention: Mention) -> Permit:
        """Say whether the platform lets us answer the post; no call is made."""
        ...

    def send(self, mention: Mention, text: str) -> SentReply:
        """Answer the post once, without retries.

        Raises:
            ReplyRateLimited, ReplyRejected, ReplyUnknown: see domain.errors.
        """
        ...

    def find(self, mention: Mention, text: str, *, since: datetime) -> SentReply | None:
        """Look for exactly this reply to the post among our account's own posts since `since`, inclusive.

        For after a ReplyUnknown: None says that it is not there, as far as the platform shows by now.

        Raises:
            PlatformError: the platform did not answer, so that nobody knows still.
        """
        ...


Repliers = Mapping[tuple[str, str], Replier]
"""What answers for a brand on a platform, by the names of both; where there is none, people answer on the platform."""
