"""Which words are told as reasons: with a scorer that weighs words as written here, and with the shipped model."""

from pathlib import Path

import numpy as np
import pytest

from domain.prediction import BrandName, Prediction, Reading
from nlp import reasons
from nlp.models import Head, Model
from nlp.tasks import TASKS
from nlp.text import BRAND_WORD, model_text
from tests.hostile import HOSTILE

OURS = BrandName("Northtune", ("@NorthtuneCares", "North Tune"))
RIVAL = BrandName("Wavely", ("Wave Ly",))
MODEL = Model(
    "scripted", Path(), (Head("sentiment", TASKS["sentiment"].labels),), max_length=128, languages=frozenset()
)


class Weighing:
    """Adds up, for "negative", what the words of each text weigh."""

    def __init__(self, **weights):
        self.weights = weights
        self.asked: list[list[str]] = []

    def __call__(self, texts):
        self.asked.append(list(texts))
        logits = np.zeros((len(texts), 3), dtype=np.float32)
        logits[:, 0] = [sum(self.weights.get(w.strip(".,!()").lower(), 0) for w in t.split()) for t in texts]
        return logits


def told(text, *, brand=OURS, rivals=(RIVAL,), model="scripted", label="negative", score=None, **weights):
    explain = reasons.explainer(score or Weighing(**weights), MODEL, prepare=model_text)
    return explain(Reading(text, brand, rivals), Prediction("sentiment", label, 0.9, unsure=False, model=model))


def test_the_words_that_moved_the_label_are_told_in_the_order_of_the_text():
    text = "The app is terrible, support was rude and the bill came out wrong"
    assert told(text, wrong=1, terrible=2, rude=3, app=0.1) == ("is terrible", "was rude", "out wrong")


def test_of_many_the_three_heaviest_are_told():
    assert told("bad worse worst. fine. awful", bad=1, worse=2, worst=3, awful=4) == ("worse worst", "awful")


def test_neighbours_are_told_as_one_with_the_small_words_between_them():
    assert told("I closed my account and moved.", closed=1, account=1, moved=1) == ("I closed my account and moved",)


def test_where_no_word_halves_the_odds_nothing_is_told():
    assert told("rather bad and rather slow", bad=0.6, slow=0.6) == ()


def test_words_that_speak_against_the_label_are_not_told():
    assert told("I love it but it is slow", love=-3, slow=1) == ("it is slow",)


@pytest.mark.parametrize("name", ["Northtune", "@NorthtuneCares", "North Tune", "#northtune"])
def test_the_brand_is_shown_as_it_was_written_and_never_as_its_mask(name):
    (reason,) = told(f"so I left {name}!", left=2, **{BRAND_WORD: 2})
    assert reason == "I left"
    assert told(f"so I left {name}!", **{BRAND_WORD: 2}) == (f"{name}!",)


def test_a_rival_is_a_reason():
    assert told("I moved to Wave Ly today", rivalco=2) == ("to Wave Ly",)


def test_addresses_and_strangers_handles_are_no_reasons():
    score = Weighing(http=9, slow=1)
    assert told("@someone https://x.example/abc it is slow", score=score) == ("it is slow",)
    assert all("http" in text for text in score.asked[0])


def test_everything_is_scored_in_one_call_of_at_most_24_spans():
    score = Weighing(awful=2)
    long = "word " * 40 + "awful " + "word " * 400
    (reason,) = told(long, score=score)
    assert "awful" in reason
    (texts,) = score.asked
    assert len(texts) == 1 + reasons.SPANS


def test_another_models_prediction_is_not_explained():
    assert told("terrible", model="somebody else's", terrible=3) is None


def test_a_text_without_words_has_no_reasons():
    assert told("") == ()
    assert told("... https://x.example", http=5) == ()


@pytest.fixture(scope="module")
def shipped():
    return reasons.build(workers=1)


@pytest.mark.parametrize(
    ("text", "task", "word"),
    [
        ("Deleted my @NorthtuneCares account today", "switching", "Deleted"),
        ("If you raise the price once more I will cancel, Northtune", "switching", "I will cancel"),
        ("Good app, but they are way too expensive with the new price plans", "sentiment", "too expensive"),
    ],
)
def test_the_shipped_model_is_moved_by_what_a_person_would_name(shipped, text, task, word):
    classify, explain = shipped
    reading = Reading(text, OURS, (RIVAL,))
    [predictions] = classify([reading])
    found = explain(reading, predictions.of(task))
    assert word in " ".join(found)
    assert all(reason in text for reason in found)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_survived(text):
    for reason in told(f"{text} Northtune terrible {text}", terrible=5):
        assert 0 < len(reason) <= 2_000
