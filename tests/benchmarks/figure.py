"""One measured figure, and how the page and the terminal write it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PROGRESS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in words. `met` is None where there is no goal."""

    what: str
    value: str
    goal: str = ""
    met: bool | None = None


def at_most(what: str, value: float, goal: float, unit: str) -> Figure:
    """A figure that should be no larger than its goal."""
    return Figure(what, f"{_number(value)} {unit}", f"<= {_number(goal)} {unit}", value <= goal)


def at_least(what: str, value: float, goal: float, unit: str) -> Figure:
    """A figure that should be no smaller than its goal."""
    return Figure(what, f"{_number(value)} {unit}", f">= {_number(goal)} {unit}", value >= goal)


def none_of(what: str, count: int) -> Figure:
    """A count of something that must not happen."""
    return Figure(what, str(count), "0", count == 0)


def shown(what: str, value: float, unit: str) -> Figure:
    """A figure without a goal."""
    return Figure(what, f"{_number(value)} {unit}")


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how far a measurement is, on standard error; the yielded function takes what was done just now."""
    with Progress(*PROGRESS, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, advance=done)


def wait_until(holds: Callable[[], object], *, seconds: float, what: str, pause: float = 0.02) -> float:
    """Look every `pause` seconds until something holds, and return how long it took; else an error says `what`."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - began


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
