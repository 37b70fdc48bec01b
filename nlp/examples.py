"""Labelled text: reads the files of ../shared/data, and files of the user's own, as examples of one task."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InputError
from domain.prediction import SENTIMENT, SWITCHING, BrandName, Reading

# Sources whose terms allow development and evaluation only: they never train weights that ship.
NON_COMMERCIAL = ("airline_crowdflower", "twcs_")
WRITTEN = Path(__file__).parent / "training" / "switching_written.txt"


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled reading. `group` is what a held-out fit leaves out whole (the industry); `source` its origin."""

    reading: Reading
    task: str
    label: str
    source: str = ""
    group: str = ""
    weight: float = 1.0

    @property
    def may_train(self) -> bool:
        """Whether the terms of the origin allow it in weights that ship."""
        return not self.source.startswith(NON_COMMERCIAL)


def sentiment(path: Path) -> list[Example]:
    """Read `sentiment_train.jsonl` or `sentiment_dev.jsonl`: tweets with no brand."""
    return [Example(Reading(row["text"]), SENTIMENT, row["label"], source=row.get("source", "")) for row in _rows(path)]


def switching(path: Path) -> list[Example]:
    """Read `switching_train.jsonl` or a file of its shape: one row per text and target brand."""
    return [
        Example(
            Reading(row["text"], _name(row["target"]), _rivals(row.get("rival"))),
            SWITCHING,
            row["label"],
            source=row.get("source", ""),
            group=row.get("industry", ""),
            weight=1.0 if row.get("certain", True) else 0.5,
        )
        for row in _rows(path)
    ]


def written(path: Path = WRITTEN) -> list[Example]:
    """Read our own invented posts; a post that also names a rival is a second example, seen from the rival."""
    ours, theirs = BrandName("Northwind"), BrandName("Contoso")
    found, industry = [], ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("["):
            industry = line.strip("[]")
        elif line and not line.startswith("#"):
            towards_ours, towards_theirs, text = line.split(" | ", 2)
            text = text.replace("{B}", ours.name).replace("{R}", theirs.name)
            sides = [(towards_ours, ours, theirs), (towards_theirs, theirs, ours)]
            found += [
                Example(Reading(text, brand, (rival,)), SWITCHING, label, source="written", group=industry)
                for label, brand, rival in sides
                if label != "-"
            ]
    return found


def _name(name: str | None) -> BrandName | None:
    return BrandName(name) if name else None


def _rivals(name: str | None) -> tuple[BrandName, ...]:
    return (BrandName(name),) if name else ()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON lines: {error}. Give the folder of labelled text.") from error
