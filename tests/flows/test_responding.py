import threading

import pytest

from domain.case import CaseState
from domain.errors import AlreadyOwned, Refused
from flows.responding import Click, claim, not_us, reopen, resolve
from storage import audit, cases, corrections, outcomes
from tests.builders import BEN, GUS, LEO, MIA, NOON, mention

ACTS = {"claim": claim, "resolve": resolve, "reopen": reopen, "not us": not_us}


@pytest.fixture
def case_id(take, house):
    post = mention("Lumora is down")
    take(post)
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=post.author.key, thread_id=post.thread_id).id


def act(name, case_id, house, *, person=MIA, delivery=None):
    return ACTS[name](Click(case_id, person, delivery), house=house)


def test_a_claim_makes_one_owner_and_tells_the_second_who_it_is(case_id, house):
    assert act("claim", case_id, house).case.owner == MIA.user_id
    with pytest.raises(AlreadyOwned) as caught:
        act("claim", case_id, house, person=BEN)
    assert caught.value.owner == MIA.user_id


def test_of_twenty_people_who_claim_at_once_one_wins(case_id, house):
    won, start = [], threading.Barrier(20)

    def click(n):
        start.wait()
        try:
            claim(Click(case_id, MIA.__class__(f"U{n}", MIA.roles)), house=house)
            won.append(n)
        except Refused:
            pass

    threads = [threading.Thread(target=click, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_the_same_click_delivered_three_times_has_one_effect(case_id, house):
    files = [act("claim", case_id, house, delivery="a1") for _ in range(3)]
    assert {f.case.owner for f in files} == {MIA.user_id}
    assert [line.action for line in files[-1].history] == ["claimed"]


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["claim"], CaseState.CLAIMED),
        (["resolve"], CaseState.RESOLVED),
        (["claim", "resolve"], CaseState.RESOLVED),
        (["claim", "resolve", "reopen"], CaseState.CLAIMED),
        (["resolve", "reopen"], CaseState.NEW),
        (["not us"], CaseState.DISMISSED),
        (["not us", "reopen"], CaseState.NEW),
    ],
)
def test_the_way_of_a_case(case_id, house, acts, state):
    for name in acts:
        file = act(name, case_id, house)
    assert file.case.state is state
    assert [line.action for line in file.history] == [
        {"claim": "claimed", "resolve": "resolved", "reopen": "reopened", "not us": "not us"}[name] for name in acts
    ]


@pytest.mark.parametrize(
    ("acts", "last"),
    [(["resolve"], "claim"), (["resolve"], "resolve"), ([], "reopen"), (["not us"], "not us"), (["not us"], "resolve")],
)
def test_an_act_that_does_not_fit_the_state_is_refused_with_the_reason(case_id, house, acts, last):
    for name in acts:
        act(name, case_id, house)
    with pytest.raises(Refused, match=r"this|This"):
        act(last, case_id, house)


@pytest.mark.parametrize("person", [LEO, GUS], ids=["leadership", "no role"])
@pytest.mark.parametrize("name", ACTS)
def test_who_may_not_is_refused_and_nothing_changes(case_id, house, person, name):
    with pytest.raises(Refused, match="takes one of the roles"):
        act(name, case_id, house, person=person)
    with house.database.read() as tx:
        assert cases.get(tx, case_id).state is CaseState.NEW


def test_an_unknown_case_says_so(house):
    with pytest.raises(Refused, match="not known"):
        act("claim", "no-such-case", house)


def test_not_us_leaves_the_rates_and_is_kept_as_a_correction(case_id, house):
    file = act("not us", case_id, house)
    with house.database.read() as tx:
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON.replace(hour=13))
        (correction,) = corrections.of(tx, file.mentions[0].mention.id)
    assert fact.not_us
    assert (correction.task, correction.label, correction.by) == ("relevance", "not_about", MIA.user_id)
    reopened = act("reopen", case_id, house)
    with house.database.read() as tx:
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON.replace(hour=13))
    assert not fact.not_us
    assert reopened.mentions[0].predictions.of("relevance").label == "about", "the last word counts"


def test_reopening_what_was_resolved_says_nothing_of_its_relevance(case_id, house):
    act("resolve", case_id, house)
    assert act("reopen", case_id, house).mentions[0].predictions.of("relevance") is None


def test_resolving_is_not_responding(case_id, house):
    act("resolve", case_id, house)
    with house.database.read() as tx:
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON.replace(hour=13))
    assert fact.answered_at is None
    assert fact.resolved_at is not None


def test_every_act_is_in_the_audit_log_and_its_chain_is_whole(case_id, house):
    act("claim", case_id, house)
    act("resolve", case_id, house)
    with house.database.read() as tx:
        assert audit.verify(tx, secret=house.secret) == []
        assert audit.verify(tx, secret=b"another") != []
