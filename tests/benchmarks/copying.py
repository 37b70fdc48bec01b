"""How surely copies of a post are found among posts that only look like them, and how fast."""

import gc
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from crm.copies import wording
from crm.near_copies import Leaders, bands
from tests.benchmarks.figure import Figure, at_least, shown
from tests.seeded_copies import REPORTED, Seeded, copies, seeds, strangers
from tests.shared import SHARED


@dataclass(slots=True)
class Found:
    """What became of a stream of seeds, their copies and strangers."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    texts: int = 0
    seconds: float = 0.0
    missed_by: Counter[str] = field(default_factory=Counter)
    wrong_by: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the copies that were tied to what they copy."""
        return self.right / (self.right + self.missed)

    @property
    def precision(self) -> float:
        """The share of what was tied that was tied rightly."""
        return self.right / (self.right + self.wrong)


def stream(half: int, *, shared: bool = True, most: int = 20_000) -> list[Seeded]:
    """Give the seeds first, then their copies and as many strangers, mixed."""
    texts = seeds(half, shared=shared, most=most)
    later = [*copies(texts, half), *strangers(texts, half)]
    random.Random(3).shuffle(later)
    return [*(Seeded(text, number, "seed") for number, text in enumerate(texts)), *later]


def find(posts: list[Seeded], *, keep: int = 0) -> Found:
    """Look for every text's leader as filing does: the same words first, then near copies; what has none leads."""
    same: dict[str, int] = {}
    near: Leaders[int] = Leaders()
    found = Found(texts=len(posts))
    tied: list[int | None] = []
    gc.collect()
    began = time.process_time()
    for number, post in enumerate(posts):
        said = wording(post.text)
        mark = said.fingerprint
        leader = None if mark is None else same.get(mark)
        if leader is None and mark is not None:
            keys = bands(said)
            leader = near.copied(said, keys)
            if leader is None:
                same[mark] = number
                near.add(number, said, keys)
        tied.append(leader)
    found.seconds = time.process_time() - began
    for post, leader in zip(posts, tied, strict=True):
        true = post.seed if post.how != "seed" else None
        if true is not None and leader != true:
            found.missed += 1
            found.missed_by[post.how] += 1
        if leader is None:
            continue
        found.right += leader == true
        if leader != true:
            found.wrong += 1
            found.wrong_by[post.how] += 1
            if len(found.examples) < keep:
                found.examples.append((post.how, post.text, posts[leader].text))
    return found


def measure() -> list[Figure]:
    """Measure on the half of the texts that nothing was tuned on, with edits whose words the other half has not."""
    with_shared = SHARED.is_dir()
    posts = stream(REPORTED)
    found = min((find(posts) for _ in range(3)), key=lambda each: each.seconds)
    invented = find(stream(REPORTED, shared=False))
    source = "invented and real posts" if with_shared else "invented posts; the shared folder is not here"
    return [
        shown(f"texts: seeds, two copies of each, one stranger that looks like it ({source})", found.texts, "texts"),
        at_least("copies found (recall)", found.recall * 100, 98, "%"),
        at_least("of what was called a copy, was one (precision)", found.precision * 100, 99, "%"),
        at_least("of invented posts alone: copies found", invented.recall * 100, 98, "%"),
        at_least("of invented posts alone: was one", invented.precision * 100, 99, "%"),
        at_least("texts in a second of one core", found.texts / found.seconds, 20_000, "texts/s"),
    ]
