"""Rows of all callers at once are shared out into batches of like length, and nobody waits in vain."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock, get_ident

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.batches import TOKENS, Batches


def sums(rows):
    return np.array([[sum(row), len(row)] for row in rows], dtype=np.float32)


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=TOKENS + 9), max_size=60))
def test_every_row_is_answered_in_its_place_and_no_batch_is_too_large(rows):
    sizes, lock = [], Lock()

    def compute(batch):
        with lock:
            sizes.append((len(batch), max(map(len, batch))))
        return sums(batch)

    found = Batches(compute, width=2, workers=2)(rows)
    assert found.tolist() == [[sum(row), len(row)] for row in rows]
    assert all(count == 1 or count * longest <= TOKENS for count, longest in sizes)


def test_a_caller_alone_computes_in_its_own_thread():
    threads = []

    def compute(rows):
        threads.append(get_ident())
        return sums(rows)

    Batches(compute, width=2, workers=4)([[1], [2, 3]])
    assert threads == [get_ident()]


def test_callers_who_wait_share_a_batch():
    busy, go, sizes = Event(), Event(), []

    def compute(rows):
        sizes.append(len(rows))
        if rows == [[0]]:
            busy.set()
            go.wait()
        return sums(rows)

    batches = Batches(compute, width=2, workers=1)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(batches, [[0]])
        busy.wait()
        others = [pool.submit(batches, [[i, i]]) for i in range(1, 9)]
        while len(batches._calls) < 8:
            pass
        go.set()
        assert [other.result().tolist() for other in others] == [[[2 * i, 2]] for i in range(1, 9)]
    assert first.result().tolist() == [[0, 1]]
    assert sizes == [1, 8]


def test_a_single_text_goes_before_the_rest_of_a_long_file():
    busy, go, order = Event(), Event(), []

    def compute(rows):
        order.append(len(rows[0]))
        busy.set()
        go.wait()
        return sums(rows)

    batches = Batches(compute, width=2, workers=1)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(batches, [[1] * 100] * 50)
        busy.wait()
        pool.submit(batches, [[1]])
        while len(batches._calls) < 2:
            pass
        go.set()
    assert order[:2] == [100, 1]


def test_a_long_file_has_the_same_batches_in_whatever_company():
    alone: list[list[int]] = []
    together: list[list[int]] = []

    def compute(found):
        def compute(rows):
            if rows[0][0] == 7:
                found.append([len(row) for row in rows])
            return sums(rows)

        return compute

    file = [[7] * (1 + i % 50) for i in range(200)]
    Batches(compute(alone), width=2, workers=2)(file)
    batches = Batches(compute(together), width=2, workers=2)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(batches, [[1] * (1 + i % 9)]) for i in range(100)]
        batches(file)
        assert [each.result().shape for each in asked] == [(1, 2)] * 100
    assert sorted(together) == sorted(alone)


def test_a_failure_reaches_every_caller_of_the_batch_and_the_next_is_served():
    together = Barrier(4)

    def compute(rows):
        if [13] in rows:
            raise ValueError("unlucky")
        return sums(rows)

    batches = Batches(compute, width=2, workers=2)

    def ask(row):
        together.wait()
        return batches([row, row])

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, [13]) for _ in range(4)]
        for each in asked:
            with pytest.raises(ValueError, match="unlucky"):
                each.result()
    assert batches([[1]]).tolist() == [[1, 1]]
