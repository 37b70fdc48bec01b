"""The blind-spot meter: what a platform counts of a search, once a day, beside what is stored of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import structlog

from crm.spending import allowance
from domain.brand import Stream
from domain.errors import PlatformError
from domain.health import BlindSpot
from domain.seams import CountsPosts, Poll
from flows.house import House
from storage import blind_spots, gaps, streams

log = structlog.get_logger(__name__)

SETTLED = timedelta(hours=1)
"""A UTC day is counted so long after its end, when what was late has come."""


def count_blind_spots(*, listening: Sequence[Stream], polls: Mapping[str, Poll], house: House) -> int:
    """Count yesterday of every stream whose platform counts, once and within the day's budget; return how many.

    A day is counted only where the stream was listened to for all of it, and nothing of it may still be read.
    """
    now = house.clock().astimezone(UTC)
    today = datetime.combine(now.date(), time(), UTC)
    if now - today < SETTLED:
        return 0
    day = today.date() - timedelta(days=1)
    done = 0
    for stream in listening:
        poll: object = polls.get(stream.name)
        if isinstance(poll, CountsPosts):
            with house.paying:
                if _may_count(stream, poll.count_usd, day, today, house):
                    done += _count(stream, poll, day, today, listening, house)
    return done


def _may_count(stream: Stream, price: Decimal, day: date, today: datetime, house: House) -> bool:
    with house.database.read() as tx:
        heard = {each.stream: each for each in streams.listening(tx, brand=stream.brand)}.get(stream.name)
        if heard is None or heard.since > today - timedelta(days=1) or heard.until < today:
            return False
        if blind_spots.is_counted(tx, stream.name, day) or gaps.unfilled(tx, stream.name):
            return False
        spent = streams.spent(tx, stream.name, day=today.date())
    may = allowance(stream, spent, house.spend, now=house.clock())
    return may.usd is None or price <= may.usd


def _count(
    stream: Stream, poll: CountsPosts, day: date, today: datetime, listening: Sequence[Stream], house: House
) -> int:
    start = today - timedelta(days=1)
    try:
        expected = poll.count(start, today)
    except PlatformError as error:
        log.info("not_counted", stream=stream.name, reason=str(error))
        return 0
    if expected is None:
        return 0
    alike = {s.name for s in listening if (s.brand, s.platform) == (stream.brand, stream.platform)} - {stream.name}
    with house.database.write() as tx:
        found = blind_spots.stored(tx, brand=stream.brand, start=start, end=today)
        siblings = sum(number for name, number in found.items() if name in alike)
        spot = BlindSpot(stream.name, day, expected, found.get(stream.name, 0), siblings)
        streams.charge(tx, stream.name, poll.count_usd, day=today.date())
        return int(blind_spots.add(tx, spot))
