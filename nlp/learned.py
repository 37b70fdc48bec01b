"""What was learned from people: numbered versions in a folder, one of them active, each pinned to its model.

A version is a JSON file of numbers, without any text. `active.json` names the one in use and pins its hash.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.errors import InputError, ModelError
from nlp.models import Head, Model, sha256_of
from nlp.scoring import Logits, OnnxScorer, Score

ACTIVE = "active.json"
_FIX = "Restore it from a backup, or go back with `python run.py learn --undo`."

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LearnedHead:
    """What changed of one head. Its logits get `embedding @ weights + bias` on top; no weights change nothing.

    `weights` has a row for each number of the embedding, and a column for each label.
    """

    task: str
    unsure_below: float
    weights: tuple[tuple[float, ...], ...] = ()
    bias: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One step of learning. `model` is its network's SHA-256; an undo returns to `before`, 0 for the model alone.

    `record` says from how many corrections each task was learned, and what was measured.
    """

    number: int
    before: int
    model: str
    model_name: str
    at: str
    heads: tuple[LearnedHead, ...]
    record: Sequence[Mapping[str, Any]]

    def head(self, task: str) -> LearnedHead | None:
        """Return what changed of one task."""
        return next((head for head in self.heads if head.task == task), None)


def active(folder: Path, model: Model) -> Version | None:
    """Return the active version, where it belongs to this model.

    Raises:
        ModelError: its file is missing or altered.
    """
    version = _active(folder)
    return version if version and version.model == model.sha256 else None


def status(folder: Path, model: Model) -> str:
    """Say in a few words what is active; raises as `active`."""
    version = _active(folder)
    if version is None:
        return "nothing learned"
    if version.model != model.sha256:
        return (
            f"learned version {version.number} belongs to {version.model_name} and is not used: "
            "run `python run.py learn` again"
        )
    return f"learned version {version.number} of {version.at[:10]}"


def applied(scorer: OnnxScorer, model: Model, folder: Path) -> tuple[Score, Model]:
    """Return the scorer and the model as the active version changes them; raises as `active`.

    The model's name then names the version, so that every prediction says what made it.
    """
    version = active(folder, model)
    return with_version(scorer, model, version) if version else (scorer, model)


def with_version(scorer: OnnxScorer, model: Model, version: Version) -> tuple[Score, Model]:
    """Return the scorer and the model as a version changes them."""
    heads = []
    for head in model.heads:
        learned = version.head(head.task)
        heads.append(replace(head, unsure_below=learned.unsure_below) if learned else head)
    taught = replace(model, name=f"{model.name}+{version.number}", heads=tuple(heads))
    if not any(head.weights for head in version.heads):
        return scorer, taught
    weights, bias = _columns(model.heads, version)

    def score(texts: Sequence[str]) -> Logits:
        logits, embeddings = scorer.with_embeddings(texts)
        return np.asarray(logits + embeddings @ weights + bias, dtype=np.float32)

    return score, taught


def keep(folder: Path, version: Version) -> None:
    """Store a version and make it the active one.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(_file(folder, version.number), asdict(version))
        _activate(folder, version.number)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}. Name another in [model] learned.") from error


def numbers(folder: Path) -> tuple[int, int]:
    """Return the numbers of the active version, whatever model it belongs to (0: none), and of the next one.

    Numbers are never used twice.
    """
    pointer = _pointer(folder)
    used = max((int(path.stem) for path in folder.glob("[0-9]*.json")), default=0)
    return (int(pointer["version"]) if pointer else 0), used + 1


def undo(folder: Path) -> tuple[int, int]:
    """Go back one step, whatever model the active version belongs to. Returns the version left and the one reached.

    Raises:
        InputError: nothing is active, or the folder cannot be written.
        ModelError: the version to go back to cannot be read.
    """
    pointer = _pointer(folder)
    if pointer is None:
        raise InputError(f"There is nothing to undo: no version in {folder} is active.")
    try:
        if pointer["before"]:
            _activate(folder, int(pointer["before"]))
        else:
            (folder / ACTIVE).unlink()
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}.") from error
    return int(pointer["version"]), int(pointer["before"])


def _columns(heads: Sequence[Head], version: Version) -> tuple[Weights, Weights]:
    """Return the weights and biases of all heads side by side, zero where nothing was learned."""
    width = max(len(head.weights) for head in version.heads)
    weights, biases = [], []
    for head in heads:
        learned = version.head(head.task)
        if learned and learned.weights:
            weights.append(np.array(learned.weights))
            biases.append(np.array(learned.bias))
        else:
            weights.append(np.zeros((width, len(head.labels))))
            biases.append(np.zeros(len(head.labels)))
    return np.concatenate(weights, axis=1), np.concatenate(biases)


def _active(folder: Path) -> Version | None:
    pointer = _pointer(folder)
    if pointer is None:
        return None
    path = _file(folder, int(pointer["version"]))
    try:
        found = sha256_of(path)
        stored = json.loads(path.read_text(encoding="utf-8"))
        heads = tuple(_read_head(head) for head in stored.pop("heads"))
        version = Version(**stored, heads=heads)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"{path} cannot be read: {error}. {_FIX}") from error
    if found != pointer["sha256"]:
        raise ModelError(f"{path} is not the file that was learned: its SHA-256 is not the one in {ACTIVE}. {_FIX}")
    return version


def _read_head(stored: dict[str, Any]) -> LearnedHead:
    weights = tuple(tuple(row) for row in stored["weights"])
    return LearnedHead(stored["task"], float(stored["unsure_below"]), weights, tuple(stored["bias"]))


def _pointer(folder: Path) -> dict[str, Any] | None:
    path = folder / ACTIVE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: found[name] for name in ("version", "before", "sha256")}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{path} cannot be read: {error}. Remove it to use the model as shipped.") from error


def _activate(folder: Path, number: int) -> None:
    path = _file(folder, number)
    try:
        before = json.loads(path.read_text(encoding="utf-8"))["before"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"{path} cannot be read: {error}. Remove {folder / ACTIVE} to use the model as shipped."
        ) from error
    _write(folder / ACTIVE, {"version": number, "before": before, "sha256": sha256_of(path)})


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a file whole: whoever reads it finds the old one or the new one."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(value) + "\n", encoding="utf-8")
    partial.replace(path)


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:04}.json"
