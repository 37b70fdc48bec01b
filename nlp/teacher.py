"""The teacher: a larger encoder trained on the same labels, whose opinion of every text a smaller one learns from."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import track
from tokenizers import Tokenizer

from domain.errors import InputError
from nlp import bases, examples, network
from nlp.examples import Example
from nlp.fit import MAX_LENGTH, Phase, Targets, encode, fit, logits_of
from nlp.network import OUTPUTS, Network, slices
from nlp.text import model_text

CACHE = examples.TRAINING / "teacher.npz"
_CHUNK = 2_048  # texts between two writes of the cache
_STEPS = 255  # probabilities are kept in one byte


def train(tweets: Sequence[Example], posts: Sequence[Example], *, work: Path, seed: int) -> tuple[Network, Tokenizer]:
    """Train the teacher on tweets, then on the posts of all tasks; what is done is kept in `work` and not done again.

    Raises:
        InputError: the teacher's base is not installed.
    """
    directory = bases.teacher(work)
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    torch.manual_seed(seed)
    net = network.from_base(directory)
    first = Phase(encode(tweets, tokenizer), epochs=1, learning_rate=4e-5, floor=0.7)
    fit(net, first, seed=seed, name="teacher, tweets", work=work)
    # The lower half has learnt what it must: leaving it alone makes a step half as fast again.
    second = Phase(encode(posts, tokenizer), epochs=1.5, learning_rate=4e-5, frozen=6)
    fit(net, second, seed=seed + 1, name="teacher, all tasks", work=work)
    return net, tokenizer


def opinions(net: Network, tokenizer: Tokenizer, texts: Sequence[str], *, cache: Path) -> None:
    """Add the teacher's probabilities for `texts`, as the model reads them, to `cache`; known ones are skipped."""
    tokenizer.enable_truncation(MAX_LENGTH)
    tokenizer.no_padding()
    keys, values = _read(cache) if cache.exists() else (np.empty(0, np.uint64), np.empty((0, OUTPUTS), np.uint8))
    known = set(keys.tolist())
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
    chunks = [missing[start : start + _CHUNK] for start in range(0, len(missing), _CHUNK)]
    for chunk in track(chunks, "teacher, opinions", console=Console(stderr=True)):
        logits = logits_of(net, [encoding.ids for encoding in tokenizer.encode_batch(chunk)])
        scored = torch.cat([logits[:, part].softmax(1) for part in slices().values()], dim=1)
        keys = np.concatenate([keys, np.array([_key(text) for text in chunk], dtype=np.uint64)])
        values = np.concatenate([values, (scored * _STEPS).round().to(torch.uint8).numpy()])
        partial = cache.with_suffix(".partial.npz")
        np.savez_compressed(partial, keys=keys, values=values)
        partial.replace(cache)


class Opinions:
    """The cached probabilities of all outputs (float32 [OUTPUTS]) by text as the model reads it.

    Raises:
        InputError: there is no cache, or it is of other tasks than ours.
    """

    def __init__(self, cache: Path = CACHE) -> None:
        if not cache.exists():
            raise InputError(
                f"The teacher's opinions are missing: {cache}. Make them with `python run.py train --teacher`."
            )
        keys, self._values = _read(cache)
        if self._values.shape[1] != OUTPUTS:
            raise InputError(f"{cache} is of other tasks than ours. Make it anew with `python run.py train --teacher`.")
        self._rows = {key: row for row, key in enumerate(keys.tolist())}

    def get(self, text: str) -> Targets | None:
        """Return the teacher's opinion, or None where it was not asked."""
        row = self._rows.get(_key(text))
        if row is None:
            return None
        probabilities: Targets = self._values[row].astype(np.float32)
        for part in slices().values():
            probabilities[part] /= probabilities[part].sum()
        return probabilities


def texts_of(*groups: Sequence[Example]) -> list[str]:
    """Return every text as the model reads it."""
    return [model_text(example.reading).text for group in groups for example in group]


def _read(cache: Path) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    with np.load(cache, allow_pickle=False) as arrays:
        return arrays["keys"], arrays["values"]


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
