"""The model card says what was measured, in the words of its figures."""

import json

import pytest

from domain.errors import InputError
from domain.prediction import BrandName, Prediction, Predictions, Reading
from nlp import baselines, dev_figures, examples
from nlp.examples import Example
from nlp.model_card import render
from nlp.tasks import TASKS

MANIFEST = {
    "name": "earshot-test",
    "max_length": 128,
    "languages": ["en"],
    "heads": {
        "sentiment": {"labels": list(TASKS["sentiment"].labels), "unsure_below": 0.61},
        "switching": {"labels": list(TASKS["switching"].labels), "unsure_below": 0.6},
    },
    "sha256": {"model.onnx": "0123abcd"},
}


def classify(readings):
    """Answer as the keyword rules do, with probabilities."""
    return [Predictions(tuple(map(calibrated, found.items[:2]))) for found in baselines.keywords(readings)]


def calibrated(said):
    labels = TASKS[said.task].labels
    rest = 0.2 / (len(labels) - 1)
    probabilities = {label: 0.8 if label == said.label else rest for label in labels}
    return Prediction(said.task, said.label, 0.8, False, "told@1", said.rival, probabilities)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Write a small file of each kind."""
    tweet = {"text": "I love it", "label": "positive"}
    files = {
        "sentiment_dev.jsonl": [tweet, {"text": "I hate it", "label": "neutral"}],
        "airline_sentiment.jsonl": [tweet | {"brand": "United"}] * 30,
        "sentiment_multilingual.jsonl": [tweet | {"lang": "english"}, tweet | {"lang": "german"}],
        "switching_train.jsonl": [
            {"text": "Just a post", "target": "Uber", "label": "leaving", "source": "uber_play"},
            {"text": "I am cancelling", "target": "Spotify", "label": "leaving", "source": "twcs_kechtel"},
        ],
        "challenge.jsonl": [
            {"phenomenon": "irony", "text": "I love to wait", "brand": "Lumora", "sentiment": said}
            for said in ["negative"] * 4 + ["positive"]
        ],
    }
    for name, rows in files.items():
        (tmp_path / name).write_text("\n".join(json.dumps(row) for row in rows))
    held_out = Example(Reading("It broke", BrandName("Lumora")), {"complaint": "complaint"}, source="complaints")
    monkeypatch.setattr(examples, "development", lambda _data: [held_out])
    return tmp_path


@pytest.fixture
def sets(data):
    return dev_figures.measure(data, classify=classify, challenge=data / "challenge.jsonl")


def test_each_set_holds_what_never_trains(sets):
    rows = {(name, task): found["rows"] for name, tasks in sets.items() for task, found in tasks.items()}
    assert rows == {
        ("tweets", "sentiment"): 2,
        ("airline tweets", "sentiment"): 30,
        ("other languages", "sentiment"): 1,
        ("posts", "switching"): 1,
        ("held-out posts", "complaint"): 1,
        ("challenge", "sentiment"): 5,
    }


def test_the_card_shows_figures_beside_the_baselines_and_the_computed_failures(sets):
    card = render({"manifest": MANIFEST, "bytes": 23_000_000, "sets": sets})
    assert card.startswith("# earshot-test\n")
    [line] = [line for line in card.splitlines() if line.startswith("| airline tweets | 30 | accuracy")]
    assert line.split(" | ")[3:5] == ["1.000 (1.000 to 1.000)", "1.000 (1.000 to 1.000)"]
    assert "| posts | 1 | leave F1 | 1.000 (1.000 to 1.000) |" in card
    assert "| irony | 20% of 5 |" in card
    assert "- Irony: sentiment is right in 1 of 5 posts." in card
    assert "- Sentiment, tweets: most often it takes neutral for negative (1 of 1)." in card
    assert "brand United | 30 | 1.00 |" in card
    assert "CC BY-NC-SA" in card
    assert "sentiment 0.61, switching 0.60" in card


def test_every_table_of_the_card_has_as_many_cells_in_each_line(sets):
    tables = [
        block.splitlines()
        for block in render({"manifest": MANIFEST, "bytes": 1, "sets": sets}).split("\n\n")
        if block.startswith("|")
    ]
    assert len(tables) >= 8
    for lines in tables:
        assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_text_that_is_missing_is_named(data):
    (data / "airline_sentiment.jsonl").unlink()
    with pytest.raises(InputError, match=r"airline_sentiment\.jsonl cannot be read: No such file"):
        dev_figures.measure(data, classify=classify, challenge=data / "challenge.jsonl")


def test_an_example_of_the_training_code_is_a_labelled_reading():
    class Held:
        reading, labels, source, group = Reading("x"), {"relevance": "spam"}, "labelled sxsw", ""

    found = dev_figures.of_example(Held())
    assert (found.reading, found.labels, found.groups) == (Held.reading, Held.labels, {"source": "labelled sxsw"})
