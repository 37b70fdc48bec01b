"""What `/healthz` and `/metrics` say of a bot."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.gap import Gap, GapReason, GapState
from domain.health import Headroom
from domain.vitals import Counts, Pulse, Vitals
from tests.bot import files
from tests.builders import NOON
from web.healthz import healthz
from web.metrics import metrics
from web.server import Request

WELL = files.health().streams[0]
ALIVE = Vitals(NOON, Pulse(running=True, leading=True, connected=True), Counts(), files.health(streams=(WELL,)))


def asked(vitals):
    answer = healthz(lambda: vitals)(Request("GET", "/healthz"))
    said = json.loads(answer.body)
    return answer.status, said["status"], said["reasons"]


def test_a_bot_that_works_is_200():
    assert asked(ALIVE) == (200, "ok", [])


def failing(stream):
    return replace(stream, failing_since=NOON, last_error="503")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pulse": replace(ALIVE.pulse, running=False)}, "the schedule does not run"),
        ({"pulse": replace(ALIVE.pulse, connected=False)}, "Slack cannot reach us"),
        ({"pulse": replace(ALIVE.pulse, stalled=("lumora",))}, "lumora was not polled for a long time"),
        ({"health": None, "fault": "locked"}, "the database does not answer: locked"),
        ({"led": False}, "no process polls and posts: the lease is free"),
        ({"health": files.health(streams=(failing(WELL),))}, "no source can be read"),
    ],
)
def test_a_bot_that_does_not_do_its_work_is_503_with_the_reason(changes, reason):
    status, word, reasons = asked(replace(ALIVE, **changes))
    assert (status, word) == (503, "failing")
    assert reason in reasons


def test_what_a_restart_would_not_mend_is_200_and_said():
    soon = replace(WELL, headroom=Headroom(secret_until=NOON + timedelta(days=6)))
    silent = replace(WELL, silent_since=NOON)
    ill = replace(ALIVE, health=files.health(streams=(failing(WELL), silent, soon)))
    ill = replace(ill, pulse=replace(ill.pulse, failing=("purge",)))
    assert asked(ill) == (
        200,
        "degraded",
        [
            "the job purge fails",
            "lumora on X cannot be read since 2026-03-04T12:00:00.000000+00:00",
            "lumora on X brings nothing, which is unusual",
            "the credentials of lumora on X expire 2026-03-10T12:00:00.000000+00:00",
        ],
    )


def test_money_that_is_spent_is_no_reason_to_restart():
    spent = replace(failing(WELL), spent_today_usd=WELL.daily_cap_usd)
    assert asked(replace(ALIVE, health=files.health(streams=(spent,))))[:2] == (200, "degraded")


def test_a_second_process_that_waits_for_the_lease_is_well():
    assert asked(replace(ALIVE, pulse=replace(ALIVE.pulse, leading=False)))[:2] == (200, "ok")


def scraped(vitals):
    answer = metrics(lambda: vitals)(Request("GET", "/metrics"))
    families = text_string_to_metric_families(answer.body.decode())
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


def test_metrics_are_what_prometheus_reads():
    gap = Gap(WELL.stream, "Lumora", NOON, NOON + timedelta(minutes=30), GapReason.CAP, GapState.LOST)
    known = files.health(streams=(replace(WELL, headroom=Headroom(left=12)),), gaps=(gap,))
    counts = Counts({WELL.stream: 9}, {WELL.stream: 2}, {WELL.stream: 70}, alerts=3, posts=5)
    told = scraped(replace(ALIVE, health=known, counts=counts))
    name = WELL.stream
    assert told["earshot_polls_total", name] == 9
    assert told["earshot_poll_failures_total", name] == 2
    assert told["earshot_mentions_total", name] == 70
    assert (told["earshot_alerts_total",], told["earshot_messages_posted_total",]) == (3, 5)
    assert told["earshot_messages_waiting",] == known.messages_waiting
    assert told["earshot_stream_lag_seconds", name] == 40
    assert told["earshot_spend_today_usd", name] == 1.25
    assert told["earshot_quota_left", name] == 12
    assert told["earshot_gap_minutes", "lost", name] == 30
    assert told["earshot_gap_minutes", name, "open"] == 0
    assert told["earshot_process_resident_memory_bytes",] > 1e6


def test_metrics_are_answered_without_a_database():
    told = scraped(replace(ALIVE, health=None, fault="locked"))
    assert told["earshot_database_up",] == 0
    assert ("earshot_messages_waiting",) not in told


def test_no_label_has_anything_but_names_of_streams_and_states():
    answer = metrics(lambda: replace(ALIVE, counts=Counts({"s": 1}, {}, {})))(Request("GET", "/metrics"))
    families = text_string_to_metric_families(answer.body.decode())
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    assert labels == {"stream", "state"}
