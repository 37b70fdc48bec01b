from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.brand import Account
from domain.customer import Coverage, Grade, LinkState
from storage import customers, records
from storage.records import ImportCounts
from tests.builders import NOON, author, record

LATER = NOON + timedelta(days=1)
WHOLE = record(
    "c1",
    names=("Jane Doe", "J. Doe-Smith"),
    emails=("Jane@Example.com", "jd@work.example"),
    phones=("+49 170 1234567",),
    addresses=("1 Main St, Springfield",),
    accounts=(Account("x", "JaneD"), Account("reddit", "jane_doe")),
    value=Decimal("1200.10"),
    currency="EUR",
    notes="prefers mail",
)


def add(database, *told, at=NOON):
    with database.write() as tx:
        return records.add_records(tx, told, at=at)


def found(database, text):
    with database.read() as tx:
        return [customer.names[0] for customer in customers.find(tx, text)]


def test_a_customer_is_what_the_source_said(database):
    with database.write() as tx:
        customer = customers.get(tx, records.add_record(tx, WHOLE, at=NOON))
    assert (customer.names, customer.emails, customer.phones) == (WHOLE.names, WHOLE.emails, WHOLE.phones)
    assert (customer.addresses, customer.notes, customer.sources) == (WHOLE.addresses, ("prefers mail",), ("csv",))
    assert (customer.value, customer.currency) == (Decimal("1200.10"), "EUR")
    assert {(link.account, link.grade, link.state, link.user_id) for link in customer.links} == {
        (account, Grade.SUPPLIED, LinkState.AWAITING, None) for account in WHOLE.accounts
    }


def test_nobody_is_nobody(database):
    with database.read() as tx:
        assert customers.get(tx, "nobody") is None
        assert customers.find(tx, "nobody@example.com") == []
        assert customers.coverage(tx) == Coverage(0, verified=0, supplied=0)


def test_the_same_content_again_does_nothing(database):
    assert add(database, WHOLE, record("c2")) == ImportCounts(2, 0, 0)
    assert add(database, WHOLE, record("c2"), record("c3")) == ImportCounts(1, 0, 2)
    assert add(database, replace(WHOLE, source="another system")) == ImportCounts(1, 0, 0)


def test_a_person_named_twice_in_one_import_has_two_versions(database):
    assert add(database, record("c1"), record("c2"), record("c1", names=("Janet",))) == ImportCounts(2, 1, 0)
    assert found(database, "janet") == ["Janet"]


def test_changed_content_is_a_new_version_of_the_same_customer(database):
    with database.write() as tx:
        before = records.add_record(tx, WHOLE, at=NOON)
        changed = replace(WHOLE, names=("Jane Roe",), emails=("roe@example.com",), value=Decimal(7), phones=())
        assert records.add_record(tx, changed, at=LATER) == before
        customer = customers.get(tx, before)
    assert (customer.names, customer.emails, customer.phones, customer.value) == (
        ("Jane Roe",),
        ("roe@example.com",),
        (),
        7,
    )
    assert found(database, "roe@example.com") == ["Jane Roe"]
    assert found(database, "jane@example.com") == []
    assert found(database, "+491701234567") == []
    assert found(database, "doe") == []


def test_a_new_version_keeps_links_that_it_names_and_takes_back_the_others(database):
    add(database, WHOLE)
    with database.write() as tx:
        for link in customers.links_for(tx, platform="x", user_id="1", handle="janed"):
            customers.pin(tx, link.id, user_id="1", at=NOON)
    kept, dropped, fresh = Account("x", "JANED"), WHOLE.accounts[1], Account("x", "jane2")
    add(database, replace(WHOLE, accounts=(kept, fresh)), at=LATER)
    with database.read() as tx:
        (customer,) = customers.find(tx, "@janed")
        states = {link.account.handle: (link.state, link.user_id) for link in customer.links}
        assert states == {"JaneD": (LinkState.ACTIVE, "1"), "jane2": (LinkState.AWAITING, None)}
        assert customers.links_for(tx, platform="reddit", user_id="?", handle=dropped.handle) == []
    add(database, WHOLE, at=LATER)
    with database.read() as tx:
        (again,) = customers.links_for(tx, platform="reddit", user_id="?", handle=dropped.handle)
    assert again.state is LinkState.AWAITING


@pytest.mark.parametrize(
    "text",
    [
        "jane@example.com",
        " JANE@EXAMPLE.COM ",
        "jd@work.example",
        "@janed",
        "@JaneD",
        "u/Jane_Doe",
        "jane_doe",
        "+49 170 1234567",
        "0170/1234567",
        "0049-170-123-4567",
        "jane doe",
        "DOE",
        "doe jane",
        "jän",
        "smith",
        "mith",
        "C1",
    ],
)
def test_a_customer_is_found_by_what_people_know_of_her(database, text):
    add(database, WHOLE, record("c2", names=("Ann Other",), emails=("ann@example.com",), accounts=()))
    assert found(database, text) == ["Jane Doe"]


@pytest.mark.parametrize(
    "text", ["", "  ", "@", "%", "_", "jane zebra", "1234567", "@doe", "jane@example.co", "\0", "'\";--"]
)
def test_what_nobody_is_called_finds_nobody(database, text):
    add(database, WHOLE)
    assert found(database, text) == []


def test_a_customer_is_found_by_id(database):
    with database.write() as tx:
        customer_id = records.add_record(tx, WHOLE, at=NOON)
        assert [c.id for c in customers.find(tx, customer_id)] == [customer_id]


def test_names_that_start_so_come_before_names_that_only_hold_it(database):
    add(
        database,
        *(record(name, names=(name,), accounts=()) for name in ("Susanna Old", "Bob Annan", "Anna Young", "Zoe")),
    )
    assert found(database, "anna") == ["Anna Young", "Bob Annan", "Susanna Old"]
    with database.read() as tx:
        assert len(customers.find(tx, "anna", limit=2)) == 2


def test_a_bare_word_is_a_handle_first_and_a_name_then(database):
    add(database, record("c1", names=("Smith, Ann",), accounts=()))
    add(database, record("c2", names=("Zoe",), accounts=(Account("x", "smith"),)))
    assert found(database, "smith") == ["Zoe", "Smith, Ann"]
    assert found(database, "@smith") == ["Zoe"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=30))
def test_anything_may_be_looked_up(database, text):
    with database.read() as tx:
        customers.find(tx, text)


def test_a_link_counts_once_it_is_pinned_and_until_it_is_suspended(database):
    add(database, WHOLE, record("c2", accounts=()))
    jane = author("janed")
    with database.write() as tx:
        assert customers.match(tx, jane) is None
        (link,) = customers.links_for(tx, platform="x", user_id=jane.user_id, handle="JANED")
        assert customers.links_for(tx, platform="reddit", user_id=jane.user_id, handle="janed") == []
        assert customers.coverage(tx) == Coverage(2, verified=0, supplied=0)
        customers.pin(tx, link.id, user_id=jane.user_id, at=LATER)
        known = customers.match(tx, replace(jane, handle="renamed"))
        assert (known.customer_id, known.link_id, known.grade) == (link.customer_id, link.id, Grade.SUPPLIED)
        assert known.value == Decimal("1200.10")
        assert customers.match_many(tx, [jane, author("stranger")]) == {jane.key: known}
        assert customers.author_keys(tx, link.customer_id) == [jane.key]
        assert customers.coverage(tx) == Coverage(2, verified=0, supplied=1)
        (pinned,) = customers.links_for(tx, platform="x", user_id=jane.user_id, handle="renamed")
        assert (pinned.user_id, pinned.state, pinned.since) == (jane.user_id, LinkState.ACTIVE, LATER)
        customers.suspend(tx, link.id, at=LATER)
        assert customers.match(tx, jane) is None
        assert customers.coverage(tx) == Coverage(2, verified=0, supplied=0)
        (suspended,) = customers.links_for(tx, platform="x", user_id="another", handle="janed")
        assert suspended.state is LinkState.SUSPENDED


def test_of_two_customers_with_one_account_the_one_who_was_known_first_is_matched(database):
    with database.write() as tx:
        for source_id, at in (("late", LATER), ("early", NOON)):
            records.add_record(tx, record(source_id, names=(source_id,)), at=at)
            for link in customers.links_for(tx, platform="x", user_id="1", handle="jane"):
                if link.state is LinkState.AWAITING:
                    customers.pin(tx, link.id, user_id="1", at=at)
        match = customers.match(tx, author("jane", user_id="1"))
        assert customers.get(tx, match.customer_id).names == ("early",)
