"""How long it takes to append to a long audit log, to verify it, and to read a page of it, on SQLite."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from storage import audit
from storage.database import Database, open_database
from tests.benchmarks.figure import Figure, at_most, progress, quantile, shown

ENTRIES, PART = 100_000, 1000
SECRET = b"s" * 32
AT = datetime(2026, 3, 4, 12, tzinfo=UTC)


def measure() -> list[Figure]:
    """Write so many entries, then verify the chain and read pages of it."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder)}/earshot.db")
        database.migrate()
        writing = _write(database)
        began = time.monotonic()
        with database.read() as tx:
            broken = audit.verify(tx, secret=SECRET)
        verifying = time.monotonic() - began
        assert not broken, broken
        pages = [_page(database, number) for number in range(100)]
        database.close()
    return [
        shown(f"{ENTRIES:,} entries written, a second", ENTRIES / writing, "entries"),
        at_most(f"the chain of {ENTRIES:,} entries verified", verifying, 10, "s"),
        at_most("a page of one person's entries, p95", quantile(pages, 0.95) * 1000, 200, "ms"),
    ]


def _write(database: Database) -> float:
    spent = 0.0
    with progress("audit entries", ENTRIES) as done:
        for start in range(0, ENTRIES, PART):
            began = time.monotonic()
            with database.write() as tx:
                for number in range(start, start + PART):
                    user = f"U{number % 50:04}"
                    audit.append(tx, at=AT, actor=user, action="claim", subject=f"case{number}", secret=SECRET)
            spent += time.monotonic() - began
            done(PART)
    return spent


def _page(database: Database, number: int) -> float:
    began = time.monotonic()
    with database.read() as tx:
        actor = f"U{number % 50:04}"
        audit.count(tx, actor=actor)
        audit.entries(tx, actor=actor, limit=10, offset=number)
    return time.monotonic() - began
