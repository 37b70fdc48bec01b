"""What became of a busy day: what was lost or doubled, what X charged, and whether the ledger owns up to the rest."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from crm.hearing import spans
from domain.gap import GapState
from domain.mention import mention_id
from flows.rechecking import stream_of
from storage import gaps, streams
from storage.database import Tx
from storage.tables import GapRow, MentionRow, SightingRow
from tests.busy.day import BLUESKY, FREE, NAMED, ON_X, OURS, REDDIT, SCRIPT, SEARCH, Day
from tests.scripted_platform import NAME as SCRIPTED

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Spending:
    """The bill as X keeps it, and the bot's own book of it."""

    usd: Decimal
    booked_usd: Decimal
    moments_ahead: int
    """Charges that passed what the plan of the day let go up to then."""
    looked_up_usd: Decimal
    """What looking stored posts up cost, by the bot's book."""
    requests: int


@dataclass(frozen=True, slots=True)
class HeardOnX:
    """What of a day's posts on X was read by its end; the ledger has to own up to the rest."""

    read: int
    unread: int
    unowned: int
    """Posts that were not read up to the last poll, and that no gap of the ledger covers."""
    late_searched: int
    """Posts of the search that were made in the last hour and read in it."""
    named_unread: int
    """Posts that name our account, or that it wrote, and that were not read."""
    not_stored: int
    """Posts that X delivered, and that are not stored, though X did not say that they are gone."""


@dataclass(frozen=True, slots=True)
class HeardFree:
    """What is wrong with what the free platforms posted, once all was read; all but `read` is to be zero."""

    read: int
    lost: int
    doubled: int
    gaps_left: int


def spending(day: Day) -> Spending:
    """Compare X's bill with the bot's book, on the day that began."""
    with day.house.database.read() as tx:
        booked = streams.spent(tx, stream_of("x"), day=day.start.date())
    return Spending(
        usd=day.bill.usd[day.start.date()],
        booked_usd=booked.in_all,
        moments_ahead=day.bill.ahead,
        looked_up_usd=booked.stream,
        requests=day.bill.requests,
    )


def heard_on_x(day: Day) -> HeardOnX:
    """Look at the feeds of X as they stand now, at the end of the day."""
    delivered, gone = day.x.delivered, day.x.told_gone
    known = {name: delivered[name] | gone[name] for name in ON_X.values()}
    with day.house.database.read() as tx:
        unread, unowned = _unread(tx, day, known)
        stored = set(tx.scalars(select(MentionRow.id).where(MentionRow.platform == "x")))
    ids = {name: day.x.ids(name) for name in ON_X.values()}
    kept = [name for stream, name in ON_X.items() if stream in {SEARCH.name, NAMED.name, OURS.name}]
    missing = sum(
        mention_id("x", str(ids[name][n])) not in stored for name in kept for n in delivered[name] - gone[name]
    )
    late = day.feeds["lumora"].before(day.end - _HOUR)
    return HeardOnX(
        read=sum(map(len, known.values())),
        unread=sum(unread.values()),
        unowned=unowned,
        late_searched=sum(n >= late for n in known["lumora"]),
        named_unread=unread[NAMED.name] + unread[OURS.name],
        not_stored=missing,
    )


def _unread(tx: Tx, day: Day, known: dict[str, set[int]]) -> tuple[dict[str, int], int]:
    """Count the posts of X that were not read up to the last poll, by stream, and those that no gap covers."""
    unread, unowned = {}, 0
    asked = {each.stream: each.until for each in streams.listening(tx, brand=None)}
    missed = gaps.between(tx, brand=None, start=day.start, end=day.end)
    for stream, name in ON_X.items():
        feed = day.feeds[name]
        numbers = [n for n in range(feed.before(asked[stream])) if n not in known[name]]
        own = [gap for gap in missed if gap.stream == stream and gap.state is not GapState.FILLED]
        covered = spans(own, start=day.start, end=day.end)
        starts = [since for since, _ in covered]
        unread[stream] = len(numbers)
        unowned += sum(not _covers(covered, starts, feed.at(number)) for number in numbers)
    return unread, unowned


def _covers(covered: list[tuple[datetime, datetime]], starts: list[datetime], moment: datetime) -> bool:
    place = bisect_right(starts, moment) - 1
    return place >= 0 and moment <= covered[place][1]


def heard_free(day: Day) -> HeardFree:
    """Compare what the free platforms posted with what is stored, after the bot has caught up."""
    expected = {day.bluesky.id(n) for n in range(day.feeds["bluesky"].count)}
    expected |= {day.reddit.id(n) for n in range(day.feeds["reddit"].count)}
    gone = day.scripted.told_gone
    expected |= {mention_id(SCRIPTED, str(n)) for n in range(day.feeds[SCRIPTED].count) if not gone[n]}
    names = [stream.name for stream in FREE]
    platforms = [BLUESKY.platform, REDDIT.platform, SCRIPT.platform]
    with day.house.database.read() as tx:
        stored = tx.execute(
            select(MentionRow.id, func.count(SightingRow.mention_id))
            .outerjoin(SightingRow, SightingRow.mention_id == MentionRow.id)
            .where(MentionRow.platform.in_(platforms))
            .group_by(MentionRow.id)
        ).all()
        left = tx.scalar(
            select(func.count()).select_from(GapRow).where(GapRow.stream.in_(names), GapRow.state != GapState.FILLED)
        )
    found = {one for one, _ in stored}
    told = sum(day.reports[name].filed.new - day.reports[name].removed for name in names)
    twice = sum(sightings - 1 for _, sightings in stored)
    return HeardFree(
        read=len(found),
        lost=len(expected - found),
        doubled=twice + len(found - expected) + abs(told - len(found)),
        gaps_left=int(left or 0),
    )


def notices(day: Day) -> dict[str, int]:
    """Count what the operators were told, by what it is about."""
    said = [content.text for content in day.slack.shown("C0OPS")]
    about = {"read slowly": "is read slowly", "cap": "daily cap", "jobs": "takes no compliance jobs"}
    counted = {name: sum(words in one for one in said) for name, words in about.items()}
    return counted | {"other": len(said) - sum(counted.values())}
