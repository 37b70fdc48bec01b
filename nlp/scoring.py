"""Runs an ONNX network over texts: like lengths together, on every core, quickly for one text alone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from domain.errors import ModelError
from nlp.models import NETWORK, TOKENIZER, Model

Logits = npt.NDArray[np.float32]
Embeddings = npt.NDArray[np.float32]

Score = Callable[[Sequence[str]], Logits]
"""Scores texts as the model reads them."""

LOGITS, EMBEDDING = "logits", "embedding"
BATCH = 16  # larger ones leave the cache of small machines; smaller ones pay the call


class OnnxScorer:
    """Texts as the model reads them to logits, float32 [n, labels of all heads], in order. Thread-safe.

    One session serves `workers` threads, each computing its own batches on one core: this measures faster than one
    batch over all cores, and holds the weights in memory once.
    """

    def __init__(self, model: Model, *, workers: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena keeps the largest batch ever seen; speed is the same
        try:
            self._session = ort.InferenceSession(
                str(model.directory / NETWORK), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(model.directory / TOKENIZER))
        except Exception as error:
            raise ModelError(f"The model in {model.directory} cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(model.max_length)
        self._tokenizer.no_padding()
        self._width = sum(len(head.labels) for head in model.heads)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="classify")
        self._outputs = {output.name: output.shape[-1] for output in self._session.get_outputs()}
        found = self._outputs.get(LOGITS)
        if found != self._width:
            raise ModelError(
                f"{model.directory / NETWORK} has {found} outputs, but the heads of its manifest have {self._width} "
                "labels. Restore both files from the same version."
            )

    def __call__(self, texts: Sequence[str]) -> Logits:
        return self._scored(texts, [LOGITS], self._width)

    def with_embeddings(self, texts: Sequence[str]) -> tuple[Logits, Embeddings]:
        """Return the logits, and the pooled vectors that the heads see (float32 [n, width of the encoder]).

        Raises:
            ModelError: the network has no such output.
        """
        if EMBEDDING not in self._outputs:
            raise ModelError(
                f"The model's network has no output {EMBEDDING!r}: it was exported by an older version. "
                "Use the shipped model, or build one with `python run.py train`."
            )
        both = self._scored(texts, [LOGITS, EMBEDDING], self._width + int(self._outputs[EMBEDDING]))
        return both[:, : self._width], both[:, self._width :]

    def _scored(self, texts: Sequence[str], outputs: list[str], width: int) -> Logits:
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        if len(rows) <= BATCH // 2:
            return self._run(rows, outputs, width)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        found = np.empty((len(rows), width), dtype=np.float32)
        parts = self._pool.map(lambda batch: self._run([rows[i] for i in batch], outputs, width), batches)
        for batch, scored in zip(batches, parts, strict=True):
            found[batch] = scored
        return found

    def _run(self, rows: Sequence[Sequence[int]], outputs: list[str], width: int) -> Logits:
        if not rows:
            return np.empty((0, width), dtype=np.float32)
        ids = np.zeros((len(rows), max(len(row) for row in rows)), dtype=np.int64)
        for line, row in zip(ids, rows, strict=True):
            line[: len(row)] = row
        found = self._session.run(outputs, {"input_ids": ids, "attention_mask": (ids != 0).astype(np.int64)})
        return np.asarray(np.concatenate(found, axis=1), dtype=np.float32)
