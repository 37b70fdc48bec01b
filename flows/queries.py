"""Queries that people try on what is stored, and save under a name."""

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from crm.access import permit
from crm.business_time import day_bounds
from crm.query.match import Document, Test, compiled
from crm.query.parse import parse, vocabulary_of
from domain.brand import Brand
from domain.errors import InputError
from domain.mention import Mention, MentionId
from domain.person import Action, Person
from domain.query import Or, PlatformTrial, Query, QueryTrial, Sample, SavedQuery, Searches, SearchPlatforms
from flows.house import House
from storage import audit, saved_queries

DAYS: Final = 30
"""A query is tried on so many days of the brand, today included."""

SAMPLES: Final = 5
_PART = 2_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Trier:
    """Where queries are tried: on whose posts, and which platforms would be asked at least."""

    house: House
    brand: Brand
    platforms: SearchPlatforms
    asked: tuple[str, ...] = ()

    def read(self, text: str) -> Query:
        """Read a query; raises QueryError, which is an InputError."""
        return parse(text, vocabulary_of(self.brand, self.house.lists, self.platforms.names))


def try_query(text: str, *, person: Person, trier: Trier) -> QueryTrial:
    """Try a query on the posts of the last DAYS days. Raises InputError, Refused."""
    permit(person, Action.TEST_QUERY)
    query = trier.read(text)
    house, zone = trier.house, trier.brand.time_zone
    today = house.clock().astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    test = compiled(query)
    by_day: Counter[date] = Counter()
    tallies = {platform: _Tally.of(query, platform, trier.platforms) for platform in sorted(trier.asked)}
    samples: deque[Mention] = deque(maxlen=SAMPLES)
    looked_at = 0
    since, until = day_bounds(days[0], trier.brand)[0], day_bounds(today, trier.brand)[1]
    for mention in _posts(house, trier.brand.name, since=since, until=until):
        looked_at += 1
        if mention.platform not in tallies:
            tallies[mention.platform] = _Tally.of(query, mention.platform, trier.platforms)
        document = Document(mention)
        meant = test(document)
        tallies[mention.platform].count(document, meant=meant)
        if meant:
            by_day[mention.posted_at.astimezone(zone).date()] += 1
            samples.append(mention)
    return QueryTrial(
        query=text,
        brand=trier.brand.name,
        days=tuple((day, by_day[day]) for day in days),
        platforms=tuple(tallies[platform].trial(trier.platforms) for platform in sorted(tallies)),
        samples=tuple(_sample(mention) for mention in reversed(samples)),
        looked_at=looked_at,
        found=by_day.total(),
    )


def save_query(name: str, text: str, *, person: Person, trier: Trier) -> SavedQuery:
    """Save the next version of a query under a name. Raises InputError, Refused."""
    permit(person, Action.SAVE_QUERY)
    known = name.casefold()
    if not _NAME.fullmatch(known):
        raise InputError("A query's name has up to 40 letters a to z, digits, - and _, as in lumora-churn.")
    trier.read(text)
    house = trier.house
    now, by = house.clock(), person.user_id
    with house.database.write() as tx:
        audit.append(tx, at=now, actor=by, action="save_query", subject=f"query {known}", secret=house.secret)
        return saved_queries.add(tx, known, text, by=by, at=now)


def saved(*, person: Person, house: House) -> tuple[SavedQuery, ...]:
    """Return the newest version of every saved query; raises Refused."""
    permit(person, Action.TEST_QUERY)
    with house.database.read() as tx:
        return tuple(saved_queries.newest(tx))


def versions(name: str, *, person: Person, house: House) -> tuple[SavedQuery, ...]:
    """Return every version of a query, the newest first. Raises InputError, Refused."""
    permit(person, Action.TEST_QUERY)
    with house.database.read() as tx:
        found = saved_queries.versions(tx, name.casefold())
        known = ", ".join(query.name for query in saved_queries.newest(tx)) or "none"
    if not found:
        raise InputError(f"No query is saved under this name. Saved are: {known}.")
    return tuple(found)


@dataclass(slots=True)
class _Tally:
    """What a platform's searches would have brought, counted post by post."""

    searches: Searches
    reads: Test | None
    posts: Counter[date] = field(default_factory=Counter)
    authors: Counter[date] = field(default_factory=Counter)
    kept: int = 0
    seen: tuple[date, set[str]] | None = None

    @classmethod
    def of(cls, query: Query, platform: str, platforms: SearchPlatforms) -> "_Tally":
        """Ask what the platform would be asked."""
        searches = platforms.searches(query, platform)
        asked: Sequence[Query] = [native.reads for native in searches.natives]
        return cls(searches, compiled(Or(tuple(asked))) if asked else None)

    def count(self, document: Document, *, meant: bool) -> None:
        """Count a post; posts come in the order of their time."""
        self.kept += meant
        if self.reads is None or not (meant or self.reads(document)):
            return
        day = document.mention.posted_at.date()  # platforms charge by days in UTC
        if self.seen is None or self.seen[0] != day:
            self.seen = day, set()
        self.posts[day] += 1
        if document.mention.author.key not in self.seen[1]:
            self.seen[1].add(document.mention.author.key)
            self.authors[day] += 1

    def trial(self, platforms: SearchPlatforms) -> PlatformTrial:
        """Sum up."""
        platform = self.searches.platform
        costs = (platforms.cost_usd(platform, self.posts[day], self.authors[day]) for day in self.posts)
        return PlatformTrial(self.searches, self.posts.total(), self.kept, sum(costs, Decimal(0)))


def _posts(house: House, brand: str, *, since: datetime, until: datetime) -> Iterator[Mention]:
    """Yield what is stored for a brand, oldest first, a part at a time: no transaction stays open in between."""
    after: tuple[datetime, MentionId] | None = None
    while True:
        with house.database.read() as tx:
            part = saved_queries.posts(tx, brand=brand, since=since, until=until, after=after, limit=_PART)
        yield from part
        if len(part) < _PART:
            return
        after = part[-1].posted_at, part[-1].id


def _sample(mention: Mention) -> Sample:
    return Sample(mention.author.handle, mention.platform, mention.text, mention.url, mention.posted_at)
