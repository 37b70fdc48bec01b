"""Every view over generated values: within Slack's limits to the last nested object, and nothing foreign comes to life.

A few hundred values are drawn in all, or as many as EARSHOT_GENERATED says; `python -m tests.benchmarks views` counts.
"""

import json
import os
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.views import batch, blind_check, card, customer, digest, health, kpi, notice, queue
from bot.views.quality import quality_lines, quality_summary
from domain.message import Notice
from domain.queue import QueueFilter
from flows.lookup import PICKS
from tests.bot import files
from tests.bot import generated as g
from tests.bot.validation import faults, live, live_tokens, text_objects

DRAWN = int(os.environ.get("EARSHOT_GENERATED", "400"))
TEXT_LIMIT = 4000
"""Slack cuts longer texts: https://docs.slack.dev/reference/methods/chat.postMessage#truncating."""


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a value, and the texts beside it."""

    values: st.SearchStrategy[Any]
    blocks: Any
    beside: Any = lambda value: []


def show_card(value):
    file, now = value
    return card.card_blocks(file, now=now)


def show_queue(value):
    page, number, now, brand = value
    return queue.queue_blocks(page, page=number, now=now, wanted=QueueFilter(brand=brand))


def show_kpis(value):
    kpis, brand, since, until = value
    return kpi.kpi_blocks(kpis, brand=brand, since=since, until=until)


VIEWS = {
    "card": View(
        st.tuples(g.case_files(), g.MOMENTS),
        show_card,
        lambda value: [card.card_text(value[0]), card.card_plain_text(value[0], now=value[1])],
    ),
    "batch": View(g.batch_lines(), batch.batch_blocks, lambda value: [batch.batch_text(value)]),
    "digest": View(g.digests(), digest.digest_blocks, lambda value: [digest.digest_text(value)]),
    "notice": View(st.builds(Notice, g.WORDS), notice.notice_blocks, lambda value: [notice.notice_text(value)]),
    "queue": View(
        st.tuples(g.queue_pages(), st.integers(0, 1000), g.MOMENTS, st.none() | g.NAMED),
        show_queue,
        lambda value: [queue.queue_text(value[0])],
    ),
    "kpi": View(
        st.tuples(g.kpis(), g.NAMED, g.DAYS, g.DAYS),
        show_kpis,
        lambda value: [kpi.kpi_text(brand=value[1], since=value[2], until=value[3])],
    ),
    "health": View(g.healths(), health.health_blocks, lambda value: [health.health_text(value)]),
    "quality": View(
        st.tuples(g.qualities(), g.COUNTS),
        lambda _: [],
        lambda value: [*quality_lines(value[0]), quality_summary(value[0], called=value[1]) or "nothing"],
    ),
    "profile": View(g.profiles(), customer.profile_blocks),
    "pick": View(
        g.many(st.builds(files.profile, customer=g.customers()), most=PICKS),
        customer.pick_blocks,
        lambda value: [customer.customers_text(len(value))],
    ),
    "nobody": View(g.WORDS, customer.nobody_blocks),
    "blind_check": View(
        g.blind_checks(), blind_check.blind_check_blocks, lambda value: [blind_check.blind_check_text(value)]
    ),
    "blind_step": View(
        g.blind_posts() | g.blind_rests(),
        blind_check.blind_step_blocks,
        lambda value: [blind_check.blind_step_text(value)],
    ),
}


@pytest.mark.parametrize("name", VIEWS)
@settings(
    max_examples=-(-DRAWN // len(VIEWS)),
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_is_shown_slack_takes_it_and_nothing_foreign_lives(name, data):
    view = VIEWS[name]
    value = data.draw(view.values)
    blocks = view.blocks(value)
    dicts = [block.to_dict() for block in blocks]
    assert faults(blocks) == []
    assert live(dicts) == []
    for shown in text_objects(dicts):  # no emoji names in what is foreign, no links made of what we say
        assert shown["emoji"] is False if shown["type"] == "plain_text" else shown["verbatim"] is True
    json.dumps(dicts, ensure_ascii=False).encode()
    for line in view.beside(value):
        assert live_tokens(line) == []
        assert 0 < len(line) < TEXT_LIMIT
        line.encode()
