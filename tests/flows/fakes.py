"""Stand-ins at the seams: a clock that is set, a platform that is scripted, a model by keyword, a Slack in memory."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from domain.errors import (
    PlatformError,
    PostRateLimited,
    PostRejected,
    PostUnknown,
    ReplyRateLimited,
    ReplyRejected,
    ReplyUnknown,
)
from domain.mention import Author, Batch, Cursor, Mention, mention_id
from domain.message import Content, OutgoingMessage, Posted
from domain.prediction import Predictions, Reading
from domain.reply import Permit, SentReply
from tests.builders import NOON, predictions


@dataclass
class SetClock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def by_keyword(readings: Sequence[Reading]) -> list[Predictions]:
    """Classify by the words in the text, so that a test says what it means."""
    return [_said(reading.text.lower()) for reading in readings]


def _said(text: str) -> Predictions:
    unsure = "maybe" in text
    if "unsupported" in text:
        return predictions("negative", supported=False)
    if "cancel" in text:
        return predictions("negative", "leaving", unsure=unsure)
    if "down" in text or "awful" in text:
        return predictions("negative", unsure=unsure)
    if "signed up" in text:
        return predictions("positive", "joining", unsure=unsure)
    return predictions("positive" if "love" in text else "neutral")


class Scripted:
    """A poll that answers with one batch after another, or raises; its posts cost what the batches say."""

    post_usd = Decimal("0.005")

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked: list[tuple[str | None, Decimal | None]] = []

    def __call__(self, cursor, *, budget_usd=None):
        self.asked.append((cursor, budget_usd))
        answer = self.answers.pop(0) if self.answers else Batch((), cursor)
        if isinstance(answer, Exception):
            raise answer
        return answer


def batch(*mentions, cursor="c1", **changes) -> Batch:
    return Batch(mentions=tuple(mentions), cursor=Cursor(cursor), **changes)


@dataclass
class MemorySlack:
    """Implements Post over a dict of channels. `fate` decides what becomes of each post."""

    clock: SetClock
    fate: object = None
    channels: dict[str, list[tuple[str, str, Content]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    late: list[tuple[str, str, Content]] = field(default_factory=list)
    _serial: int = 0

    def post(self, message: OutgoingMessage, content: Content) -> Posted:
        self.calls.append(message.key)
        fate = self.fate(message) if callable(self.fate) else self.fate
        if fate == "limited":
            raise PostRateLimited("wait", code="ratelimited", retry_after=3)
        if fate == "blocks" and not message.plain:
            raise PostRejected("no", code="invalid_blocks", plain_may_help=True)
        if fate == "refused":
            raise PostRejected("no", code="not_in_channel")
        if fate == "lost before":
            raise PostUnknown("?", code="lost_answer")
        posted = self._put(message, content)
        if fate == "lost after":
            raise PostUnknown("?", code="lost_answer")
        return posted

    def _put(self, message: OutgoingMessage, content: Content) -> Posted:
        self._serial += 1
        ts = f"{int(self.clock.now.timestamp())}.{self._serial:06d}"
        self.channels.setdefault(message.channel, []).append((ts, message.key, content))
        return Posted(message.channel, ts)

    def update(self, message: OutgoingMessage, content: Content) -> None:
        self.calls.append(f"update {message.key}")
        rows = self.channels[message.channel]
        for i, (ts, key, _) in enumerate(rows):
            if ts == message.ts:
                rows[i] = (ts, key, content)
                return
        raise PostRejected("gone", code="message_not_found")

    def find(self, messages: Sequence[OutgoingMessage], since: datetime) -> dict[str, list[Posted]]:
        channel = messages[0].channel
        rows = sorted(self.channels.get(channel, []), key=lambda row: row[0])
        return {m.key: [Posted(channel, ts) for ts, key, _ in rows if key == m.key] for m in messages}

    def delete(self, posted: Posted) -> None:
        rows = self.channels[posted.channel]
        self.channels[posted.channel] = [row for row in rows if row[0] != posted.ts]

    def keys(self, channel="C0ALERTS") -> list[str]:
        return [key for _, key, _ in self.channels.get(channel, [])]

    def shown(self, channel="C0ALERTS") -> list[Content]:
        return [content for _, _, content in self.channels.get(channel, [])]


@dataclass
class MemoryPlatform:
    """Implements Replier as our account on a platform that keeps whatever it accepted, and hides it for `lag` seconds.

    `fate` decides what becomes of each send; `summoned` are the posts that it lets us answer (None: all).
    """

    clock: SetClock
    fate: object = None
    platform: str = "x"
    account: str = "lumora"
    limit: int = 280
    lag: float = 0.0
    summoned: set[str] | None = None
    kept: list[tuple[str, str, SentReply]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    blind: bool = False
    """It does not answer when it is asked what we wrote."""

    def length(self, text: str) -> int:
        return len(text)

    def permits(self, mention: Mention) -> Permit:
        if self.summoned is None or mention.id in self.summoned:
            return Permit(may_send=True, reason="The author mentions us.")
        return Permit(may_send=False, reason="The author does not mention us.")

    def send(self, mention: Mention, text: str) -> SentReply:
        self.calls.append(mention.id)
        fate = self.fate(mention) if callable(self.fate) else self.fate
        if fate == "limited":
            raise ReplyRateLimited("wait", platform=self.platform, code="rate_limited", retry_after=3)
        if fate == "no credentials":
            raise ReplyRejected("Check the token.", platform=self.platform, code="credentials")
        if fate == "refused":
            raise ReplyRejected("The post is gone.", platform=self.platform, code="gone")
        if fate == "lost before":
            raise ReplyUnknown("?", platform=self.platform, code="no_answer")
        sent = self.put(mention, text)
        if fate == "lost after":
            raise ReplyUnknown("?", platform=self.platform, code="no_answer")
        if fate == "dies":
            raise SystemExit
        return sent

    def put(self, mention: Mention, text: str) -> SentReply:
        number = 900_000 + len(self.kept)
        author = Author(self.platform, "id-ours", self.account)
        url = f"https://x.com/{self.account}/status/{number}"
        sent = SentReply(mention_id(self.platform, str(number)), url, self.clock.now, author)
        self.kept.append((mention.id, text, sent))
        return sent

    def find(self, mention: Mention, text: str, *, since: datetime) -> SentReply | None:
        if self.blind:
            raise PlatformError("503", platform=self.platform, retry_after=7)
        seen = self.clock.now - timedelta(seconds=self.lag)
        for post, said, sent in self.kept:
            if (post, said) == (mention.id, text) and since <= sent.at <= seen:
                return sent
        return None

    def texts(self) -> list[str]:
        return [text for _, text, _ in self.kept]


def dice(seed: int, **chances: float):
    """Return a fate that is drawn by chance, repeatable."""
    rng = random.Random(seed)
    fates = [f.replace("_", " ") for f in chances] + [None]
    weights = [*chances.values(), 1 - sum(chances.values())]
    return lambda _message: rng.choices(fates, weights)[0]
