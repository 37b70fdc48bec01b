"""The figures of an evaluation against numbers computed by hand."""

import json

import numpy as np
import pytest

from domain.errors import InputError
from domain.prediction import BrandName, Prediction, Predictions, Reading
from nlp import baselines
from nlp.evaluate import contenders, evaluate, evaluate_file
from nlp.figures_table import print_figures
from nlp.labelled import Labelled
from nlp.tasks import TASKS
from tests.shared import shared_file

LABELS = TASKS["sentiment"].labels


def says(task, label, score=1.0, *, unsure=False, rival=None):
    labels = TASKS[task].labels
    rest = (1 - score) / (len(labels) - 1)
    return Prediction(
        task, label, score, unsure=unsure, model="told@1", rival=rival,
        probabilities={each: score if each == label else rest for each in labels},
    )  # fmt: skip


def told(*answers):
    """Return a classifier that answers these, in order, whatever it reads."""
    left = iter(answers)
    return lambda readings: [Predictions((next(left),)) for _ in readings]


def figures(task, pairs, *, groups=None, rivals=None):
    """Measure predictions against the labels beside them."""
    rows = [
        Labelled(Reading("x"), {task: label}, groups[i] if groups else {}, rivals[i] if rivals else None)
        for i, (label, _) in enumerate(pairs)
    ]
    return evaluate(rows, {"model": told(*(said for _, said in pairs))})[task]["classifiers"]["model"]


def test_sentiment_figures_are_those_computed_by_hand():
    found = figures(
        "sentiment",
        [
            ("negative", says("sentiment", "negative", 0.9)),
            ("negative", says("sentiment", "negative", 0.7)),
            ("negative", says("sentiment", "neutral", 0.4, unsure=True)),
            ("neutral", says("sentiment", "neutral", 0.6)),
            ("neutral", says("sentiment", "positive", 0.55, unsure=True)),
            ("positive", says("sentiment", "positive", 0.95)),
        ],
    )
    assert found["rows"] == 6
    assert found["accuracy"] == pytest.approx(4 / 6)
    assert found["macro_recall"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert found["macro_f1"] == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert found["per_class"]["neutral"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    assert found["confusion"] == {"labels": list(LABELS), "counts": [[2, 1, 0], [0, 1, 1], [0, 0, 1]]}
    assert found["unsure"] == pytest.approx(2 / 6)
    assert found["sure_accuracy"] == 1.0
    # No two rows share a bin of 1/15 but .9 and .95 do not either (.9 lies in the 14th, .95 in the 15th).
    gaps = [0.1, 0.3, 0.4, 0.4, 0.55, 0.05]
    assert found["ece"] == pytest.approx(sum(gaps) / 6)
    covered = {c["threshold"]: (c["coverage"], c["accuracy"]) for c in found["coverage"]}
    assert covered[0.5] == pytest.approx((5 / 6, 4 / 5))
    assert covered[0.9] == pytest.approx((2 / 6, 1.0))
    low, high = found["macro_f1_interval"]
    assert low < found["macro_f1"] < high


def test_switching_is_also_measured_as_leave_join_and_none():
    found = figures(
        "switching",
        [
            ("leaving", says("switching", "considering_leaving")),  # right as leave
            ("considering_leaving", says("switching", "considering_leaving")),
            ("leaving", says("switching", "none")),
            ("none", says("switching", "leaving")),
            ("none", says("switching", "none")),
            ("none", says("switching", "none")),
            ("joining", says("switching", "considering_joining")),  # right as join
        ],
    )
    coarse = found["directions"]
    assert found["accuracy"] == pytest.approx(3 / 7)
    assert coarse["accuracy"] == pytest.approx(5 / 7)
    assert coarse["leave_f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert coarse["join_f1"] == 1.0
    assert coarse["per_class"]["none"]["f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert coarse["macro_f1"] == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    low, high = coarse["leave_f1_interval"]
    assert 0 <= low < 2 / 3 < high <= 1


def test_the_named_rival_counts_where_somebody_moves():
    found = figures(
        "switching",
        [
            ("leaving", says("switching", "leaving", rival="Kinobox")),
            ("joining", says("switching", "none", rival="vidora")),  # the right name, in any case
            ("leaving", says("switching", "leaving", rival="Kinobox")),  # none should be named
            ("none", says("switching", "none", rival="Kinobox")),  # nobody moves
            ("leaving", says("switching", "leaving", rival="Kinobox")),  # the row does not say
        ],
        rivals=["Kinobox", "Vidora", "", "Vidora", None],
    )
    assert found["rival"] == {"rows": 3, "accuracy": pytest.approx(2 / 3)}


def test_figures_are_given_apart_for_groups_that_are_large_enough():
    pairs = [("leaving", says("switching", "considering_leaving"))] * 4 + [("none", says("switching", "none"))] * 30
    groups = [{"phenomenon": "threats", "brand": "Few"}] * 4 + [{"phenomenon": "news", "brand": "Many"}] * 30
    assert set(figures("switching", pairs, groups=groups)["groups"]) == {"brand", "phenomenon"}
    found = figures("switching", [pairs[0], *pairs], groups=[groups[0], *groups])["groups"]
    assert set(found["brand"]) == {"Many"}
    assert set(found["phenomenon"]) == {"news", "threats"}
    threats = found["phenomenon"]["threats"]
    assert (threats["rows"], threats["accuracy"], threats["directions"]["accuracy"]) == (5, 0.0, 1.0)
    assert threats["directions"]["leave_f1"] == 1.0
    assert found["brand"]["Many"]["directions"]["leave_f1"] is None  # there was nothing to find


def test_refitting_the_temperature_mends_overconfidence():
    rng = np.random.default_rng(0)
    right = rng.random(600) < 0.7
    pairs = [("negative", says("sentiment", "negative" if ok else "neutral", 0.97)) for ok in right]
    found = figures("sentiment", pairs)
    assert found["ece"] == pytest.approx(0.97 - right.mean())
    assert found["ece_cross_fitted"] < 0.1
    assert figures("sentiment", pairs[:4])["ece_cross_fitted"] is None  # too few rows for five folds


def test_a_classifier_without_probabilities_has_no_calibration():
    rows = [Labelled(Reading("I hate it"), {"sentiment": "negative"})]
    found = evaluate(rows, {"keywords": baselines.keywords})["sentiment"]["classifiers"]["keywords"]
    assert found["accuracy"] == 1.0
    assert "ece" not in found


def test_each_task_is_measured_on_the_rows_that_have_its_label():
    rows = [
        Labelled(Reading("I hate it"), {"sentiment": "negative", "complaint": "none"}),
        Labelled(Reading("still no refund"), {"complaint": "complaint"}),
    ]
    found = evaluate(rows, contenders(lambda readings: [Predictions((says("sentiment", "negative"),))] * len(readings)))
    assert {task: each["rows"] for task, each in found.items()} == {"sentiment": 1, "complaint": 2}
    assert "model" in found["sentiment"]["classifiers"]
    assert list(found["complaint"]["classifiers"]) == ["keywords"]
    assert found["complaint"]["classifiers"]["keywords"]["accuracy"] == 1.0


def test_a_task_that_the_model_does_not_answer_is_an_error_where_it_was_asked_for(tmp_path, capfd):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({"text": "still no refund", "complaint": 1, "sentiment": "negative"}))

    def sentiment_only(readings):
        return [Predictions((says("sentiment", "negative"),))] * len(readings)

    with pytest.raises(InputError, match="does not answer the task complaint"):
        evaluate_file(path, classify=sentiment_only, task="complaint")
    found = evaluate_file(path, classify=sentiment_only)
    assert "The model does not answer complaint: baselines only." in capfd.readouterr().err
    print_figures(found)
    shown = capfd.readouterr().out
    assert "sentiment on data.jsonl: 1 rows" in shown
    assert "complaint on data.jsonl: 1 rows" in shown


def test_the_table_shows_the_main_figures_and_each_group(capfd):
    pairs = [("leaving", says("switching", "leaving", 0.8))] * 6 + [("none", says("switching", "leaving", 0.6))] * 2
    rows = [Labelled(Reading("x"), {"switching": label}, {"phenomenon": "moves"}) for label, _ in pairs]
    found = evaluate(rows, {"model": told(*(said for _, said in pairs)), "keywords": baselines.keywords})
    print_figures({"switching": {"data": "moves.csv", "bad_lines": 2, **found["switching"]}})
    lines = [" ".join(line.split()) for line in capfd.readouterr().out.splitlines()]
    assert lines[0] == "switching on moves.csv: 8 rows, 2 lines left out"
    assert any(line.startswith("leave F1 0.857 (") for line in lines)
    assert "none 0 0 2 0 0 2" in lines  # the confusion of none
    assert "from 0.80 6 1.00 0.80 ================|===" in lines
    assert "moves 8 75% 0.429 75% 0.857 0% 25%" in lines


@pytest.mark.parametrize(
    ("text", "relevance", "complaint"),
    [
        ("Lumora still has not sent my refund, worst service ever", "about", "complaint"),
        ("I love Lumora", "about", "none"),
        ("Join our Lumora giveaway and win an iPad http://x.example", "spam", "none"),
        ("Switch to Kinobox and get three months free", "rival_offer", "none"),
        ("Thanks Lumora, you fixed the problem, great help, love it", "about", "none"),
    ],
)
def test_keyword_rules_answer_every_task(text, relevance, complaint):
    [found] = baselines.keywords([Reading(text, BrandName("Lumora"), (BrandName("Kinobox"),))])
    assert [item.task for item in found.items] == list(TASKS)
    assert (found.of("relevance").label, found.of("complaint").label) == (relevance, complaint)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "task", "rows", "group"),
    [
        ("switching_train.jsonl", "switching", 2704, "industry"),
        ("sentiment_dev.jsonl", "sentiment", 2000, "source"),
        ("airline_sentiment.jsonl", "sentiment", 14199, "brand"),
        ("sentiment_multilingual.jsonl", "sentiment", 17302, "language"),
    ],
)
def test_files_of_labelled_text_are_measured_as_they_are(file, task, rows, group, capfd):
    quiet = Predictions((says(task, TASKS[task].quiet, 0.8),))
    found = evaluate_file(shared_file(f"data/{file}"), classify=lambda readings: [quiet] * len(readings), task=task)
    assert (found[task]["rows"], found[task]["bad_lines"]) == (rows, 0)
    assert found[task]["classifiers"]["model"]["groups"][group]
    assert capfd.readouterr().err == ""
