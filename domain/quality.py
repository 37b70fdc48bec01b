"""How well the model does in daily use, by blind checks and by what people corrected."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95 % interval, all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LiveFigure:
    """Precision and recall of one thing that the model says; each is None where its denominator is 0.

    `hits` counts the judged posts of which both said it, `flagged` those of which the model did, `true` those of which
    people did. The estimates weigh each post by how likely it was to be drawn.
    """

    name: str
    precision: Estimate | None
    recall: Estimate | None
    hits: int
    flagged: int
    true: int


@dataclass(frozen=True, slots=True)
class Quality:
    """One brand's figures over the last `weeks`: `judged` of `drawn` posts, and `corrected` of `cards`."""

    brand: str
    weeks: int
    judged: int
    drawn: int
    figures: tuple[LiveFigure, ...]
    corrected: int
    cards: int

    def of(self, name: str) -> LiveFigure | None:
        """Return one figure by its name."""
        return next((figure for figure in self.figures if figure.name == name), None)
