"""Draws what the bot posts by itself: lines, surges, deadlines, nudges, what is passed on, approvals, blind checks.

How many things there are at most is what the flows hand to a view.
"""

from hypothesis import strategies as st

from crm.engagement import NOUNS, reason
from domain.blind_check import QUESTIONS, BlindCheck, BlindPost, BlindRest
from domain.deadline import DeadlineKind, DeadlineNotice
from domain.engagement import Change, ChangeKind, ChangeLine, EngagementChanges
from domain.handover import Handover, HandoverKind, Interest
from domain.message import (
    ApprovalRequest,
    BatchLine,
    HandedOver,
    MessageKind,
    Nudge,
    NudgeReason,
    ReplyNote,
)
from domain.noise import Surge, SurgeLine, SurgeSpan
from flows import deadlines as deadline_flow
from flows.contents import SHOWN_IN_BATCH
from flows.engagement import SHOWN
from flows.handing_over import LeadPage
from flows.surging import LINE_SHOWN, LOUDEST_SHOWN, REASONS_SHOWN
from tests.bot import files
from tests.bot.generated.posts import case_files, cases, drafts, mentions, seen
from tests.bot.generated.words import (
    CHANNELS,
    COUNTS,
    DAYS,
    MOMENTS,
    NAMED,
    PEOPLE,
    RECORD_IDS,
    SEVERAL_IDS,
    SLACK_IDS,
    URLS,
    WORDS,
    many,
    maybe,
)


def batch_lines() -> st.SearchStrategy[BatchLine]:
    return st.builds(
        BatchLine,
        brand=NAMED,
        kind=st.sampled_from([MessageKind.BATCH, MessageKind.REVIEW]),
        since=MOMENTS,
        until=MOMENTS,
        total=COUNTS,
        shown=many(seen(), most=SHOWN_IN_BATCH),
        late=COUNTS,
    )


def surges() -> st.SearchStrategy[Surge]:
    span = st.builds(
        SurgeSpan,
        id=RECORD_IDS,
        brand=NAMED,
        channel=CHANNELS,
        since=MOMENTS,
        told_until=MOMENTS,
        ended_at=maybe(MOMENTS),
    )
    counted = ("cases", "urgent", "open", "owned", "answered")
    return st.builds(
        Surge,
        span=span,
        reasons=many(st.tuples(WORDS, COUNTS), most=REASONS_SHOWN),
        loudest=many(case_files(least=1), most=LOUDEST_SHOWN),
        **dict.fromkeys(counted, COUNTS),
    )


def surge_lines() -> st.SearchStrategy[SurgeLine]:
    return st.builds(
        SurgeLine,
        brand=NAMED,
        since=MOMENTS,
        until=MOMENTS,
        total=COUNTS,
        shown=many(case_files(least=1), most=LINE_SHOWN),
    )


def deadlines() -> st.SearchStrategy[DeadlineNotice]:
    return st.builds(
        DeadlineNotice,
        kind=st.sampled_from(DeadlineKind),
        brand=NAMED,
        person=maybe(SLACK_IDS),
        total=COUNTS,
        since=maybe(MOMENTS),
        shown=many(case_files(least=1), most=deadline_flow.SHOWN),
    )


def nudges() -> st.SearchStrategy[Nudge]:
    return st.builds(Nudge, reason=st.sampled_from(NudgeReason), by=maybe(PEOPLE), case=cases(), card_url=maybe(URLS))


def lead_pages(most: int) -> st.SearchStrategy[LeadPage]:
    return st.builds(LeadPage, leads=st.lists(handed_over(HandoverKind.LEAD), max_size=most).map(tuple), total=COUNTS)


@st.composite
def handed_over(draw: st.DrawFn, *kinds: HandoverKind) -> HandedOver:
    """Draw each kind, with its post, without one (it came from a message), and where the post was erased since."""
    kind = draw(st.sampled_from(kinds or tuple(HandoverKind)))
    handover = st.builds(
        Handover,
        id=RECORD_IDS,
        kind=st.just(kind),
        brand=NAMED,
        at=MOMENTS,
        by=maybe(PEOPLE),
        note=WORDS.map(lambda words: words[:2000]),
        quote=WORDS,
        source_url=URLS,
        whom=maybe(SEVERAL_IDS | WORDS),
        interest=maybe(st.sampled_from(Interest)),
    )
    return HandedOver(
        kind=kind,
        handover=draw(maybe(handover)),
        seen=draw(maybe(seen())),
        case=draw(maybe(cases())),
        card_url=draw(maybe(URLS)),
    )


def approval_requests() -> st.SearchStrategy[ApprovalRequest]:
    return st.builds(ApprovalRequest, draft=maybe(drafts()), wrote_again=st.booleans())


def reply_notes() -> st.SearchStrategy[ReplyNote]:
    return st.builds(ReplyNote, draft=maybe(drafts()))


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


def engagement_changes() -> st.SearchStrategy[EngagementChanges]:
    """Draw changes with reasons as they are worded: nothing in them is a stranger's."""
    numbers = {"usual": st.floats(0, 1e4), "recent": COUNTS, "days": st.integers(7, 56), "chance": st.floats(0, 0.01)}
    change = st.builds(Change, kind=st.sampled_from(ChangeKind), **numbers)
    reasons = st.builds(reason, change, st.sampled_from([*NOUNS.values(), "actions"]))
    bands = st.sampled_from(["high", "medium", "low", "unknown"])
    line = st.builds(ChangeLine, RECORD_IDS, st.sampled_from(ChangeKind), bands, reasons)
    return st.builds(EngagementChanges, on=DAYS, drops=COUNTS, rises=COUNTS, shown=many(line, most=SHOWN))
