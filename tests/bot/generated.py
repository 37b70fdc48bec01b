"""Draws domain values for the views: every state, hostile and endless words, from nothing to a lot of everything.

How many things there are at most is what the flows hand to a view. All words of a value come from a few that are drawn
first, so that a value can be large: hypothesis gives up one that takes too many choices.
"""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from bot.views.paging import PAGE
from crm.kpis import KPIS
from domain.blind_check import QUESTIONS, BlindCheck, BlindPost, BlindRest
from domain.case import (
    Case,
    CaseFile,
    CaseKind,
    CaseState,
    CustomerSummary,
    HistoryLine,
    Response,
    SeenMention,
    Triage,
    Urgency,
    Verdict,
)
from domain.customer import Customer, CustomerProfile, Grade, LinkState
from domain.digest import Digest, Movement, Mover, Topic, Unanswered, VoiceShare, WaitingCase, Wins
from domain.health import Health, StreamHealth
from domain.mention import Author, Mention, MentionId, mention_id
from domain.message import BatchLine, MessageKind
from domain.outcome import Kpi
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING, Prediction, Predictions
from domain.quality import Estimate, LiveFigure, Quality
from domain.volume import Volume
from flows.lookup import SHOWN, QueuePage
from tests.bot import files
from tests.hostile import FORMATS, HIDDEN, HOSTILE, LINKS, PINGS

# Words

_pieces = st.sampled_from(PINGS + LINKS + FORMATS + HIDDEN)
_kinds: dict[str, st.SearchStrategy[str]] = {
    "any": st.text(max_size=300),
    "mixed": st.lists(_pieces | st.text(max_size=12), max_size=12).map("".join),
    "hostile": st.sampled_from(HOSTILE),
    "endless": st.builds(
        lambda piece, times: (piece * times)[:20_000], _pieces | st.text(max_size=4), st.integers(2, 6000)
    ),
}


@st.composite
def foreign(draw: st.DrawFn) -> str:
    """Draw what a stranger may write; what is slow to show is drawn less often."""
    return draw(_kinds[draw(st.sampled_from(["any"] * 5 + ["mixed"] * 6 + ["hostile"] * 4 + ["endless"] * 3))])


WORDS = st.shared(st.lists(foreign(), min_size=1, max_size=5), key="words").flatmap(st.sampled_from)
NAMED = WORDS.map(lambda words: words[:80])
"""What the people who run Earshot name in the settings: as strange, but not endless."""

# Small things

COUNTS = st.integers(0, 3) | st.integers(0, 10**9)
SHARES = st.floats(0, 1)
MOMENTS = st.datetimes(datetime(2006, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))
DAYS = st.dates(date(2006, 1, 1), date(2099, 12, 31))
MONEY = st.decimals(0, 10**9, places=2)
RECORD_IDS = st.text("0123456789abcdef", min_size=32, max_size=32)
SLACK_IDS = st.from_regex(r"[UW][A-Z0-9]{8,12}", fullmatch=True)
PEOPLE = SLACK_IDS | NAMED
PLATFORMS = st.sampled_from(["x", "reddit", "mastodon", "app_store"])
_SITES = st.from_regex(r"https://[a-z]{1,20}\.example/[A-Za-z0-9_?=&%/.-]{0,30}", fullmatch=True)
WEB_URLS = st.builds(
    lambda site, length: site.ljust(length, "x"), _SITES, st.sampled_from([0, 0, 280, 300, 2900, 4000])
)
URLS = WEB_URLS | WORDS


@st.composite
def mention_ids(draw: st.DrawFn) -> MentionId:
    return mention_id(draw(PLATFORMS), draw(st.text("0123456789abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=40)))


_AMOUNTS = st.shared(st.sampled_from(["a few", "any", "any", "all"]), key="amounts")


def many(each: st.SearchStrategy[Any], *, most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Draw a tuple. Throughout one value there are a few of everything, any number, or as many as there can be."""
    drawn = {
        "a few": st.lists(each, max_size=min(3, most)),
        "any": st.lists(each, max_size=most),
        "all": st.lists(each, min_size=most, max_size=most),
    }
    return _AMOUNTS.flatmap(drawn.__getitem__).map(tuple)


# Posts and what the model says of them


def authors() -> st.SearchStrategy[Author]:
    return st.builds(
        files.jane,
        handle=WORDS,
        platform=PLATFORMS,
        name=WORDS,
        followers=st.none() | COUNTS,
        verified=st.booleans(),
        automated=st.booleans(),
        url=URLS,
    )


def mentions() -> st.SearchStrategy[Mention]:
    return st.builds(
        Mention,
        id=mention_ids(),
        author=authors(),
        text=WORDS,
        url=URLS,
        posted_at=MOMENTS,
        thread_id=RECORD_IDS,
        language=st.none() | WORDS,
        edited_at=st.none() | MOMENTS,
    )


def predicted(task: str) -> st.SearchStrategy[Prediction]:
    return st.builds(
        Prediction,
        task=st.just(task),
        label=st.sampled_from(QUESTIONS.get(task, (task, "none"))) | WORDS,
        score=SHARES,
        unsure=st.booleans(),
        model=WORDS,
        rival=st.none() | WORDS,
        reasons=st.none() | many(WORDS, most=9),
        by=st.none() | SLACK_IDS,
    )


def predictions() -> st.SearchStrategy[Predictions]:
    tasks = st.sets(st.sampled_from([SENTIMENT, SWITCHING, RELEVANCE, COMPLAINT]))
    return st.builds(
        Predictions,
        items=tasks.flatmap(lambda drawn: st.tuples(*(predicted(task) for task in sorted(drawn)))),
        language=st.none() | WORDS,
        language_supported=st.booleans(),
    )


def seen() -> st.SearchStrategy[SeenMention]:
    triage = st.builds(Triage, verdict=st.sampled_from(Verdict), reason=WORDS)
    return st.builds(files.seen, mention=mentions(), brand=NAMED, predictions=predictions(), triage=triage)


# Cases

_CASE: dict[str, st.SearchStrategy[Any]] = {
    "id": RECORD_IDS,
    "brand": NAMED,
    "platform": PLATFORMS,
    "kind": st.sampled_from(CaseKind),
    "state": st.sampled_from(CaseState),
    "urgency": st.sampled_from(Urgency),
    "posted_at": MOMENTS,
    "due_at": MOMENTS,
    "owner": st.none() | PEOPLE,
    "answered_at": st.none() | MOMENTS,
    "closed_at": st.none() | MOMENTS,
}


def cases() -> st.SearchStrategy[Case]:
    return st.builds(files.case, **_CASE)


def responses() -> st.SearchStrategy[Response]:
    return st.builds(Response, case_id=RECORD_IDS, mention_id=mention_ids(), responder=WORDS, at=MOMENTS, url=URLS)


def customer_summaries() -> st.SearchStrategy[CustomerSummary]:
    return st.builds(CustomerSummary, customer_id=RECORD_IDS, grade=WORDS, value_band=WORDS, earlier_cases=COUNTS)


def case_files() -> st.SearchStrategy[CaseFile]:
    """Draw cases with and without posts, whatever their state says."""
    return st.builds(
        CaseFile,
        case=cases(),
        author=authors(),
        mentions=many(seen(), most=8),
        responses=many(responses(), most=4),
        history=many(st.builds(HistoryLine, at=MOMENTS, actor=st.none() | PEOPLE, action=WORDS), most=12),
        customer=st.none() | customer_summaries(),
        counted=st.booleans(),
    )


def queue_pages() -> st.SearchStrategy[QueuePage]:
    return st.builds(QueuePage, files=many(case_files(), most=PAGE), total=COUNTS, overdue=COUNTS)


# Lines, figures, the digest


def batch_lines() -> st.SearchStrategy[BatchLine]:
    kinds = st.sampled_from([MessageKind.BATCH, MessageKind.REVIEW])
    return st.builds(
        BatchLine, brand=NAMED, kind=kinds, since=MOMENTS, until=MOMENTS, total=COUNTS, shown=many(seen(), most=10)
    )


def kpis() -> st.SearchStrategy[tuple[Kpi, ...]]:
    figures = st.none() | st.floats(-1e9, 1e9)
    kpi = st.builds(
        Kpi,
        name=st.sampled_from(sorted(KPIS)) | st.from_regex(r"[a-z_]{1,40}", fullmatch=True),
        value=figures,
        numerator=figures,
        denominator=figures,
        unit=st.sampled_from(["share", "seconds", "ratio", "count"]),
        note=WORDS,
    )
    return many(kpi, most=len(KPIS))


def qualities() -> st.SearchStrategy[Quality]:
    estimates = st.none() | st.builds(Estimate, value=SHARES, low=SHARES, high=SHARES)
    figure = {"precision": estimates, "recall": estimates, "hits": COUNTS, "flagged": COUNTS, "true": COUNTS}
    names = st.just(["complaint", "negative", "leave", "join", "relevance"])
    figures = names.flatmap(lambda all_: st.tuples(*(st.builds(LiveFigure, name=st.just(n), **figure) for n in all_)))
    return st.builds(
        Quality,
        brand=NAMED,
        weeks=st.integers(1, 60),
        judged=COUNTS,
        drawn=COUNTS,
        figures=figures,
        corrected=COUNTS,
        cards=COUNTS,
    )


def digests() -> st.SearchStrategy[Digest]:
    counted = ("mentions", "negative", "neutral", "positive", "leaving", "joining", "review")
    volume = st.builds(Volume, **dict.fromkeys(counted, COUNTS))
    quote = st.builds(
        files.quote,
        text=WORDS,
        author=WORDS,
        url=URLS,
        sentiment=WORDS,
        permalink=st.none() | URLS,
        unsure=st.booleans(),
    )
    mover = st.builds(Mover, what=WORDS, now=COUNTS, usual=st.floats(0, 1e6), worse=st.none() | st.booleans())
    waiting = many(st.tuples(st.sampled_from(Urgency), COUNTS), most=4)
    oldest = st.builds(
        WaitingCase,
        case_id=NAMED,
        platform=NAMED,
        urgency=st.sampled_from(Urgency),
        posted_at=MOMENTS,
        due_at=MOMENTS,
        owner=st.none() | WORDS,
        permalink=st.none() | URLS,
    )
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
        movement=st.builds(Movement, days=st.integers(0, 7), same_weekday=st.booleans(), movers=many(mover, most=9)),
        topics=many(st.builds(Topic, words=WORDS, posts=COUNTS, authors=COUNTS, before=COUNTS), most=9),
        wins=st.builds(Wins, *[COUNTS] * 5),
        unanswered=st.builds(Unanswered, by_urgency=waiting, oldest=many(oldest, most=9)),
        voice=st.none() | st.builds(VoiceShare, ours=COUNTS, rivals=many(st.tuples(NAMED, COUNTS), most=9)),
        audit_head=st.text("0123456789abcdef", max_size=64),
        quotes=many(quote, most=5),
        quality=st.none() | qualities(),
    )


# Customers


def customers() -> st.SearchStrategy[Customer]:
    link = st.builds(
        files.link,
        handle=WORDS,
        platform=PLATFORMS,
        state=st.sampled_from(LinkState),
        grade=st.sampled_from(Grade),
        evidence=WORDS,
        since=MOMENTS,
    )
    several = many(WORDS, most=9)
    return st.builds(
        files.customer,
        id=RECORD_IDS,
        names=several,
        emails=several,
        phones=several,
        addresses=several,
        links=many(link, most=25),
        value=st.none() | MONEY,
        currency=st.none() | WORDS,
        notes=several,
        sources=several,
    )


def profiles() -> st.SearchStrategy[CustomerProfile]:
    several = {"cases": many(cases(), most=SHOWN), "mentions": many(seen(), most=SHOWN)}
    return st.builds(files.profile, customer=customers(), **several)


# Health, blind checks


def healths() -> st.SearchStrategy[Health]:
    stream = st.builds(
        StreamHealth,
        stream=NAMED,
        last_read_at=st.none() | MOMENTS,
        failing_since=st.none() | MOMENTS,
        last_error=st.none() | WORDS,
        mentions_read=COUNTS,
        spent_today_usd=MONEY,
        daily_cap_usd=st.none() | MONEY,
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
    )


def blind_checks() -> st.SearchStrategy[BlindCheck]:
    total = st.integers(0, 500)
    return total.flatmap(
        lambda drawn: st.builds(
            files.blind_check, id=RECORD_IDS, brand=NAMED, total=st.just(drawn), done=st.integers(0, drawn)
        )
    )


@st.composite
def blind_posts(draw: st.DrawFn) -> BlindPost:
    task = draw(st.sampled_from(list(QUESTIONS)))
    answers = {asked: draw(st.sampled_from(labels)) for asked, labels in QUESTIONS.items() if draw(st.booleans())}
    return files.blind_post(
        task,
        item=draw(COUNTS),
        brand=draw(NAMED),
        mention=draw(mentions()),
        answers=answers,
        place=draw(COUNTS),
        total=draw(COUNTS),
        note=draw(st.sampled_from(["", "A note."])),
    )


def blind_rests() -> st.SearchStrategy[BlindRest]:
    return st.builds(BlindRest, brand=NAMED, done=COUNTS, waiting=COUNTS)
