"""Fits a network to examples: batches of like length that mix the tasks, seeded, resumable, with progress on stderr."""

import hashlib
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import Progress, TextColumn
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from nlp.examples import Example
from nlp.network import OUTPUTS, Network, slices
from nlp.tasks import TASKS
from nlp.text import model_text

MAX_LENGTH = 128
BATCH = 32
_SAVE_EVERY = 250  # steps between checkpoints

Targets = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as the network sees it.

    `targets` is what each output should be (float32 [OUTPUTS], a distribution per task), `weights` how much each task
    counts (float32 [tasks], 0 where nothing is known).
    """

    ids: list[int]
    targets: Targets
    weights: Targets


@dataclass(frozen=True, slots=True)
class Phase:
    """One pass over `encoded` `epochs` times, the learning rate falling from `learning_rate` to `floor` of it.

    Layers deeper below the heads take steps `layer_decay` times as large as those above them; the lowest `frozen` none.
    """

    encoded: Sequence[Encoded]
    epochs: float
    learning_rate: float
    floor: float = 0.0
    layer_decay: float = 0.9
    frozen: int = 0

    @property
    def steps(self) -> int:
        """How many batches it takes."""
        return math.ceil(len(self.encoded) * self.epochs / BATCH)


def encode(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    *,
    soft: Callable[[str], Targets | None] = lambda _text: None,
    soft_share: float = 1.0,
) -> list[Encoded]:
    """Mask, normalise and tokenise examples.

    `soft` gives for a text, as the model reads it, a teacher's probabilities of all outputs, if it has an opinion. They
    are the targets where an example has no label, and weigh `soft_share` against the label where it has one.
    """
    tokenizer.enable_truncation(MAX_LENGTH)
    tokenizer.no_padding()
    texts = [model_text(e.reading).text for e in examples]
    found = []
    for text, encoding, example in zip(texts, tokenizer.encode_batch(texts), examples, strict=True):
        targets, weights = _targets(example, soft(text), soft_share)
        found.append(Encoded(encoding.ids, targets, weights))
    return found


def _targets(example: Example, soft: Targets | None, soft_share: float) -> tuple[Targets, Targets]:
    targets = np.zeros(OUTPUTS, dtype=np.float32)
    weights = np.zeros(len(TASKS), dtype=np.float32)
    for number, (task, part) in enumerate(slices().items()):
        label = example.labels.get(task)
        if label is not None:
            share = soft_share if soft is not None else 0.0
            targets[part][TASKS[task].labels.index(label)] = 1 - share
            weights[number] = example.weight
        else:
            share = 1.0
            weights[number] = soft is not None
        if soft is not None:
            targets[part] += share * soft[part]
    return targets, weights


def fit(network: Network, phase: Phase, *, seed: int, name: str, work: Path | None = None, stop: int = 0) -> None:
    """Run one phase. Its state is saved in `work` now and then, where the same fit finds it again.

    `stop` ends it after so many steps, for tests.
    """
    kept = work / f"{_fingerprint(network, phase, seed=seed, stop=stop)}.safetensors" if work else None
    torch.manual_seed(seed)
    steps = min(phase.steps, stop or phase.steps)
    optimiser = torch.optim.AdamW(_parameter_groups(network, phase), weight_decay=0.01, fused=True)
    warmup = max(1, int(steps * 0.06))

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return phase.floor + (1 - phase.floor) * (steps - step) / max(1, steps - warmup)

    first = _resume(network, optimiser, kept)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: factor(first + step))
    network.train()
    loss_column = TextColumn("loss {task.fields[loss]:.3f}")
    with Progress(*Progress.get_default_columns(), loss_column, console=Console(stderr=True)) as progress:
        bar = progress.add_task(name, total=steps, loss=math.nan)
        smooth = math.nan
        batches = _batches(phase.encoded, random.Random(seed))  # noqa: S311 - shuffling, not secrets
        for step, batch in zip(range(1, steps + 1), batches, strict=False):
            if step > first:
                loss = _step(network, batch, optimiser)
                schedule.step()
                smooth = loss if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss
                if kept and (step % _SAVE_EVERY == 0 or step == steps):
                    _save(network, optimiser, step, kept)
            progress.update(bar, advance=1, loss=smooth)


def _step(network: Network, batch: Sequence[Encoded], optimiser: torch.optim.Optimizer) -> float:
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_has_bfloat16()):
        logits = network(*padded([e.ids for e in batch]))
    loss = _loss(logits.float(), batch)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad()
    return loss.item()


def _has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 by itself: then it trains half as fast again, else far slower."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def _parameter_groups(network: Network, phase: Phase) -> list[dict[str, object]]:
    """Return deeper layers with smaller steps. Word embeddings stay as they were pre-trained, which saves a fifth."""
    network.encoder.requires_grad_(requires_grad=False)
    heads = list(network.heads.parameters())
    groups: list[dict[str, object]] = [{"params": heads, "lr": max(phase.learning_rate * 2, 3e-4)}]
    for depth, layer in enumerate(reversed(network.layers()[phase.frozen :])):
        layer.requires_grad_(requires_grad=True)
        groups.append({"params": list(layer.parameters()), "lr": phase.learning_rate * phase.layer_decay**depth})
    return groups


def _batches(encoded: Sequence[Encoded], rng: random.Random) -> Iterator[list[Encoded]]:
    """Yield batches of like length for ever, in a new order in every epoch."""
    while True:
        order = rng.sample(range(len(encoded)), len(encoded))
        batches = []
        for start in range(0, len(order), BATCH * 50):
            chunk = sorted(order[start : start + BATCH * 50], key=lambda i: len(encoded[i].ids))
            batches += [chunk[i : i + BATCH] for i in range(0, len(chunk), BATCH)]
        rng.shuffle(batches)
        yield from ([encoded[i] for i in batch] for batch in batches)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return ids and mask, int64 [n, longest]; 0 pads."""
    longest = max(len(row) for row in rows)
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    return ids, (torch.arange(longest) < torch.tensor([[len(row)] for row in rows])).long()


def _loss(logits: Tensor, batch: Sequence[Encoded]) -> Tensor:
    """Return the cross-entropy to the targets, summed over the tasks that are known, per text."""
    targets = torch.from_numpy(np.stack([e.targets for e in batch]))
    weights = torch.from_numpy(np.stack([e.weights for e in batch]))
    losses = [
        -(functional.log_softmax(logits[:, part], dim=1) * targets[:, part]).sum(1) * weights[:, number]
        for number, part in enumerate(slices().values())
    ]
    return torch.stack(losses).sum() / len(batch)


@torch.inference_mode()
def logits_of(network: Network, rows: Sequence[Sequence[int]]) -> Tensor:
    """Return the logits of all tasks for rows of token ids, float32 [n, OUTPUTS], in order."""
    network.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_has_bfloat16()):
        found = [network(*padded([rows[i] for i in order[s : s + 64]])).float() for s in range(0, len(order), 64)]
    return torch.cat(found)[torch.argsort(torch.tensor(order))]


def _fingerprint(network: Network, phase: Phase, *, seed: int, stop: int) -> str:
    """Name a fit by all that it depends on, so that nothing stale is ever taken up."""
    numbers = (phase.epochs, phase.learning_rate, phase.floor, phase.layer_decay, phase.frozen, seed, stop)
    found = hashlib.sha256(repr((network.fingerprint(), numbers)).encode())
    for one in phase.encoded:
        found.update(np.array(one.ids).tobytes() + one.targets.tobytes() + one.weights.tobytes())
    return found.hexdigest()[:16]


def _save(network: Network, optimiser: torch.optim.Optimizer, step: int, path: Path) -> None:
    """Write weights and the optimiser's two moments; the file appears whole or not at all."""
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for number, parameter in enumerate(_trained(optimiser)):
        state = optimiser.state[parameter]
        tensors |= {f"first.{number}": state["exp_avg"], f"second.{number}": state["exp_avg_sq"]}
    partial = path.with_suffix(".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({**tensors, "step": torch.tensor(step)}, partial)
    partial.replace(path)


def _resume(network: Network, optimiser: torch.optim.Optimizer, path: Path | None) -> int:
    """Take up what `_save` wrote and return its step; 0 where nothing was written."""
    if path is None or not path.exists():
        return 0
    tensors = load_file(path)
    step = int(tensors.pop("step"))
    network.load_state_dict({k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")})
    for number, parameter in enumerate(_trained(optimiser)):
        optimiser.state[parameter] = {
            "step": torch.tensor(float(step)),
            "exp_avg": tensors[f"first.{number}"],
            "exp_avg_sq": tensors[f"second.{number}"],
        }
    return step


def _trained(optimiser: torch.optim.Optimizer) -> list[Tensor]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]
