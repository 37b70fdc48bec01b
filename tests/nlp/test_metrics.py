"""Figures against numbers computed by hand."""

import numpy as np
import pytest

from nlp import metrics
from nlp.tasks import DIRECTIONS

TRUTH = np.array(["a", "a", "a", "b", "b", "c"])
GUESS = np.array(["a", "a", "b", "b", "c", "c"])
LABELS = ["a", "b", "c"]


def test_each_class_has_its_precision_recall_and_f1():
    found = metrics.per_class(TRUTH, GUESS, LABELS)
    assert (found["a"].precision, found["a"].recall, found["a"].f1) == pytest.approx((1.0, 2 / 3, 0.8))
    assert (found["b"].precision, found["b"].recall, found["b"].f1) == pytest.approx((0.5, 0.5, 0.5))
    assert (found["c"].precision, found["c"].recall, found["c"].f1) == pytest.approx((0.5, 1.0, 2 / 3))
    assert [found[label].support for label in LABELS] == [3, 2, 1]


def test_macro_figures_are_means_over_the_labels_that_occur():
    assert metrics.macro_recall(TRUTH, GUESS, [*LABELS, "absent"]) == pytest.approx((2 / 3 + 0.5 + 1) / 3)
    assert metrics.macro_f1(TRUTH, GUESS, [*LABELS, "absent"]) == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert metrics.accuracy(TRUTH, GUESS) == pytest.approx(4 / 6)


def test_a_label_that_is_never_right_counts_zero():
    assert metrics.per_class(TRUTH, np.array(["b"] * 6), ["a"])["a"].f1 == 0.0


def test_leaving_and_considering_are_one_direction():
    truth = metrics.mapped(np.array(["leaving", "considering_leaving", "joining", "none"]), DIRECTIONS)
    guess = metrics.mapped(np.array(["considering_leaving", "none", "considering_joining", "leaving"]), DIRECTIONS)
    found = metrics.per_class(truth, guess, ["leave", "join", "none"])
    assert [found[label].f1 for label in ("leave", "join", "none")] == pytest.approx([0.5, 1.0, 0.0])


def test_calibration_error_is_the_mean_gap_over_bins():
    # Bin of .90: two rows, half right, gap .4. Bin of .50: two rows, all right, gap .5.
    confidence = np.array([0.9, 0.9, 0.5, 0.5])
    correct = np.array([True, False, True, True])
    assert metrics.expected_calibration_error(confidence, correct) == pytest.approx(0.5 * 0.4 + 0.5 * 0.5)


def test_a_confidence_of_one_falls_into_the_last_bin():
    assert metrics.expected_calibration_error(np.array([1.0]), np.array([True])) == 0.0


def test_the_best_temperature_undoes_overconfidence():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 3)) * 2
    truth = np.array([rng.choice(3, p=row) for row in metrics.softmax(logits, 1.0)])
    assert metrics.best_temperature(logits * 3, truth) == pytest.approx(3.0, abs=0.2)


def test_the_threshold_is_the_lowest_that_keeps_the_precision():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    correct = np.array([True, True, False, True, False])
    assert metrics.threshold_for(confidence, correct, precision=0.75) == 0.6
    assert metrics.threshold_for(confidence, correct, precision=1.0) == 0.8
    assert metrics.threshold_for(confidence, ~correct, precision=0.9) == 1.0


def test_coverage_gives_share_and_accuracy_above_each_threshold():
    found = metrics.coverage(np.array([0.95, 0.75, 0.4]), np.array([True, False, True]))
    above = {f["threshold"]: (f["coverage"], f["accuracy"]) for f in found}
    assert above[0.7] == pytest.approx((2 / 3, 0.5))
    assert above[0.8] == pytest.approx((1 / 3, 1.0))


def test_the_interval_of_a_share_has_the_width_of_its_standard_error():
    correct = np.array([True] * 700 + [False] * 300)
    low, high = metrics.interval(lambda drawn: float(correct[drawn].mean()), len(correct))
    assert low == pytest.approx(0.7 - 1.96 * 0.0145, abs=0.006)
    assert high == pytest.approx(0.7 + 1.96 * 0.0145, abs=0.006)
