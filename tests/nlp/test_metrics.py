"""Figures against numbers computed by hand."""

import numpy as np
import pytest

from nlp import metrics
from nlp.tasks import DIRECTIONS

TRUTH = np.array(["a", "a", "a", "b", "b", "c"])
GUESS = np.array(["a", "a", "b", "b", "c", "c"])
LABELS = ["a", "b", "c"]


COUNTS = np.array([[2, 1, 0], [0, 1, 1], [0, 0, 1]])


def test_the_confusion_matrix_counts_true_labels_in_rows_and_guesses_in_columns():
    assert metrics.confusion(TRUTH, GUESS, LABELS).tolist() == COUNTS.tolist()


def test_a_label_that_is_not_listed_is_an_error_and_never_dropped():
    with pytest.raises(KeyError):
        metrics.confusion(TRUTH, GUESS, ["a", "b"])


def test_each_class_has_its_precision_recall_and_f1():
    found = metrics.per_class(COUNTS, LABELS)
    assert (found["a"].precision, found["a"].recall, found["a"].f1) == pytest.approx((1.0, 2 / 3, 0.8))
    assert (found["b"].precision, found["b"].recall, found["b"].f1) == pytest.approx((0.5, 0.5, 0.5))
    assert (found["c"].precision, found["c"].recall, found["c"].f1) == pytest.approx((0.5, 1.0, 2 / 3))
    assert [found[label].support for label in LABELS] == [3, 2, 1]


def test_macro_figures_are_means_over_the_labels_that_occur():
    assert metrics.macro_recall(TRUTH, GUESS, [*LABELS, "absent"]) == pytest.approx((2 / 3 + 0.5 + 1) / 3)
    assert metrics.macro_f1(TRUTH, GUESS, [*LABELS, "absent"]) == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)
    assert metrics.share_right(COUNTS) == pytest.approx(4 / 6)


def test_a_label_that_is_never_right_counts_zero():
    counts = metrics.confusion(TRUTH, np.array(["b"] * 6), LABELS)
    assert metrics.per_class(counts, LABELS)["a"].f1 == 0.0


def test_figures_of_many_matrices_are_those_of_each():
    stack = np.random.default_rng(0).integers(0, 9, (40, 3, 3))
    for figure in (metrics.mean_f1, metrics.mean_recall, metrics.share_right):
        assert figure(stack).tolist() == pytest.approx([float(figure(counts)) for counts in stack])


def test_leaving_and_considering_are_one_direction():
    truth = metrics.mapped(np.array(["leaving", "considering_leaving", "joining", "none"]), DIRECTIONS)
    guess = metrics.mapped(np.array(["considering_leaving", "none", "considering_joining", "leaving"]), DIRECTIONS)
    counts = metrics.confusion(truth, guess, ["leave", "join", "none"])
    assert metrics.f1s(counts).tolist() == pytest.approx([0.5, 1.0, 0.0])


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


def test_where_no_row_reaches_a_threshold_there_is_no_accuracy():
    assert metrics.coverage(np.array([0.55]), np.array([False]))[1:3] == [
        {"threshold": 0.6, "coverage": 0.0, "accuracy": None},
        {"threshold": 0.7, "coverage": 0.0, "accuracy": None},
    ]


def test_the_interval_of_a_share_has_the_width_of_its_standard_error():
    low, high = metrics.interval(metrics.share_right, np.array([[500, 100], [200, 200]]))
    assert low == pytest.approx(0.7 - 1.96 * 0.0145, abs=0.006)
    assert high == pytest.approx(0.7 + 1.96 * 0.0145, abs=0.006)


def test_the_interval_is_that_of_rows_drawn_one_by_one():
    rng = np.random.default_rng(1)
    truth = rng.choice(LABELS, 300, p=[0.6, 0.3, 0.1])
    guess = np.where(rng.random(300) < 0.7, truth, rng.choice(LABELS, 300))
    drawn = []
    for _ in range(2000):
        rows = rng.integers(0, 300, 300)
        drawn.append(metrics.macro_f1(truth[rows], guess[rows], LABELS))
    found = metrics.interval(metrics.mean_f1, metrics.confusion(truth, guess, LABELS))
    assert found == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.012)
