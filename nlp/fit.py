"""Fits a network to examples: batches of like length that mix the tasks, seeded, with progress on stderr."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from rich.console import Console
from rich.progress import Progress, TextColumn
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from nlp.examples import Example
from nlp.network import Network, slices
from nlp.tasks import TASKS
from nlp.text import model_text

MAX_LENGTH = 128
BATCH = 32


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as the network sees it."""

    ids: list[int]
    task: str
    label: int
    weight: float


@dataclass(frozen=True, slots=True)
class Phase:
    """One pass over `encoded` `epochs` times, the learning rate falling from `learning_rate` to `floor` of it."""

    encoded: Sequence[Encoded]
    epochs: float
    learning_rate: float
    floor: float = 0.0
    layer_decay: float = 0.9


def encode(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Encoded]:
    """Mask, normalise and tokenise examples."""
    tokenizer.enable_truncation(MAX_LENGTH)
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch([model_text(e.reading).text for e in examples])
    return [
        Encoded(encoding.ids, e.task, TASKS[e.task].labels.index(e.label), e.weight)
        for encoding, e in zip(encodings, examples, strict=True)
    ]


def fit(network: Network, phase: Phase, *, seed: int, name: str, max_steps: int | None = None) -> None:
    """Run one phase."""
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 - shuffling, not secrets
    steps = max_steps or math.ceil(len(phase.encoded) * phase.epochs / BATCH)
    optimiser = torch.optim.AdamW(_parameter_groups(network, phase), weight_decay=0.01, fused=True)
    warmup = max(1, int(steps * 0.06))

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return phase.floor + (1 - phase.floor) * (steps - step) / max(1, steps - warmup)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
    network.train()
    loss_column = TextColumn("loss {task.fields[loss]:.3f}")
    with Progress(*Progress.get_default_columns(), loss_column, console=Console(stderr=True)) as progress:
        bar = progress.add_task(name, total=steps, loss=math.nan)
        smooth = math.nan
        for _, batch in zip(range(steps), _batches(phase.encoded, rng), strict=False):
            loss = _loss(network, batch)
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            value = loss.item()
            smooth = value if math.isnan(smooth) else 0.98 * smooth + 0.02 * value
            progress.update(bar, advance=1, loss=smooth)


def _parameter_groups(network: Network, phase: Phase) -> list[dict[str, object]]:
    """Return deeper layers with smaller steps. Word embeddings stay as they were pre-trained, which saves a fifth."""
    layers = list(network.encoder.encoder.layer)
    network.encoder.embeddings.requires_grad_(requires_grad=False)
    groups: list[dict[str, object]] = [{"params": list(network.heads.parameters()), "lr": phase.learning_rate * 2}]
    for depth, layer in enumerate(reversed(layers)):
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


def _loss(network: Network, batch: Sequence[Encoded]) -> Tensor:
    logits = network(*padded([e.ids for e in batch]))
    losses = []
    for task, part in slices().items():
        rows = [i for i, e in enumerate(batch) if e.task == task]
        if rows:
            weights = torch.tensor([batch[i].weight for i in rows])
            labels = torch.tensor([batch[i].label for i in rows])
            losses.append((functional.cross_entropy(logits[rows, part], labels, reduction="none") * weights).sum())
    return torch.stack(losses).sum() / len(batch)


@torch.inference_mode()
def logits_of(network: Network, encoded: Sequence[Encoded]) -> Tensor:
    """Return the logits of all tasks, float32 [n, labels], in order."""
    network.eval()
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
    found = torch.cat([network(*padded([encoded[i].ids for i in order[s : s + 64]])) for s in range(0, len(order), 64)])
    return found[torch.argsort(torch.tensor(order))]
