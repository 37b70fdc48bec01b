"""When the operators are told that a source fails, and that it works again."""

from dataclasses import replace
from datetime import timedelta

from crm.incidents import LONG_CALM, improved, is_due, worsened
from domain.incident import IncidentKind, IncidentPolicy
from tests.builders import NOON

POLICY = IncidentPolicy(patience=timedelta(seconds=5), calm=timedelta(seconds=10))


def failing(known=None, *, after=0):
    now = NOON + timedelta(seconds=after)
    return worsened(known, subject="failing ours", kind=IncidentKind.FAILING, reason="503", now=now, policy=POLICY)


def test_a_failure_is_told_after_the_patience_of_the_settings():
    incident = failing(failing(), after=4)
    assert not is_due(incident, now=NOON + timedelta(seconds=4), policy=POLICY)
    assert is_due(incident, now=NOON + timedelta(seconds=5), policy=POLICY)
    assert is_due(incident, now=NOON, policy=POLICY, at_once=True)


def test_it_is_over_after_the_calm_of_the_settings_and_after_a_long_one_where_it_comes_again():
    told = replace(failing(), told_at=NOON)
    calm = improved(told, now=NOON + timedelta(seconds=20))
    assert calm.ended_at is None
    over = improved(calm, now=NOON + timedelta(seconds=30))
    assert over.ended_at == NOON + timedelta(seconds=30)
    assert failing(over, after=40).calm_seconds == LONG_CALM.total_seconds()
