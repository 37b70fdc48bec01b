"""The callables that the composition root injects, so that flows know no vendor and tests load no model."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from domain.mention import Batch, Cursor
from domain.message import Content, OutgoingMessage, Posted
from domain.prediction import Prediction, Predictions, Reading

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

    def find(self, message: OutgoingMessage, since: datetime) -> list[Posted]:
        """Return every message of ours in the channel since `since` with this key, oldest first. Raises as `post`."""
        ...

    def delete(self, posted: Posted) -> None:
        """Take a message away; one that is gone already is no error. Raises as `post`."""
        ...
