"""Every view function of the bot over generated arguments; one that is missing here fails the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.commands import LOOK_UP, VERBS
from bot.desk import Answer
from bot.subjects import CaseSubject, MessageSubject, PostSubject, subject_value
from bot.typed import CUSTOMER, EARSHOT
from bot.views import (
    approval,
    audit,
    batch,
    blind_check,
    card,
    case_forms,
    customer,
    deadline,
    digest,
    elements,
    evidence,
    forget,
    handover,
    health,
    help,  # noqa: A004  # the module of that view
    home,
    kpi,
    linking,
    modal,
    muting,
    notice,
    quality,
    queue,
    refusal,
    reply,
    search,
    stats,
    surge,
    unsure,
)
from bot.views.paging import PAGE
from domain.case import CaseState
from domain.handover import EscalationPolicy
from domain.message import Notice
from domain.person import Role
from flows.lookup import PICKS
from tests import builders
from tests.bot.generated import figures, messages, people, posts
from tests.bot.generated.words import (
    CHANNELS,
    DAYS,
    MEMBERS,
    MOMENTS,
    NAMED,
    PEOPLE,
    PLATFORMS,
    RECORD_IDS,
    WORDS,
    many,
    maybe,
    mention_ids,
)

Shown = list[Block] | View


@dataclass(frozen=True, slots=True)
class Drawn:
    """A view function with what it is called with, and the texts that go beside what it shows."""

    of: Callable[..., Shown]
    arguments: st.SearchStrategy[tuple[tuple[Any, ...], dict[str, Any]]]
    beside: Callable[..., list[str]]


def _drawn(
    of: Callable[..., Shown], *args: Any, beside: Callable[..., list[str]] | None = None, **kwargs: Any
) -> Drawn:
    arguments = st.tuples(st.tuples(*args), st.fixed_dictionaries(kwargs))
    return Drawn(of, arguments, beside or (lambda *_, **__: []))


def _card(state: CaseState) -> Drawn:
    return _drawn(
        card.card_blocks,
        posts.in_state(state),
        now=MOMENTS,
        beside=lambda file, now: [card.card_text(file), card.card_plain_text(file, now=now)],
    )


PERIOD: dict[str, st.SearchStrategy[Any]] = {"brand": NAMED, "since": DAYS, "until": DAYS}
PAGES = st.integers(0, 1000)
KEYS = st.text("abcdef0123456789-_", min_size=12, max_size=12)

MESSAGES = {f"card, {state.value}": _card(state) for state in CaseState} | {
    "batch": _drawn(batch.batch_blocks, messages.batch_lines(), beside=lambda told: [batch.batch_text(told)]),
    "surge": _drawn(
        surge.surge_blocks, messages.surges(), now=MOMENTS, beside=lambda told, now: [surge.surge_text(told)]
    ),
    "surge line": _drawn(
        surge.surge_line_blocks,
        messages.surge_lines(),
        now=MOMENTS,
        beside=lambda told, now: [surge.surge_line_text(told)],
    ),
    "deadline": _drawn(
        deadline.deadline_blocks,
        messages.deadlines(),
        now=MOMENTS,
        beside=lambda told, now: [deadline.deadline_text(told)],
    ),
    "nudge": _drawn(handover.nudge_blocks, messages.nudges(), beside=lambda told: [handover.nudge_text(told)]),
    "handover": _drawn(
        handover.handover_blocks, messages.handed_over(), beside=lambda told: [handover.handover_text(told)]
    ),
    "approval": _drawn(
        approval.approval_blocks,
        messages.approval_requests(),
        beside=lambda asked: [approval.approval_text(asked)],
    ),
    "reply note": _drawn(approval.note_blocks, messages.reply_notes(), beside=lambda note: [approval.note_text(note)]),
    "blind check": _drawn(
        blind_check.blind_check_blocks,
        messages.blind_checks(),
        beside=lambda check: [blind_check.blind_check_text(check)],
    ),
    "digest": _drawn(digest.digest_blocks, figures.digests(), beside=lambda told: [digest.digest_text(told)]),
    "notice": _drawn(notice.notice_blocks, st.builds(Notice, WORDS), beside=lambda told: [notice.notice_text(told)]),
}
"""What is posted in channels and to single people."""

ANSWERS = {
    "queue": _drawn(
        queue.queue_blocks,
        people.queue_pages(),
        page=PAGES,
        now=MOMENTS,
        wanted=people.queue_filters(),
        value=people.queue_filters().map(queue.queue_value),
        beside=lambda found, wanted, **_: [queue.queue_text(found, wanted)],
    ),
    "case": _drawn(queue.case_blocks, posts.case_files(), now=MOMENTS),
    "search": _drawn(
        search.search_blocks,
        people.search_pages(),
        people.search_queries(),
        page=PAGES,
        key=KEYS,
        beside=lambda found, query, page, key: [search.search_text(found, page)],
    ),
    "unsure": _drawn(
        unsure.unsure_blocks,
        people.unsure_pages(),
        page=PAGES,
        brand=NAMED | st.just(""),
        judged=maybe(posts.case_files()),
        beside=lambda found, **_: [unsure.unsure_text(found)],
    ),
    "mute": _drawn(muting.begun_blocks, people.mute()),
    "mutes": _drawn(
        muting.muted_blocks,
        people.mutes(200),
        page=st.integers(0, 3),
        new=st.sampled_from(["", "0" * 32]),
        beside=lambda muted, **_: [muting.muted_text(muted)],
    ),
    "KPIs": _drawn(
        kpi.kpi_blocks,
        figures.kpis(),
        scores=figures.scores(),
        corrections=figures.corrections(),
        with_buttons=st.booleans(),
        beside=lambda _, brand, since, until, **__: [kpi.kpi_text(brand=brand, since=since, until=until)],
        **PERIOD,
    ),
    "evidence": _drawn(
        evidence.evidence_blocks,
        figures.evidence_pages(evidence.PAGE),
        beside=lambda page, **period: [evidence.evidence_text(page, **period)],
        **PERIOD,
    ),
    "stats": _drawn(stats.stats_blocks, figures.team_stats(most=12), beside=lambda found: [stats.stats_text(found)]),
    "health": _drawn(
        health.health_blocks,
        figures.healths(),
        beside=lambda told: [health.health_text(told), *(s for q in told.quality for s in quality.quality_lines(q))],
    ),
    "audit": _drawn(
        audit.audit_blocks,
        figures.audit_pages(PAGE),
        page=PAGES,
        value=st.sampled_from(["", "last:20"]) | RECORD_IDS.map(lambda drawn: f"subject:{drawn}"),
        chain=maybe(figures.chains()),
        beside=lambda _, chain, **__: [audit.audit_text(chain)] if chain else [],
    ),
    "help": _drawn(
        help.help_blocks,
        st.fixed_dictionaries(
            {EARSHOT: st.lists(st.sampled_from(VERBS), unique=True), CUSTOMER: st.sampled_from([[], [LOOK_UP]])}
        ),
        beside=lambda _: [help.help_text()],
    ),
    "help of a verb": _drawn(
        help.verb_blocks, st.sampled_from([EARSHOT, CUSTOMER]), st.sampled_from([*VERBS, LOOK_UP])
    ),
    "profile": _drawn(customer.profile_blocks, people.profiles()),
    "customers": _drawn(
        customer.pick_blocks,
        people.found_customers(PICKS),
        beside=lambda found: [customer.customers_text(len(found))],
    ),
    "nobody": _drawn(customer.nobody_blocks, WORDS),
    "forget whom": _drawn(
        forget.whom_blocks,
        many(people.offers(), most=PICKS),
        beside=lambda offers: [forget.offers_text(len(offers))],
    ),
    "forget": _drawn(forget.offer_blocks, people.offers()),
    "forgotten": _drawn(forget.receipt_blocks, people.forgettings(), beside=lambda done: [forget.receipt_text(done)]),
    "blind step": _drawn(
        blind_check.blind_step_blocks,
        messages.blind_posts() | messages.blind_rests(),
        beside=lambda step: [blind_check.blind_step_text(step)],
    ),
    "exact text": _drawn(elements.exact_blocks, posts.drafts().map(lambda draft: draft.text)),
}
"""What one person is shown."""

SUBJECTS = st.one_of(
    st.builds(CaseSubject, RECORD_IDS),
    st.builds(PostSubject, NAMED, mention_ids()),
    st.builds(MessageSubject, CHANNELS, st.just("1772625600.000100")),
).map(subject_value)
_BRANDS = many(NAMED, most=30).map(lambda drawn: list(dict.fromkeys(drawn)))
_PLACES = CHANNELS | st.just("#lumora-alerts")
_BRAND = st.builds(
    builders.brand, NAMED, time_zone=st.sampled_from(["UTC", "America/Argentina/ComodRivadavia"]).map(ZoneInfo)
)
_TITLES = st.sampled_from(["Reply", "Link to customer", "Earshot", "X" * modal.TITLE_LIMIT])
_TYPED = st.dictionaries(
    st.sampled_from(["reply_text_1", "note", "quote", "reason"]),
    WORDS.map(lambda words: words[:3000]) | many(MEMBERS, most=10),
    max_size=3,
)
_ANSWERS = st.builds(Answer, st.builds(refusal.refusal_words, people.refusals())) | st.builds(
    lambda file, now: Answer(card.card_text(file), card.card_blocks(file, now=now), case_id=file.case.id),
    posts.case_files(),
    MOMENTS,
)


def _home(*roles: Role) -> Drawn:
    return _drawn(home.home_view, people.homes(frozenset(roles)), now=MOMENTS, settings=people.settings())


WINDOWS = {f"home, {role.value}": _home(role) for role in Role} | {
    "home, all roles": _home(*Role),
    "home of a stranger": _drawn(home.stranger_view, many(MEMBERS, most=3)),
    "home in trouble": _drawn(home.trouble_view, st.builds(refusal.refusal_words, people.refusals())),
    "reply": _drawn(
        reply.reply_view,
        people.sheets(),
        fill=KEYS,
        previewed=st.booleans(),
        beside=lambda sheet, **_: [
            reply.handed_in_words(sheet),
            *([refusal.refusal_words(sheet.trouble)] if sheet.trouble else []),
        ],
    ),
    "reply to copy": _drawn(reply.copy_view, people.sheets()),
    "changes": _drawn(approval.changes_view, RECORD_IDS),
    "topic to mute": _drawn(muting.topic_view, SUBJECTS, brand=NAMED),
    "snooze": _drawn(
        case_forms.snooze_view, SUBJECTS, brand=_BRAND, at=MOMENTS, fault=st.sampled_from(["", "That moment is over."])
    ),
    "assign": _drawn(case_forms.assign_view, SUBJECTS, owner=maybe(PEOPLE)),
    "escalate": _drawn(
        case_forms.escalate_view,
        SUBJECTS,
        policy=st.builds(EscalationPolicy, people=many(MEMBERS, most=10), channel=maybe(_PLACES)),
    ),
    "product": _drawn(case_forms.product_view, SUBJECTS, channel=maybe(_PLACES), quote=maybe(WORDS), brands=_BRANDS),
    "lead": _drawn(case_forms.lead_view, SUBJECTS, quote=maybe(WORDS), brands=_BRANDS),
    "choice of a post": _drawn(
        case_forms.post_view,
        NAMED.map(lambda brand: f"send_to_product|{brand}"),
        many(posts.seen(), most=PICKS, least=1).map(posts.with_ids),
    ),
    "search of a customer": _drawn(
        linking.search_view, SUBJECTS, author=maybe(posts.authors()), typed=WORDS, nobody=st.booleans()
    ),
    "choice of a customer": _drawn(linking.choice_view, SUBJECTS, people.found_customers(PICKS, least=1)),
    "unlink": _drawn(
        linking.unlink_view,
        SUBJECTS | st.just(""),
        people.links().filter(len),
        customer=people.customers(),
    ),
    "account": _drawn(
        linking.account_view,
        RECORD_IDS,
        platforms=st.sets(PLATFORMS, min_size=1).map(sorted),
    ),
    "note": _drawn(linking.note_view, RECORD_IDS),
    "wait": _drawn(modal.waiting_view, _TITLES, external_id=KEYS),
    "what came of it": _drawn(modal.said_view, _TITLES, _ANSWERS, typed=maybe(_TYPED)),
}
"""Home tabs and modals."""

VIEWS: dict[str, Drawn] = MESSAGES | ANSWERS | WINDOWS
