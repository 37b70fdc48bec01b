"""Live precision and recall from blind checks; the formulae are those of docs/kpis.md."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.blind_check import BlindItem
from domain.case import CaseKind
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING
from domain.quality import Estimate, LiveFigure

WEEKS = 8
DRAWS = 1000
"""So many times the recall is drawn anew for its interval, from a fixed seed: the same answers give the same."""

_Z = 1.959964  # the 97.5 % quantile of the normal distribution
_PRIOR = 0.5  # Jeffreys' for a share

_LEAVING = frozenset({"leaving", "considering_leaving"})
_JOINING = frozenset({"joining", "considering_joining"})


@dataclass(frozen=True, slots=True)
class _Question:
    """What one figure is about. `said` is None where the model of the day did not answer the task."""

    name: str
    said: Callable[[BlindItem], bool | None]
    meant: Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class _Judged:
    called: bool
    said: bool
    meant: bool
    weight: float


def live_figures(items: Sequence[BlindItem]) -> tuple[LiveFigure, ...]:
    """Compute every figure from all that was drawn, judged or not."""
    weighted = _weighted(items)
    return tuple(_figure(question, weighted) for question in _QUESTIONS)


def live_figure(items: Sequence[BlindItem], name: str) -> LiveFigure:
    """Compute one figure of `FIGURES`."""
    (question,) = (question for question in _QUESTIONS if question.name == name)
    return _figure(question, _weighted(items))


def corrected(count: int, figure: LiveFigure | None) -> float | None:
    """Estimate how many there are in truth of what the model found `count`: count x precision / recall."""
    if figure is None or figure.precision is None or figure.recall is None or not figure.recall.value:
        return None
    return count * figure.precision.value / figure.recall.value


def wilson(share: float, n: float) -> Estimate:
    """Return a share of `n` trials with Wilson's 95 % score interval (1927); `n` may be an effective number."""
    scale = 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / scale
    half = _Z / scale * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return _estimate(share, middle - half, middle + half)


def _weighted(items: Sequence[BlindItem]) -> list[tuple[BlindItem, float]]:
    """Return what was judged with how many stored posts each stands for.

    A post stands for 1 / its probability; what nobody judged is shared out among what was judged of the same part, in
    checks that somebody has begun.
    """
    begun = {item.check_id for item in items if item.answers}
    weighted: list[tuple[BlindItem, float]] = []
    for called in (True, False):
        part = [item for item in items if item.called is called and item.check_id in begun]
        judged = [item for item in part if item.answers]
        if judged:
            share = sum(1 / i.probability for i in part) / sum(1 / i.probability for i in judged)
            weighted += [(item, share / item.probability) for item in judged]
    return weighted


def _figure(question: _Question, weighted: Sequence[tuple[BlindItem, float]]) -> LiveFigure:
    judged = [
        _Judged(item.called, said, question.meant(item.answers), weight)
        for item, weight in weighted
        if (said := question.said(item)) is not None
    ]
    flagged, true = [j for j in judged if j.said], [j for j in judged if j.meant]
    return LiveFigure(
        name=question.name,
        precision=wilson(*_share(flagged)) if flagged else None,
        recall=_recall(judged) if true else None,
        hits=sum(j.meant for j in flagged),
        flagged=len(flagged),
        true=len(true),
    )


def _share(judged: Sequence[_Judged]) -> tuple[float, float]:
    """Return the weighted share that is true, and the effective number of trials (Kish, 1965): equal weights give n."""
    total = sum(j.weight for j in judged)
    share = sum(j.weight for j in judged if j.meant) / total
    return share, total**2 / sum(j.weight**2 for j in judged)


def _recall(judged: Sequence[_Judged]) -> Estimate:
    """Return the weighted recall with a Bayesian interval.

    What was judged falls into cells, by what the model said and by the part that it was drawn from. Of each cell's
    share that is true we know as much as Jeffreys' beta says after the effective number of trials; the 95 % interval
    is that of the recall over `DRAWS` draws of all shares, widened to hold the estimate.
    """
    meant = sum(j.weight for j in judged if j.meant)
    value = sum(j.weight for j in judged if j.meant and j.said) / meant
    if not any(j.said for j in judged):  # no draw could tell that the model ever says it
        return wilson(value, sum(j.meant for j in judged))
    cells = []
    for said, called in ((True, True), (True, False), (False, True), (False, False)):
        cell = [j for j in judged if j.said is said and j.called is called]
        if cell:
            share, n = _share(cell)
            cells.append((said, sum(j.weight for j in cell), share * n + _PRIOR, (1 - share) * n + _PRIOR))
    chance = random.Random(0)  # noqa: S311  # nothing secret
    drawn = []
    for _ in range(DRAWS):
        true = [(said, size * chance.betavariate(a, b)) for said, size, a, b in cells]
        drawn.append(sum(size for said, size in true if said) / sum(size for _, size in true))
    drawn.sort()
    return _estimate(value, drawn[DRAWS // 40], drawn[-1 - DRAWS // 40])


def _estimate(value: float, low: float, high: float) -> Estimate:
    value = min(max(value, 0.0), 1.0)  # sums of weights round
    return Estimate(value, max(0.0, min(low, value)), min(1.0, max(high, value)))


def _says(task: str, labels: frozenset[str]) -> Callable[[BlindItem], bool | None]:
    """Ask what the model said of a task; what waits for a person's eye is counted by no label."""
    return lambda item: item.counted and item.said[task] in labels if task in item.said else None


def _about(answers: Mapping[str, str]) -> bool:
    return answers.get(RELEVANCE) == "about"


def _means(task: str, labels: frozenset[str]) -> Callable[[Mapping[str, str]], bool]:
    return lambda answers: _about(answers) and answers.get(task) in labels


def _complains(answers: Mapping[str, str]) -> bool:
    return _means(SENTIMENT, frozenset({"negative"}))(answers) or _means(SWITCHING, _LEAVING)(answers)


_QUESTIONS = (
    _Question("complaint", lambda item: item.kind is CaseKind.COMPLAINT, _complains),
    _Question(
        "negative", _says(SENTIMENT, frozenset({"negative"})), _means(SENTIMENT, frozenset({"negative"}))
    ),
    _Question("leave", _says(SWITCHING, _LEAVING), _means(SWITCHING, _LEAVING)),
    _Question("join", _says(SWITCHING, _JOINING), _means(SWITCHING, _JOINING)),
    _Question(
        "relevance", lambda item: item.said[RELEVANCE] == "about" if RELEVANCE in item.said else None, _about
    ),
)  # fmt: skip
FIGURES = tuple(question.name for question in _QUESTIONS)
