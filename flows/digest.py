"""The digest of one brand's day: put together from the facts, and the chart that goes into its thread."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from charts.digest import alt_text, digest_chart
from crm.business_time import day_bounds
from crm.daily import CHART_DAYS, COMPARED, LOOK_BACK, as_of, chart_days, movement, voice_share, wins
from crm.kpi_facts import Facts
from crm.kpis import KPIS, compute
from crm.topics import top_topics
from domain.brand import Brand
from domain.digest import ChartDay, Digest, DigestChart, Quote, Topic, Unanswered
from domain.outcome import Outcome
from domain.volume import Tally, Volume
from flows.hearing import missed_of
from flows.house import House
from flows.kpi_days import corrections_of, facts_of, last_closed_day
from flows.permalinks import card_url
from flows.quality import quality_of
from flows.rivals import voices_of
from flows.scoring import scores_of
from storage import audit, outcomes, summaries, tallies
from storage.database import Tx

QUOTES, TOPICS, OLDEST = 3, 5, 3

CORRECTED = timedelta(days=7)
"""What came late is told of so many days before the last closed one."""

TALK = 5_000
"""So many posts of the day, and so many of the weeks before it, are read for its topics: the latest."""


def digest_subject(brand: str, day: date) -> str:
    """Name one brand's digest of one day."""
    return f"{brand}|{day.isoformat()}"


def read_digest_subject(subject: str) -> tuple[str, date]:
    """Read what `digest_subject` wrote."""
    brand, day = subject.rsplit("|", 1)
    return brand, date.fromisoformat(day)


def digest(*, brand: Brand, day: date, house: House) -> Digest:
    """Sum up one local day of a brand for leadership."""
    with house.database.read() as tx:
        return digest_of(tx, brand=brand, day=day, house=house)


def digest_of(tx: Tx, *, brand: Brand, day: date, house: House) -> Digest:
    """Make the digest inside the caller's transaction.

    The rate is that of the last closed day: a day closes when the response window after its end is over.
    """
    now, (start, end) = house.clock(), day_bounds(day, brand)
    said = _said(tx, day, brand)
    volume = Volume.of(t for t in said if t.day == day)
    cases = _outcomes(tx, day, brand, now)
    eligible = _facts(tx, brand, day, house, kpis=()).eligible()
    answered = sum(o.answered_at is not None for o in eligible)
    closed = min(day, last_closed_day(brand, house))
    heard = voices_of(tx, brand=brand, start=start, end=end, house=house)
    return Digest(
        brand=brand.name,
        day=day,
        at=now,
        closed_day=closed,
        volume=volume,
        volume_before=Volume.of(t for t in said if t.day == day - timedelta(days=1)),
        called=sum(t.count for t in said if t.day == day and t.called),
        answered=answered,
        open=len(eligible) - answered,
        kpis=tuple(compute(_facts(tx, brand, closed, house))),
        kpis_before=tuple(compute(_facts(tx, brand, closed - timedelta(days=1), house))),
        movement=movement(said, day),
        topics=_topics(tx, day, brand),
        quotes=_quotes(tx, brand, start, end, house),
        wins=wins(cases, volume, start=start, end=end),
        unanswered=_unanswered(tx, brand, now, house),
        voice=None if heard else voice_share(said, day),
        voices=heard,
        quality=quality_of(tx, brand=brand.name, now=now),
        audit_head=audit.head(tx),
        scores=tuple(scores_of(tx, brand=brand, house=house)),
        corrections=tuple(
            corrections_of(tx, brand=brand, since=closed - CORRECTED, until=closed + timedelta(days=1), house=house)
        ),
        gaps=tuple(missed_of(tx, brand=brand.name, start=start, end=min(end, now))),
    )


def chart(*, brand: Brand, day: date, house: House) -> DigestChart:
    """Draw the two weeks that end with a brand's day."""
    with house.database.read() as tx:
        days = _chart_days(tx, brand=brand, day=day, house=house)
    return _drawn(days, brand, house)


def chart_of(tx: Tx, *, brand: Brand, day: date, house: House) -> DigestChart:
    """Draw the same inside the caller's transaction; it takes a fifth of a second."""
    return _drawn(_chart_days(tx, brand=brand, day=day, house=house), brand, house)


def yesterday(moment: datetime, brand: Brand) -> date:
    """Return the brand's local day before the one that `moment` is in."""
    return moment.astimezone(brand.time_zone).date() - timedelta(days=1)


def _drawn(days: Sequence[ChartDay], brand: Brand, house: House) -> DigestChart:
    ours = (t for t in house.targets if t.kpi == "response_rate" and t.brand in {None, brand.name})
    target = next((each.value for each in ours), None)
    return DigestChart(
        png=digest_chart(days, target=target),
        title=f"{brand.name}: complaints and answers, {days[0].day.isoformat()} to {days[-1].day.isoformat()}",
        alt_text=alt_text(days, brand=brand.name, target=target),
    )


def _chart_days(tx: Tx, *, brand: Brand, day: date, house: House) -> tuple[ChartDay, ...]:
    now = house.clock()
    return chart_days(
        _outcomes(tx, day, brand, now),
        tallies.by_day(tx, brand=brand.name, days=_days(day, range(CHART_DAYS - 1, -1, -1), brand)),
        day=day,
        brand=brand,
        window=timedelta(hours=house.policy.response_window_hours),
        now=now,
    )


def _said(tx: Tx, day: date, brand: Brand) -> list[Tally]:
    """Count what was said on a day and on those that it is compared with; those between them are not read."""
    spans = (_days(day, span, brand) for span in COMPARED)
    return [tally for days in spans for tally in tallies.by_day(tx, brand=brand.name, days=days)]


def _days(day: date, back: Iterable[int], brand: Brand) -> tallies.Days:
    days = [day - timedelta(days=n) for n in back]
    return [(one, *day_bounds(one, brand)) for one in days]


def _facts(tx: Tx, brand: Brand, day: date, house: House, *, kpis: Collection[str] = tuple(KPIS)) -> Facts:
    """Read a day's facts as they were known at the clock's moment."""
    found = facts_of(tx, brand=brand, since=day, until=day + timedelta(days=1), house=house, kpis=kpis)
    return replace(found, outcomes=as_of(found.outcomes, found.now))


def _outcomes(tx: Tx, day: date, brand: Brand, now: datetime) -> list[Outcome]:
    """Read the cases of the weeks that end with a day, as they were known at a moment."""
    start, end = day_bounds(day - timedelta(days=LOOK_BACK), brand)[0], day_bounds(day, brand)[1]
    return as_of(outcomes.between(tx, brand=brand.name, start=start, end=end), now)


def _topics(tx: Tx, day: date, brand: Brand) -> tuple[Topic, ...]:
    (first, end), before = day_bounds(day, brand), day_bounds(day - timedelta(days=LOOK_BACK), brand)[0]
    ours = (brand.name, *brand.aliases, *(account.handle for account in brand.accounts))
    theirs = (name for r in brand.rivals for name in (r.name, *r.aliases, *(a.handle for a in r.accounts)))
    found = top_topics(
        tallies.talk(tx, brand=brand.name, start=first, end=end, limit=TALK),
        tallies.talk(tx, brand=brand.name, start=before, end=first, limit=TALK),
        names={*ours, *theirs},
        limit=TOPICS,
    )
    return tuple(found)


def _quotes(tx: Tx, brand: Brand, start: datetime, end: datetime, house: House) -> tuple[Quote, ...]:
    found = summaries.quotes(tx, brand=brand.name, start=start, end=end, limit=QUOTES)
    return tuple(replace(quote, permalink=card_url(tx, quote.case_id, house)) for quote in found)


def _unanswered(tx: Tx, brand: Brand, now: datetime, house: House) -> Unanswered:
    found = tallies.unanswered(tx, brand=brand.name, at=now, limit=OLDEST)
    oldest = (replace(case, permalink=card_url(tx, case.case_id, house)) for case in found.oldest)
    return replace(found, oldest=tuple(oldest))
