from dataclasses import replace
from decimal import Decimal

import pytest

from crm.triage import reason_to_alert, triage
from domain.brand import Account
from domain.case import CaseKind, TriagePolicy, Urgency, Verdict
from domain.mention import MentionId
from domain.prediction import Prediction, Predictions
from tests.builders import author, brand, guess, mention, predictions

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


def test_in_a_language_that_one_model_knows_its_label_decides_and_a_guess_of_the_other_does_not():
    def said(sentiment, switching):
        known = Prediction("sentiment", sentiment, 0.9, unsure=False, model="multilingual")
        guess = Prediction("switching", switching, 0.9, unsure=True, model="english")
        return Predictions((known, guess), "de", language_supported=True)

    decision = decide(said("negative", "joining"))
    assert (decision.verdict, decision.kind, decision.reason) == (Verdict.CASE, CaseKind.COMPLAINT, "negative")
    assert decide(said("neutral", "none")).verdict is Verdict.BATCH
    assert decide(said("neutral", "leaving")).verdict is Verdict.REVIEW


def test_our_own_posts_are_never_alerted_on():
    ours = mention(by=author("Lumora"))
    assert decide(predictions("negative"), post=ours).verdict is Verdict.OWN


def test_our_account_is_known_by_its_lasting_id_as_well():
    known = replace(brand(), accounts=(Account("x", "4711"),))
    ours = mention(by=author("a-name", user_id="4711"))
    theirs = mention(by=author("a-name", user_id="4712"))
    verdicts = [
        triage(post, predictions("negative"), brand=known, customer_value=None, policy=POLICY).verdict
        for post in (ours, theirs)
    ]
    assert verdicts == [Verdict.OWN, Verdict.CASE]


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


def by_mia(said, task, label):
    """Put Mia's word in the place of what the model says of a task."""
    others = tuple(item for item in said.items if item.task != task)
    return replace(said, items=(Prediction(task, label, 1.0, False, "", by="U0MIA"), *others))


def test_what_a_person_said_needs_no_language_that_the_model_knows():
    by_model = predictions("negative", unsure=True, supported=False)
    assert decide(by_model).verdict is Verdict.REVIEW
    said = by_mia(by_model, "sentiment", "negative")
    assert decide(said).verdict is Verdict.CASE
    assert reason_to_alert(mention(), said, brand=brand()) is said.of("sentiment")


def test_what_a_person_said_of_relevance_is_sure():
    sure = predictions("negative", "none", guess("relevance", "not_about"))
    assert decide(by_mia(sure, "relevance", "about")) == decide(predictions("negative"))
    unsure = predictions("negative", "none", guess("relevance", "about", unsure=True))
    assert decide(by_mia(unsure, "relevance", "not_about")).verdict is Verdict.BATCH


@pytest.mark.parametrize(
    ("label", "verdict", "reason"),
    [
        ("not_about", Verdict.BATCH, "not about us"),
        ("spam", Verdict.BATCH, "advertising"),
        ("rival_offer", Verdict.REVIEW, "a rival's offer"),
    ],
)
def test_what_is_surely_not_for_us_is_no_case_whatever_its_tone(label, verdict, reason):
    for said in (("negative", "leaving"), ("positive", "joining"), ("neutral", "none")):
        decision = decide(predictions(*said, guess("relevance", label)))
        assert (decision.verdict, decision.reason, decision.kind) == (verdict, reason, None)


@pytest.mark.parametrize("label", ["about", "not_about", "spam", "rival_offer"])
def test_an_unsure_relevance_changes_nothing(label):
    for said in (("negative", "leaving"), ("neutral", "none")):
        assert decide(predictions(*said, guess("relevance", label, unsure=True))) == decide(predictions(*said))


@pytest.mark.parametrize(
    ("sentiment", "switching", "asks", "urgency"),
    [
        ("negative", "none", guess("complaint", "complaint"), Urgency.HIGH),
        ("negative", "leaving", guess("complaint", "complaint"), Urgency.URGENT),
        ("negative", "none", guess("complaint", "complaint", unsure=True), Urgency.NORMAL),
        ("negative", "none", guess("complaint", "none"), Urgency.NORMAL),
        ("neutral", "leaving", guess("complaint", "complaint"), Urgency.HIGH),
    ],
)
def test_a_complaint_that_surely_asks_for_an_answer_is_one_step_more_urgent(sentiment, switching, asks, urgency):
    assert decide(predictions(sentiment, switching, asks)).urgency is urgency


def test_asking_for_an_answer_alone_is_no_complaint():
    assert decide(predictions("neutral", "none", guess("complaint", "complaint"))).verdict is Verdict.BATCH


@pytest.mark.parametrize(
    ("sentiment", "switching", "task"),
    [
        ("negative", "none", "sentiment"),
        ("negative", "leaving", "switching"),
        ("positive", "joining", "switching"),
        ("negative", "joining", "sentiment"),
    ],
)
def test_the_reason_to_alert_is_the_prediction_that_decides_the_kind(sentiment, switching, task):
    said = predictions(sentiment, switching)
    assert reason_to_alert(mention(), said, brand=brand()) is said.of(task)
    assert decide(said).reason == said.of(task).label


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (mention(), predictions()),
        (mention(), predictions("negative", "leaving", unsure=True)),
        (mention(), predictions("negative", supported=False)),
        (mention(), predictions("negative", "leaving", guess("relevance", "spam"))),
        (mention(by=author("Lumora")), predictions("negative")),
        (mention(repost_of=MentionId("x:1")), predictions("negative")),
    ],
    ids=["nothing to answer", "unsure", "another language", "spam", "our own", "a repost"],
)
def test_what_is_no_case_has_no_reason_to_alert(post, said):
    assert decide(said, post=post).verdict is not Verdict.CASE
    assert reason_to_alert(post, said, brand=brand()) is None
