"""Figures over labels and probabilities: pure functions on numpy arrays, each with its formula's source.

Figures of labels come from a confusion matrix, int64 [..., true label, predicted label]. Leading axes are samples, so
that one call gives a figure of a thousand bootstrap samples.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.str_]
Probabilities = npt.NDArray[np.float64]
Figures = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

ECE_BINS = 15
SAMPLES = 1000


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision, recall and F1 of one label, each 0 where its denominator is 0; `support` true rows."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows of one bin of confidence: how sure they were on average, and how many of them were right."""

    above: float
    rows: int
    confidence: float
    accuracy: float


def confusion(truth: Labels, predicted: Labels, labels: Sequence[str]) -> Counts:
    """Return how often each label of `labels`, which must hold all that occur, was taken for each."""
    index = {label: i for i, label in enumerate(labels)}
    cells = [index[true] * len(labels) + index[guess] for true, guess in zip(truth, predicted, strict=True)]
    counts = np.bincount(np.array(cells, dtype=np.intp), minlength=len(labels) ** 2)
    return counts.astype(np.int64).reshape(len(labels), len(labels))


def precisions(counts: Counts) -> Figures:
    """Return the share of each label's predictions that are right."""
    return _shares(_hits(counts), counts.sum(axis=-2))


def recalls(counts: Counts) -> Figures:
    """Return the share of each label's rows that were found."""
    return _shares(_hits(counts), counts.sum(axis=-1))


def f1s(counts: Counts) -> Figures:
    """Return the harmonic mean of each label's precision and recall."""
    return _shares(2 * _hits(counts), counts.sum(axis=-2) + counts.sum(axis=-1))


def mean_recall(counts: Counts) -> Figures:
    """Return the mean recall of the labels that occur (TweetEval's figure for sentiment)."""
    return _mean_of_present(recalls(counts), counts)


def mean_f1(counts: Counts) -> Figures:
    """Return the mean F1 of the labels that occur."""
    return _mean_of_present(f1s(counts), counts)


def share_right(counts: Counts) -> Figures:
    """Return the share of rows that are right; 0 of none."""
    return _shares(_hits(counts).sum(axis=-1), counts.sum(axis=(-2, -1)))


def per_class(counts: Counts, labels: Sequence[str]) -> dict[str, ClassFigures]:
    """Return the figures of every label of one matrix."""
    columns = zip(precisions(counts).tolist(), recalls(counts).tolist(), f1s(counts).tolist(), strict=True)
    support = counts.sum(axis=1).tolist()
    return {label: ClassFigures(*column, n) for label, column, n in zip(labels, columns, support, strict=True)}


def macro_recall(truth: Labels, predicted: Labels, labels: Sequence[str]) -> float:
    """Return `mean_recall` of these labels."""
    return float(mean_recall(confusion(truth, predicted, labels)))


def macro_f1(truth: Labels, predicted: Labels, labels: Sequence[str]) -> float:
    """Return `mean_f1` of these labels."""
    return float(mean_f1(confusion(truth, predicted, labels)))


def mapped(labels: Labels, mapping: Mapping[str, str]) -> Labels:
    """Return every label replaced by what it maps to."""
    return np.array([mapping[label] for label in labels], dtype=np.str_)


def interval(figure: Callable[[Counts], Figures], counts: Counts, *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a figure of one matrix.

    Rows drawn with replacement fall into the cells of the matrix as a multinomial draw does: no row is needed.
    """
    rows = counts.sum()
    if not rows:
        return 0.0, 0.0
    cells = np.random.default_rng(seed).multinomial(rows, counts.ravel() / rows, size=SAMPLES)
    low, high = np.percentile(figure(cells.reshape(SAMPLES, *counts.shape)), [2.5, 97.5])
    return float(low), float(high)


def bins(confidence: Probabilities, correct: npt.NDArray[np.bool_]) -> list[Bin]:
    """Return those of 15 bins of equal width that hold rows, the lowest first."""
    number = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    return [
        Bin(float(b / ECE_BINS), int(inside.sum()), float(confidence[inside].mean()), float(correct[inside].mean()))
        for b in np.unique(number)
        for inside in [number == b]
    ]


def expected_calibration_error(confidence: Probabilities, correct: npt.NDArray[np.bool_]) -> float:
    """Return the mean gap of confidence and accuracy over `bins`, by rows; 0 of none (Guo et al. 2017)."""
    return sum(abs(b.confidence - b.accuracy) * b.rows for b in bins(confidence, correct)) / max(1, len(confidence))


def softmax(logits: npt.NDArray[np.floating], temperature: float) -> Probabilities:
    """Return probabilities, float64 [n, labels]."""
    scaled = logits.astype(np.float64) / temperature
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))


def best_temperature(logits: npt.NDArray[np.floating], truth: npt.NDArray[np.intp]) -> float:
    """Return the temperature of least negative log likelihood, to a hundredth, from 0.3 to 5."""
    rows = np.arange(len(truth))
    grid = np.arange(30, 501) / 100
    losses = [-np.log(softmax(logits, t)[rows, truth] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def cross_fitted(
    logits: npt.NDArray[np.floating], truth: npt.NDArray[np.intp], *, folds: int = 5, seed: int = 0
) -> Probabilities:
    """Return probabilities in which each fold's temperature was fitted on the other folds."""
    fold = np.random.default_rng(seed).permutation(len(truth)) % folds
    found = np.empty(logits.shape, dtype=np.float64)
    for held_out in range(folds):
        rest = fold != held_out
        found[~rest] = softmax(logits[~rest], best_temperature(logits[rest], truth[rest]))
    return found


def coverage(confidence: Probabilities, correct: npt.NDArray[np.bool_]) -> list[dict[str, float | None]]:
    """Return, for thresholds of .5 to .9, which share of rows reaches them and how many of those, if any, are right."""
    return [
        {
            "threshold": threshold,
            "coverage": float(reached.sum() / max(1, len(confidence))),
            "accuracy": float(correct[reached].mean()) if reached.any() else None,
        }
        for threshold in (0.5, 0.6, 0.7, 0.8, 0.9)
        for reached in [confidence >= threshold]
    ]


def threshold_for(confidence: Probabilities, correct: npt.NDArray[np.bool_], *, precision: float) -> float:
    """Return the lowest confidence from which on at least `precision` of the rows are right; 1 where none is."""
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(running >= precision)
    return float(confidence[order][good[-1]]) if len(good) else 1.0


def _hits(counts: Counts) -> Counts:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _shares(part: Counts, whole: Counts) -> Figures:
    """Return `part` of `whole`, 0 where the whole is 0."""
    return np.asarray(part / np.maximum(whole, 1))


def _mean_of_present(figures: Figures, counts: Counts) -> Figures:
    present = counts.sum(axis=-1) > 0
    return _shares((figures * present).sum(axis=-1), present.sum(axis=-1))
