"""What runs by itself: polls, the outbox, hourly lines and digests, and who of several processes runs them."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from domain.brand import Stream
from domain.clock import system_clock
from domain.errors import EarshotError, StorageError
from domain.seams import Classify, Explain, Poll, Post, Repliers
from domain.vitals import Pulse
from flows.alerting import (
    Pace,
    PostReport,
    post_pending,
    reconcile,
    recover,
    retry_refused,
    sweep_twins,
    update_changed,
)
from flows.batching import enqueue_batches
from flows.behaviour import drop_old_events
from flows.blind_checks import enqueue_due_checks
from flows.counting import count_blind_spots
from flows.deadlines import watch_deadlines
from flows.digests import enqueue_due_digests
from flows.engagement import look_for_changes
from flows.forgetting import awaits_scrub, purge, resume, scrub
from flows.hearing import forget_old
from flows.home import stale_homes
from flows.house import House
from flows.ingest import IngestReport, ingest
from flows.kpi_days import close_days
from flows.rechecking import Rechecks, recheck_due
from flows.removing import settle_removals
from flows.replying import recover_replies, send_replies, settle_drafts
from flows.retention import erase_aged
from flows.rivals import forget_rivals
from flows.silence import watch_silence
from flows.snoozing import wake_due
from flows.surging import follow_surges
from storage import copies, deliveries, leases

log = structlog.get_logger(__name__)

LEASE = "schedule"
LEASE_SECONDS = 15
OUTBOX_SECONDS = 0.25
FORGET_SECONDS = 2.0
"""Of forgetting somebody, so much is done in one round."""
SCRUB_SECONDS = 60
"""What was erased is overwritten on disk at most so long after."""
RETENTION_SECONDS = 600
"""What grew too old is erased at most so long after."""
HEARING_SECONDS = 600.0
"""A digest waits at most so long for the first poll of every stream after the start."""
SILENCE_SECONDS = 300.0
"""So often it is asked whether a source is silent unusually."""
STALLED_SECONDS, STALLED_POLLS = 300.0, 10
"""A stream is stalled when it was not polled for so long, and for so many of its periods."""
STOP_SECONDS = 3.0
"""A graceful stop waits so long for the jobs that are under way."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who wants to know what happened: called after each poll and each round of the outbox that did something."""

    ingested: Callable[[Stream, IngestReport], None] = lambda _stream, _report: None
    posted: Callable[[PostReport], None] = lambda _report: None


@dataclass(frozen=True, slots=True)
class Job:
    """What is run every so many seconds; the first time `first` seconds after the start."""

    seconds: float
    name: str
    run: Callable[[], object]
    first: float = 0.0


class Schedule:
    """Runs the jobs of one process while this process holds the lease."""

    def __init__(
        self,
        *,
        house: House,
        streams: tuple[Stream, ...],
        polls: Mapping[str, Poll],
        classify: Classify,
        post: Post,
        explain: Explain | None = None,
        repliers: Repliers | None = None,
        rechecks: Rechecks | None = None,
        draw_home: Callable[[str], None] = lambda _user: None,
        is_connected: Callable[[], bool] = lambda: True,
        watch: Watch | None = None,
        batch_period: timedelta = timedelta(hours=1),
        erased: Callable[[], object] = lambda: None,
        pace: Pace | None = None,
    ) -> None:
        """Take the parts; nothing runs before `start`.

        `draw_home` draws a person's home tab anew; `is_connected` tells whether Slack can reach us; `erased` is called
        at the start, and after something was erased; `pace` is Slack's, where it is not another.
        """
        self._house, self._streams, self._polls = house, streams, polls
        self._classify, self._explain, self._post, self._watch = classify, explain, post, watch or Watch()
        self._repliers, self._rechecks, self._draw_home = repliers or {}, rechecks or {}, draw_home
        self._batch_period, self._note_erased = batch_period, erased
        self._is_connected, self._was_connected = is_connected, True
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leading = threading.Event()
        self._erased = threading.Event()
        self._erased.set()  # a process that died may have left bytes behind
        self._running: set[str] = set()
        self._unheard = {stream.name for stream in streams}
        self._led_since = 0.0
        self._pace = pace or Pace()
        self._failing: set[str] = set()
        self._polled: dict[str, float] = {}
        workers = ThreadPoolExecutor(min(32, len(streams) + 8))
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(executors={"default": workers}, job_defaults=defaults, timezone="UTC")

    def start(self) -> None:
        """Take or await the lease, and start every job."""
        self._scheduler.add_listener(self._job_failed, EVENT_JOB_ERROR)
        self._lead()
        for job in self.jobs():
            self._every(job)
        self._scheduler.start()

    def jobs(self) -> Iterator[Job]:
        """List all that `start` runs; whoever has another sense of time may run it by hand, the lease first."""
        yield Job(LEASE_SECONDS / 3, "lease", self._lead)
        for stream in self._streams:
            yield Job(stream.poll_seconds, f"poll {stream.name}", self._while_leading(self._polling(stream)))
        yield Job(2, "line to Slack", self._watch_line)
        yield Job(OUTBOX_SECONDS, "outbox", self._while_leading(self._send))
        yield Job(2, "reconcile", self._while_leading(lambda: reconcile(post=self._post, house=self._house)))
        yield Job(30, "twins", self._while_leading(lambda: sweep_twins(post=self._post, house=self._house)))
        yield Job(5, "surges", self._while_leading(lambda: follow_surges(house=self._house)))
        yield Job(30, "deadlines", self._while_leading(lambda: watch_deadlines(house=self._house)))
        yield Job(10, "snoozes", self._while_leading(lambda: wake_due(house=self._house)))
        yield Job(1, "replies", self._while_leading(self._reply))
        yield Job(5, "drafts", self._while_leading(lambda: settle_drafts(house=self._house)))
        yield Job(10, "lines", self._while_leading(self._queue_lines))
        yield Job(FORGET_SECONDS, "forget", self._while_leading(self._forget))
        yield Job(SCRUB_SECONDS, "scrub", self._while_leading(self._scrub), first=SCRUB_SECONDS)
        yield Job(5, "removals", self._while_leading(self._settle_removals))
        yield Job(60, "recheck", self._while_leading(self._recheck))
        yield Job(RETENTION_SECONDS, "retention", self._while_leading(self._erase_aged))
        yield Job(600, "refused", self._while_leading(lambda: retry_refused(house=self._house)))
        yield Job(60, "closing days", self._while_leading(self._close_days))
        yield Job(SILENCE_SECONDS, "silence", self._while_leading(self._watch_silence), first=SILENCE_SECONDS)
        yield Job(1800, "counts", self._while_leading(self._count), first=60)
        yield Job(3600, "engagement", self._while_leading(lambda: look_for_changes(house=self._house)), first=300)
        yield Job(3600, "purge", self._while_leading(self._purge))

    def stop(self) -> bool:
        """Stop within STOP_SECONDS and give the lease back; False where a job was still under way."""
        if self._scheduler.running:
            self._scheduler.pause()
        deadline = time.monotonic() + STOP_SECONDS
        while self._running and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._leading.is_set() and not self._running:  # else the database may be what holds us up; the lease expires
            self._release()
        self._leading.clear()
        return not self._running

    def _release(self) -> None:
        try:
            with self._house.database.write() as tx:
                leases.release(tx, LEASE, holder=self._holder, at=self._house.clock())
        except StorageError as error:
            log.warning("lease_not_released", reason=str(error))

    @property
    def leading(self) -> bool:
        """Tell whether this process is the one that polls and posts."""
        return self._leading.is_set()

    def pulse(self) -> Pulse:
        """Say how this process stands; a stream is stalled when no poll of it has ended for ten of its periods."""
        now = time.monotonic()
        stalled = [
            stream.name
            for stream in self._streams
            if self.leading
            and now - max(self._led_since, self._polled.get(stream.name, 0.0))
            > max(STALLED_SECONDS, STALLED_POLLS * stream.poll_seconds)
        ]
        return Pulse(
            running=self._scheduler.running,
            leading=self.leading,
            connected=self._is_connected(),
            stalled=tuple(stalled),
            failing=tuple(sorted(self._failing)),
        )

    def _every(self, job: Job) -> None:
        def run() -> None:
            self._running.add(job.name)
            try:
                job.run()
                if job.name in self._failing:
                    self._failing.discard(job.name)
                    log.info("job_recovered", job=job.name)
            finally:
                self._running.discard(job.name)

        # By the machine's time, as the scheduler goes: from an injected clock's past it would make up for every round.
        start = system_clock() + timedelta(seconds=job.first)
        self._scheduler.add_job(run, "interval", seconds=job.seconds, id=job.name, next_run_time=start)

    def _while_leading(self, job: Callable[[], object]) -> Callable[[], object]:
        return lambda: job() if self._leading.is_set() else None

    def _lead(self) -> None:
        """Renew the lease or take a free one; whoever gets it first settles what a dead process left behind."""
        now = self._house.clock()
        with self._house.database.write() as tx:
            token = leases.acquire(tx, LEASE, holder=self._holder, at=now, seconds=LEASE_SECONDS)
        if token is None:
            if self._leading.is_set():
                log.warning("lease_lost")
            self._leading.clear()
        elif not self._leading.is_set():
            left, replies = recover(house=self._house), recover_replies(house=self._house)
            log.info("leading", unfinished_posts=left, unfinished_replies=replies)
            self._led_since = time.monotonic()
            self._leading.set()

    def _polling(self, stream: Stream) -> Callable[[], object]:
        poll = self._polls[stream.name]

        def run() -> None:
            try:
                report = ingest(stream, poll=poll, classify=self._classify, explain=self._explain, house=self._house)
            finally:
                self._polled[stream.name] = time.monotonic()
                self._heard(stream)
            if report.removed:
                self._erased.set()
            self._watch.ingested(stream, report)

        return run

    def _heard(self, stream: Stream) -> None:
        """Let the digest that fell due while nothing ran go as soon as every stream was asked what it missed."""
        if stream.name in self._unheard:
            self._unheard.discard(stream.name)
            self._queue_digests()

    def _queue_digests(self) -> None:
        """Queue what is due, unless posts of that day may not have been read yet: it would call a full day quiet."""
        if not self._unheard or time.monotonic() - self._led_since > HEARING_SECONDS:
            enqueue_due_digests(house=self._house)

    def _send(self) -> None:
        report = post_pending(post=self._post, pace=self._pace, house=self._house)
        report += update_changed(post=self._post, house=self._house)
        if report != PostReport():
            self._watch.posted(report)

    def _reply(self) -> None:
        send_replies(repliers=self._repliers, house=self._house)

    def _queue_lines(self) -> None:
        enqueue_batches(house=self._house, period=self._batch_period)
        self._queue_digests()
        enqueue_due_checks(house=self._house)

    def _close_days(self) -> None:
        close_days(house=self._house, listening=self._streams)

    def _watch_silence(self) -> None:
        watch_silence(listening=self._streams, house=self._house)

    def _count(self) -> None:
        count_blind_spots(listening=self._streams, polls=self._polls, house=self._house)

    def _scrub(self) -> None:
        """Overwrite what was erased; a reader may keep the log from being emptied until the next time."""
        if self._erased.is_set() or awaits_scrub(house=self._house):
            self._erased.clear()
            try:
                overwritten = scrub(house=self._house)
                self._note_erased()
            except EarshotError:
                self._erased.set()
                raise
            if not overwritten:
                self._erased.set()

    def _settle_removals(self) -> None:
        """Follow deletions to the end: Slack's messages are updated by the outbox, its home tabs here."""
        for user in stale_homes(house=self._house):
            self._draw_home(user)
        settle_removals(house=self._house)

    def _recheck(self) -> None:
        report = recheck_due(rechecks=self._rechecks, classify=self._classify, house=self._house)
        if report.removed:
            self._erased.set()

    def _erase_aged(self) -> None:
        aged = erase_aged(house=self._house, asking=self._rechecks)
        if drop_old_events(house=self._house) or aged:
            self._erased.set()

    def _forget(self) -> None:
        """Go on with people whom somebody asked to forget, here or by a command that was stopped."""
        resume(house=self._house, seconds=FORGET_SECONDS)

    def _watch_line(self) -> None:
        """Say once that clicks and commands cannot reach us, and once that they can: the connection mends itself."""
        connected = self._is_connected()
        if connected != self._was_connected:
            self._was_connected = connected
            (log.info if connected else log.warning)("slack_line_restored" if connected else "slack_line_lost")

    def _purge(self) -> None:
        with self._house.database.write() as tx:
            deliveries.purge(tx, before=self._house.clock() - timedelta(days=1))
            copies.forget_bands(tx, before=self._house.clock() - self._house.noise.copies_within - timedelta(days=1))
        purge(house=self._house)
        forget_old(house=self._house)
        forget_rivals(house=self._house)

    def _job_failed(self, event: JobExecutionEvent) -> None:
        """Say once that a job fails; it is run again at its next time."""
        if event.job_id in self._failing:
            return
        self._failing.add(event.job_id)
        if isinstance(event.exception, EarshotError):
            log.error("job_failed", job=event.job_id, reason=str(event.exception))
        else:
            log.error("job_crashed", job=event.job_id, traceback=event.traceback)
