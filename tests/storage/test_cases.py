from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.case import CaseKind, CaseState, HistoryLine, Response, Urgency
from domain.errors import StorageError
from domain.mention import MentionId
from domain.queue import QueueFilter
from storage import cases, customers, records, responses
from tests.builders import NOON, author, mention, record
from tests.storage.values import case, seen, store


def test_a_case_comes_back_as_it_was_opened(database):
    whole = case(
        "case1",
        kind=CaseKind.OPPORTUNITY,
        state=CaseState.CLAIMED,
        urgency=Urgency.URGENT,
        owner="U0MIA",
        answered_at=NOON + timedelta(hours=1),
        closed_at=NOON + timedelta(hours=2),
    )
    with database.write() as tx:
        cases.open_case(tx, whole)
    with database.read() as tx:
        assert cases.get(tx, "case1") == whole
        assert cases.find(tx, brand="Lumora", author_key=whole.author_key, thread_id=whole.thread_id) == whole
        assert cases.get(tx, "other") is None


def test_one_author_in_one_thread_has_one_case_for_each_brand(database):
    with database.write() as tx:
        cases.open_case(tx, case("case1", thread_id="t"))
        cases.open_case(tx, case("case2", thread_id="t", brand="Helio"))
    with pytest.raises(StorageError, match="refused a row"), database.write() as tx:
        cases.open_case(tx, case("case3", thread_id="t"))
    with database.read() as tx:
        assert cases.find(tx, brand="Lumora", author_key="x:id-jane", thread_id="t").id == "case1"


def test_a_change_needs_one_of_the_states_that_it_names(database):
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        assert not cases.change(tx, "case1", states={CaseState.CLAIMED}, state=CaseState.RESOLVED)
        assert cases.get(tx, "case1").state is CaseState.NEW
        assert cases.change(tx, "case1", states={CaseState.NEW}, state=CaseState.RESOLVED, closed_at=NOON)
        assert (cases.get(tx, "case1").state, cases.get(tx, "case1").closed_at) == (CaseState.RESOLVED, NOON)
        assert not cases.change(tx, "nobody's", states=set(CaseState), state=CaseState.NEW)


def test_a_case_moves_only_as_it_was_seen(database):
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        seen_by_both = cases.get(tx, "case1")
        assert cases.move(tx, seen_by_both, state=CaseState.CLAIMED, owner="U0MIA")
        assert not cases.move(tx, seen_by_both, state=CaseState.CLAIMED, owner="U0BEN")
        assert not cases.move(tx, case("nobody's"), state=CaseState.CLAIMED, owner="U0BEN")
        assert (cases.get(tx, "case1").owner, cases.get(tx, "case1").state) == ("U0MIA", CaseState.CLAIMED)


def test_of_many_claimers_at_once_exactly_one_wins(database):
    ids = [f"case{number}" for number in range(50)]
    with database.write() as tx:
        for case_id in ids:
            cases.open_case(tx, case(case_id))

    def claim_all(owner: str) -> list[tuple[str, str]]:
        won = []
        for case_id in ids:
            with database.write() as tx:
                if cases.move(tx, case(case_id), state=CaseState.CLAIMED, owner=owner):
                    won.append((case_id, owner))
        return won

    with ThreadPoolExecutor(20) as people:
        claims = [claim for won in people.map(claim_all, [f"U{n}" for n in range(20)]) for claim in won]
    with database.read() as tx:
        owners = [(case_id, cases.get(tx, case_id).owner) for case_id in ids]
    assert sorted(claims) == sorted(owners)


def test_a_file_holds_everything_that_a_card_shows(database):
    posts = [
        seen(mention(number=n, posted_at=NOON + timedelta(minutes=m)), case_id="case1") for n, m in ((1, 9), (2, 3))
    ]
    later = HistoryLine(NOON + timedelta(hours=1), None, "answered in public by lumora")
    earlier = HistoryLine(NOON, "U0MIA", "claimed")
    answer = Response("case1", MentionId("x:77"), "lumora", NOON + timedelta(hours=1), "https://x.com/lumora/status/77")
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(tx, *posts)
        cases.note(tx, "case1", later)
        cases.note(tx, "case1", earlier)
        assert responses.add(tx, answer)
        assert not responses.add(tx, replace(answer, url="again"))
    with database.read() as tx:
        file = cases.file(tx, "case1", value_band=str)
        assert cases.file(tx, "other", value_band=str) is None
    assert file.case == case("case1")
    assert file.author == posts[0].mention.author
    assert file.mentions == (posts[1], posts[0])
    assert file.history == (earlier, later)
    assert file.responses == (answer,)
    assert file.customer is None


def test_a_file_names_the_customer_by_grade_band_and_earlier_cases(database):
    with database.write() as tx:
        customer_id = known_customer(tx, value=Decimal(1200))
        cases.open_case(tx, case("before", posted_at=NOON - timedelta(days=1)))
        cases.open_case(tx, case("case1"))
        cases.open_case(tx, case("after", posted_at=NOON + timedelta(days=1)))
        cases.open_case(tx, case("somebody else's", by="x:other", posted_at=NOON - timedelta(days=1)))
        summary = cases.file(tx, "case1", value_band=lambda value: f"band of {value}").customer
    assert (summary.customer_id, summary.grade) == (customer_id, "supplied")
    assert (summary.value_band, summary.earlier_cases) == ("band of 1200", 1)


def test_the_queue_lists_open_cases_by_due_time_and_then_by_customer_value(database):
    soon, late = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    with database.write() as tx:
        known_customer(tx, "poor", value=Decimal(9))
        known_customer(tx, "rich", value=Decimal(10))
        for case_id, changes in {
            "late": {"due_at": late},
            "soon": {"due_at": soon},
            "soon, of a poor customer": {"due_at": soon, "by": "x:id-poor", "state": CaseState.CLAIMED},
            "soon, of a rich customer": {"due_at": soon, "by": "x:id-rich"},
            "closed": {"due_at": soon, "state": CaseState.RESOLVED},
            "answered": {"due_at": soon, "state": CaseState.ANSWERED},
            "of another brand": {"due_at": late + timedelta(hours=1), "brand": "Helio"},
        }.items():
            cases.open_case(tx, case(case_id, **changes))
        everything = [f.case.id for f in cases.queue(tx, limit=10, value_band=str)]
        assert everything == [
            "soon, of a rich customer",
            "soon, of a poor customer",
            "soon",
            "late",
            "of another brand",
        ]
        assert [f.case.id for f in cases.queue(tx, limit=2, offset=2, value_band=str)] == ["soon", "late"]
        assert [f.case.id for f in cases.queue(tx, wanted=QueueFilter(brand="Helio"), limit=10, value_band=str)] == [
            "of another brand"
        ]
        assert cases.counts(tx, at=late) == (5, 3)


def test_a_customer_has_the_cases_of_her_accounts(database):
    with database.write() as tx:
        customer_id = known_customer(tx)
        for day in range(4):
            cases.open_case(tx, case(f"case{day}", posted_at=NOON + timedelta(days=day)))
        cases.open_case(tx, case("somebody else's", by="x:other"))
        assert [c.id for c in cases.of_customer(tx, customer_id, limit=2)] == ["case3", "case2"]
        assert cases.of_customer(tx, "nobody", limit=2) == []


def known_customer(tx, handle="jane", **changes) -> str:
    """Store a customer whose account on X has been seen."""
    known = author(handle)
    told = record(f"record of {handle}", accounts=(replace(record().accounts[0], handle=handle),), **changes)
    customer_id = records.add_record(tx, told, at=NOON)
    (link,) = customers.links_for(tx, platform="x", user_id=known.user_id, handle=handle)
    customers.pin(tx, link.id, user_id=known.user_id, at=NOON)
    return customer_id
