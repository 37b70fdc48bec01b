"""Runs an ONNX network over texts: like lengths together, on every core, quickly for one text alone."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from domain.errors import ModelError
from nlp.models import NETWORK, TOKENIZER, Model

Logits = npt.NDArray[np.float32]
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
        found = self._session.get_outputs()[0].shape[-1]
        if found != self._width:
            raise ModelError(
                f"{model.directory / NETWORK} has {found} outputs, but the heads of its manifest have {self._width} "
                "labels. Restore both files from the same version."
            )

    def __call__(self, texts: Sequence[str]) -> Logits:
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        if len(rows) <= BATCH // 2:
            return self._run(rows)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        logits = np.empty((len(rows), self._width), dtype=np.float32)
        for batch, scored in zip(
            batches, self._pool.map(self._run, ([rows[i] for i in b] for b in batches)), strict=True
        ):
            logits[batch] = scored
        return logits

    def _run(self, rows: Sequence[Sequence[int]]) -> Logits:
        if not rows:
            return np.empty((0, self._width), dtype=np.float32)
        ids = np.zeros((len(rows), max(len(row) for row in rows)), dtype=np.int64)
        for line, row in zip(ids, rows, strict=True):
            line[: len(row)] = row
        logits: Logits = self._session.run(None, {"input_ids": ids, "attention_mask": (ids != 0).astype(np.int64)})[0]
        return logits
