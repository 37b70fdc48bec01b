"""What people teach the model: labels that they set or confirmed, and what was learned from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.prediction import Reading


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading whose label of one task a person has set (`corrected`), or confirmed by acting on it.

    `may_train` says whether the terms of its platform allow a model to be trained on it.
    """

    reading: Reading
    task: str
    label: str
    corrected: bool
    may_train: bool


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A post that made no case, of which nobody said anything: what the model says of it should stay."""

    reading: Reading
    may_train: bool


@dataclass(frozen=True, slots=True)
class TaskLesson:
    """What became of one task. `accuracy` and `macro_f1` are held out, on the corrections: as shipped, then as learned.

    They are None where no head was fitted, and so is `gain`, the 95 % interval of the difference in accuracy.
    `reference` is likewise the share kept of what people confirmed and of what the model was sure of in ordinary posts;
    `notes` say in words what was decided and why.
    """

    task: str
    corrections: int
    trainable_corrections: int
    confirmed: int
    unsure_below: tuple[float, float]
    new_head: bool
    notes: tuple[str, ...]
    accuracy: tuple[float, float] | None = None
    macro_f1: tuple[float, float] | None = None
    gain: tuple[float, float] | None = None
    reference: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned. `version` is the one that was stored and is active now; None where nothing was stored."""

    model: str
    version: int | None
    tasks: tuple[TaskLesson, ...]


Teach = Callable[[Sequence[Judged], Sequence[Ordinary]], Lesson]
"""Learns from what people judged without forgetting ordinary posts, outside of any transaction."""
