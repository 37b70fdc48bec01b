"""Draws posts with what the model says of them, and cases in every state with all that their cards show."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.views.reply import text_fault
from crm.wording import text_faults
from domain.blind_check import QUESTIONS
from domain.case import (
    Case,
    CaseFile,
    CaseKind,
    CaseState,
    Copies,
    CustomerSummary,
    HistoryLine,
    Response,
    SeenMention,
    Triage,
    Urgency,
    Verdict,
)
from domain.mention import Author, Context, Mention, mention_id
from domain.poaching import Approached
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING, Prediction, Predictions
from domain.reply import Credit, CreditReason, Draft, ReplyState, Risk, RiskKind
from tests.bot import files
from tests.bot.generated.words import (
    COUNTS,
    LONGEST_ID,
    MOMENTS,
    NAMED,
    PEOPLE,
    PLATFORMS,
    RECORD_IDS,
    SEVERAL_IDS,
    SHARES,
    SLACK_IDS,
    URLS,
    WORDS,
    many,
    maybe,
    mention_ids,
    some_of,
)


def authors() -> st.SearchStrategy[Author]:
    return st.builds(
        files.jane,
        handle=WORDS,
        platform=PLATFORMS,
        name=WORDS,
        followers=maybe(COUNTS),
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
        language=maybe(WORDS),
        edited_at=maybe(MOMENTS),
    )


def predicted(task: str) -> st.SearchStrategy[Prediction]:
    return st.builds(
        Prediction,
        task=st.just(task),
        label=st.sampled_from(QUESTIONS.get(task, (task, "none"))) | WORDS,
        score=SHARES,
        unsure=st.booleans(),
        model=WORDS,
        rival=maybe(WORDS),
        reasons=maybe(many(WORDS, most=9)),
        by=maybe(SLACK_IDS),
    )


def predictions() -> st.SearchStrategy[Predictions]:
    tasks = some_of([SENTIMENT, SWITCHING, RELEVANCE, COMPLAINT])
    return st.builds(
        Predictions,
        items=tasks.flatmap(lambda drawn: st.tuples(*(predicted(task) for task in drawn))),
        language=maybe(WORDS),
        language_supported=st.booleans(),
    )


def seen() -> st.SearchStrategy[SeenMention]:
    triage = st.builds(Triage, verdict=st.sampled_from(Verdict), reason=WORDS)
    return st.builds(
        files.seen,
        mention=mentions(),
        brand=NAMED,
        predictions=predictions(),
        triage=triage,
        copy_of=maybe(RECORD_IDS),
    )


def with_ids(some: Sequence[SeenMention]) -> tuple[SeenMention, ...]:
    """Give each post an id of its own."""
    return tuple(
        replace(each, mention=replace(each.mention, id=mention_id(each.mention.platform, f"{number:0{LONGEST_ID}}")))
        for number, each in enumerate(some)
    )


_CASE: dict[str, st.SearchStrategy[Any]] = {
    "id": RECORD_IDS,
    "brand": NAMED,
    "platform": PLATFORMS,
    "kind": st.sampled_from(CaseKind),
    "state": st.sampled_from(CaseState),
    "urgency": st.sampled_from(Urgency),
    "posted_at": MOMENTS,
    "due_at": MOMENTS,
    "owner": maybe(PEOPLE),
    "snoozed_until": maybe(MOMENTS),
    "snoozed_by": maybe(PEOPLE),
    "escalated_at": maybe(MOMENTS),
    "escalated_by": maybe(PEOPLE),
    "escalated_to": maybe(SEVERAL_IDS | WORDS),
    "answered_at": maybe(MOMENTS),
    "closed_at": maybe(MOMENTS),
}


def cases() -> st.SearchStrategy[Case]:
    return st.builds(files.case, **_CASE)


def responses() -> st.SearchStrategy[Response]:
    credit = st.builds(Credit, user_id=PEOPLE, reason=st.sampled_from(CreditReason))
    return st.builds(
        Response,
        case_id=RECORD_IDS,
        mention_id=mention_ids(),
        responder=WORDS,
        at=MOMENTS,
        url=URLS,
        credit=maybe(credit),
    )


def risks() -> st.SearchStrategy[tuple[Risk, ...]]:
    """Draw each kind of risk once at most."""
    return some_of(RiskKind).flatmap(
        lambda drawn: st.tuples(*(st.builds(Risk, st.just(kind), WORDS) for kind in drawn))
    )


def _handed_in(text: str) -> str:
    """Make a text of it that could be handed in: what cannot never becomes a draft."""
    text = text[:3000].strip()
    return "Sorry, Jane & all." if text_fault(text) or text_faults(text) else text


def drafts() -> st.SearchStrategy[Draft]:
    return st.builds(
        Draft,
        id=RECORD_IDS,
        case_id=RECORD_IDS,
        mention_id=mention_ids(),
        brand=NAMED,
        platform=PLATFORMS,
        author=SLACK_IDS,
        text=WORDS.map(_handed_in),
        state=st.sampled_from(ReplyState),
        created_at=MOMENTS,
        risks=risks(),
        decided_by=maybe(SLACK_IDS),
        decided_at=maybe(MOMENTS),
        note=maybe(WORDS),
    )


def customer_summaries() -> st.SearchStrategy[CustomerSummary]:
    return st.builds(CustomerSummary, customer_id=RECORD_IDS, grade=WORDS, value_band=WORDS, earlier_cases=COUNTS)


def case_files(*, least: int = 0) -> st.SearchStrategy[CaseFile]:
    """Draw cases with `least` posts or more, whatever their state says."""
    happened = st.builds(HistoryLine, at=MOMENTS, actor=maybe(PEOPLE), action=WORDS, whom=maybe(SEVERAL_IDS | WORDS))
    return st.builds(
        CaseFile,
        case=cases(),
        author=authors(),
        mentions=many(seen(), most=8, least=least),
        responses=many(responses(), most=9),
        history=many(happened, most=12),
        customer=maybe(customer_summaries()),
        counted=st.booleans(),
        context=maybe(st.builds(Context, author=authors(), text=WORDS)),
        copies=maybe(st.builds(Copies, posts=COUNTS, reach=COUNTS)),
        approached=many(approached(), most=8),
        draft=maybe(drafts()),
    )


def approached() -> st.SearchStrategy[Approached]:
    return st.builds(
        Approached, author=authors(), post=maybe(mention_ids()), url=URLS, grade=maybe(WORDS), value_band=WORDS
    )


def in_state(state: CaseState) -> st.SearchStrategy[CaseFile]:
    return case_files().map(lambda file: replace(file, case=replace(file.case, state=state)))
