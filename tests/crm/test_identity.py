from decimal import Decimal

from crm.identity import mask_email, mask_phone, sight, value_band
from domain.brand import Account
from domain.customer import Grade, Link, LinkState
from tests.builders import NOON, author

JANE = author("Jane", user_id="1")


def link(link_id="l1", *, customer="c1", state=LinkState.AWAITING, user_id=None, grade=Grade.SUPPLIED, handle="jane"):
    return Link(link_id, customer, Account("x", handle), grade, state, user_id, "import", NOON)


def test_a_supplied_handle_is_pinned_at_its_first_sighting_in_any_case():
    assert sight(JANE, [link()]).pin == link()


def test_a_handle_that_two_customers_supplied_proves_nothing():
    assert sight(JANE, [link(), link("l2", customer="c2")]).pin is None


def test_a_pinned_account_is_left_alone():
    sighting = sight(JANE, [link(state=LinkState.ACTIVE, user_id="1")])
    assert (sighting.pin, sighting.suspend) == (None, ())


def test_a_handle_that_appears_with_another_user_id_suspends_its_link():
    old = link(state=LinkState.ACTIVE, user_id="99")
    sighting = sight(JANE, [old])
    assert (sighting.pin, sighting.suspend) == (None, (old,))


def test_a_suggestion_is_never_pinned():
    assert sight(JANE, [link(grade=Grade.SUGGESTED)]).pin is None


def test_bands_and_masks_show_little():
    bands = [value_band(v, high=Decimal(1000)) for v in (None, Decimal(10), Decimal(250), Decimal(1000))]
    assert bands == ["unknown", "low", "medium", "high"]
    assert mask_email("jane@example.com") == "j***@example.com"
    assert mask_phone("+49 170 1234567") == "***67"
