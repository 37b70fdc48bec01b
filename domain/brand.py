"""Whom we speak for: brands, their rivals, the accounts of both, and the streams that listen for them."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.mention import Author
from domain.query import Query


@dataclass(frozen=True, slots=True)
class Account:
    """A platform's account by its public handle, without `@` or `u/`."""

    platform: str
    handle: str


@dataclass(frozen=True, slots=True)
class Rival:
    """A competitor; its aliases include its name. What was heard of it alone is kept for `keep_days` days."""

    name: str
    aliases: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    keep_days: int = 30


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When people answer: the same hours on each of `days` (0 is Monday) but the holidays, in the brand's time zone."""

    opens: time = time(9)
    closes: time = time(18)
    days: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When only what is urgent may make a noise, in the brand's time zone; they may reach over midnight."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Brand:
    """One of our brands."""

    name: str
    aliases: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    rivals: tuple[Rival, ...] = ()
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    hours: BusinessHours = BusinessHours()
    quiet: QuietHours | None = None
    digest_channels: tuple[str, ...] = ()
    digest_at: time = time(8)

    def owns(self, platform: str, handle: str) -> bool:
        """Tell whether this handle is one of the brand's own accounts."""
        folded = handle.casefold()
        return any(a.platform == platform and a.handle.casefold() == folded for a in self.accounts)

    def wrote_as(self, author: Author) -> bool:
        """Tell whether this author is one of the brand's own accounts, by its handle or by its lasting id."""
        return any(self.owns(author.platform, name) for name in (author.handle, author.user_id))

    def rival_of(self, platform: str, handle: str) -> Rival | None:
        """Return the rival whose account this handle is."""
        folded = handle.casefold()
        theirs = (r for r in self.rivals for a in r.accounts if (a.platform, a.handle.casefold()) == (platform, folded))
        return next(theirs, None)


class SourceKind(StrEnum):
    """What a stream reads."""

    SEARCH = "search"  # a native query
    MENTIONS = "mentions"  # posts that name our accounts
    QUOTES = "quotes"  # posts that quote our accounts' posts, by name or not
    NEW = "new"  # a subreddit's new submissions
    COMMENTS = "comments"  # a subreddit's comments
    OWN_POSTS = "own_posts"  # what our accounts wrote: the answers
    INBOUND = "inbound"  # what others deliver by themselves


@dataclass(frozen=True, slots=True)
class Stream:
    """One thing to poll: a native query or an account's handle as `target`, and where it is looked for.

    `places` are subreddits, feeds, apps, forums, repositories: whatever the platform calls the places of its own.
    A stream with a `rival` listens for that rival of the brand. With a `query`, only what it means is kept.
    """

    name: str
    brand: str
    platform: str
    kind: SourceKind
    target: str
    channel: str
    places: tuple[str, ...] = ()
    poll_seconds: float = 60.0
    daily_cap_usd: Decimal | None = None
    query: Query | None = None
    rival: str | None = None

    @property
    def source(self) -> str:
        """Name what makes two streams comparable: platform and kind, as in `x search`."""
        return f"{self.platform} {self.kind.value}"

    @property
    def what(self) -> str:
        """Say what is read, and where."""
        return " in ".join(filter(None, (self.target, ", ".join(self.places))))
