"""Which words moved a decision: each is left out once, and what its absence changes is what it weighs."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.prediction import Prediction, Reading
from domain.seams import Classify, Explain
from nlp.classify import classifier, load
from nlp.models import Head, Model
from nlp.scoring import Logits, Score
from nlp.text import MAX_CHARACTERS, ModelText, model_text, places

SPANS = 24
"""A text is cut into so many spans at most; each costs one more run of the network."""
SHOWN = 3
LEAST = math.log(2)
"""Words stand out where, without them, the odds of the label would at least halve. Less may be int8's noise."""

_WORD = re.compile(r"\S{1,40}")
_EDGES = " \t\r\n.,;:…()[]{}<>\"'“”‘’«»-–—"
_CLAUSE_END = re.compile(r"[.!?,;:…][\"'”’)\]]*$")
_UNTOLD = re.compile(r"https?://|www\.|@\w", re.IGNORECASE)  # an address or a stranger's handle is no reason
_CONJUNCTIONS = frozenset(
    ["and", "as", "because", "but", "or", "since", "so", "that", "then", "though", "when", "which"]
)
_UNMISSED = _CONJUNCTIONS | {"a", "an", "the"}  # a quotation does not begin with them
_SMALL = _UNMISSED | frozenset(
    [
        "about", "all", "am", "any", "are", "at", "be", "been", "by", "can", "can't", "cannot", "could", "couldn't",
        "did", "didn't", "do", "does", "doesn't", "don't", "for", "from", "get", "got", "had", "has", "have", "haven't",
        "he", "her", "him", "his", "how", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "into", "is", "isn't", "it",
        "it's", "its", "just", "me", "more", "most", "my", "never", "no", "not", "now", "of", "off", "on", "once",
        "only", "our", "out", "over", "she", "should", "some", "than", "their", "them", "there", "these", "they",
        "this", "those", "to", "too", "until", "up", "us", "very", "was", "wasn't", "we", "we're", "we've", "were",
        "what", "where", "while", "who", "will", "with", "won't", "would", "you", "you're", "your",
    ]
)  # fmt: skip
"""Such words go with the next one: "my account", "not happy", "to Contoso"."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    plain: str
    of_brand: bool
    of_rival: bool
    ends_clause: bool

    @property
    def untold(self) -> bool:
        return not (self.of_brand or self.of_rival) and _UNTOLD.match(self.plain) is not None

    @property
    def small(self) -> bool:
        return self.plain in _SMALL


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    only_names_brand: bool


def build(
    model_dir: Path | None = None, *, workers: int | None = None, learned_dir: Path | None = None
) -> tuple[Classify, Explain]:
    """Load an ONNX model once, as `classify.load` does, and return its classifier with what explains its answers."""
    score, model = load(model_dir, workers=workers, learned_dir=learned_dir)
    return classifier(score, model, prepare=model_text), explainer(score, model, prepare=model_text)


def explainer(score: Score, model: Model, *, prepare: Callable[[Reading], ModelText]) -> Explain:
    """Return an `Explain` for what `model` says; of another model's prediction it returns None."""

    def explain(reading: Reading, prediction: Prediction) -> tuple[str, ...] | None:
        if prediction.model != model.name:
            return None
        text = reading.text[:MAX_CHARACTERS]
        spans = _spans(replace(reading, text=text), most_words=model.max_length)
        left = [text, *(text[: span.start] + text[span.end :] for span in spans)]
        logits = score([prepare(replace(reading, text=each)).text for each in left])
        odds = _log_odds(logits, model.heads, prediction)
        return _told(text, spans, (odds[0] - odds[1:]).tolist())

    return explain


def _log_odds(logits: Logits, heads: Sequence[Head], prediction: Prediction) -> npt.NDArray[np.float64]:
    """Return the calibrated log odds of the prediction's label, float64 [n]."""
    start = 0
    for head in heads:
        if head.task == prediction.task:
            scaled = logits[:, start : start + len(head.labels)].astype(np.float64) / head.temperature
            label = head.labels.index(prediction.label)
            others = np.delete(scaled, label, axis=1)
            against: npt.NDArray[np.float64] = np.logaddexp.reduce(others, axis=1)
            return scaled[:, label] - against
        start += len(head.labels)
    raise ValueError(f"The model has no head for {prediction.task}.")


def _told(text: str, spans: Sequence[_Span], weights: Sequence[float]) -> tuple[str, ...]:
    """Return the heaviest spans in the order of the text, neighbours as one."""
    heavy = [i for i, weight in enumerate(weights) if weight >= LEAST]
    saying = [i for i in heavy if not spans[i].only_names_brand] or heavy
    chosen = sorted(sorted(saying, key=lambda i: -weights[i])[:SHOWN])
    pieces: list[tuple[int, int]] = []
    for span in (spans[i] for i in chosen):
        if pieces and set(text[pieces[-1][1] : span.start].casefold().split()) <= _UNMISSED:
            pieces[-1] = pieces[-1][0], span.end
        else:
            pieces.append((span.start, span.end))
    return tuple(" ".join(text[start:end].split()).strip(_EDGES) for start, end in pieces)


def _spans(reading: Reading, *, most_words: int) -> list[_Span]:
    """Cut a text into the spans that are left out in turn: words with the small words before them."""
    groups = _groups(_words(reading, most=most_words))
    count = len(groups)
    if count > SPANS:
        cuts = [i * count // SPANS for i in range(SPANS + 1)]
        groups = [[w for group in groups[a:b] for w in group] for a, b in pairwise(cuts)]
    return [
        _Span(
            group[0].start,
            group[-1].end,
            only_names_brand=any(w.of_brand for w in group) and all(w.of_brand or w.small for w in group),
        )
        for group in groups
    ]


def _groups(words: Sequence[_Word]) -> list[list[_Word]]:
    groups: list[list[_Word]] = []
    group: list[_Word] = []
    goes_on = False  # whether small words at a clause's end may go with the word before them

    def close() -> None:
        nonlocal group, goes_on
        if group and goes_on and all(word.small for word in group):
            groups[-1] += group
        else:
            while group and group[0].plain in _UNMISSED:
                group = group[1:]
            if group:
                groups.append(group)
        goes_on = bool(group) and not group[-1].ends_clause
        group = []

    for word in words:
        if word.untold or not word.plain:
            close()
            goes_on = False
            continue
        if word.plain in _CONJUNCTIONS and all(small.small for small in group):
            close()
        group.append(word)
        if word.ends_clause or not word.small:
            close()
    close()
    return groups


def _words(reading: Reading, *, most: int) -> list[_Word]:
    """Cut a text where it has blanks, and very long words as well; a name of several words stays whole."""
    text = reading.text
    ours = places(text, reading.brand) if reading.brand else []
    theirs = [place for rival in reading.rivals for place in places(text, rival)]
    runs: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        if len(runs) == most:
            break
        start, end = match.span()
        if runs and any(a < runs[-1][1] and start < b for a, b in (*ours, *theirs)):
            runs[-1] = runs[-1][0], end
        else:
            runs.append((start, end))
    return [
        _Word(
            start,
            end,
            plain=text[start:end].strip(_EDGES).casefold().replace("’", "'"),
            of_brand=any(a < end and start < b for a, b in ours),
            of_rival=any(a < end and start < b for a, b in theirs),
            ends_clause=_CLAUSE_END.search(text[start:end]) is not None,
        )
        for start, end in runs
    ]
