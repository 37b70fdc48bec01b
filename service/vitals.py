"""What a running bot counts of itself, and how it stands at a moment."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from domain.brand import Stream
from domain.errors import StorageError
from domain.vitals import Counts, Pulse, Vitals
from flows.alerting import PostReport
from flows.house import House
from flows.ingest import IngestReport
from flows.reporting import health
from service.schedule import LEASE, Watch
from storage import leases


class Counting:
    """Counts what the schedule does. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._polls: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._mentions: Counter[str] = Counter()
        self._alerts = self._posts = 0

    def beside(self, watch: Watch | None) -> Watch:
        """Return a watch that counts, and then does what the other one does."""
        other = watch or Watch()

        def ingested(stream: Stream, report: IngestReport) -> None:
            with self._lock:
                self._polls[stream.name] += 1
                self._failures[stream.name] += report.error is not None
                self._mentions[stream.name] += report.filed.new
            other.ingested(stream, report)

        def posted(report: PostReport) -> None:
            with self._lock:
                self._posts += len(report.posted)
                self._alerts += sum(key.startswith("card:") for key in report.posted)
            other.posted(report)

        return replace(other, ingested=ingested, posted=posted)

    def counts(self) -> Counts:
        """Return what was counted so far."""
        with self._lock:
            return Counts(dict(self._polls), dict(self._failures), dict(self._mentions), self._alerts, self._posts)


def vitals_of(
    pulse: Callable[[], Pulse], counting: Counting, *, streams: tuple[Stream, ...], house: House
) -> Callable[[], Vitals]:
    """Return what looks at a running bot; it reads the database, and says so where that does not answer."""

    def look() -> Vitals:
        now, counts = house.clock(), counting.counts()
        try:
            told = health(listening=streams, house=house, in_depth=False)
            with house.database.read() as tx:
                led = leases.is_taken(tx, LEASE, at=now)
        except StorageError as error:
            return Vitals(now, pulse(), counts, None, fault=str(error))
        return Vitals(now, pulse(), counts, told, led=led)

    return look
