"""Measures what Earshot promises in figures: `python -m tests.benchmarks [--write] [NAME ...]`."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.logs import configure_logs
from tests.benchmarks import (
    auditing,
    bench_classify,
    cards,
    claims,
    commands,
    copying,
    day,
    digests,
    engagement,
    forgetting,
    generated_views,
    hostile_text,
    install,
    kills,
    kpis,
    latency,
    listening,
    memory,
    page,
    queries,
    start,
    storm,
    throughput,
)
from tests.benchmarks.figure import Figure


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What it is called on the page, and what measures it."""

    title: str
    measure: Callable[[], list[Figure]]


BENCHMARKS = {
    "install": Benchmark("Install on an empty virtual environment", install.measure),
    "start": Benchmark("Cold start and memory", start.measure),
    "latency": Benchmark("From a post to its card", latency.measure),
    "classify": Benchmark("The model alone", bench_classify.measure),
    "throughput": Benchmark("Mentions a second through ingest", throughput.measure),
    "listening": Benchmark("A platform at its worst, listened to", listening.measure),
    "day": Benchmark("A day at 20 mentions a second", day.measure),
    "queries": Benchmark("Reading and matching queries", queries.measure),
    "cards": Benchmark("10,000 cards while Slack fails", cards.measure),
    "claims": Benchmark("50 people claim the same 2,000 cards", claims.measure),
    "copies": Benchmark("Copies of one text", copying.measure),
    "storm": Benchmark("5,000 posts in five minutes", storm.measure),
    "kills": Benchmark("kill -9 at random moments", kills.measure),
    "commands": Benchmark("Commands over a large database", commands.measure),
    "forgetting": Benchmark("Forgetting a person", forgetting.measure),
    "auditing": Benchmark("A long audit log", auditing.measure),
    "digest": Benchmark("The daily digest over a large database", digests.measure),
    "kpis": Benchmark("KPIs over a large database", kpis.measure),
    "hostile": Benchmark("Hostile text", hostile_text.measure),
    "views": Benchmark("Views of generated values", generated_views.measure),
    "engagement": Benchmark("Drastic changes of customers", engagement.measure),
    "memory": Benchmark("Memory over time", memory.measure),
}


def main() -> None:
    """Measure all, or those named; exit code 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/figures.md")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    configure_logs(level="ERROR")
    console, missed = Console(highlight=False), 0
    for name in asked.names or BENCHMARKS:
        benchmark = BENCHMARKS[name]
        figures = benchmark.measure()
        missed += sum(figure.met is False for figure in figures)
        console.print(_table(benchmark.title, figures))
        if asked.write:
            page.write({name: (benchmark.title, figures)}, order=list(BENCHMARKS))
    sys.exit(1 if missed else 0)


def _table(title: str, figures: list[Figure]) -> Table:
    table = Table("what", "measured", "goal", title=title, title_justify="left")
    for figure in figures:
        colour = {None: "default", True: "green", False: "red"}[figure.met]
        table.add_row(escape(figure.what), f"[{colour}]{escape(figure.value)}[/]", escape(figure.goal))
    return table


if __name__ == "__main__":
    main()
