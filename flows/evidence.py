"""The rows behind a KPI, in pages: who may see them, and how much of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from crm.access import may, permit
from crm.business_time import day_bounds
from crm.kpi_facts import Counted, Facts
from crm.kpis import COUNTED, COVERAGE, HEARING, KPIS, VOICES
from domain.brand import Brand
from domain.case import CaseState
from domain.customer import Grade
from domain.errors import InputError
from domain.evidence import EvidencePage, EvidenceRow
from domain.gap import GapReason, Hearing
from domain.person import Action, Person
from flows.hearing import sources_of
from flows.house import House
from flows.kpi_days import facts_of
from flows.permalinks import message_url
from flows.rivals import voice_posts
from storage import audit, evidence
from storage.database import Tx
from storage.voices import VoicePost

EXCERPT = 300
"""A row quotes so many characters of its post."""

_SIGNS = {"positive": 1, "negative": -1}


@dataclass(frozen=True, slots=True)
class Question:
    """Which KPI of a brand over its local days [since, until) is asked about."""

    name: str
    brand: Brand
    since: date
    until: date


def rows_behind(
    question: Question, *, person: Person | None, house: House, limit: int | None = None, offset: int = 0
) -> EvidencePage:
    """Return rows that a KPI counts: first those that are not in its numerator, the newest first; raises Refused.

    Whoever may not see the queue is shown neither author, text nor card. `person` None is the operator at the command
    line, who sees all, and whose look is audited as an export. Posts, customers and sources are those of the present
    moment, also for closed days; cases are those that the figure was computed from.

    Raises:
        InputError: there is no such KPI.
    """
    if question.name not in KPIS:
        raise InputError(f"There is no KPI “{question.name[:40]}”. There are: {', '.join(KPIS)}.")
    whole = person is None
    if person is not None:
        permit(person, Action.SEE_EVIDENCE)
        whole = may(person, Action.SEE_QUEUE)
    with house.database.read() as tx:
        page = _page(tx, question, house, limit, offset)
    if person is None:
        _audit(question, house)
    return page if whole else replace(page, rows=tuple(_aggregate(row) for row in page.rows))


def _page(tx: Tx, question: Question, house: House, limit: int | None, offset: int) -> EvidencePage:
    brand = question.brand
    facts = facts_of(tx, brand=brand, since=question.since, until=question.until, house=house, kpis={question.name})
    kpi = KPIS[question.name](facts)
    if question.name in COUNTED:
        counted = sorted(COUNTED[question.name](facts), key=_first)
        chosen = counted[offset : None if limit is None else offset + limit]
        return EvidencePage(kpi, tuple(_case_rows(tx, chosen, facts, house)), offset, len(counted))
    if question.name in COVERAGE:
        customers = evidence.customers(tx, limit=limit, offset=offset)
        listed = tuple(_customer_row(customer_id, grade, question.name) for customer_id, grade in customers)
        return EvidencePage(kpi, listed, offset, facts.coverage.customers)
    start, end = (day_bounds(day, brand)[0] for day in (question.since, question.until))
    if question.name in VOICES:
        heard = voice_posts(tx, brand=brand, start=start, end=end, house=house, limit=limit, offset=offset)
        together = next((voice for voice in facts.voices if voice.rival is None), None)
        rows = tuple(_voice_row(post, brand) for post in heard)
        return EvidencePage(kpi, rows, offset, together.ours + together.theirs if together else 0)
    if question.name in HEARING:
        sources = [_source_row(*each) for each in sources_of(tx, brand.name, start, end)]
        shown = sources[offset : None if limit is None else offset + limit]
        return EvidencePage(kpi, tuple(shown), offset, len(sources))
    labelled = question.name == "net_sentiment"
    posts = evidence.posts(tx, brand=brand.name, start=start, end=end, labelled=labelled, limit=limit, offset=offset)
    count = evidence.count_posts(tx, brand=brand.name, start=start, end=end, labelled=labelled)
    return EvidencePage(kpi, tuple(_post_row(post, brand, labelled=labelled) for post in posts), offset, count)


def _first(counted: Counted) -> tuple[bool, float, str]:
    outcome, hit = counted
    return hit, -outcome.posted_at.timestamp(), outcome.id


def _case_rows(tx: Tx, chosen: Sequence[Counted], facts: Facts, house: House) -> list[EvidenceRow]:
    details = evidence.cases(tx, [outcome.id for outcome, _ in chosen])
    rows = []
    for outcome, hit in chosen:
        known = details.get(outcome.id, evidence.CaseDetail(CaseState.REMOVED, None, None))
        rows.append(
            EvidenceRow(
                id=outcome.id,
                what="case",
                weight=int(hit),
                state=known.state.value,
                platform=outcome.platform,
                day=outcome.day,
                posted_at=outcome.posted_at,
                due_at=outcome.due_at,
                answered_at=outcome.answered_at or facts.late_answers.get(outcome.id),
                permalink=message_url(known.channel, known.ts, house) if known.channel and known.ts else None,
                author=known.author,
                text=None if known.text is None else known.text[:EXCERPT],
                removed=known.text is None,
            )
        )
    return rows


def _post_row(post: evidence.PostDetail, brand: Brand, *, labelled: bool) -> EvidenceRow:
    return EvidenceRow(
        id=post.id,
        what="post",
        weight=_SIGNS.get(post.sentiment or "", 0) if labelled else 1,
        state=post.sentiment or "",
        platform=post.platform,
        day=post.posted_at.astimezone(brand.time_zone).date(),
        posted_at=post.posted_at,
        author=post.author,
        text=post.text[:EXCERPT],
    )


def _voice_row(post: VoicePost, brand: Brand) -> EvidenceRow:
    return EvidenceRow(
        id=post.id,
        what="post",
        weight=int(post.rival is None),
        state=post.rival or brand.name,
        platform=post.platform,
        day=post.posted_at.astimezone(brand.time_zone).date(),
        posted_at=post.posted_at,
        author=post.author,
        text=post.text[:EXCERPT],
    )


def _source_row(stream: str, heard: Hearing, why: Sequence[GapReason]) -> EvidenceRow:
    state = ", ".join(reason.value for reason in why) or "read"
    return EvidenceRow(id=stream, what="source", weight=heard.read, of=heard.listened, state=state)


def _customer_row(customer_id: str, grade: Grade | None, name: str) -> EvidenceRow:
    wanted = {"identity_coverage_verified": {Grade.VERIFIED}, "identity_coverage_supplied": {Grade.SUPPLIED}}
    hit = grade in wanted.get(name, {Grade.VERIFIED, Grade.SUPPLIED})
    return EvidenceRow(id=customer_id, what="customer", weight=int(hit), state=grade.value if grade else "no account")


def _aggregate(row: EvidenceRow) -> EvidenceRow:
    """Leave ids, times and states: what people wrote is not leadership's to read one by one."""
    return replace(row, author=None, text=None, permalink=None)


def _audit(question: Question, house: House) -> None:
    period = f"{question.name} {question.since} {question.until}"
    with house.database.write() as tx:
        audit.append(
            tx,
            at=house.clock(),
            actor="command line",
            action="evidence exported",
            subject=question.brand.name,
            detail=period,
            secret=house.secret,
        )
