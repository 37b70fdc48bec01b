"""1,000,000 posts of a scripted platform: late, out of order, twice, edited, deleted, and between calls that fail."""

import random
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from domain.brand import Stream
from domain.case import TriagePolicy
from domain.gap import GapState
from domain.mention import mention_id
from domain.message import MessageKind
from flows.house import House
from flows.ingest import IngestReport, ingest
from listeners.listing import ListingPoll
from storage.database import Database, Tx, open_database
from storage.tables import GapRow, MentionRow, MessageRow, SightingRow
from tests import builders
from tests.benchmarks.figure import Figure, at_most, none_of, progress, shown
from tests.benchmarks.throughput import disk
from tests.flows.fakes import SetClock, by_keyword
from tests.scripted_platform import COMPLAINS_EVERY, NAME, OVERLAP, ScriptedPlatform

ITEMS, EARLY = 1_000_000, 100_000
POLL_SECONDS = 120.0
LOOKS = 30
"""So many polls without anything new end it: an overlap that fills more than a poll is read piece by piece."""
STOPPED_EVERY = 500
"""After so many polls the bot is stopped for some minutes, and forgets what it does not store."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong once all was read; all zero is as it should be."""

    lost: int = 0
    doubled: int = 0
    came_back: int = 0
    out_of_date: int = 0
    cards_wrong: int = 0
    gaps_left: int = 0


@dataclass(slots=True)
class Listener:
    """A stream of the scripted platform, polled by its clock into a database until all was read."""

    platform: ScriptedPlatform
    database: Database
    clock: SetClock
    poll_seconds: float = POLL_SECONDS
    total: IngestReport = field(default_factory=IngestReport)
    polls: int = 0
    failed: int = 0

    def listen(self, note: Callable[[int], None] = lambda _: None) -> None:
        """Poll until nothing is left; `note` takes how many posts were stored so far."""
        house, stream, draw = self._house(), self._stream(), random.Random(1)
        poll, quiet = self._poll(stream), 0
        while True:
            over = self.platform.over
            report = ingest(stream, poll=poll, classify=by_keyword, house=house)
            self.polls, self.failed = self.polls + 1, self.failed + (report.error is not None)
            self.total += report
            note(self.total.filed.new)
            idle = over and not report.capped and report.error is None and not report.filed.new
            quiet = quiet + 1 if idle else 0
            if quiet == LOOKS:
                return
            self.clock.advance(seconds=self.poll_seconds)
            if self.polls % STOPPED_EVERY == 0:
                self.clock.advance(seconds=draw.randint(200, 900))
                poll = self._poll(stream)

    def damage(self) -> Damage:
        """Compare what the platform showed with what is stored."""
        shown_of, gone = self.platform.shown, self.platform.told_gone
        expected: dict[str, int] = {mention_id(NAME, str(n)): n for n in range(len(shown_of)) if not gone[n]}
        out_of_date = came_back = found = 0
        with self.database.read() as tx:
            for stored, text in tx.execute(select(MentionRow.id, MentionRow.text).execution_options(yield_per=10_000)):
                number = expected.get(stored)
                came_back += number is None
                found += number is not None
                out_of_date += number is not None and text != self.platform.text(number, shown_of[number])
            sightings = _count(tx, SightingRow)
            cards = _count(tx, MessageRow, MessageRow.kind == MessageKind.CARD)
            gaps = _count(tx, GapRow, GapRow.state != GapState.FILLED)
        complaints = -(-len(shown_of) // COMPLAINS_EVERY)
        return Damage(
            lost=len(expected) - found,
            doubled=abs(self.total.filed.new - self.total.removed - sightings) + abs(sightings - found - came_back),
            came_back=came_back,
            out_of_date=out_of_date,
            cards_wrong=abs(cards - complaints),
            gaps_left=gaps,
        )

    def _stream(self) -> Stream:
        return builders.stream(name="scripted", platform=NAME, poll_seconds=self.poll_seconds)

    def _poll(self, stream: Stream) -> ListingPoll:
        fetch = self.platform.fetch
        return ListingPoll(stream, fetch, title="It", reach="goes back for ever", overlap_seconds=OVERLAP)

    def _house(self) -> House:
        return House(
            database=self.database,
            clock=self.clock,
            brands=(builders.brand(),),
            policy=TriagePolicy(),
            secret=b"benchmark",
            channels={"Lumora": "C0ALERTS"},
            noise=builders.NO_SURGES,
        )


def measure() -> list[Figure]:
    """Listen to the whole script, with a classifier by keyword and SQLite on a disk."""
    clock = SetClock()
    memory: dict[int, float] = {}
    with tempfile.TemporaryDirectory(prefix="earshot-", dir=disk()) as folder:
        database = open_database(f"sqlite:///{folder}/earshot.db")
        database.migrate()
        platform = ScriptedPlatform(ITEMS, seed=11, clock=clock)
        listener, began = Listener(platform, database, clock), time.monotonic()
        with progress("posts listened to", ITEMS) as done:
            listener.listen(partial(_note, memory, done))
        seconds, memory[ITEMS] = time.monotonic() - began, resident()
        damage = listener.damage()
        database.close()
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    late, edited, deleted = platform.changes()
    faults = platform.faults
    return [
        shown("posts", ITEMS, "posts"),
        shown("of them listed late, up to 35 s", late, "posts"),
        shown("edited", edited, "posts"),
        shown("deleted, some before they are listed", deleted, "posts"),
        shown("read, with what overlaps", listener.total.read, "posts"),
        shown("polls", listener.polls, "polls"),
        shown("of them failed", listener.failed, "polls"),
        shown("requests that fail by 429, 503, reset or a lost answer", sum(list(faults.values())[:4]), "requests"),
        shown("pages in no order", faults["shuffled"], "pages"),
        shown("pages with posts twice", faults["doubled"], "pages"),
        shown("pages of a server that is behind", faults["old pages"], "pages"),
        none_of("posts lost", damage.lost),
        none_of("posts stored or counted twice", damage.doubled),
        none_of("deleted posts that came back", damage.came_back),
        none_of("texts older than the platform last showed", damage.out_of_date),
        none_of("cards missing or doubled", damage.cards_wrong),
        none_of("gaps that are not filled in the end", damage.gaps_left),
        shown("through ingest, without a model", ITEMS / seconds, "posts a second"),
        shown("resident memory after 100,000 posts", memory[EARLY], "MB"),
        at_most("growth from the 100,000th to the last post", memory[ITEMS] / memory[EARLY], 1.1, "times"),
        shown("size of the database", size, "MB"),
    ]


def _note(memory: dict[int, float], done: Callable[[int], None], stored: int) -> None:
    done(stored - int(memory.get(0, 0)))
    memory[0] = stored
    if EARLY not in memory and stored >= EARLY:
        memory[EARLY] = resident()


def resident() -> float:
    """Return the resident memory of this process in MB, the script's own included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _count(tx: Tx, row: type, *conditions: object) -> int:
    return int(tx.scalar(select(func.count()).select_from(row).where(*conditions)) or 0)
