from dataclasses import replace
from decimal import Decimal

import pytest

from domain.case import Urgency
from domain.customer import LinkState
from domain.errors import InputError, Refused
from flows.importing import import_customers
from flows.lookup import customer, find_customers, queue
from storage import cases, customers
from tests.builders import ADA, GUS, LEO, MIA, author, mention

CSV = """id,name,E-mail,phone,twitter,reddit,LTV,favourite colour
1,Jane Doe,jane@example.com,+49 170 1234567,@Jane,,1200.50,red
2,Jörg Müller,joerg@example.com,,,u/joerg,80,blue
"""


@pytest.fixture
def load(tmp_path, house):
    def load(text, **options):
        path = tmp_path / "customers.csv"
        path.write_text(text)
        return import_customers(path, house=house, **options)

    return load


def names(found):
    return [p.customer.names[0] for p in found]


def test_customers_come_in_by_the_usual_column_names(load, house):
    report = load(CSV)
    assert (report.counts.added, report.stored, report.ignored) == (2, True, ("favourite colour",))
    (jane,) = find_customers("@jane", person=ADA, house=house)
    assert jane.customer.value == Decimal("1200.50")
    assert jane.customer.emails == ("jane@example.com",)


def test_the_same_file_again_changes_nothing(load):
    load(CSV)
    again = load(CSV)
    assert (again.counts.added, again.counts.changed, again.counts.unchanged) == (0, 0, 2)


def test_a_changed_row_is_a_new_version_of_the_same_customer(load, house):
    load(CSV)
    (before,) = find_customers("jane@example.com", person=ADA, house=house)
    assert load(CSV.replace("1200.50", "1300")).counts.changed == 1
    (after,) = find_customers("jane@example.com", person=ADA, house=house)
    assert (after.customer.id, after.customer.value) == (before.customer.id, Decimal(1300))


def test_bad_rows_are_named_by_line_and_nothing_is_stored(load, house):
    report = load(
        CSV + "3,Bad,not-an-address,,,,,\n4,Bad,ok@example.com,,,,lots,\n1,Twice,x@example.com,,,,,\n,,,,,,,\n"
    )
    assert [e.line for e in report.errors] == [4, 5, 6, 7]
    reasons = " ".join(e.reason for e in report.errors)
    for part in ("'not-an-address' is no e-mail address", "'lots' is no number", "earlier line", "neither an id nor"):
        assert part in reasons
    assert not report.stored
    assert find_customers("jane@example.com", person=ADA, house=house) == ()


def test_a_dry_run_stores_nothing(load, house):
    report = load(CSV, dry_run=True)
    assert (report.rows, report.stored) == (2, False)
    assert find_customers("jane@example.com", person=ADA, house=house) == ()


def test_a_mapping_names_the_columns_of_a_strange_file(load, tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nid = "Kundennr"\nname = "Wer"\n')
    assert load("Kundennr;Wer\n7;Ada\n", mapping=mapping).counts.added == 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [("", "is empty"), ("colour\nred\n", "needs a column with an id"), ('id,name\n1,"open\n', "not valid CSV")],
)
def test_a_file_that_is_no_table_of_customers_says_what_is_missing(load, text, hint):
    with pytest.raises(InputError, match=hint):
        load(text)


def test_a_first_sighting_pins_the_account_and_value_raises_the_urgency(load, take, house):
    load(CSV)
    post = mention("Lumora is down", by=author("JANE", user_id="77"))
    assert take(post).filed.linked == 1
    with house.database.read() as tx:
        file = cases.file(
            tx,
            cases.find(tx, brand="Lumora", author_key="x:77", thread_id=post.thread_id).id,
            value_band=house.band,
        )
        (link,) = customers.links_for(tx, platform="x", user_id="77", handle="jane")
    assert (file.case.urgency, file.customer.value_band, file.customer.grade) == (Urgency.HIGH, "high", "supplied")
    assert (link.state, link.user_id) == (LinkState.ACTIVE, "77")


def test_the_handle_with_another_user_id_suspends_the_link(load, take, house):
    load(CSV)
    take(mention("awful", by=author("jane", user_id="77")))
    take(mention("awful", by=author("jane", user_id="88")))
    with house.database.read() as tx:
        states = {link.state for link in customers.links_for(tx, platform="x", user_id="77", handle="jane")}
        assert states == {LinkState.SUSPENDED}
        assert customers.coverage(tx).linked == 0


@pytest.mark.parametrize("text", ["jane@example.com", "@jane", "Jane Doe", "jane", "+49 170 1234567"])
def test_a_customer_is_found_by_what_people_know(load, house, text):
    load(CSV)
    assert names(find_customers(text, person=ADA, house=house)) == ["Jane Doe"]


def test_a_name_is_found_without_its_accents(load, house):
    load(CSV)
    assert names(find_customers("joerg@example.com", person=ADA, house=house)) == ["Jörg Müller"]
    assert names(find_customers("muller", person=ADA, house=house)) == ["Jörg Müller"]


def test_an_ambiguous_name_gives_a_pick_list(load, house):
    load("id,name\n1,Kim Lee\n2,Kim Park\n")
    assert len(find_customers("kim", person=ADA, house=house)) == 2


def test_contact_is_masked_for_whom_it_is_not_meant(load, house):
    load(CSV)
    (seen,) = find_customers("Jane Doe", person=MIA, house=house)
    assert seen.customer.emails == ("j***@example.com",)
    assert customer(seen.customer.id, person=ADA, house=house).customer.emails == ("jane@example.com",)


@pytest.mark.parametrize("person", [LEO, GUS])
def test_who_may_not_see_customers_does_not(load, house, person):
    load(CSV)
    with pytest.raises(Refused):
        find_customers("jane", person=person, house=house)


def test_the_queue_shows_what_is_due_first(take, house, clock):
    calm, urgent = mention("awful", by=author("a")), mention("I cancel", by=author("b", followers=99_999))
    take(calm, urgent)
    page = queue(person=MIA, house=house)
    assert [f.author.handle for f in page.files] == ["b", "a"]
    assert (page.total, page.overdue) == (2, 0)
    clock.advance(days=9)
    assert queue(person=MIA, house=house, limit=1, offset=1).overdue == 2


def test_a_profile_shows_cases_and_posts(load, take, house):
    load(CSV)
    take(mention("awful", by=author("jane", user_id="77")))
    (seen,) = find_customers("@jane", person=MIA, house=replace(house))
    assert len(seen.cases) == len(seen.mentions) == 1
