import pytest
from sqlalchemy import text

from domain.brand import Account
from domain.customer import LinkState
from domain.errors import Refused
from flows.customer_links import Known, Subject, Tie, add_note, link, links_of, unlink
from flows.importing import import_customers
from flows.lookup import customer, find_customers
from flows.responding import Click, not_us
from storage import audit, cases, customers, links, messages
from tests.builders import ADA, GUS, LEO, MIA, author, mention

CSV = """id,name,email,x,value
1,Jane Doe,jane@example.com,@janed,1200
2,Jane Roe,roe@example.com,,80
"""
JANE = author("jane_writes", user_id="77")
POST = mention("Lumora is down", by=JANE)


@pytest.fixture
def load(tmp_path, house):
    def load(rows=CSV):
        path = tmp_path / "customers.csv"
        path.write_text(rows)
        return import_customers(path, house=house)

    load()
    return load


@pytest.fixture
def case_id(take, house):
    take(POST)
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=JANE.key, thread_id=POST.thread_id).id


@pytest.fixture
def ids(load, house):
    return [
        find_customers(mail, person=ADA, house=house)[0].customer.id for mail in ("jane@example.com", "roe@example.com")
    ]


def tie(case_id, customer_id, known=Known.TOLD, **changes):
    return Tie(**({"person": MIA, "subject": Subject(case_id), "customer_id": customer_id, "known": known} | changes))


def look(house, case_id):
    with house.database.read() as tx:
        return cases.file(tx, case_id, value_band=house.band)


def of_jane(house):
    with house.database.read() as tx:
        return links.of_author(tx, JANE.key)


def test_what_the_customer_told_us_is_verified_and_stands_on_the_card(case_id, ids, house):
    link(tie(case_id, ids[0]), house=house)
    file = look(house, case_id)
    assert (file.customer.grade, file.customer.value_band) == ("verified", "high")
    assert file.history[-1].action == "linked the author to a customer (verified)"
    (made,) = of_jane(house)
    assert (made.user_id, made.evidence) == ("77", f"linked by {MIA.user_id} from case {case_id}")
    with house.database.read() as tx:
        assert messages.for_case(tx, case_id).revision == 1
        assert customers.coverage(tx) == (2, 1)
        assert audit.verify(tx, secret=house.secret) == []
        entry = tx.execute(text("SELECT actor, subject, detail FROM audit WHERE action = 'link_customer'")).one()
    assert tuple(entry) == (MIA.user_id, made.id, f"customer {ids[0]} verified")


def test_a_guess_is_kept_as_a_suggestion_and_never_counts(case_id, ids, house):
    link(tie(case_id, ids[0], Known.GUESSED), house=house)
    assert look(house, case_id).customer is None
    assert [made.grade for made in of_jane(house)] == ["suggested"]
    with house.database.read() as tx:
        assert customers.coverage(tx) == (2, 0)


def test_a_suggestion_becomes_verified_once_she_tells_us(case_id, ids, house):
    link(tie(case_id, ids[0], Known.GUESSED), house=house)
    link(tie(case_id, ids[0]), house=house)
    assert [made.grade for made in of_jane(house)] == ["verified"]
    with pytest.raises(Refused, match="better than by a guess: verified"):
        link(tie(case_id, ids[0], Known.GUESSED), house=house)


def test_an_account_belongs_to_one_customer(case_id, ids, house):
    link(tie(case_id, ids[0]), house=house)
    for known in Known:
        with pytest.raises(Refused, match="linked to another customer already"):
            link(tie(case_id, ids[1], known), house=house)


def test_unlinking_is_undone_by_linking_once_more(case_id, ids, house):
    link(tie(case_id, ids[0]), house=house)
    (made,) = of_jane(house)
    unlink(made.id, person=MIA, case_id=case_id, house=house)
    assert look(house, case_id).customer is None
    assert of_jane(house) == []
    with pytest.raises(Refused, match="gone already"):
        unlink(made.id, person=MIA, house=house)
    link(tie(case_id, ids[0]), house=house)
    assert [again.id for again in of_jane(house)] == [made.id]
    assert [line.action for line in look(house, case_id).history] == [
        "linked the author to a customer (verified)",
        "unlinked the author from the customer",
        "linked the author to a customer (verified)",
    ]


def test_no_import_and_no_sighting_brings_back_what_a_person_removed(load, take, ids, house):
    seen = author("janed", user_id="99")
    take(mention("awful", by=seen))
    with house.database.read() as tx:
        (pinned,) = links.of_author(tx, seen.key)
    unlink(pinned.id, person=MIA, house=house)
    load(CSV.replace("1200", "1300"))
    take(mention("awful again", by=seen))
    with house.database.read() as tx:
        assert links.of_author(tx, seen.key) == []


def test_no_import_removes_what_a_person_linked(load, case_id, ids, house):
    link(tie(case_id, ids[0]), house=house)
    load(CSV.replace("@janed", "@other"))
    assert [made.grade for made in of_jane(house)] == ["verified"]


def test_every_open_card_of_the_author_is_shown_anew(take, case_id, ids, house):
    other = mention("cancel it", by=JANE)
    take(other)
    link(tie(case_id, ids[0]), house=house)
    with house.database.read() as tx:
        second = cases.find(tx, brand="Lumora", author_key=JANE.key, thread_id=other.thread_id)
        assert messages.for_case(tx, second.id).revision == 1
    assert look(house, second.id).customer.grade == "verified"
    assert look(house, second.id).history == (), "it was done from the other card"


def test_a_typed_account_waits_until_it_is_seen(take, ids, house):
    link(tie(None, ids[1], subject=Subject(account=Account("x", "RoeSays"))), house=house)
    (waiting,) = customer(ids[1], person=ADA, house=house).customer.links
    assert waiting.state is LinkState.AWAITING
    take(mention("awful", by=author("roesays", user_id="55")))
    (pinned,) = customer(ids[1], person=ADA, house=house).customer.links
    assert (pinned.state, pinned.user_id, pinned.grade) == (LinkState.ACTIVE, "55", "verified")


def test_a_typed_account_that_was_seen_is_linked_at_once(case_id, ids, house):
    link(tie(None, ids[1], subject=Subject(account=Account("x", JANE.handle))), house=house)
    assert look(house, case_id).customer.customer_id == ids[1]


def test_a_suggestion_does_not_keep_a_supplied_account_from_being_recognised(take, ids, house):
    seen = author("janed", user_id="99")
    first = mention("fine", by=seen)
    with house.database.write() as tx:
        links.tie(
            tx,
            ids[1],
            Account("x", "janed"),
            user_id="99",
            grade="suggested",
            evidence="a guess",
            by=MIA.user_id,
            at=house.clock(),
        )
    take(first)
    with house.database.read() as tx:
        assert customers.match(tx, seen).customer_id == ids[0]


def test_links_of_an_author_are_shown_before_anything_is_done(case_id, ids, house):
    assert links_of(Subject(case_id), person=MIA, house=house) == (JANE, ())
    link(tie(case_id, ids[0]), house=house)
    _, found = links_of(Subject(case_id), person=MIA, house=house)
    assert [made.customer_id for made in found] == [ids[0]]


def test_a_note_is_shown_to_whoever_may_look_the_customer_up(ids, house):
    add_note(ids[0], "Asked for a call", person=MIA, house=house)
    (note,) = customer(ids[0], person=MIA, house=house).notes
    assert (note.by, note.text) == (MIA.user_id, "Asked for a call")


@pytest.mark.parametrize("person", [LEO, GUS])
def test_who_may_not_tie_customers_is_refused_and_nothing_changes(case_id, ids, house, person):
    with pytest.raises(Refused, match="You may not link customers"):
        link(tie(case_id, ids[0], person=person), house=house)
    with pytest.raises(Refused, match="You may not add notes"):
        add_note(ids[0], "x", person=person, house=house)
    link(tie(case_id, ids[0]), house=house)
    with pytest.raises(Refused, match="You may not unlink customers"):
        unlink(of_jane(house)[0].id, person=person, house=house)
    assert len(of_jane(house)) == 1


def test_the_same_form_delivered_three_times_has_one_effect(case_id, ids, house):
    for _ in range(3):
        link(tie(case_id, ids[0], delivery="d1"), house=house)
        add_note(ids[0], "once", person=MIA, house=house, delivery="d2")
    (made,) = of_jane(house)
    for _ in range(3):
        unlink(made.id, person=MIA, house=house, case_id=case_id, delivery="d3")
    assert len(look(house, case_id).history) == 2
    assert len(customer(ids[0], person=MIA, house=house).notes) == 1


def test_a_dismissed_case_may_still_be_linked_and_an_unknown_customer_may_not(case_id, ids, house):
    not_us(Click(case_id, MIA), house=house)
    with pytest.raises(Refused, match="not known any more"):
        link(tie(case_id, "nobody"), house=house)
    link(tie(case_id, ids[0]), house=house)
    assert len(of_jane(house)) == 1
