"""What the shipped model says of posts that leave no doubt, and how its classifier behaves under load."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from domain.prediction import BrandName, Prediction, Predictions, Reading
from nlp import models
from nlp.classify import CHUNK, build, classifier, combined
from nlp.models import Head, Model
from nlp.tasks import DIRECTIONS, TASKS
from nlp.text import model_text

OURS = BrandName("Northtune", ("@NorthtuneCares",))
RIVAL = BrandName("Wavely")


@pytest.fixture(scope="module")
def classify():
    return build()


def answer(classify, text, task, *, brand=OURS, rivals=(RIVAL,)):
    [predictions] = classify([Reading(text, brand, rivals)])
    return predictions.of(task)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Northtune is awful, worst app I have ever paid for", "negative"),
        ("I absolutely love Northtune, thank you for this update!", "positive"),
        ("Northtune will open its new office in Lisbon on Monday", "neutral"),
    ],
)
def test_plain_sentiment_is_read(classify, text, label):
    assert answer(classify, text, "sentiment").label == label


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("I'm cancelling my Northtune subscription and moving to Wavely", "leave"),
        ("Deleted my @NorthtuneCares account today, never again", "leave"),
        ("If you raise the price once more I will cancel, Northtune", "leave"),
        ("Just signed up for Northtune, loving it so far", "join"),
        ("Northtune cancelled my order again, where is my refund?", "none"),
        ("The new Northtune logo is out", "none"),
    ],
)
def test_plain_switching_intent_is_read(classify, text, direction):
    assert DIRECTIONS[answer(classify, text, "switching").label] == direction


def test_the_same_move_is_leaving_for_one_brand_and_joining_for_the_other(classify):
    text = "I'm cancelling my Northtune subscription and moving to Wavely"
    left = answer(classify, text, "switching")
    joined = answer(classify, text, "switching", brand=RIVAL, rivals=(OURS,))
    assert (DIRECTIONS[left.label], left.rival) == ("leave", "Wavely")
    assert (DIRECTIONS[joined.label], joined.rival) == ("join", "Northtune")


def test_probabilities_are_those_of_every_label_and_the_label_is_the_argmax(classify):
    [predictions] = classify([Reading("no idea what this is about")])
    assert [item.task for item in predictions.items] == [head.task for head in models.load().heads]
    for item in predictions.items:
        assert tuple(item.probabilities) == TASKS[item.task].labels
        assert sum(item.probabilities.values()) == pytest.approx(1.0)
        assert item.label == max(item.probabilities, key=item.probabilities.__getitem__)
        assert item.score == item.probabilities[item.label]


def test_an_unsupported_language_is_answered_but_never_sure(classify):
    [predictions] = classify([Reading("Ich liebe diesen Dienst, alles funktioniert wunderbar und schnell")])
    assert (predictions.language, predictions.language_supported) == ("de", False)
    assert all(item.unsure for item in predictions.items)


def test_a_move_that_names_a_rival_and_not_the_brand_is_never_sure():
    logits = np.array([[0, 0, 9, 0, 0, 9, 0, 0]], dtype=np.float32)  # surely positive, surely leaving
    heads = tuple(Head(task, TASKS[task].labels, unsure_below=0.5) for task in ("sentiment", "switching"))
    model = Model("certain", Path(), heads, max_length=8, languages=frozenset())
    certain = classifier(lambda texts: logits, model, prepare=model_text)
    for brand, text, unsure in [
        (OURS, "Done with Wavely", True),
        (OURS, "Done with Northtune, off to Wavely", False),
        (OURS, "Done with them", False),
        (None, "Done with Wavely", False),
    ]:
        switching = answer(certain, text, "switching", brand=brand)
        assert (switching.label, switching.unsure) == ("leaving", unsure)
        assert not answer(certain, text, "sentiment", brand=brand).unsure


def test_an_answer_does_not_depend_on_its_company(classify):
    texts = ["short", "rather longer than the others, for no reason but length " * 4, "Northtune ☹", ""] * 12
    together = classify([Reading(text, OURS) for text in texts])
    for text, predictions in zip(texts[:4], together, strict=False):
        alone = answer(classify, text, "sentiment", rivals=())
        assert predictions.of("sentiment").label == alone.label
        # int8 activations are scaled by batch, so the last digits may differ.
        assert predictions.of("sentiment").score == pytest.approx(alone.score, abs=0.05)


def test_nothing_is_classified_as_nothing(classify):
    assert classify([]) == []


def test_threads_share_a_classifier(classify):
    readings = [Reading(f"post number {i}, I am done with Northtune", OURS) for i in range(40)]
    alone = classify(readings)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: classify(readings), range(16)))
    assert all(result == alone for result in results)


def test_thousands_of_texts_keep_their_order_and_equal_ones_are_answered_alike(classify):
    said = [f"Northtune is {word}, {word} I say" for word in ("awful", "great", "an app")]
    several = [Reading(said[i % 3], OURS) for i in range(2 * CHUNK + 5)]
    alone = [classify([reading])[0].of("sentiment") for reading in several[:3]]
    for i, found in enumerate(classify(several)):
        assert found.of("sentiment").label == alone[i % 3].label
        assert found.of("sentiment").score == pytest.approx(alone[i % 3].score, abs=0.05)


def test_equal_texts_are_computed_once():
    asked = []

    def score(texts):
        asked.extend(texts)
        return np.zeros((len(texts), 3), dtype=np.float32)

    model = Model("counting", Path(), (Head("sentiment", TASKS["sentiment"].labels),), 8, languages=frozenset())
    counting = classifier(score, model, prepare=model_text)
    assert len(counting([Reading("hi @ann"), Reading("hi @ben"), Reading("bye")])) == 3
    assert asked == ["hi @user", "bye"]


def test_names_of_the_brand_are_no_evidence_of_a_language(classify):
    brand = BrandName("Vereinigte Straßenbahnen Niederösterreich")
    [predictions] = classify([Reading(f"{brand.name} is so late today", brand)])
    assert (predictions.language, predictions.language_supported) == ("en", True)


def test_hostile_texts_are_survived(classify):
    texts = ["\x00", "\ud800", "\u202e" * 500, "#" * 9000, "🏳️‍🌈" * 3000, "a" * 2_000_000, "<!channel> *x*"]
    assert len(classify([Reading(text, OURS, (RIVAL,)) for text in texts])) == len(texts)


def test_the_first_classifier_that_has_a_task_answers_it(classify):
    def sentiment_only(readings):
        return [type(p)((p.items[0],), "xx", language_supported=True) for p in classify(readings)]

    [predictions] = combined(sentiment_only, classify)([Reading("hello there")])
    assert predictions.language == "xx"
    assert [item.task for item in predictions.items] == list(TASKS)


@pytest.mark.parametrize(
    ("sentiment", "switching", "relevance", "supported"),
    [(True, False, False, True), (False, True, False, True), (False, False, True, False)],
)
def test_a_language_is_supported_where_a_task_that_alerts_supports_it(sentiment, switching, relevance, supported):
    def answering(task, known):
        said = Prediction(task, TASKS[task].labels[0], 0.9, unsure=not known, model=task)
        return lambda readings: [Predictions((said,), "de", known) for _ in readings]

    parts = {"sentiment": sentiment, "switching": switching, "relevance": relevance}
    [merged] = combined(*(answering(task, known) for task, known in parts.items()))([Reading("Servus")])
    assert {item.task: not item.unsure for item in merged.items} == parts
    assert (merged.language, merged.language_supported) == ("de", supported)
