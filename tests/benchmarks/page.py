"""docs/figures.md: a section for each benchmark; those that are not measured now stay as they are."""

import os
import platform
import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from domain.clock import system_clock
from tests.benchmarks.figure import Figure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "figures.md"

HEAD = """\
# Figures

What Earshot measures on one machine, against the goals that it was given. Nothing here is written by hand:
`python -m tests.benchmarks --write` measures everything anew, `python -m tests.benchmarks --write NAME` one section.
The real bot runs in a process of its own on the [sandbox](sandbox.md), which stands in for Slack, X and Reddit on
127.0.0.1; times hold no internet. A load average well above the number of cores says that the machine had other work:
times are then longer than they need be.
"""


def write(measured: Mapping[str, tuple[str, Sequence[Figure]]], order: Sequence[str]) -> None:
    """Write the measured sections, each a title with its figures, among those that the page has."""
    sections = _present()
    for name, (title, figures) in measured.items():
        sections[name] = _section(name, title, figures)
    PAGE.write_text("\n".join([HEAD, *(sections[name] for name in order if name in sections)]), encoding="utf-8")


def _present() -> dict[str, str]:
    """Return the page's sections by the name of the benchmark in their command."""
    if not PAGE.exists():
        return {}
    sections = re.split(r"\n(?=## )", PAGE.read_text(encoding="utf-8"))[1:]
    named = ((re.search(r"--write (\w+)`", section), section) for section in sections)
    return {found[1]: f"{section.rstrip()}\n" for found, section in named if found}


def _section(name: str, title: str, figures: Sequence[Figure]) -> str:
    rows = [f"| {_cell(f.what)} | {_cell(f.value)} | {_cell(f.goal)} | {_verdict(f)} |" for f in figures]
    table = "\n".join(["| What | Measured | Goal | |", "|---|---|---|---|", *rows])
    command = f"`python -m tests.benchmarks --write {name}`"
    return f"## {title}\n\n{table}\n\n{system_clock():%Y-%m-%d}, {_machine()}: {command}\n"


def _verdict(figure: Figure) -> str:
    return {None: "", True: "met", False: "**missed**"}[figure.met]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "a processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores of {model}, {memory:.0f} GB, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load average {os.getloadavg()[0]:.1f}"
    )
