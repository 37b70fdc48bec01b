"""Figures over labels and probabilities: pure functions on numpy arrays, each with its formula's source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.str_]
Probabilities = npt.NDArray[np.float64]

ECE_BINS = 15


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision, recall and F1 of one label, each 0 where its denominator is 0; `support` true rows."""

    precision: float
    recall: float
    f1: float
    support: int


def per_class(truth: Labels, predicted: Labels, labels: Sequence[str]) -> dict[str, ClassFigures]:
    """Return the figures of every label in `labels`."""
    figures = {}
    for label in labels:
        hits = int(((truth == label) & (predicted == label)).sum())
        claimed, support = int((predicted == label).sum()), int((truth == label).sum())
        precision = hits / claimed if claimed else 0.0
        recall = hits / support if support else 0.0
        f1 = 2 * hits / (claimed + support) if claimed + support else 0.0
        figures[label] = ClassFigures(precision, recall, f1, support)
    return figures


def macro_recall(truth: Labels, predicted: Labels, labels: Sequence[str]) -> float:
    """Return the mean recall of the labels that occur (TweetEval's figure for sentiment)."""
    return _mean([f.recall for f in per_class(truth, predicted, labels).values() if f.support])


def macro_f1(truth: Labels, predicted: Labels, labels: Sequence[str]) -> float:
    """Return the mean F1 of the labels that occur."""
    return _mean([f.f1 for f in per_class(truth, predicted, labels).values() if f.support])


def accuracy(truth: Labels, predicted: Labels) -> float:
    """Return the share of rows that are right; 0 of none."""
    return float((truth == predicted).mean()) if len(truth) else 0.0


def mapped(labels: Labels, mapping: Mapping[str, str]) -> Labels:
    """Return every label replaced by what it maps to."""
    return np.array([mapping[label] for label in labels], dtype=np.str_)


def expected_calibration_error(confidence: Probabilities, correct: npt.NDArray[np.bool_]) -> float:
    """Return the mean gap of confidence and accuracy over 15 equal-width bins, by rows (Guo et al. 2017)."""
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - correct[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(np.sum(gaps))


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


def coverage(confidence: Probabilities, correct: npt.NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return, for thresholds of .5 to .9, which share of rows reaches them and how many of those are right."""
    return [
        {
            "threshold": threshold,
            "coverage": float((confidence >= threshold).mean()) if len(confidence) else 0.0,
            "accuracy": float(correct[confidence >= threshold].mean()) if (confidence >= threshold).any() else 0.0,
        }
        for threshold in (0.5, 0.6, 0.7, 0.8, 0.9)
    ]


def threshold_for(confidence: Probabilities, correct: npt.NDArray[np.bool_], *, precision: float) -> float:
    """Return the lowest confidence from which on at least `precision` of the rows are right; 1 where none is."""
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(running >= precision)
    return float(confidence[order][good[-1]]) if len(good) else 1.0


def interval(
    figure: Callable[[npt.NDArray[np.intp]], float], rows: int, *, samples: int = 500, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of `figure`, a function of the rows drawn."""
    rng = np.random.default_rng(seed)
    drawn = [figure(rng.integers(0, rows, rows)) for _ in range(samples)]
    return float(np.percentile(drawn, 2.5)), float(np.percentile(drawn, 97.5))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
