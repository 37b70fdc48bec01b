from itertools import product

import pytest

from crm.lifecycle import FROM, Step, after, possible
from domain.case import OPEN_STATES, CaseState
from domain.errors import AlreadyOwned, Refused
from tests.storage.values import case

LEADS_TO = {
    Step.CLAIM: "claimed",
    Step.ASSIGN: "claimed",
    Step.SNOOZE: "snoozed",
    Step.REPLY: "claimed",
    Step.ASK_APPROVAL: "waiting_approval",
    Step.DECIDE: "back",
    Step.RESOLVE: "resolved",
    Step.NOT_US: "dismissed",
    Step.REOPEN: "back",
    Step.WAKE: "back",
    Step.ANSWER: "answered",
    Step.CALL_AGAIN: "back",
    Step.REMOVE: "removed",
}
ALLOWED = """
new: claim assign snooze reply ask_approval resolve not_us answer remove
claimed: assign snooze reply ask_approval resolve not_us answer remove
snoozed: claim assign reply ask_approval wake resolve not_us answer remove
waiting_approval: decide resolve not_us answer remove
answered: resolve not_us reopen call_again remove
resolved: not_us reopen call_again remove
dismissed: reopen remove
removed:
"""
TABLE = {line.split(":")[0]: set(line.split(":")[1].split()) for line in ALLOWED.strip().splitlines()}


@pytest.mark.parametrize(("state", "step"), list(product(CaseState, Step)), ids=str)
def test_every_step_from_every_state_is_allowed_or_refused_with_a_reason(state, step):
    owner = None if state in {CaseState.NEW, CaseState.SNOOZED} else "U0MIA"
    one = case(state=state, owner=owner)
    if step.value not in TABLE[state.value]:
        with pytest.raises(Refused, match=r"You cannot .*|owns this case already"):
            after(step, one, by="U0BEN")
        assert not possible(step, one)
        return
    back = "claimed" if owner else "new"
    assert after(step, one, by="U0BEN") == (back if LEADS_TO[step] == "back" else LEADS_TO[step])
    assert possible(step, one)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_a_case_that_somebody_owns_cannot_be_claimed(state):
    with pytest.raises(AlreadyOwned, match="U0MIA owns this case already"):
        after(Step.CLAIM, case(state=state, owner="U0MIA"), by="U0BEN")
    with pytest.raises(Refused, match="You own this already"):
        after(Step.CLAIM, case(state=state, owner="U0MIA"), by="U0MIA")


def test_a_refusal_says_what_to_do_first():
    with pytest.raises(Refused, match=r"it is answered now\. Reopen it first\."):
        after(Step.CLAIM, case(state=CaseState.ANSWERED), by="U0MIA")
    with pytest.raises(Refused, match=r"it is waiting for an approval now\. Approve the reply, or send it"):
        after(Step.SNOOZE, case(state=CaseState.WAITING_APPROVAL, owner="U0MIA"))


def test_every_step_is_in_the_table():
    assert set(FROM) == set(Step) == set(LEADS_TO)
