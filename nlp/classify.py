"""Builds `Classify`: readings to calibrated predictions of every task, with language and named rival."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from domain.prediction import Prediction, Predictions, Reading
from domain.seams import Classify
from nlp import language, learned, models
from nlp.models import Head, Model
from nlp.scoring import Logits, OnnxScorer, Score
from nlp.tasks import TASKS
from nlp.text import ModelText, model_text


def build(model_dir: Path | None = None, *, workers: int | None = None, learned_dir: Path | None = None) -> Classify:
    """Load an ONNX model (None: the shipped one) and return its classifier; `workers` None takes every core.

    With `learned_dir` it answers as people taught it, where a version there is active and belongs to this model.

    Raises:
        ModelError: the files are missing, altered, or answer other labels.
    """
    model = models.load(model_dir or models.SHIPPED)
    scorer = OnnxScorer(model, workers=workers or os.cpu_count() or 1)
    score, model = learned.applied(scorer, model, learned_dir) if learned_dir else (scorer, model)
    return classifier(score, model, prepare=model_text)


def classifier(score: Score, model: Model, *, prepare: Callable[[Reading], ModelText]) -> Classify:
    """Return a `Classify` over any scorer of texts that `prepare` wrote."""
    detect = language.gate(model.languages)

    def classify(readings: Sequence[Reading]) -> list[Predictions]:
        prepared = [prepare(reading) for reading in readings]
        columns = _probabilities(score([p.text for p in prepared]), model.heads)
        return [
            _predictions(
                model,
                [column[row] for column in columns],
                found=detect(reading.text),
                rival=prepared[row].rival,
                of_rival_only=_of_rival_only(reading, prepared[row]),
            )
            for row, reading in enumerate(readings)
        ]

    return classify


def combined(*classifiers: Classify) -> Classify:
    """Return a `Classify` whose every task is answered by the first of `classifiers` that has it."""

    def classify(readings: Sequence[Reading]) -> list[Predictions]:
        return [_merged(answers) for answers in zip(*(each(readings) for each in classifiers), strict=True)]

    return classify


def _merged(answers: Sequence[Predictions]) -> Predictions:
    items: dict[str, Prediction] = {}
    for answer in answers:
        for item in answer.items:
            items.setdefault(item.task, item)
    return Predictions(tuple(items.values()), answers[0].language, answers[0].language_supported)


def _probabilities(logits: Logits, heads: Sequence[Head]) -> list[Logits]:
    """Return calibrated probabilities of each head, float32 [n, its labels]."""
    parts, start = [], 0
    for head in heads:
        part = logits[:, start : start + len(head.labels)] / head.temperature
        part = np.exp(part - part.max(axis=1, keepdims=True))
        parts.append(part / part.sum(axis=1, keepdims=True))
        start += len(head.labels)
    return parts


def _of_rival_only(reading: Reading, prepared: ModelText) -> bool:
    """Whether the text names a rival and not the brand: its intent is then most likely towards the rival."""
    return reading.brand is not None and prepared.rival is not None and not prepared.brand_named


def _predictions(
    model: Model,
    rows: Sequence[Logits],
    *,
    found: language.Language,
    rival: str | None,
    of_rival_only: bool,
) -> Predictions:
    return Predictions(
        tuple(
            _prediction(
                model,
                head,
                probabilities.tolist(),
                supported=found.supported,
                rival=rival,
                of_rival_only=of_rival_only,
            )
            for head, probabilities in zip(model.heads, rows, strict=True)
        ),
        found.code,
        found.supported,
    )


def _prediction(
    model: Model, head: Head, probabilities: list[float], *, supported: bool, rival: str | None, of_rival_only: bool
) -> Prediction:
    task, score = TASKS[head.task], max(probabilities)
    label = head.labels[probabilities.index(score)]
    misplaced = task.names_rival and of_rival_only and label != task.quiet
    return Prediction(
        task=head.task,
        label=label,
        score=score,
        unsure=not supported or misplaced or score < head.unsure_below,
        model=model.name,
        rival=rival if task.names_rival else None,
        probabilities=MappingProxyType(dict(zip(head.labels, probabilities, strict=True))),
    )
