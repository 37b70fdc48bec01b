"""Shares the rows of all callers at once out into batches of like length, and computes one batch on each core."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition

import numpy as np
import numpy.typing as npt

Row = list[int]
Outputs = npt.NDArray[np.float32]
Compute = Callable[[Sequence[Row]], Outputs]

TOKENS = 384
"""Of a batch, padding included: larger ones leave the cache of a core, smaller ones pay the call."""


@dataclass(slots=True, eq=False)
class _Call:
    """What one caller asked. `waiting` are indices of rows that nobody computes yet, the shortest first."""

    rows: Sequence[Row]
    outputs: Outputs
    waiting: list[int]
    unfinished: int
    failure: BaseException | None = None

    @property
    def short(self) -> bool:
        """Whether all of it fits one batch."""
        return sum(map(len, self.rows)) <= TOKENS


@dataclass(slots=True)
class _Batch:
    """Rows of one call or several, none longer than `length`."""

    length: int
    parts: list[tuple[_Call, list[int]]] = field(default_factory=list)
    size: int = 0

    def fill(self, call: _Call) -> None:
        """Take the longest waiting rows of `call` that fit, while there is room."""
        room = max(1, TOKENS // self.length) - self.size
        end = bisect_right(call.waiting, self.length, key=lambda i: len(call.rows[i]))
        if room > 0 and end:
            start = max(0, end - room)
            self.parts.append((call, call.waiting[start:end]))
            self.size += end - start
            del call.waiting[start:end]


class Batches:
    """Rows to float32 [n, width] through `compute`, which must be thread-safe; at most `workers` batches at a time.

    A caller alone computes in its own thread, without waiting for anybody. Where all workers are busy, calls of a few
    rows are put together, which saves a quarter of the time. The smallest call goes first, so that a single text never
    waits for a long file; a file has its batches to itself, so that the same file is always answered alike.
    """

    def __init__(self, compute: Compute, *, width: int, workers: int) -> None:
        self._compute = compute
        self._width = width
        self._workers = workers
        self._free = workers
        self._calls: list[_Call] = []
        self._changed = Condition()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="classify")

    def __call__(self, rows: Sequence[Row]) -> Outputs:
        """Compute all rows, none of which is empty, in order. Raises what `compute` raised for any of them."""
        if not rows:
            return np.empty((0, self._width), dtype=np.float32)
        call = _Call(
            rows,
            np.empty((len(rows), self._width), dtype=np.float32),
            sorted(range(len(rows)), key=lambda i: len(rows[i])),
            len(rows),
        )
        with self._changed:
            self._calls.append(call)
        batches = -(-sum(map(len, rows)) // TOKENS)
        for _ in range(min(self._workers, batches) - 1):
            self._pool.submit(self._work, call)
        self._work(call)
        with self._changed:
            self._changed.wait_for(lambda: not call.unfinished)
        if call.failure is not None:
            raise call.failure
        return call.outputs

    def _work(self, call: _Call) -> None:
        """Compute batches until no row of `call` waits for a worker."""
        while batch := self._next(call):
            failure = None
            try:
                outputs = self._compute([call.rows[i] for call, taken in batch.parts for i in taken])
            except BaseException as error:  # noqa: BLE001 - every caller of the batch raises it
                failure = error
            with self._changed:
                self._free += 1
                start = 0
                for owner, taken in batch.parts:
                    if failure is None:
                        owner.outputs[taken] = outputs[start : start + len(taken)]
                    owner.failure = owner.failure or failure
                    owner.unfinished -= len(taken)
                    start += len(taken)
                self._changed.notify_all()

    def _next(self, call: _Call) -> _Batch | None:
        """Wait for a worker's turn and take a batch; None when no row of `call` waits any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._free or not call.waiting)
            if not call.waiting:
                return None
            self._free -= 1
            calls = sorted(self._calls, key=lambda each: len(each.waiting))
            first = calls[0]
            batch = _Batch(len(first.rows[first.waiting[-1]]))
            for each in [first, *(each for each in calls[1:] if each.short and first.short)]:
                batch.fill(each)
            self._calls = [each for each in self._calls if each.waiting]
            return batch
