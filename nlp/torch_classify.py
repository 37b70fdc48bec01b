"""Serves any Hugging Face sequence classifier through torch behind the same seam; needs the `train` extra."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from domain.errors import ModelError
from domain.prediction import SENTIMENT, Reading
from domain.seams import Classify
from nlp.classify import classifier
from nlp.models import Head, Model
from nlp.scoring import Logits
from nlp.tasks import TASKS
from nlp.text import ModelText, clean, model_text, normalise

BATCH = 32
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
    device: str | None = None,
) -> Classify:
    """Load a local directory, or a hub id at a pinned `revision` (a commit), as the classifier of one task.

    `labels` maps the checkpoint's own label names to ours where they differ (`{"LABEL_0": "negative", ...}`).
    `masked` says that it was trained on our masked texts. No `languages` lifts the language gate.

    Raises:
        ModelError: torch is missing, the checkpoint cannot be loaded or is not pinned, or its labels do not fit.
    """
    local = Path(source).is_dir()
    if not local and not revision:
        raise ModelError(
            f"The model {source} is no local directory, and a hub id needs `revision`: give the commit's full hash, "
            "so that it cannot change under you."
        )
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
    return ModelText(normalise(clean(reading.text)), masked.rival, masked.brand_named)


class _TorchScorer:
    """Texts to logits in the order of the task's labels, float32 [n, labels]. Thread-safe."""

    def __init__(
        self, source: str, *, revision: str | None, task: str, labels: Mapping[str, str] | None, device: str | None
    ) -> None:
        try:
            import torch  # noqa: PLC0415 - an extra that serving the shipped model does without
            from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: PLC0415
        except ImportError as error:
            raise ModelError(f"The model {source} needs torch and transformers. {_INSTALL}") from error
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(source, revision=revision)
            network = AutoModelForSequenceClassification.from_pretrained(
                source, revision=revision, use_safetensors=True
            )
        except (OSError, ValueError) as error:
            raise ModelError(f"The model {source} cannot be loaded: {error}") from error
        self._order = _label_order(network.config.id2label, task=task, labels=labels, source=source)
        self._torch = torch
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._network = network.to(self._device).eval()
        self.max_length = min(int(self._tokenizer.model_max_length), 256)

    def __call__(self, texts: Sequence[str]) -> Logits:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        logits = np.empty((len(texts), len(self._order)), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
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


def _label_order(id2label: Mapping[int, str], *, task: str, labels: Mapping[str, str] | None, source: str) -> list[int]:
    """Return the checkpoint's output for each of the task's labels."""
    if task not in TASKS:
        raise ModelError(f"There is no task {task!r}; choose one of {', '.join(TASKS)}.")
    ours = {(labels or {}).get(name, name.lower()): index for index, name in id2label.items()}
    if set(ours) != set(TASKS[task].labels):
        raise ModelError(
            f"The model {source} answers {', '.join(id2label.values())}, but {task} needs "
            f"{', '.join(TASKS[task].labels)}. Map its labels to these in the settings, or choose another model."
        )
    return [ours[label] for label in TASKS[task].labels]
