"""Builds `Classify`: readings to calibrated predictions of every task, with language and named rival."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import numpy as np

from domain.prediction import SENTIMENT, SWITCHING, Prediction, Predictions, Reading
from domain.seams import Classify
from nlp import language, learned, models
from nlp.models import Head, Model
from nlp.scoring import Logits, OnnxScorer, Score
from nlp.tasks import TASKS
from nlp.text import ModelText, model_text

Detect = Callable[[str], language.Language]
_Scored = tuple[Sequence[Reading], list[ModelText], Logits]


CHUNK = 512  # readings in memory as texts at once


def build(model_dir: Path | None = None, *, workers: int | None = None, learned_dir: Path | None = None) -> Classify:
    """Load an ONNX model and return its classifier; parameters and errors as of `load`."""
    score, model = load(model_dir, workers=workers, learned_dir=learned_dir)
    return classifier(score, model, prepare=model_text)


def load(
    model_dir: Path | None = None, *, workers: int | None = None, learned_dir: Path | None = None
) -> tuple[Score, Model]:
    """Load an ONNX model (None: the shipped one) and what scores its texts; `workers` None takes every core it may.

    With `learned_dir` it answers as people taught it, where a version there is active and belongs to this model.

    Raises:
        ModelError: the files are missing, altered, or answer other labels.
    """
    model = models.load(model_dir or models.SHIPPED)
    scorer = OnnxScorer(model, workers=workers or _cores())
    return learned.applied(scorer, model, learned_dir) if learned_dir else (scorer, model)


def _cores() -> int:
    """Count the cores that this process may use; in a container they are often fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system has it
        return os.cpu_count() or 1


def classifier(score: Score, model: Model, *, prepare: Callable[[Reading], ModelText]) -> Classify:
    """Return a `Classify` over any scorer of texts that `prepare` wrote."""
    detect = language.gate(model.languages)

    def classify(readings: Sequence[Reading]) -> list[Predictions]:
        chunks = [readings[start : start + CHUNK] for start in range(0, len(readings), CHUNK)]
        return [found for scored in _scored(chunks, score, prepare) for found in _answers(*scored, model, detect)]

    return classify


def _scored(
    chunks: Sequence[Sequence[Reading]], score: Score, prepare: Callable[[Reading], ModelText]
) -> Iterator[_Scored]:
    """Prepare a chunk while the network, which needs no interpreter, reads the one before."""
    if len(chunks) == 1:  # no thread for what a poll brings
        prepared = [prepare(reading) for reading in chunks[0]]
        yield chunks[0], prepared, _logits(score, prepared)
        return
    with ThreadPoolExecutor(2, thread_name_prefix="score") as ahead:
        waiting = deque[tuple[Sequence[Reading], list[ModelText], Future[Logits]]]()
        for chunk in chunks:
            prepared = [prepare(reading) for reading in chunk]
            waiting.append((chunk, prepared, ahead.submit(_logits, score, prepared)))
            if len(waiting) > 2:
                readings, texts, logits = waiting.popleft()
                yield readings, texts, logits.result()
        for readings, texts, logits in waiting:
            yield readings, texts, logits.result()


def _logits(score: Score, prepared: Sequence[ModelText]) -> Logits:
    """Score each text once, however often it stands there: reposts and templates are common."""
    places = {text: place for place, text in enumerate(dict.fromkeys(each.text for each in prepared))}
    return score(list(places))[[places[each.text] for each in prepared]]


def _answers(
    readings: Sequence[Reading], prepared: Sequence[ModelText], logits: Logits, model: Model, detect: Detect
) -> Iterator[Predictions]:
    columns = [column.tolist() for column in _probabilities(logits, model.heads)]
    for row, (reading, text) in enumerate(zip(readings, prepared, strict=True)):
        found = detect(text.words)
        of_rival_only = _of_rival_only(reading, text)
        items = tuple(
            _prediction(
                model, head, column[row], supported=found.supported, rival=text.rival, of_rival_only=of_rival_only
            )
            for head, column in zip(model.heads, columns, strict=True)
        )
        yield Predictions(items, found.code, found.supported)


def combined(*classifiers: Classify) -> Classify:
    """Return a `Classify` whose every task is answered by the first of `classifiers` that has it.

    Each task is unsure where its own model does not support the language. The reading's language counts as supported
    where the model of a task that alerts (sentiment or switching) supports it: triage then goes by what is sure.
    """

    def classify(readings: Sequence[Reading]) -> list[Predictions]:
        return [_merged(answers) for answers in zip(*(each(readings) for each in classifiers), strict=True)]

    return classify


def _merged(answers: Sequence[Predictions]) -> Predictions:
    first: dict[str, tuple[Prediction, bool]] = {}
    for answer in answers:
        for item in answer.items:
            first.setdefault(item.task, (item, answer.language_supported))
    supported = any(first[task][1] for task in (SENTIMENT, SWITCHING) if task in first)
    return Predictions(tuple(item for item, _ in first.values()), answers[0].language, supported)


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
