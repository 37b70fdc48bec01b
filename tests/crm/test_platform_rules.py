import re
from datetime import timedelta

import pytest

from crm.identity import sight
from crm.platform_rules import COUNTS_AS_CUSTOMER, INFERRED, RULES, SENSITIVE, retention_of, rules_of
from domain.brand import Account
from domain.customer import Grade, Link, LinkState
from nlp.tasks import TASKS
from tests.builders import NOON, author


def sensitive(words):
    parts = re.split(r"[^a-z]+", words.lower().replace("_", " "))
    return [part for part in parts if any(part.startswith(word) for word in SENSITIVE)]


def test_models_say_nothing_but_what_the_policy_names():
    assert set(TASKS) == set(INFERRED)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_no_label_is_sensitive(task):
    words = [task.name, *task.labels, *task.spellings, INFERRED[task.name]]
    assert [word for word in words if sensitive(word)] == []


@pytest.mark.parametrize("label", ["political_view", "health", "religious", "sexual orientation", "union_member"])
def test_a_sensitive_label_would_be_found(label):
    assert sensitive(label)


def test_x_is_asked_within_a_day_and_reddit_within_two_and_neither_keeps_versions():
    assert rules_of("x").recheck_within == timedelta(hours=24)
    assert rules_of("reddit").recheck_within == timedelta(hours=48)
    assert not rules_of("x").keeps_versions
    assert not rules_of("reddit").keeps_versions


def test_a_platform_without_rules_keeps_posts_and_no_versions():
    rules = rules_of("a new one")
    assert (rules.recheck_within, rules.retention, rules.keeps_versions) == (None, None, False)
    assert retention_of("a new one", days=None) is None


@pytest.mark.parametrize(("days", "kept"), [(None, 30), (7, 7), (365, 30)])
def test_the_settings_may_shorten_what_the_rules_allow_and_never_lengthen_it(days, kept):
    assert RULES["youtube"].retention == timedelta(days=30)
    assert retention_of("youtube", days=days) == timedelta(days=kept)


@pytest.mark.parametrize("grade", Grade)
def test_only_a_handle_that_was_given_or_proved_links_an_account(grade):
    jane = author()
    waiting = Link("l1", "c1", Account("x", "jane"), grade, LinkState.AWAITING, None, "import", NOON)
    assert (sight(jane, [waiting]).pin is not None) == (grade in COUNTS_AS_CUSTOMER)
