"""The day of one brand as leadership sees it: what was said, what moved, who waits, and the chart of two weeks."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.case import Urgency
from domain.closed_day import DayCorrection
from domain.gap import Gap
from domain.mention import MentionId
from domain.outcome import Kpi
from domain.quality import Quality
from domain.scorecard import Score
from domain.volume import Voice, Volume


@dataclass(frozen=True, slots=True)
class Quote:
    """A post worth reading. `permalink` leads to its card; `unsure` is meant of `sentiment`.

    `switching` is the intent of somebody who leaves, joins or considers either, else None.
    """

    mention_id: MentionId
    author: str
    text: str
    url: str
    sentiment: str
    case_id: str | None = None
    permalink: str | None = None
    unsure: bool = False
    switching: str | None = None


@dataclass(frozen=True, slots=True)
class Mover:
    """Something that was said more or less often than usual. `worse` is None where neither direction is good."""

    what: str
    now: int
    usual: float
    worse: bool | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved against the mean of `days` earlier days: the same weekday's, or those just before.

    Where `days` is 0, nothing is known to compare with, and nothing moved.
    """

    days: int
    same_weekday: bool
    movers: tuple[Mover, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One or two words that the day's complaints and switchers use more than those before them.

    `posts` is how many posts of the day use them, `authors` by how many people, `before` how many of the time before.
    """

    words: str
    posts: int
    authors: int
    before: int


@dataclass(frozen=True, slots=True)
class Wins:
    """What went well on the day. An answer counts on the day that it was given, whenever the post appeared."""

    opportunities_answered: int = 0
    complaints_answered: int = 0
    resolved_after_answer: int = 0
    joining: int = 0
    praise: int = 0


@dataclass(frozen=True, slots=True)
class VoiceShare:
    """Posts about us, and posts of our own streams that name a rival; who names two counts for both."""

    ours: int
    rivals: tuple[tuple[str, int], ...]

    @property
    def value(self) -> float:
        """Ours / (ours + rivals), in [0, 1)."""
        return self.ours / (self.ours + sum(count for _, count in self.rivals))


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A complaint that nobody has answered; `permalink` leads to its card."""

    case_id: str
    platform: str
    urgency: Urgency
    posted_at: datetime
    due_at: datetime
    owner: str | None = None
    permalink: str | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The complaints that wait at the moment of the digest: how many of each urgency, and the oldest of them."""

    by_urgency: tuple[tuple[Urgency, int], ...] = ()
    oldest: tuple[WaitingCase, ...] = ()

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(count for _, count in self.by_urgency)


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of one brand, for leadership. `closed_day` is the last day whose response window has ended.

    `at` is the moment that it speaks of; `audit_head` vouches for the audit log up to then. `called` counts the day's
    posts that the model itself made a complaint's case of, whatever people said later. `gaps` are what was not read of
    the day, within its bounds. `voices` are counts of streams that compare; without any, `voice` is what our own
    streams heard.
    """

    brand: str
    day: date
    at: datetime
    closed_day: date
    volume: Volume
    volume_before: Volume
    called: int
    answered: int
    open: int
    kpis: tuple[Kpi, ...]
    kpis_before: tuple[Kpi, ...]
    movement: Movement
    topics: tuple[Topic, ...]
    quotes: tuple[Quote, ...]
    wins: Wins
    unanswered: Unanswered
    voice: VoiceShare | None = None
    quality: Quality | None = None
    audit_head: str = ""
    scores: tuple[Score, ...] = ()
    corrections: tuple[DayCorrection, ...] = ()
    gaps: tuple[Gap, ...] = ()
    voices: tuple[Voice, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartDay:
    """One day of the chart. `rate` is the response rate in [0, 1], None while the day is open or had no complaint."""

    day: date
    answered: int
    open: int
    rate: float | None
    negative: int
    neutral: int
    positive: int


@dataclass(frozen=True, slots=True)
class DigestChart:
    """The picture in the digest's thread; `alt_text` says the same in words."""

    png: bytes
    title: str
    alt_text: str
