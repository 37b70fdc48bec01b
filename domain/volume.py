"""How much was said of a brand, counted by what the model or a person said of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Tally:
    """So many posts of one local day that are alike in everything that the digest counts.

    `sentiment` and `switching` are the labels that count, None where there is none. `rival` is the one that the posts
    name. `elsewhere`: a person or a sure model says that they are not about us. `called`: the model itself made a
    complaint's case of them, whatever people said later.
    """

    day: date
    platform: str
    stream: str | None
    sentiment: str | None
    switching: str | None
    rival: str | None
    review: bool
    elsewhere: bool
    called: bool
    count: int

    @property
    def counts(self) -> bool:
        """Tell whether the posts count by their labels."""
        return not self.review and not self.elsewhere


@dataclass(frozen=True, slots=True)
class Voice:
    """How many posts were heard of us and of a rival, by `sources` (as in `x search`) that listen for both.

    `rival` is None for all rivals together: then every one of them is listened to by each of the sources.
    """

    rival: str | None
    ours: int
    theirs: int
    sources: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Ours / (ours + theirs), in [0, 1]; None where nothing was heard."""
        return self.ours / (self.ours + self.theirs) if self.ours + self.theirs else None


@dataclass(frozen=True, slots=True)
class Volume:
    """How many mentions of a brand fell into a period, by what the model or a person said.

    `not_us` of the `mentions` are surely not about us and have no label here; `review` wait for a person's eye.
    """

    mentions: int
    negative: int
    neutral: int
    positive: int
    leaving: int
    joining: int
    review: int
    not_us: int = 0

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> "Volume":
        """Sum tallies up; considering counts as leaving or joining."""
        sums = dict.fromkeys(cls.__slots__, 0)
        for tally in tallies:
            sums["mentions"] += tally.count
            sums["review"] += tally.count * (tally.review and not tally.elsewhere)
            sums["not_us"] += tally.count * tally.elsewhere
            if tally.counts:
                for label in (tally.sentiment, (tally.switching or "").removeprefix("considering_")):
                    if label in sums:
                        sums[label] += tally.count
        return cls(**sums)
