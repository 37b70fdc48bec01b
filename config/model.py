"""The tables of the settings file that choose the models: `[model]` and its checkpoints."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.fields import Section, Task
from domain.prediction import SENTIMENT, SWITCHING


class CheckpointSection(Section):
    """`[model.checkpoints.TASK]`: a Hugging Face directory, or a hub id at a pinned revision, that answers one task."""

    source: Annotated[str, Field(min_length=1)]
    revision: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("en",)
    masked: bool = False
    unsure_below: float = Field(default=0.0, ge=0, le=1)

    @property
    def gate(self) -> frozenset[str]:
        """The languages that it knows; none means all."""
        return frozenset() if "*" in self.languages else frozenset(self.languages)


class ModelSection(Section):
    """`[model]`: `shipped` or a folder, what people taught it, and what answers single tasks in its place.

    `learned` is a folder. `sentiment` and `switching` are short for a checkpoint of every language.
    """

    path: str = "shipped"
    learned: Annotated[str, Field(min_length=1)] = "var/learned"
    device: Annotated[str, Field(min_length=1)] = "auto"
    sentiment: str | None = None
    sentiment_revision: str | None = None
    switching: str | None = None
    switching_revision: str | None = None
    checkpoints: dict[Task, CheckpointSection] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if twice := [task for task, _ in self._short() if task in self.checkpoints]:
            raise ValueError(f"{twice[0]} is given twice: keep [model.checkpoints.{twice[0]}] or the short key")
        return self

    def all_checkpoints(self) -> dict[str, CheckpointSection]:
        """List what answers single tasks, however the file writes it."""
        return dict(self._short()) | self.checkpoints

    def _short(self) -> Iterator[tuple[str, CheckpointSection]]:
        for task, source, revision in (
            (SENTIMENT, self.sentiment, self.sentiment_revision),
            (SWITCHING, self.switching, self.switching_revision),
        ):
            if source:
                yield task, CheckpointSection(source=source, revision=revision, languages=("*",))
