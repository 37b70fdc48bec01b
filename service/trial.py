"""`make run`: the real bot on a sandbox with a scenario, what it does as it does it, and a summary at the end."""

import os
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Literal

import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.load import load
from domain.brand import Stream
from domain.clock import system_clock
from domain.errors import EarshotError
from domain.gap import Gap, GapState
from domain.mention import Removal, mention_id
from flows.alerting import PostReport
from flows.hearing import missed_of
from flows.house import House
from flows.importing import import_customers
from flows.ingest import IngestReport, bring_in
from flows.reporting import kpis
from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.ids import PLATFORMS, Platform
from sandbox.scenario import Progress, load_scenario, play, recall
from sandbox.server import PortInUseError, Sandbox
from sandbox.world import Post
from service.running import Running, connect_bot, stop_on_signal
from service.schedule import Watch
from storage import cases, gaps

LINES_EVERY = timedelta(minutes=1)
"""The hourly lines come every minute here, so that a newcomer sees one."""

NAMES: dict[Platform, str] = {
    "x": "X",
    "reddit": "Reddit",
    "bluesky": "Bluesky",
    "hackernews": "Hacker News",
    "rss": "a blog's feed",
}

CUSTOMERS = Path(__file__).parents[1] / "sandbox" / "customers.csv"
MANIFEST = Path(__file__).parents[1] / "config" / "slack-manifest.yaml"
"""The app gets no more rights, and no fewer shortcuts, than the one that you would install."""


@dataclass(slots=True)
class _Tally:
    """What happened so far, told line by line."""

    console: Console
    started: datetime = field(default_factory=system_clock)
    cards: int = 0
    total: IngestReport = field(default_factory=IngestReport)
    seconds_to_card: list[float] = field(default_factory=list)
    house: House | None = None
    heard: Counter[str] = field(default_factory=Counter)
    acts: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ingested(self, stream: Stream, report: IngestReport) -> None:
        with self.lock:
            self.total += report
            self.heard[stream.platform] += report.filed.new
        filed = report.filed
        for count, what in ((filed.responses, "answer found"), (filed.linked, "customer recognised")):
            if count:
                self.console.print(f"  {escape(stream.name)}: {what}" + (f" x {count}" if count > 1 else ""))

    def posted(self, report: PostReport) -> None:
        if self.house is None:
            return
        for key in report.posted:
            kind, _, subject = key.partition(":")
            if kind == "notice":
                self.console.print("  Slack: the operators are told, see #earshot-ops")
                continue
            with self.house.database.read() as tx:
                file = cases.file(tx, subject, value_band=self.house.band) if kind == "card" else None
            if file is None or not file.mentions:
                self.console.print(f"  Slack: {escape(kind)} line posted")
                continue
            seen = file.mentions[0]
            if seen.mention.posted_at >= self.started:  # the day before is history
                self.seconds_to_card.append((self.house.clock() - seen.mention.posted_at).total_seconds())
            self.cards += 1
            words = f"{file.case.kind.value} card for {file.author.handle}: {seen.triage.reason}"
            self.console.print(f"  Slack: {escape(words)}, urgency {file.case.urgency.value}")

    def progress(self, progress: Progress) -> None:
        if progress.act not in self.acts:
            self.acts.add(progress.act)
            self.console.print(f"[bold]{escape(progress.act)}[/bold]")


def run_trial(*, seconds: float | None, port: int) -> None:
    """Run until Ctrl-C, or for so many seconds; then say what happened.

    Raises:
        EarshotError: the port is taken, or the bot could not start.
    """
    console = Console(stderr=False, highlight=False)
    scenario = load_scenario()
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        try:
            sandbox = Sandbox(port=port, manifest=yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
            sandbox.start()
        except PortInUseError as error:
            raise EarshotError(f"{error}; python run.py sandbox --port 0 takes a free one.") from None
        try:
            tally = _Tally(console)
            recall(sandbox.world, scenario)
            running = _prepare(sandbox, Path(folder), tally)
            _report_deletions(sandbox, running, tally)
            stopping = stop_on_signal()
            running.start()
            console.print(f"[bold]Earshot's sandbox: {sandbox.url}[/bold]  (Ctrl-C ends it)")
            if running.web is not None:
                console.print(f"Its health: {running.web.address}/healthz and /metrics")
            console.print(f"As the operator: python run.py check --config {folder}/earshot.toml", soft_wrap=True)
            player = threading.Thread(
                target=play,
                args=(sandbox.world, scenario),
                kwargs={
                    "stop": stopping,
                    "on_progress": tally.progress,
                    "switch": partial(_switch, sandbox, console),
                },
                daemon=True,
            )
            player.start()
            stopping.wait(seconds)
            stopping.set()
            player.join(timeout=2)
            _summary(running, tally, console, sandbox)
            running.stop()
        finally:
            sandbox.stop()


def _prepare(sandbox: Sandbox, folder: Path, tally: _Tally) -> Running:
    """Write the settings, connect the real bot, and bring the invented customers in."""
    config = folder / "earshot.toml"
    url = f"sqlite:///{folder / 'sandbox.db'}"
    config.write_text(bot_settings_toml(sandbox, database_url=url, in_a_hurry=True), encoding="utf-8")
    environment = bot_environment(sandbox)
    lines = [f"{name}={value}\n" for name, value in environment.items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")  # for `run.py check` and others beside the bot
    os.environ.update(environment)
    for proxy in ("http_proxy", "https_proxy", "all_proxy"):  # slack_sdk would ask one even for this machine
        os.environ.pop(proxy, None)
        os.environ.pop(proxy.upper(), None)
    settings, secrets = load(config)
    watch = Watch(ingested=tally.ingested, posted=tally.posted)
    running = connect_bot(settings, secrets, clock=system_clock, watch=watch, batch_period=LINES_EVERY)
    tally.house = running.house
    import_customers(CUSTOMERS, house=running.house)
    return running


def _switch(sandbox: Sandbox, console: Console, platform: Platform, to: Literal["away", "back"]) -> None:
    sandbox.switch(platform, to)
    console.print(f"  {NAMES[platform]}: its server is {'gone' if to == 'away' else 'back'}")


def _report_deletions(sandbox: Sandbox, running: Running, tally: _Tally) -> None:
    """Pass every deletion on at once, as the result of a platform's compliance job would."""

    def pass_on(post: Post) -> None:
        if not post.gone or post.platform == "rss":  # feeds tell nobody
            return
        removal = Removal(mention_id(post.platform, (*post.versions, post.id)[0]), running.house.clock())
        report = bring_in(
            [],
            [removal],
            platform=post.platform,
            listening=running.streams,
            alert=False,
            classify=lambda _: [],
            house=running.house,
        )
        with tally.lock:
            tally.total += report

    sandbox.world.subscribe(pass_on)


def _summary(running: Running, tally: _Tally, console: Console, sandbox: Sandbox) -> None:
    """Say what was read, what became of it, and what the KPIs are so far."""
    filed = tally.total.filed
    table = Table(title="What happened", show_header=False)
    waits = sorted(tally.seconds_to_card)
    spread = f"median {median(waits):.1f} s, slowest {waits[-1]:.1f} s" if waits else "none"
    for name, value in (
        ("posts in the sandbox", sum(map(sandbox.world.count, PLATFORMS))),
        ("mentions read", filed.new),
        ("classified", filed.new - filed.own),
        ("complaints", filed.complaints),
        ("opportunities", filed.opportunities),
        ("alerts posted", tally.cards),
        ("from post to card", spread),
        ("customers recognised", filed.linked),
        ("answers found", filed.responses),
        ("for a person's eye", filed.review),
        ("removed by their authors", tally.total.removed),
    ):
        table.add_row(name, str(value))
    (brand,) = running.house.brands
    today = running.house.clock().astimezone(brand.time_zone).date()
    for kpi in kpis(brand=brand, since=today, until=today + timedelta(days=1), house=running.house):
        if kpi.value is not None:
            of = "" if kpi.denominator is None else f"  ({kpi.numerator:g} of {kpi.denominator:g})"
            table.add_row(f"KPI {kpi.name}", f"{kpi.value:.3g} {kpi.unit}{of}")
    console.print(table)
    console.print(_platforms(running, tally, sandbox))


def _platforms(running: Running, tally: _Tally, sandbox: Sandbox) -> Table:
    """Say of each platform what was written and heard there, and what was not read meanwhile."""
    house, now = running.house, running.house.clock()
    with house.database.read() as tx:
        missed = gaps.filled(tx, since=tally.started) + missed_of(tx, brand=None, start=tally.started, end=now)
    platform_of = {stream.name: stream.platform for stream in running.streams}
    table = Table("platform", "posts", "heard", "not read", title="Where")
    for platform in PLATFORMS:
        own = [gap for gap in missed if platform_of[gap.stream] == platform]
        table.add_row(NAMES[platform], str(sandbox.world.count(platform)), str(tally.heard[platform]), _told(own, now))
    return table


def _told(missed: list[Gap], now: datetime) -> str:
    """Name the longest gap of a platform's sources, and what became of the worst."""
    if not missed:
        return "nothing"
    longest = max(((gap.until or now) - gap.since).total_seconds() for gap in missed)
    left = {gap.state for gap in missed} - {GapState.FILLED}
    return f"{longest:.0f} s, " + (" and ".join(sorted(left)) if left else "all of it read later")
