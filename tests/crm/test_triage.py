from dataclasses import replace
from decimal import Decimal

import pytest

from crm.triage import triage
from domain.case import CaseKind, TriagePolicy, Urgency, Verdict
from domain.mention import MentionId
from domain.prediction import Prediction
from tests.builders import author, brand, mention, predictions

POLICY = TriagePolicy(high_reach=1000, high_value=Decimal(500))


def decide(said, *, post=None, value=None):
    return triage(post or mention(), said, brand=brand(), customer_value=value, policy=POLICY)


@pytest.mark.parametrize(
    ("sentiment", "switching", "kind"),
    [
        ("negative", "none", CaseKind.COMPLAINT),
        ("positive", "leaving", CaseKind.COMPLAINT),
        ("neutral", "considering_leaving", CaseKind.COMPLAINT),
        ("positive", "joining", CaseKind.OPPORTUNITY),
        ("neutral", "considering_joining", CaseKind.OPPORTUNITY),
        ("negative", "joining", CaseKind.COMPLAINT),
    ],
)
def test_complaints_and_opportunities_open_a_case_of_their_kind(sentiment, switching, kind):
    decision = decide(predictions(sentiment, switching))
    assert (decision.verdict, decision.kind) == (Verdict.CASE, kind)


@pytest.mark.parametrize("sentiment", ["neutral", "positive"])
def test_praise_and_small_talk_go_to_the_hourly_line(sentiment):
    assert decide(predictions(sentiment)).verdict is Verdict.BATCH


def test_nothing_alerts_on_an_unsure_label_alone():
    decision = decide(predictions("negative", unsure=True))
    assert decision.verdict is Verdict.REVIEW
    assert "unsure" in decision.reason


def test_an_unsupported_language_goes_to_a_person():
    assert decide(predictions("negative", supported=False)).verdict is Verdict.REVIEW


def test_our_own_posts_are_never_alerted_on():
    ours = mention(by=author("Lumora"))
    assert decide(predictions("negative"), post=ours).verdict is Verdict.OWN


@pytest.mark.parametrize(
    "post",
    [mention(repost_of=MentionId("x:1")), mention(by=author(automated=True)), mention(by=author("Vidora"))],
    ids=["repost", "bot", "rival"],
)
def test_reposts_bots_and_rivals_open_no_case(post):
    assert decide(predictions("negative", "leaving"), post=post).verdict is Verdict.BATCH


@pytest.mark.parametrize(
    ("switching", "followers", "value", "urgency"),
    [
        ("joining", None, None, Urgency.LOW),
        ("none", None, None, Urgency.NORMAL),
        ("leaving", None, None, Urgency.HIGH),
        ("leaving", 1000, None, Urgency.URGENT),
        ("none", 999, Decimal(500), Urgency.HIGH),
        ("leaving", 5000, Decimal(900), Urgency.URGENT),
    ],
)
def test_urgency_rises_with_intent_reach_and_value(switching, followers, value, urgency):
    sentiment = "positive" if switching == "joining" else "negative"
    post = mention(by=author(followers=followers))
    assert decide(predictions(sentiment, switching), post=post, value=value).urgency is urgency


def test_what_a_person_said_needs_no_language_that_the_model_knows():
    guess = predictions("negative", unsure=True, supported=False)
    by_mia = replace(guess, items=(Prediction("sentiment", "negative", 1.0, False, "", by="U0MIA"), *guess.items[1:]))
    assert decide(guess).verdict is Verdict.REVIEW
    assert decide(by_mia).verdict is Verdict.CASE
