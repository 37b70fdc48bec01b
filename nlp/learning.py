"""Learns from what people judged: a threshold from every platform, a head from those whose terms allow it.

Nothing changes without enough judgements, and no head without a held-out win over the one that ships.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.errors import ModelError
from domain.lesson import Judged, Lesson, Ordinary, TaskLesson, Teach
from nlp import learned, metrics, models
from nlp.learned import LearnedHead, Version
from nlp.logistic import fit_difference
from nlp.models import Head, Model
from nlp.scoring import OnnxScorer
from nlp.tasks import TASKS
from nlp.text import model_text

PRECISION = 0.8
"""How often an alert above the threshold must be right."""

LEAST_JUDGED = 50
LEAST_CORRECTIONS = 100
FOLDS = 5
MOST_LOST = 0.005
"""How much a new head may lose of what people confirmed and of what the model was sure of in ordinary posts."""

Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one task, as arrays over its rows. `embeddings` is None where the model gives none.

    The `truth` of an ordinary post is what the model says.
    """

    truth: npt.NDArray[np.intp]
    logits: Floats
    embeddings: Floats | None
    corrected: Mask
    ordinary: Mask
    may_train: Mask

    @property
    def confirmed(self) -> Mask:
        """The rows that people confirmed by acting."""
        return ~self.corrected & ~self.ordinary


@dataclass(frozen=True, slots=True)
class _NewHead:
    """A head with the logits that it gives to the evidence: held out where it was trained on a row."""

    weights: Floats
    bias: Floats
    logits: Floats


def teacher(
    model_dir: Path | None, *, folder: Path, tasks: Collection[str], at: datetime, dry_run: bool = False
) -> Teach:
    """Return what learns for these tasks of a model, and makes it the active version in `folder`, unless `dry_run`.

    Raises:
        ModelError: the model or the active version cannot be used.
        InputError: the folder cannot be written.
    """
    model = models.load(model_dir or models.SHIPPED)
    scorer = OnnxScorer(model, workers=1)

    def teach(judged: Sequence[Judged], ordinary: Sequence[Ordinary]) -> Lesson:
        now = learned.active(folder, model)
        evidence = _evidence(judged, ordinary, model, scorer)
        studied = [
            study(head, evidence[head.task], now.head(head.task) if now else None)
            for head in model.heads
            if head.task in tasks
        ]
        heads = tuple(head for _, head in studied if head is not None)
        lesson = Lesson(model.name, None, tuple(told for told, _ in studied))
        if dry_run or heads == (now.heads if now else ()):
            return lesson
        before, number = learned.numbers(folder)
        record = [asdict(told) for told in lesson.tasks]
        version = Version(number, before, model.sha256, model.name, at.isoformat(), heads, record)
        learned.keep(folder, version)
        return replace(lesson, version=number)

    return teach


def study(head: Head, evidence: Evidence, now: LearnedHead | None) -> tuple[TaskLesson, LearnedHead | None]:
    """Decide what the evidence changes of a shipped head; `now` is what is in use. None: all stays as shipped."""
    trainable = int((evidence.corrected & evidence.may_train).sum())
    told = TaskLesson(
        task=head.task,
        corrections=int(evidence.corrected.sum()),
        trainable_corrections=trainable,
        confirmed=int(evidence.confirmed.sum()),
        unsure_below=(head.unsure_below, head.unsure_below),
        new_head=False,
        notes=(),
    )
    fitted: _NewHead | None = None
    if evidence.embeddings is None:
        told = _noted(told, "no new head: this model gives no embeddings, so only its threshold is tuned")
    elif trainable < LEAST_CORRECTIONS:
        told = _noted(
            told,
            f"no new head: {trainable} of {LEAST_CORRECTIONS} corrections on platforms whose terms allow training",
        )
    else:
        fitted = _fit(head, evidence, evidence.embeddings)
        told = _weighed(told, head, evidence, fitted)
    kept = fitted if told.new_head else None
    threshold, note = _threshold(head, evidence, kept, now)
    told = _noted(replace(told, unsure_below=(head.unsure_below, threshold)), note)
    if kept is None:
        changed = LearnedHead(head.task, threshold) if threshold != head.unsure_below else None
        return told, changed
    return told, LearnedHead(head.task, threshold, tuple(map(_short, kept.weights)), _short(kept.bias))


def _fit(head: Head, evidence: Evidence, embeddings: Floats) -> _NewHead:
    """Fit a head to the rows that may train, and to nothing else; each fold's rows are scored by the other folds.

    Of ordinary posts the shipped probabilities are wanted: people judge alerts only, and a head that saw nothing else
    would forget the rest.
    """
    rows = np.flatnonzero(evidence.may_train)
    scored = evidence.logits.astype(np.float64)
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    for held_out in range(FOLDS):
        out = rows[fold == held_out]
        weights, bias = _fitted(head, evidence, embeddings, rows[fold != held_out])
        scored[out] += embeddings[out] @ weights + bias
    weights, bias = _fitted(head, evidence, embeddings, rows)
    others = ~evidence.may_train
    scored[others] += embeddings[others] @ weights + bias
    return _NewHead(weights, bias, scored)


def _fitted(head: Head, evidence: Evidence, embeddings: Floats, rows: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    said = np.eye(len(head.labels))[evidence.truth]
    as_shipped = metrics.softmax(evidence.logits, head.temperature)
    wanted = np.where(evidence.ordinary[:, None], as_shipped, said)
    return fit_difference(embeddings[rows], evidence.logits[rows], wanted[rows], temperature=head.temperature)


def _weighed(told: TaskLesson, head: Head, evidence: Evidence, fitted: _NewHead) -> TaskLesson:
    """Compare a new head with the shipped one on the corrections, held out, and on what people confirmed."""
    names = np.array(head.labels)
    truth, shipped, new = (names[each] for each in (evidence.truth, _guess(evidence.logits), _guess(fitted.logits)))
    chosen = evidence.corrected & evidence.may_train
    was_right, is_right = shipped == truth, new == truth
    accuracy = float(was_right[chosen].mean()), float(is_right[chosen].mean())
    before, after = (metrics.macro_f1(truth[chosen], guess[chosen], head.labels) for guess in (shipped, new))
    pairs = np.bincount(2 * was_right[chosen] + is_right[chosen], minlength=4).astype(np.int64).reshape(2, 2)
    gain = metrics.interval(_gain, pairs)
    told = replace(told, accuracy=accuracy, macro_f1=(before, after), gain=gain)
    sure = metrics.softmax(evidence.logits, head.temperature).max(axis=1) >= head.unsure_below
    kept = evidence.confirmed | (evidence.ordinary & sure)
    if kept.any():
        told = replace(told, reference=(float(was_right[kept].mean()), float(is_right[kept].mean())))
    if accuracy[1] <= accuracy[0] or after <= before or gain[0] <= 0:
        return _noted(told, "no new head: it is not surely better on corrections that it has not seen")
    if told.reference and told.reference[0] - told.reference[1] > MOST_LOST:
        return _noted(told, "no new head: it loses too much of what people confirmed and of ordinary posts")
    return _noted(replace(told, new_head=True), "new head: better on corrections that it has not seen")


def _gain(pairs: metrics.Counts) -> metrics.Figures:
    """Return the gain in accuracy of rows counted by whether they were right before, and whether they are after."""
    return np.asarray((pairs[..., 0, 1] - pairs[..., 1, 0]) / pairs.sum(axis=(-2, -1)))


def _threshold(head: Head, evidence: Evidence, fitted: _NewHead | None, now: LearnedHead | None) -> tuple[float, str]:
    """Return the threshold above which alerts are right often enough, with a note; else the one in use."""
    task, in_use = TASKS[head.task], now.unsure_below if now else head.unsure_below
    probabilities = metrics.softmax(fitted.logits if fitted else evidence.logits, head.temperature)
    kinds = np.array([task.kinds[label] for label in head.labels])
    guess, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    loud = (np.array(head.labels)[guess] != task.quiet) & ~evidence.ordinary
    if loud.sum() < LEAST_JUDGED:
        return in_use, f"threshold as it was: {loud.sum()} judged alerts, {LEAST_JUDGED - loud.sum()} are missing"
    right = kinds[guess] == kinds[evidence.truth]
    found = metrics.threshold_for(confidence[loud], right[loud], precision=PRECISION)
    if found >= 1:
        return in_use, f"threshold as it was: none makes {PRECISION:.0%} of {loud.sum()} judged alerts right"
    return round(found, 4), f"threshold for {PRECISION:.0%} right among {loud.sum()} judged alerts"


def _evidence(
    judged: Sequence[Judged], ordinary: Sequence[Ordinary], model: Model, scorer: OnnxScorer
) -> dict[str, Evidence]:
    """Score every reading once, and sort by task; a label that the model does not have is left out."""
    readings = [*(each.reading for each in judged), *(each.reading for each in ordinary)]
    texts = [model_text(each).text for each in readings]
    embeddings: Floats | None
    try:
        logits, embeddings = scorer.with_embeddings(texts)
    except ModelError:
        logits, embeddings = scorer(texts), None
    found, start = {}, 0
    for head in model.heads:
        part = logits[:, start : start + len(head.labels)]
        start += len(head.labels)
        chosen = [n for n, each in enumerate(judged) if each.task == head.task and each.label in head.labels]
        said = [judged[n] for n in chosen]
        rows = [*chosen, *range(len(judged), len(texts))]
        labels = [head.labels.index(each.label) for each in said]
        found[head.task] = Evidence(
            truth=np.array([*labels, *_guess(part[len(judged) :])], dtype=np.intp),
            logits=part[rows],
            embeddings=None if embeddings is None else embeddings[rows],
            corrected=np.array([each.corrected for each in said] + [False] * len(ordinary), dtype=np.bool_),
            ordinary=np.arange(len(rows)) >= len(said),
            may_train=np.array(
                [each.may_train for each in said] + [each.may_train for each in ordinary], dtype=np.bool_
            ),
        )
    return found


def _guess(logits: Floats) -> npt.NDArray[np.intp]:
    return np.asarray(logits.argmax(axis=1), dtype=np.intp)


def _noted(told: TaskLesson, note: str) -> TaskLesson:
    return replace(told, notes=(*told.notes, note))


def _short(numbers: Floats) -> tuple[float, ...]:
    """Write no more digits than matter."""
    return tuple(float(f"{number:.6g}") for number in numbers)
