"""A rival's try to win our customers is seen by who writes, to whom, and how; ordinary posts are none."""

from decimal import Decimal

import pytest

from crm.poaching import offers_in, poaching, signs_of
from domain.brand import Account, Brand, Rival
from domain.case import CaseKind, TriagePolicy, Urgency, Verdict
from domain.poaching import Approached
from domain.prediction import Predictions
from nlp import examples
from tests.builders import author, brand, guess, mention, predictions
from tests.shared import shared_file

RIVAL = author("vidora", followers=400_000)
POLICY = TriagePolicy(high_reach=10_000, high_value=Decimal(1000))


def decide(text, *, by=None, approached=(), said=None, ours=None, **changes):
    post = mention(text, by=by or author(), **changes)
    signs = signs_of(post, brand=ours or brand())
    return poaching(signs, approached, said or Predictions(()), post, policy=POLICY)


def approach(handle="marta", *, value=None, followers=100, post="x:1"):
    grade = None if value is None else "supplied"
    return Approached(author(handle, followers=followers), post, "https://x.com/1", grade, value)


@pytest.mark.parametrize(
    "text",
    [
        "Feeling less glowy? Bring your last Lumora invoice and get three months of Vidora for the price of one",
        "Lumora customers: switch to us, first month free",
        "Wechselt jetzt von Lumora zu uns, 3 Monate gratis",
    ],
)
def test_an_offer_of_a_rivals_account_that_names_us_is_poaching(text):
    found = decide(text, by=RIVAL)
    assert (found.verdict, found.kind) == (Verdict.CASE, CaseKind.POACHING)
    assert "an account of Vidora names us" in found.reason


def test_any_answer_of_a_rivals_account_to_one_of_ours_is_poaching():
    found = decide("Hello Marta, nice to meet you", by=RIVAL, approached=[approach(value=Decimal(50))])
    assert (found.kind, found.urgency) == (CaseKind.POACHING, Urgency.LOW)
    assert found.reason == "an account of Vidora answers a customer of ours"


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("Our servers are up, our popcorn is warm", RIVAL),  # neither names nor answers us
        ("Lumora and we both love film", RIVAL),  # asks and offers nothing
        ("I switched from Lumora to Vidora and got three months free", None),
        ("Should I leave Lumora? Vidora has a free trial", None),
        ("Lumora down again, switch it off and on", None),
        ("Leave Lumora! Code SAVE20 gives you a free month", None),  # for whom?
    ],
)
def test_what_courts_nobody_is_none(text, by):
    assert decide(text, by=by) is None


def test_of_a_stranger_two_must_speak_for_it_a_call_an_offer_or_a_sure_model():
    text = "Fed up with Lumora? Switch to Vidora today and get 3 months free"
    assert decide(text).reason.startswith("a stranger names us; calls to come over; offers ")
    half = "Lumora members: Vidora takes you as you are"
    assert decide(half) is None
    assert decide(half, said=predictions("neutral", "none", guess("relevance", "rival_offer"))) is not None
    unsure = guess("relevance", "rival_offer", unsure=True)
    assert decide(half, said=predictions("neutral", "none", unsure)) is None


def test_a_bot_and_a_repost_are_none():
    text = "Fed up with Lumora? Switch to Vidora today and get 3 months free"
    assert decide(text, by=author("shill", automated=True)) is None
    assert decide(text, by=RIVAL, repost_of="x:1") is None


@pytest.mark.parametrize(
    ("approached", "urgency"),
    [
        ([], Urgency.NORMAL),  # the rival's followers are many
        ([approach()], Urgency.NORMAL),
        ([approach(followers=50_000)], Urgency.HIGH),
        ([approach(value=Decimal(5000))], Urgency.HIGH),
        ([approach(), approach("tess", value=Decimal(5000), followers=50_000)], Urgency.URGENT),
    ],
)
def test_the_customers_value_and_reach_make_it_urgent(approached, urgency):
    text = "Come over from Lumora: first month free"
    assert decide(text, by=RIVAL, approached=approached).urgency is urgency


def test_offers_are_quoted_codes_first():
    text = "Use code GLOWUP for 20% off. Your first month is on us"
    assert offers_in(text) == ["code GLOWUP", "20% off", "Your first month is on us"]
    assert offers_in("What a lovely film") == []


def as_brand(reading):
    rivals = tuple(Rival(each.name, each.aliases, (Account("x", "vidora"),)) for each in reading.rivals)
    return Brand(reading.brand.name, reading.brand.aliases, rivals=rivals)


def found_in(rows):
    return [row for row in rows if row.reading.brand and decide(row.reading.text, ours=as_brand(row.reading))]


def test_of_the_invented_posts_strangers_offers_are_found_and_hardly_anything_else():
    """Development figures: the words were chosen with these posts in view. A post stands there from both sides."""
    rows = examples.written()
    offers = {row.reading.text for row in rows if row.labels.get("relevance") == "rival_offer"}
    found = {row.reading.text for row in found_in(rows)}
    labelled = {row.reading.text for row in rows if row.labels.get("relevance") not in {None, "rival_offer"}}
    assert len(found & offers) / len(offers) >= 0.65
    assert len(labelled) > 1_500
    assert not found & labelled - offers


def test_no_real_post_by_a_stranger_is_taken_for_an_offer():
    labelled = examples.labelled(shared_file("data"))
    rows = [row for row in labelled if row.labels.get("relevance") != "rival_offer"]
    assert len(rows) > 4_000
    assert not found_in(rows)
