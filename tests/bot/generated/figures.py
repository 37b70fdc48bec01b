"""Draws figures: KPIs with targets, corrections and evidence, digests, what teams did, health, the audit log."""

from dataclasses import replace

from hypothesis import strategies as st

import listeners
from crm.kpis import KPIS
from domain.audit import AuditEntry, Chain
from domain.case import Urgency
from domain.closed_day import DayCorrection
from domain.digest import Digest, Movement, Mover, Topic, Unanswered, VoiceShare, WaitingCase, Wins
from domain.evidence import EvidencePage, EvidenceRow
from domain.gap import Gap, GapReason, GapState
from domain.health import BlindSpot, Headroom, Health, StreamHealth
from domain.outcome import Kpi
from domain.quality import Estimate, LiveFigure, Quality
from domain.query import NativeQuery, PlatformTrial, QueryTrial, Sample, SavedQuery, Searches, Word
from domain.scorecard import Score, Standing, Target
from domain.team import BrandState, Deeds, TeamStats
from domain.volume import Voice, Volume
from flows.auditing import AuditPage
from flows.digest import OLDEST, QUOTES, TOPICS
from flows.queries import DAYS as DAYS_TRIED
from flows.queries import SAMPLES
from tests.bot import files
from tests.bot.generated.words import (
    COUNTS,
    DAYS,
    FIGURES,
    MOMENTS,
    MONEY,
    NAMED,
    PEOPLE,
    PLATFORMS,
    SHARES,
    SLACK_IDS,
    URLS,
    WORDS,
    many,
    maybe,
)

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


def kpi(names: st.SearchStrategy[str]) -> st.SearchStrategy[Kpi]:
    figures = maybe(FIGURES)
    return st.builds(
        Kpi,
        name=names,
        value=figures,
        numerator=figures,
        denominator=figures,
        unit=st.sampled_from(["share", "seconds", "ratio", "count"]),
        note=WORDS,
    )


KPI_NAMES = st.sampled_from(sorted(KPIS))


def kpis() -> st.SearchStrategy[tuple[Kpi, ...]]:
    """Draw some KPIs, each once; there may come more."""
    every = [*KPIS, "one_more"]
    drawn = many(kpi(KPI_NAMES), most=len(every))
    return drawn.map(lambda some: tuple(replace(each, name=name) for each, name in zip(some, every, strict=False)))


def scores() -> st.SearchStrategy[tuple[Score, ...]]:
    score = st.builds(
        Score,
        brand=NAMED,
        target=st.builds(Target, kpi=KPI_NAMES, value=FIGURES, by=DAYS),
        present=kpi(KPI_NAMES),
        expected=FIGURES,
        standing=st.sampled_from(Standing),
        behind=st.floats(0, 1e9),
    )
    return many(score, most=len(KPIS))


def corrections() -> st.SearchStrategy[tuple[DayCorrection, ...]]:
    moved = st.tuples(kpi(KPI_NAMES), kpi(KPI_NAMES))
    counted = ("arrived", "changed", "answered", "mentions")
    correction = st.builds(
        DayCorrection, brand=NAMED, day=DAYS, moved=many(moved, most=len(KPIS)), **dict.fromkeys(counted, COUNTS)
    )
    return many(correction, most=40)


def evidence_pages(page: int) -> st.SearchStrategy[EvidencePage]:
    """Draw pages of so many rows."""
    row = st.builds(
        EvidenceRow,
        id=WORDS,
        what=st.sampled_from(["case", "post", "customer", "source"]),
        of=COUNTS,
        weight=st.sampled_from([1, 0, -1]),
        state=WORDS,
        platform=PLATFORMS | st.just(""),
        posted_at=maybe(MOMENTS),
        due_at=maybe(MOMENTS),
        answered_at=maybe(MOMENTS),
        permalink=maybe(URLS),
        author=maybe(WORDS),
        text=maybe(WORDS),
        removed=st.booleans(),
    )
    return st.builds(EvidencePage, kpi=kpi(KPI_NAMES), rows=many(row, most=page), offset=COUNTS, total=COUNTS)


def qualities() -> st.SearchStrategy[Quality]:
    estimates = maybe(st.builds(Estimate, value=SHARES, low=SHARES, high=SHARES))
    figure = {"precision": estimates, "recall": estimates, "hits": COUNTS, "flagged": COUNTS, "true": COUNTS}
    names = ("complaint", "negative", "leave", "join", "relevance")
    return st.builds(
        Quality,
        brand=NAMED,
        weeks=st.integers(1, 60),
        judged=COUNTS,
        drawn=COUNTS,
        figures=st.tuples(*(st.builds(LiveFigure, name=st.just(name), **figure) for name in names)),
        corrected=COUNTS,
        cards=COUNTS,
    )


def _movements() -> st.SearchStrategy[Movement]:
    what = WORDS | PLATFORMS.map(lambda platform: f"mentions on {platform}")
    mover = st.builds(Mover, what=what, now=COUNTS, usual=st.floats(0, 1e6), worse=maybe(st.booleans()))
    return st.builds(Movement, days=st.integers(0, 7), same_weekday=st.booleans(), movers=many(mover, most=9))


def _unanswered() -> st.SearchStrategy[Unanswered]:
    waiting = many(st.tuples(st.sampled_from(Urgency), COUNTS), most=len(Urgency))
    oldest = st.builds(
        WaitingCase,
        case_id=NAMED,
        platform=NAMED,
        urgency=st.sampled_from(Urgency),
        posted_at=MOMENTS,
        due_at=MOMENTS,
        owner=maybe(WORDS),
        permalink=maybe(URLS),
    )
    return st.builds(Unanswered, by_urgency=waiting, oldest=many(oldest, most=OLDEST))


def digests() -> st.SearchStrategy[Digest]:
    counted = ("mentions", "negative", "neutral", "positive", "leaving", "joining", "review", "not_us")
    volume = st.builds(Volume, **dict.fromkeys(counted, COUNTS))
    quote = st.builds(
        files.quote,
        text=WORDS,
        author=WORDS,
        url=URLS,
        sentiment=WORDS,
        permalink=maybe(URLS),
        unsure=st.booleans(),
        switching=maybe(WORDS),
    )
    sources = st.sampled_from([("x search",), ("reddit comments", "x mentions")])
    heard = st.builds(Voice, rival=maybe(NAMED), ours=COUNTS, theirs=COUNTS, sources=sources)
    rivals = many(st.tuples(NAMED, st.integers(1, 10**9)), most=9, least=1)
    topic = st.builds(Topic, words=WORDS, posts=COUNTS, authors=COUNTS, before=COUNTS)
    return st.builds(
        files.digest,
        brand=NAMED,
        day=DAYS,
        closed_day=DAYS,
        volume=volume,
        volume_before=volume,
        answered=COUNTS,
        open=COUNTS,
        kpis=kpis(),
        kpis_before=kpis(),
        called=COUNTS,
        movement=_movements(),
        topics=many(topic, most=TOPICS),
        wins=st.builds(Wins, *[COUNTS] * 5),
        unanswered=_unanswered(),
        voices=many(heard, most=4),
        voice=maybe(st.builds(VoiceShare, ours=st.integers(1, 10**9), rivals=rivals)),
        audit_head=DIGESTS | st.just(""),
        quotes=many(quote, most=QUOTES),
        quality=maybe(qualities()),
        scores=scores(),
        corrections=corrections(),
        gaps=many(gaps(), most=9),
    )


def gaps() -> st.SearchStrategy[Gap]:
    """Draw gaps as the digest and the health show them."""
    return st.builds(
        Gap,
        stream=NAMED,
        brand=NAMED,
        since=MOMENTS,
        until=maybe(MOMENTS),
        reason=st.sampled_from(GapReason),
        state=st.sampled_from([GapState.OPEN, GapState.LOST]),
    )


def deeds(person: st.SearchStrategy[str | None]) -> st.SearchStrategy[Deeds]:
    counted = ("claimed", "answered", "resolved")
    return st.builds(Deeds, person=person, first_response=maybe(st.floats(0, 1e9)), **dict.fromkeys(counted, COUNTS))


def team_stats(*, most: int) -> st.SearchStrategy[tuple[TeamStats, ...]]:
    """Draw the stats of so many brands at most."""
    of_brand = st.builds(
        TeamStats, brand=NAMED, since=DAYS, until=DAYS, total=deeds(st.none()), people=many(deeds(PEOPLE), most=200)
    )
    return many(of_brand, most=most, least=1)


def brand_states() -> st.SearchStrategy[BrandState]:
    counted = ("open", "overdue", "unowned", "silent")
    return st.builds(BrandState, brand=NAMED, surging=st.booleans(), **dict.fromkeys(counted, COUNTS))


def healths() -> st.SearchStrategy[Health]:
    stream = st.builds(
        StreamHealth,
        stream=NAMED,
        last_read_at=maybe(MOMENTS),
        failing_since=maybe(MOMENTS),
        last_error=maybe(WORDS),
        mentions_read=COUNTS,
        spent_today_usd=MONEY,
        daily_cap_usd=maybe(MONEY),
        headroom=st.builds(
            Headroom, left=maybe(COUNTS), limit=maybe(COUNTS), resets_at=maybe(MOMENTS), secret_until=maybe(MOMENTS)
        ),
        usual=maybe(st.floats(0, 1e9)),
        silent_since=maybe(MOMENTS),
        blind_spot=maybe(st.builds(BlindSpot, stream=NAMED, day=DAYS, expected=COUNTS, own=COUNTS, siblings=COUNTS)),
    )
    return st.builds(
        files.health,
        at=MOMENTS,
        streams=many(stream, most=40),
        messages_waiting=COUNTS,
        messages_failed=COUNTS,
        open_cases=COUNTS,
        overdue_cases=COUNTS,
        model=WORDS,
        quality=many(qualities(), most=6),
        gaps=many(gaps(), most=40),
    )


def audit_pages(page: int) -> st.SearchStrategy[AuditPage]:
    """Draw pages of so many entries."""
    entry = st.builds(
        AuditEntry,
        number=st.integers(1, 10**9),
        at=MOMENTS,
        actor=SLACK_IDS | st.just("earshot"),
        action=WORDS,
        subject=WORDS,
        detail=WORDS,
    )
    return st.builds(AuditPage, entries=many(entry, most=page), total=COUNTS)


def chains() -> st.SearchStrategy[Chain]:
    broken = many(st.integers(1, 10**9), most=50)
    return st.builds(Chain, entries=COUNTS, head=DIGESTS | st.just(""), broken=broken)


# Queries


def query_trials() -> st.SearchStrategy[QueryTrial]:
    native = st.builds(NativeQuery, text=WORDS, reads=st.just(Word("lumora")), left=many(WORDS, most=500))
    searches = st.builds(Searches, platform=PLATFORMS, natives=many(native, most=20), problem=st.just("") | WORDS)
    platform = st.builds(PlatformTrial, searches=searches, read=COUNTS, kept=COUNTS, monthly_usd=MONEY)
    sample = st.builds(Sample, author=WORDS, platform=PLATFORMS, text=WORDS, url=URLS, posted_at=MOMENTS)
    return st.builds(
        QueryTrial,
        query=WORDS,
        brand=NAMED,
        days=many(st.tuples(DAYS, COUNTS), most=DAYS_TRIED, least=DAYS_TRIED),
        platforms=many(platform, most=len(listeners.PLATFORMS)),
        samples=many(sample, most=SAMPLES),
        looked_at=COUNTS,
        found=COUNTS,
    )


def saved_query() -> st.SearchStrategy[SavedQuery]:
    name = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True)
    return st.builds(SavedQuery, name=name, version=st.integers(1, 10**6), text=WORDS, by=PEOPLE, at=MOMENTS)


def saved_queries() -> st.SearchStrategy[tuple[SavedQuery, ...]]:
    return many(saved_query(), most=200)
