"""What one person is shown in answer to a command or a click, over generated values."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.commands import LOOK_UP, VERBS
from bot.commands.lists import LEADS_SHOWN
from bot.typed import CUSTOMER, EARSHOT
from bot.views import (
    audit,
    blind_check,
    customer,
    elements,
    evidence,
    forget,
    health,
    help,  # noqa: A004  # the module of that view
    kpi,
    leads,
    muting,
    paging,
    quality,
    queries,
    queue,
    search,
    stats,
    unsure,
    why,
)
from bot.views.paging import PAGE
from flows.lookup import PICKS
from tests.bot.generated import figures, messages, people, posts
from tests.bot.generated.drawn import KEYS, PAGES, PERIOD, drawn
from tests.bot.generated.words import (
    DAYS,
    MOMENTS,
    NAMED,
    RECORD_IDS,
    WORDS,
    many,
    maybe,
)
from tests.builders import NOON


def _page_of_kpis(brands: Sequence[Any], *, page: int, since: date, until: date) -> list[Block]:
    """Put the KPIs of several brands on pages, as the command does."""
    period = {"since": since, "until": until, "with_buttons": False}
    pages = paging.on_pages(
        [
            kpi.kpi_blocks(kpis, brand=name, scores=scores, corrections=late, **period)
            for kpis, name, scores, late in brands
        ]
    )
    page = min(page, len(pages) - 1)
    return [*pages[page], *paging.page_buttons(kpi.KPI, page=page, more=page + 1 < len(pages), rest="2026-11|")]


ANSWERS = {
    "queue": drawn(
        queue.queue_blocks,
        people.queue_pages(),
        page=PAGES,
        now=MOMENTS,
        wanted=people.queue_filters(),
        value=people.queue_filters().map(queue.queue_value),
        beside=lambda found, wanted, **_: [queue.queue_text(found, wanted)],
    ),
    "case": drawn(queue.case_blocks, posts.case_files(), now=MOMENTS),
    "search": drawn(
        search.search_blocks,
        people.search_pages(),
        people.search_queries(),
        page=PAGES,
        key=KEYS,
        beside=lambda found, query, page, key: [search.search_text(found, page)],
    ),
    "unsure": drawn(
        unsure.unsure_blocks,
        people.unsure_pages(),
        page=PAGES,
        brand=NAMED | st.just(""),
        judged=maybe(posts.case_files()),
        beside=lambda found, **_: [unsure.unsure_text(found)],
    ),
    "query": drawn(queries.trial_blocks, figures.query_trials(), beside=lambda trial: [queries.trial_text(trial)]),
    "fault of a query": drawn(queries.query_fault_blocks, WORDS, query=WORDS, column=st.integers(1, 2001)),
    "saved queries": drawn(
        queries.saved_blocks, figures.saved_queries(), beside=lambda found: [queries.saved_text(found)]
    ),
    "versions of a query": drawn(queries.versions_blocks, figures.saved_queries()),
    "saved query": drawn(queries.version_blocks, figures.saved_query()),
    "mute": drawn(muting.begun_blocks, people.mute()),
    "mutes": drawn(
        muting.muted_blocks,
        people.mutes(200),
        page=st.integers(0, 3),
        new=st.sampled_from(["", "0" * 32]),
        beside=lambda muted, **_: [muting.muted_text(muted)],
    ),
    "KPIs": drawn(
        kpi.kpi_blocks,
        figures.kpis(),
        scores=figures.scores(),
        corrections=figures.corrections(),
        with_buttons=st.booleans(),
        beside=lambda _, brand, since, until, **__: [kpi.kpi_text(brand=brand, since=since, until=until)],
        **PERIOD,
    ),
    "page of KPIs": drawn(
        _page_of_kpis,
        many(st.tuples(figures.kpis(), NAMED, figures.scores(), figures.corrections()), most=12, least=1),
        page=st.integers(0, 20),
        since=DAYS,
        until=DAYS,
    ),
    "evidence": drawn(
        evidence.evidence_blocks,
        figures.evidence_pages(PAGE),
        beside=lambda page, **period: [evidence.evidence_text(page, **period)],
        **PERIOD,
    ),
    "stats": drawn(
        stats.stats_blocks,
        figures.team_stats(most=12),
        beside=lambda found, **_: [stats.stats_text(found)],
        page=st.integers(0, 20),
        value=st.just("week|"),
    ),
    "health": drawn(
        health.health_blocks,
        figures.healths(),
        beside=lambda told: [health.health_text(told), *(s for q in told.quality for s in quality.quality_lines(q))],
    ),
    "leads": drawn(
        leads.leads_blocks,
        messages.lead_pages(LEADS_SHOWN),
        page=PAGES,
        value=st.sampled_from([" ", f"{NOON.isoformat()} Lumora"]),
        most=st.just(LEADS_SHOWN),
        beside=lambda found, **_: [leads.leads_text(found)],
    ),
    "why": drawn(why.why_blocks, people.stories(), beside=lambda told: [why.why_text(told)]),
    "audit": drawn(
        audit.audit_blocks,
        figures.audit_pages(PAGE),
        page=PAGES,
        value=st.sampled_from(["", "last:20"]) | RECORD_IDS.map(lambda drawn: f"subject:{drawn}"),
        chain=maybe(figures.chains()),
        beside=lambda _, chain, **__: [audit.audit_text(chain)] if chain else [],
    ),
    "help": drawn(
        help.help_blocks,
        st.fixed_dictionaries(
            {EARSHOT: st.lists(st.sampled_from(VERBS), unique=True), CUSTOMER: st.sampled_from([[], [LOOK_UP]])}
        ),
        beside=lambda _: [help.help_text()],
    ),
    "help of a verb": drawn(help.verb_blocks, st.sampled_from([EARSHOT, CUSTOMER]), st.sampled_from([*VERBS, LOOK_UP])),
    "profile": drawn(customer.profile_blocks, people.profiles()),
    "customers": drawn(
        customer.pick_blocks,
        people.found_customers(PICKS),
        beside=lambda found: [customer.customers_text(len(found))],
    ),
    "nobody": drawn(customer.nobody_blocks, WORDS),
    "forget whom": drawn(
        forget.whom_blocks,
        many(people.offers(), most=PICKS),
        beside=lambda offers: [forget.offers_text(len(offers))],
    ),
    "forget": drawn(forget.offer_blocks, people.offers()),
    "forgotten": drawn(forget.receipt_blocks, people.forgettings(), beside=lambda done: [forget.receipt_text(done)]),
    "blind step": drawn(
        blind_check.blind_step_blocks,
        messages.blind_posts() | messages.blind_rests(),
        beside=lambda step: [blind_check.blind_step_text(step)],
    ),
    "exact text": drawn(elements.exact_blocks, posts.drafts().map(lambda draft: draft.text)),
}
