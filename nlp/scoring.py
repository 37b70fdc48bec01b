"""Runs an ONNX network over texts: tokens in, logits out, and the embedding before the heads where it is wanted."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from domain.errors import ModelError
from nlp.batches import Batches, Outputs, Row
from nlp.models import NETWORK, TOKENIZER, Model

Logits = npt.NDArray[np.float32]
Embeddings = npt.NDArray[np.float32]

Score = Callable[[Sequence[str]], Logits]
"""Scores texts as the model reads them."""

LOGITS = "logits"
EMBEDDING = "embedding"
IDS, MASK = "input_ids", "attention_mask"
_FIX = "Restore the model's files from the same version."


class OnnxScorer:
    """Texts as the model reads them to logits, float32 [n, labels of all heads], in order. Thread-safe.

    One session serves `workers` threads, each computing its own batches on one core: this measures faster than one
    batch over all cores, and holds the weights in memory once.

    Raises:
        ModelError: the files cannot be loaded, or do not belong together.
    """

    def __init__(self, model: Model, *, workers: int) -> None:
        self._network = model.directory / NETWORK
        try:
            self._session = ort.InferenceSession(
                str(self._network),
                _options(),
                providers=["CPUExecutionProvider"],
                # onnxruntime adds and normalises eight times slower in one step than in two.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
        except Exception as error:
            raise ModelError(f"{self._network} cannot be loaded: {error}. {_FIX}") from error
        try:
            self._tokenizer = Tokenizer.from_file(str(model.directory / TOKENIZER))
        except Exception as error:
            raise ModelError(f"{model.directory / TOKENIZER} cannot be loaded: {error}. {_FIX}") from error
        self._tokenizer.enable_truncation(model.max_length)
        self._tokenizer.no_padding()
        width, embedding = self._widths(sum(len(head.labels) for head in model.heads))
        self._logits = Batches(self._run, width=width, workers=workers)
        self._width = width
        self._both = embedding and Batches(self._run_both, width=width + embedding, workers=workers)
        self._try_all_tokens(model)

    def __call__(self, texts: Sequence[str]) -> Logits:
        return self._logits(self._rows(texts))

    def with_embeddings(self, texts: Sequence[str]) -> tuple[Logits, Embeddings]:
        """Return the logits, and the pooled vectors that the heads see (float32 [n, width of the encoder]).

        Raises:
            ModelError: the network has no such output.
        """
        if not self._both:
            raise ModelError(
                f"{self._network} has no output {EMBEDDING!r}: it was exported by an older version. "
                "Use the shipped model, or build one with `python run.py train`."
            )
        both = self._both(self._rows(texts))
        return both[:, : self._width], both[:, self._width :]

    def _rows(self, texts: Sequence[str]) -> list[Row]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def _run(self, rows: Sequence[Row]) -> Outputs:
        return self._outputs(rows, LOGITS)[0]

    def _run_both(self, rows: Sequence[Row]) -> Outputs:
        return np.concatenate(self._outputs(rows, LOGITS, EMBEDDING), axis=1)

    def _outputs(self, rows: Sequence[Row], *names: str) -> list[Outputs]:
        lengths = np.array([len(row) for row in rows])
        mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
        ids = np.zeros_like(mask)
        for line, row in zip(ids, rows, strict=True):
            line[: len(row)] = row
        found: list[Outputs] = self._session.run(list(names), {IDS: ids, MASK: mask})
        return found

    def _widths(self, labels: int) -> tuple[int, int]:
        """Return how many logits there are and how wide the embedding is, 0 without one."""
        inputs = {each.name for each in self._session.get_inputs()}
        outputs = {each.name: each.shape[-1] for each in self._session.get_outputs()}
        if inputs != {IDS, MASK} or LOGITS not in outputs:
            raise ModelError(
                f"{self._network} maps {', '.join(sorted(inputs))} to {', '.join(outputs)}; Earshot needs {IDS} and "
                f"{MASK} to {LOGITS}. Configure a model that `python run.py train` made."
            )
        if outputs[LOGITS] != labels:
            raise ModelError(
                f"{self._network} has {outputs[LOGITS]} outputs, but the heads of its manifest have {labels} labels. "
                f"{_FIX}"
            )
        return labels, int(outputs.get(EMBEDDING, 0))

    def _try_all_tokens(self, model: Model) -> None:
        """Run once, with the highest token: a tokenizer of another model is told now, not by a post."""
        try:
            logits = self._run([[self._tokenizer.get_vocab_size() - 1]])
        except Exception as error:
            raise ModelError(
                f"{model.directory / TOKENIZER} does not belong to {self._network}: the network fails on its tokens "
                f"({error}). {_FIX}"
            ) from error
        if not np.isfinite(logits).all():
            raise ModelError(f"{self._network} answers with numbers that are none. {_FIX}")


def _options() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps a plan for every shape of a batch, and is no faster
    options.enable_cpu_mem_arena = False  # it keeps the most that was ever needed at once
    return options
