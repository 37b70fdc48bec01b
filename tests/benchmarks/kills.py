"""kill -9 at random moments of ingest and alerting: nothing lost, nothing twice, every card visible once in the end."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import func, select

from domain.clock import system_clock
from domain.mention import mention_id
from domain.message import MessageKind
from sandbox.server import X_ACCOUNT, Sandbox
from sandbox.world import Draft
from service.schedule import LEASE
from storage import leases, messages
from storage.database import Database, Tx, open_database
from storage.tables import CaseRow, HistoryRow, LeaseRow, MentionRow, MessageRow, ResponseRow, SightingRow
from tests.benchmarks.figure import Figure, at_most, none_of, progress, shown, wait_until
from tests.benchmarks.posts import answerable
from tests.bot_process import BotProcess, bot_on
from tests.databases import postgres_server

KILLS, POSTGRES_KILLS = 50, 10
LANES, POSTGRES_LANES = 5, 2
"""So many bots, each with its own sandbox and database, are killed side by side: most of the time they only wait."""

POSTS = 6
"""So many posts are written in each life of a bot."""

ACTIVE_SECONDS = 2.0
SETTLE_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong once everything is quiet; all zero is as it should be."""

    lost: int = 0
    doubled: int = 0
    cards_missing: int = 0
    cards_doubled: int = 0
    answers_wrong: int = 0


@dataclass
class Campaign:
    """One bot on one sandbox that is killed again and again, while posts and answers go on."""

    sandbox: Sandbox
    bot: BotProcess
    database_url: str
    drafts: Iterator[Draft]
    seed: int
    kills: int = 0
    recoveries: list[float] = field(default_factory=list)
    lease_waits: list[float] = field(default_factory=list)

    def live_and_die(self, *, expire_lease: bool = False) -> None:
        """Let the bot work, and kill it at a random moment. Restarts what was killed before."""
        moments = random.Random(self.seed * 1000 + self.kills)
        self._start(expire_lease=expire_lease)
        killed_at = time.monotonic() + moments.uniform(0.1, ACTIVE_SECONDS)
        for moment in sorted(time.monotonic() + moments.uniform(0, ACTIVE_SECONDS / 2) for _ in range(POSTS)):
            time.sleep(max(0.0, moment - time.monotonic()))
            self._write(moments)
        time.sleep(max(0.0, killed_at - time.monotonic()))
        self.bot.kill()
        self.kills += 1

    def settle(self, *, expire_lease: bool = False) -> float:
        """Start it once more, wait until all is stored and posted, and stop it. Returns the seconds from its start."""
        began = time.monotonic()
        self._start(expire_lease=expire_lease)
        database = open_database(self.database_url)
        try:
            wait_until(lambda: self._quiet(database), seconds=SETTLE_SECONDS, what="all stored and posted", pause=0.25)
        finally:
            database.close()
        seconds = time.monotonic() - began
        self.bot.stop()
        return seconds

    def damage(self) -> Damage:
        """Compare what was written, what the database holds and what Slack shows."""
        database = open_database(self.database_url)
        with database.read() as tx:
            stored = list(tx.scalars(select(MentionRow.id)))
            sightings = list(tx.scalars(select(SightingRow.mention_id)))
            cases = tx.scalars(select(CaseRow.id)).all()
            keys = set(tx.scalars(select(MessageRow.key).where(MessageRow.kind == MessageKind.CARD)))
            wrong = self._wrong_answers(tx)
        database.close()
        copies = _cards(self.sandbox)
        posts = self._posts()
        return Damage(
            lost=len(posts - set(stored)),
            doubled=len(stored) - len(set(stored)) + len(sightings) - len(set(sightings)) + abs(len(cases) - len(keys)),
            cards_missing=sum(copies[key] == 0 for key in keys),
            cards_doubled=sum(count - 1 for count in copies.values()) + len(set(copies) - keys),
            answers_wrong=wrong,
        )

    def _start(self, *, expire_lease: bool) -> None:
        if self.kills and expire_lease:
            self._expire_lease()
        self.bot.start()
        connected, leading = self.bot.wait_for("connected"), self.bot.wait_for("leading")
        if self.kills:
            self.recoveries.append(leading)
            self.lease_waits.append(leading - connected)

    def _expire_lease(self) -> None:
        """Let the time pass that a dead process holds its lease."""
        database = open_database(self.database_url)
        with database.write() as tx:
            for holder in tx.scalars(select(LeaseRow.holder)).all():
                leases.release(tx, LEASE, holder=holder, at=system_clock())
        database.close()

    def _write(self, moments: random.Random) -> None:
        """Write a post, and sometimes answer an earlier one as the brand."""
        earlier = [post for post in self.sandbox.world.newest_first("x") if post.author.handle != X_ACCOUNT]
        if earlier and moments.random() < 0.25:
            self.sandbox.world.add(
                Draft("x", X_ACCOUNT, "Sorry! We are on it.", reply_to=moments.choice(earlier).id)
            )  # fmt: skip
        else:
            self.sandbox.world.add(next(self.drafts))

    def _posts(self) -> set[str]:
        return {mention_id(p, post.id) for p in ("x", "reddit") for post in self.sandbox.world.newest_first(p)}

    def _quiet(self, database: Database) -> bool:
        with database.read() as tx:
            waiting, _ = messages.counts(tx)
            stored = set(tx.scalars(select(MentionRow.id)))
        return not waiting and self._posts() <= stored

    def _wrong_answers(self, tx: Tx) -> int:
        """Count the answers that a case's history does not tell of exactly once."""
        asked = {found.mention_id: found.case_id for found in tx.scalars(select(SightingRow))}
        own = [post for post in self.sandbox.world.newest_first("x") if post.author.handle == X_ACCOUNT]
        answered = [asked[mention_id("x", post.reply_to)] for post in own if post.reply_to]
        expected = Counter(case_id for case_id in answered if case_id)
        told = select(HistoryRow.case_id, func.count()).where(HistoryRow.action.startswith("answered in public"))
        noted = Counter(dict(tx.execute(told.group_by(HistoryRow.case_id)).all()))
        rows = select(ResponseRow.case_id, func.count()).group_by(ResponseRow.case_id)
        recorded = Counter(dict(tx.execute(rows).all()))
        return sum(
            abs(noted[case] - expected[case]) + abs(recorded[case] - expected[case]) for case in expected | noted
        )


@contextmanager
def campaign(
    folder: Path, *, drafts: Iterator[Draft], seed: int, database_url: str | None = None
) -> Iterator[Campaign]:
    """Give a campaign on a sandbox of its own, whose Slack is often slow and sometimes loses an answer."""
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{folder}/earshot.db"
    with Sandbox(seed=seed) as sandbox, bot_on(sandbox, folder, database_url=url) as bot:
        # A slow post is carried out though its sender is dead by then: the worst moment to be killed in.
        sandbox.workspace.faults.add("slow", target="chat.postMessage", probability=0.5, seconds=0.3)
        sandbox.workspace.faults.add("lost_ack", target="chat.postMessage", probability=0.05)
        yield Campaign(sandbox, bot, url, drafts, seed)


def measure() -> list[Figure]:
    """Kill bots on SQLite files and on PostgreSQL."""
    figures = _killed("SQLite", KILLS, [None] * LANES)
    with tempfile.TemporaryDirectory() as folder, postgres_server(Path(folder) / "server") as server:
        names = [f"lane{number}" for number in range(POSTGRES_LANES)]
        with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}")
        urls = [server.set(database=name).render_as_string(hide_password=False) for name in names]
        return figures + _killed("PostgreSQL", POSTGRES_KILLS, urls)


def _killed(kind: str, kills: int, database_urls: Sequence[str | None]) -> list[Figure]:
    """Share the kills among as many bots as there are databases; None is a SQLite file of its own."""
    lanes = len(database_urls)
    drafts = list(islice(answerable(100), kills * POSTS))  # chosen beforehand: the bots shall have the processors
    with tempfile.TemporaryDirectory() as folder, progress(f"kills on {kind}", kills) as done:

        def lane(number: int) -> tuple[Campaign, Damage, float]:
            place, own, url = Path(folder) / str(number), iter(drafts[number::lanes]), database_urls[number]
            with campaign(place, drafts=own, seed=number, database_url=url) as run:
                for _ in range(kills // lanes):
                    run.live_and_die()
                    done(1)
                settled = run.settle()
                return run, run.damage(), settled

        with ThreadPoolExecutor(lanes) as pool:
            runs = list(pool.map(lane, range(lanes)))
    recoveries = [seconds for run, _, _ in runs for seconds in run.recoveries]
    waits = [seconds for run, _, _ in runs for seconds in run.lease_waits]
    damage = [found for _, found, _ in runs]
    return [
        shown(f"{kind}: kill -9 at random moments", sum(run.kills for run, _, _ in runs), "times"),
        shown(f"{kind}: posts and answers meanwhile", sum(len(run._posts()) for run, _, _ in runs), "posts"),
        none_of(f"{kind}: posts lost", sum(one.lost for one in damage)),
        none_of(f"{kind}: rows doubled", sum(one.doubled for one in damage)),
        none_of(f"{kind}: cards missing once quiet", sum(one.cards_missing for one in damage)),
        none_of(f"{kind}: cards more than once", sum(one.cards_doubled for one in damage)),
        none_of(f"{kind}: answers not counted exactly once", sum(one.answers_wrong for one in damage)),
        shown(f"{kind}: from restart to work, median", median(recoveries), "s"),
        shown(f"{kind}: of it waiting for the lease of the killed process, median", median(waits), "s"),
        at_most(f"{kind}: from restart to work, slowest", max(recoveries), 30, "s"),
        at_most(f"{kind}: from the last restart to all posted, slowest", max(s for _, _, s in runs), 300, "s"),
    ]


def _cards(sandbox: Sandbox) -> Counter[str]:
    """Count how often each card stands in the workspace."""
    found: Counter[str] = Counter()
    for channel in sandbox.workspace.channels.values():
        for message in list(channel.messages):
            key = (message.metadata or {}).get("event_payload", {}).get("key", "")
            if message.by_app and key.startswith("card:"):
                found[key] += 1
    return found
