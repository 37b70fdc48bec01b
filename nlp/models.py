"""Which files make up a model, what its heads answer, and the proof that the files are the ones that were evaluated."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import ModelError
from nlp.tasks import TASKS

SHIPPED = Path(__file__).parent / "shipped"
MANIFEST = "model.json"
NETWORK = "model.onnx"
TOKENIZER = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Head:
    """What answers one task. `unsure_below` is the calibrated probability under which a label goes to people."""

    task: str
    labels: tuple[str, ...]
    temperature: float = 1.0
    unsure_below: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """A verified model. Its logits are those of `heads`, one after another; no `languages` means every language.

    `sha256` is that of its network.
    """

    name: str
    directory: Path
    heads: tuple[Head, ...]
    max_length: int
    languages: frozenset[str]
    sha256: str = ""


def load(directory: Path = SHIPPED) -> Model:
    """Read and verify the model in `directory`.

    Raises:
        ModelError: a file is missing or altered, or a label set is not the one in `nlp.tasks`.
    """
    manifest = _manifest(directory)
    try:
        hashes = manifest["sha256"]
        model = Model(
            name=f"{manifest['name']}@{hashes[NETWORK][:8]}",
            directory=directory,
            heads=tuple(
                Head(task, tuple(head["labels"]), float(head["temperature"]), float(head["unsure_below"]))
                for task, head in manifest["heads"].items()
            ),
            max_length=int(manifest["max_length"]),
            languages=frozenset(manifest["languages"]),
            sha256=str(hashes[NETWORK]),
        )
        expected = {file: str(hashes[file]) for file in (NETWORK, TOKENIZER)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{directory / MANIFEST} is not a model manifest: {error!r}. {_FIX}") from error
    for file, sha256 in expected.items():
        _verify(directory / file, sha256)
    for head in model.heads:
        check_labels(head, where=str(directory / MANIFEST))
    return model


def check_labels(head: Head, *, where: str) -> None:
    """Refuse a head whose labels are not those of its task, in their order.

    Raises:
        ModelError: naming both label sets.
    """
    task = TASKS.get(head.task)
    if task is None:
        raise ModelError(f"{where} has a head for the unknown task {head.task!r}; known are {', '.join(TASKS)}.")
    if head.labels != task.labels:
        raise ModelError(
            f"{where} answers {head.task} with the labels {', '.join(head.labels)}, but Earshot needs "
            f"{', '.join(task.labels)}, in this order. Configure a model that was trained for them."
        )


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_FIX = "Restore it with `git checkout -- nlp/shipped`, or build a model with `python run.py train`."


def _manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"The model's {path} is missing. {_FIX}") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"The model's {path} cannot be read: {error}. {_FIX}") from error
    if not isinstance(manifest, dict):
        raise ModelError(f"The model's {path} holds no JSON object. {_FIX}")
    return manifest


def _verify(path: Path, sha256: str) -> None:
    try:
        found = sha256_of(path)
    except FileNotFoundError as error:
        raise ModelError(f"The model's {path} is missing. {_FIX}") from error
    except OSError as error:
        raise ModelError(f"The model's {path} cannot be read: {error}. {_FIX}") from error
    if found != sha256:
        raise ModelError(
            f"The model's {path} is not the file that was evaluated: its SHA-256 is {found}, "
            f"{MANIFEST} pins {sha256}. {_FIX}"
        )
