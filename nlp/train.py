"""Rebuilds the shipped model from labelled text in one seeded command: tweets, then posts of all tasks, then both."""

import copy
import json
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING
from nlp import bases, examples, export, metrics, models, network, teacher
from nlp.examples import Example
from nlp.fit import MAX_LENGTH, Phase, encode, fit
from nlp.models import Head, Model
from nlp.network import Network
from nlp.scoring import Logits, OnnxScorer
from nlp.tasks import TASKS, Task
from nlp.text import model_text

NAME = "earshot-minilm-2"
PRECISION = {SENTIMENT: 0.8, SWITCHING: 0.8, RELEVANCE: 0.8, COMPLAINT: 0.9}
"""How often labels other than the quiet one must be right on dev above the threshold that is chosen for them."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what is trained, chosen on dev (docs/model.md)."""

    tweet_epochs: float = 1.3
    tweet_rate: float = 1.5e-4
    tweet_soft_share: float = 0.5  # of the teacher's opinion in the target of a labelled tweet
    unlabelled: int = 8_000  # posts about brands in the first phase that only the teacher has labelled
    post_epochs: float = 2.0
    post_rate: float = 1e-4
    post_soft_share: float = 0.3
    tweets_kept: int = 4_000  # so that the second phase does not forget sentiment
    settling_tweets: int = 10_000  # in the third phase, beside each post with a switching label once
    settling_rate: float = 4e-5
    runs: int = 2  # of the second and third phase, with different seeds; their weights are averaged


_COPIES = {"written": 2, "labelled": 1, "complaints": 1, "dong2014": 1, "mams": 0}
_COPIES_OF_REAL = 3
_SAMPLES = {"mams": 2_000, "dong2014": 3_000}
_TEACHERS_SAMPLES = {"mams": 1_000, "dong2014": 1_500, "complaints": 1_500}  # it is five times as slow to train
_TEACHERS_TWEETS = 8_000
_TEACHER_ASKED = 20_000  # tweets of which it gives its opinion


def train(
    *,
    data: Path,
    output: Path,
    work: Path,
    recipe: Recipe = Recipe(),
    seed: int = 1,
    hold_out: Sequence[str] = (),
    tiny: bool = False,
    stop: int = 0,
) -> dict[str, Any]:
    """Train, export, calibrate and measure; `output` then holds a complete model, and its dev figures are returned.

    What is done is kept in `work` and used again there. `hold_out` names industries that no example may come from;
    they are measured instead, and no teacher is asked, who knows them. `tiny` trains random weights on our own written
    posts only: it proves that the code works, on a machine without the base and the data. `stop` ends phases early.

    Raises:
        InputError: the base, the labelled text or the teacher's opinions are missing.
    """
    torch.manual_seed(seed)
    tokenizer = Tokenizer.from_file(str(models.SHIPPED / models.TOKENIZER))
    chosen = _tiny_material() if tiny else material(data, recipe=recipe, hold_out=frozenset(hold_out), seed=seed)
    net = network.tiny() if tiny else network.from_base(bases.student())
    asked = not tiny and not hold_out
    soft = teacher.Opinions().get if asked else _no_opinion
    output.mkdir(parents=True, exist_ok=True)
    if chosen.tweets:
        encoded = encode(chosen.tweets, tokenizer, soft=soft, soft_share=recipe.tweet_soft_share)
        phase = Phase(encoded, recipe.tweet_epochs, recipe.tweet_rate, floor=0.15)
        fit(net, phase, seed=seed, name="tweets", work=work, stop=stop)
    posts = encode(chosen.posts, tokenizer, soft=soft, soft_share=recipe.post_soft_share)
    settling = encode(chosen.settling, tokenizer, soft=soft, soft_share=recipe.post_soft_share)
    phases = (Phase(posts, recipe.post_epochs, recipe.post_rate), Phase(settling, 1, recipe.settling_rate))
    net = _averaged([_run(net, phases, seed=seed + run, work=work, stop=stop) for run in range(1, recipe.runs + 1)])
    export.write_onnx(net, output / models.NETWORK)
    export.write_tokenizer(tokenizer, output)
    save_file(net.state_dict(), work / "network.safetensors")
    figures = calibrate(output, dev=chosen.dev)
    (work / "dev.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def train_teacher(*, data: Path, work: Path, recipe: Recipe = Recipe(), seed: int = 1) -> None:
    """Train the teacher and ask its opinion of every text that `train` uses; takes up where it was stopped.

    Its opinions are kept in `work`, apart from those of any other teacher, and take the place of the shipped ones once
    they are complete.

    Raises:
        InputError: the teacher's base or the labelled text is missing.
    """
    tweets, posts, _ = examples.training(data)
    posts = [*_sampled(posts, _TEACHERS_SAMPLES, seed=seed), *_sample(tweets, 6_000, seed=seed + 1)]
    net, tokenizer = teacher.train(_sample(tweets, _TEACHERS_TWEETS, seed=seed), posts, work=work, seed=seed)
    chosen = material(data, recipe=recipe, hold_out=frozenset(), seed=seed)
    asked = [*chosen.posts, *(e for e in chosen.tweets if not e.labels), *_sample(tweets, _TEACHER_ASKED, seed=seed)]
    cache = work / f"opinions-{net.fingerprint()}.npz"
    teacher.opinions(net, tokenizer, teacher.texts_of(asked), cache=cache)
    shutil.copyfile(cache, teacher.CACHE)


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained in the three phases, and what is measured."""

    tweets: list[Example]
    posts: list[Example]
    settling: list[Example]
    dev: list[Example]


def material(data: Path, *, recipe: Recipe, hold_out: frozenset[str], seed: int) -> Material:
    """Read and weigh everything; a held-out industry is measured, and nothing trains whose field shares a word with it.

    Raises:
        InputError: a file of `data` is missing.
    """
    tweets, posts, unlabelled = examples.training(data)
    dev = examples.development(data)
    if hold_out:
        held = [e for e in posts if e.group in hold_out and e.source != "written"]
        fields = frozenset(word for industry in hold_out for word in _words(industry))
        posts = [e for e in posts if fields.isdisjoint(_words(e.group))]
        dev = [*(e for e in dev if SWITCHING not in e.labels), *held]
        unlabelled = []
    weighed = [
        e
        for e in _sampled(posts, _SAMPLES, seed=seed)
        for _ in range(_COPIES.get(e.source.split()[0], _COPIES_OF_REAL))
    ]
    return Material(
        tweets=[*tweets, *_sample(unlabelled, recipe.unlabelled, seed=seed)],
        posts=[*weighed, *_sample(tweets, recipe.tweets_kept, seed=seed)],
        settling=[
            *(e for e in posts if SWITCHING in e.labels),
            *_sample(tweets, recipe.settling_tweets, seed=seed + 1),
        ],
        dev=dev,
    )


def _words(field: str) -> set[str]:
    """Return the words of an industry's name: `video_streaming`, `streaming/music` and `video calls` share some."""
    return {word for word in re.split(r"[^a-z]+", field.lower()) if len(word) > 3}


def _sampled(posts: Sequence[Example], samples: Mapping[str, int], *, seed: int) -> list[Example]:
    """Keep some of the large sources, which answer few of our questions."""
    kept = [e for e in posts if e.source not in samples]
    for source, count in samples.items():
        kept += _sample([e for e in posts if e.source == source], count, seed=seed)
    return kept


def _sample(rows: Sequence[Example], count: int, *, seed: int) -> list[Example]:
    return random.Random(seed).sample(rows, min(count, len(rows)))  # noqa: S311 - no secret


def _tiny_material() -> Material:
    written = examples.written()
    return Material(tweets=[], posts=written, settling=written, dev=written[:40])


def _no_opinion(_text: str) -> None:
    """Stand for a teacher that may not be asked."""


def _run(net: Network, phases: tuple[Phase, Phase], *, seed: int, work: Path, stop: int) -> Network:
    own = copy.deepcopy(net)
    for phase, name in zip(phases, ("all tasks", "settling"), strict=True):
        fit(own, phase, seed=seed, name=f"{name}, seed {seed}", work=work, stop=stop)
    return own


def _averaged(networks: Sequence[Network]) -> Network:
    """Return a network whose weights are the mean of these, which come from one start: their noise averages out."""
    states = [net.state_dict() for net in networks]
    mean = {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}
    networks[0].load_state_dict(mean)
    return networks[0]


def calibrate(directory: Path, *, dev: Sequence[Example]) -> dict[str, Any]:
    """Fit each head's temperature and threshold on `dev` to the exported network, and write the manifest."""
    heads = tuple(Head(task.name, task.labels) for task in TASKS.values())
    unverified = Model(NAME, directory, heads, MAX_LENGTH, frozenset())
    scorer = OnnxScorer(unverified, workers=torch.get_num_threads())
    fitted, figures = [], {}
    for task, part in network.slices().items():
        rows = [e for e in dev if task in e.labels]
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
    names = np.array([e.labels[task.name] for e in rows])
    truth = np.array([labels.index(name) for name in names], dtype=np.intp)
    temperature = metrics.best_temperature(logits, truth)
    probabilities = metrics.cross_fitted(logits, truth)
    guess, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    guesses = np.array(labels)[guess]
    kinds, guessed_kinds = metrics.mapped(names, task.kinds), metrics.mapped(guesses, task.kinds)
    loud = guesses != task.quiet
    threshold = metrics.threshold_for(confidence[loud], (kinds == guessed_kinds)[loud], precision=PRECISION[task.name])
    by_kind = sorted(set(task.kinds.values()))
    figures = {
        "rows": len(rows),
        "macro_recall": metrics.macro_recall(names, guesses, labels),
        "macro_f1": metrics.macro_f1(names, guesses, labels),
        "kinds": {kind: _f1(kinds == kind, guessed_kinds == kind) for kind in by_kind},
        "ece_cross_fitted": metrics.expected_calibration_error(confidence, guess == truth),
        "temperature": temperature,
        "unsure_below": threshold,
        "sure": float((confidence >= threshold).mean()),
        "loud_and_sure": int((loud & (confidence >= threshold)).sum()),
        "loud": int(loud.sum()),
    }
    return Head(task.name, labels, temperature, threshold), figures


def _f1(truth: Any, guess: Any) -> float:
    return float(2 * (truth & guess).sum() / max(1, truth.sum() + guess.sum()))
