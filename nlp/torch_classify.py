"""Serves any Hugging Face sequence classifier through torch behind the same seam; needs the `train` extra."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from domain.errors import ModelError
from domain.prediction import SENTIMENT, Reading
from domain.seams import Classify
from nlp.classify import classifier
from nlp.models import Head, Model
from nlp.scoring import Logits
from nlp.tasks import TASKS
from nlp.text import ModelText, clean, model_text, normalise

BATCHES = {"cuda": 128, "mps": 64}
BATCH = 16  # elsewhere: of a processor's cache
_INSTALL = "Install the extra that serves it: `pip install 'earshot[train]'`."


def build(
    source: str | Path,
    *,
    revision: str | None = None,
    task: str = SENTIMENT,
    labels: Mapping[str, str] | None = None,
    masked: bool = False,
    languages: frozenset[str] = frozenset(),
    unsure_below: float = 0.0,
    device: str = "auto",
) -> Classify:
    """Load a local directory, or a hub id at a pinned `revision` (a commit), as the classifier of one task.

    `labels` maps the checkpoint's own label names to ours where they differ (`{"LABEL_0": "negative", ...}`).
    `masked` says that it was trained on our masked texts. No `languages` lifts the language gate. `device` is one of
    torch's, as in `cuda:1`; `auto` takes a GPU where there is one. On CUDA the network computes in half precision.

    Raises:
        ModelError: torch is missing, the checkpoint cannot be loaded or is not pinned, or its labels do not fit.
    """
    local = Path(source).is_dir()
    if not local and not revision:
        raise ModelError(
            f"The model {source} is no local directory, and a hub id needs `revision`: give the commit's full hash, "
            "so that it cannot change under you."
        )
    if task not in TASKS:
        raise ModelError(f"There is no task {task!r}; choose one of {', '.join(TASKS)}.")
    scorer = _TorchScorer(str(source), revision=None if local else revision, task=task, labels=labels, device=device)
    model = Model(
        name=f"{Path(source).name if local else source}@{(revision or 'local')[:8]}",
        directory=Path(source),
        heads=(Head(task, TASKS[task].labels, unsure_below=unsure_below),),
        max_length=scorer.max_length,
        languages=languages,
    )
    return classifier(scorer, model, prepare=model_text if masked else _plain_text)


def _plain_text(reading: Reading) -> ModelText:
    """Keep the names in the text, since public checkpoints never saw our masks; the rival is found all the same."""
    masked = model_text(reading)
    return replace(masked, text=normalise(clean(reading.text)))


class _TorchScorer:
    """Texts to logits in the order of the task's labels, float32 [n, labels]. Thread-safe."""

    def __init__(
        self, source: str, *, revision: str | None, task: str, labels: Mapping[str, str] | None, device: str
    ) -> None:
        try:
            import torch  # noqa: PLC0415 - an extra that serving the shipped model does without
            import transformers  # noqa: PLC0415
        except ImportError as error:
            raise ModelError(f"The model {source} needs torch and transformers. {_INSTALL}") from error
        self._torch = torch
        self._device = _device(torch, device)
        half = self._device.type == "cuda"
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(source, revision=revision)
            network, report = transformers.AutoModelForSequenceClassification.from_pretrained(
                source,
                revision=revision,
                use_safetensors=True,
                dtype=torch.float16 if half else torch.float32,
                output_loading_info=True,
            )
        except Exception as error:
            raise ModelError(f"The model {source} cannot be loaded: {error}") from error
        if missing := sorted(report["missing_keys"]):
            raise ModelError(
                f"The model {source} lacks the weights {', '.join(missing[:4])}: it was not trained to classify. "
                "Choose a checkpoint for sequence classification."
            )
        self._order = _label_order(network.config.id2label, task=task, labels=labels, source=source)
        self._network = network.to(self._device).eval()
        self._batch = BATCHES.get(self._device.type, BATCH)
        self.max_length = min(int(self._tokenizer.model_max_length), 256)

    def __call__(self, texts: Sequence[str]) -> Logits:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        logits = np.empty((len(texts), len(self._order)), dtype=np.float32)
        for start in range(0, len(order), self._batch):
            rows = order[start : start + self._batch]
            batch = self._tokenizer(
                [texts[i] for i in rows],
                padding=True,
                truncation=True,
                max_length=self.max_length,
                return_tensors="pt",
            ).to(self._device)
            with self._torch.inference_mode():
                logits[rows] = self._network(**batch).logits.float().cpu().numpy()[:, self._order]
        return logits


def _device(torch: Any, name: str) -> Any:
    """Return torch's device of that name, or the best that there is for `auto`."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ModelError(
            f'torch cannot compute on the device {name!r}: {error}. Use `device = "auto"`, or install a torch for it.'
        ) from error
    return device


def _label_order(id2label: Mapping[int, str], *, task: str, labels: Mapping[str, str] | None, source: str) -> list[int]:
    """Return the checkpoint's output for each of the task's labels."""
    ours = {(labels or {}).get(name, name.lower()): index for index, name in id2label.items()}
    if set(ours) != set(TASKS[task].labels) or len(ours) != len(id2label):
        raise ModelError(
            f"The model {source} answers {', '.join(id2label.values())}, but {task} needs "
            f"{', '.join(TASKS[task].labels)}. Map its labels to these, one to each, in the settings "
            f"([model.checkpoints.{task}] labels), or choose another model."
        )
    return [ours[label] for label in TASKS[task].labels]
