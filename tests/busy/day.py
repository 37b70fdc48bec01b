"""A day of the bot at 20 mentions a second: real listeners on real sockets, its own jobs, and a clock that is moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from domain.brand import SourceKind, Stream
from domain.case import TriagePolicy
from domain.message import Content, Notice, OutgoingMessage, Posted
from domain.seams import Classify, Poll
from domain.spend import SpendPolicy
from flows.alerting import Pace
from flows.house import House
from flows.ingest import IngestReport
from listeners import bluesky, reddit, x
from listeners.listing import ListingPoll
from service.schedule import Job, Schedule, Watch
from service.vitals import Counting, vitals_of
from storage.database import Database
from tests import builders
from tests.busy.feeds import Feed
from tests.busy.free import BusyBluesky, BusyReddit
from tests.busy.x import ACCOUNT, Bill, BusyX
from tests.flows.fakes import MemorySlack, SetClock, by_keyword
from tests.scripted_platform import NAME as SCRIPTED
from tests.scripted_platform import OVERLAP, ScriptedPlatform

DAY: Final = 86_400
TICK: Final = 20
"""The clock moves by so many seconds; a job that was due more than once runs once, as in the bot."""

PER_DAY: Final = {
    "lumora": 864_000,
    "vidora": 215_280,
    "mentions": 432,
    "tweets": 288,
    "bluesky": 345_600,
    "reddit": 86_400,
    SCRIPTED: 216_000,
}
"""Posts of a whole day, 1,728,000 in all: what names us, our rival and our account on X, and the free platforms."""

EARLY: Final = time(1, 5)
"""The digest comes in the day's first hour, in Berlin: drawing its chart loads what stays in memory from then on."""

SEARCH = builders.stream(name="lumora on X", target="lumora -is:retweet")
RIVAL = builders.stream(name="vidora on X", target="vidora -is:retweet", rival="Vidora")
NAMED = builders.stream(name="@lumora", kind=SourceKind.MENTIONS)
OURS = builders.stream(name="@lumora's own", kind=SourceKind.OWN_POSTS)
BLUESKY = builders.stream(name="lumora on Bluesky", platform="bluesky")
REDDIT = builders.stream(
    name="r/lumora", platform="reddit", kind=SourceKind.COMMENTS, target="", places=("lumora",), poll_seconds=120.0
)
SCRIPT = builders.stream(name="scripted", platform=SCRIPTED, poll_seconds=120.0)
ON_X: Final = {SEARCH.name: "lumora", RIVAL.name: "vidora", NAMED.name: "mentions", OURS.name: "tweets"}
"""The feeds of the streams that cost money."""
FREE: Final = (BLUESKY, REDDIT, SCRIPT)


class _Slack(MemorySlack):
    """Keeps what the notices say, and of all else only where it is: what it keeps is no growth of the bot's."""

    def _put(self, message: OutgoingMessage, content: Content) -> Posted:
        return super()._put(message, content if isinstance(content, Notice) else Notice(""))

    def update(self, message: OutgoingMessage, content: Content) -> None:
        del message, content


@dataclass(frozen=True, slots=True)
class Budget:
    """What the day may cost: reading, and looking stored posts up."""

    cap_usd: Decimal
    recheck_usd: Decimal
    policy: SpendPolicy = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "policy", SpendPolicy(self.cap_usd))

    def allowed(self, now: datetime) -> Decimal:
        """Return what the plan of the day lets go up to a moment: half at once, and the rest evenly."""
        passed = Decimal((now - now.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()) / DAY
        reading = self.cap_usd - self.recheck_usd
        return reading * (self.policy.freely + (1 - self.policy.freely) * passed) + self.recheck_usd


class Day:
    """So many seconds of a day from `start` on. `classify` may be the real model for some of it."""

    def __init__(
        self, database: Database, *, start: datetime, seconds: int, budget: Budget, classify: Classify = by_keyword
    ) -> None:
        self.clock, self.start, self.end = SetClock(start), start, start + timedelta(seconds=seconds)
        self.budget, self.classify = budget, classify
        posts = {name: number * seconds // DAY for name, number in PER_DAY.items()}
        self.feeds = {name: Feed(start, seconds, count, writers=_writers(name, count)) for name, count in posts.items()}
        on_x = {name: self.feeds[name] for name in ON_X.values()}
        self.bill = Bill(self.clock, budget.allowed)
        self.x = BusyX(on_x, clock=self.clock, bill=self.bill)
        self.bluesky = BusyBluesky(self.feeds["bluesky"], clock=self.clock)
        self.reddit = BusyReddit(self.feeds["reddit"], clock=self.clock)
        self.scripted = ScriptedPlatform(posts[SCRIPTED], seed=12, clock=self.clock)
        self.streams = (SEARCH, RIVAL, NAMED, OURS, *FREE)
        self.slack = _Slack(self.clock)
        self.house = self._house(database)
        self.reports: dict[str, IngestReport] = {}
        """What each stream brought in all."""
        self.last: dict[str, IngestReport] = {}
        self.counting = Counting()

    @contextmanager
    def open(self) -> Iterator[list[Job]]:
        """Serve the platforms; give the jobs of a bot that reads them."""
        with self.x.server, self.bluesky.server, self.reddit.server:
            settings = self._settings_of_x()
            asking = {
                "x": x.recheck(settings, clock=self.clock),
                "reddit": reddit.recheck(self._settings_of_reddit(), clock=self.clock),
            }
            schedule = Schedule(
                house=self.house,
                streams=self.streams,
                polls=self._polls(settings),
                classify=self.classify,
                post=self.slack,
                rechecks={platform: one for platform, one in asking.items() if one is not None},
                watch=self.counting.beside(Watch(ingested=self._ingested)),
                pace=Pace(seconds=0, burst=50, in_all_seconds=0),
            )
            look = vitals_of(schedule.pulse, self.counting, streams=self.streams, house=self.house)
            yield [*schedule.jobs(), Job(60, "look", look)]

    def live(self, jobs: list[Job], *, note: Callable[[datetime], None] = lambda _now: None) -> None:
        """Go through the day."""
        due = {job.name: self.start + timedelta(seconds=job.first) for job in jobs}
        self._run(jobs, due, lambda: self.clock() < self.end, note)

    def catch_up(self, jobs: list[Job]) -> None:
        """Poll the free platforms until they have told all of the day."""
        polls = [job for job in jobs if job.name in {f"poll {stream.name}" for stream in FREE} | {"lease"}]
        due, self.last = {job.name: self.clock() for job in polls}, {}
        self._run(polls, due, self._is_behind, lambda _now: None)

    def _run(
        self, jobs: list[Job], due: dict[str, datetime], goes_on: Callable[[], bool], note: Callable[[datetime], None]
    ) -> None:
        while goes_on():
            for job in jobs:
                now = self.clock()
                if due[job.name] <= now:
                    missed = (now - due[job.name]).total_seconds() // job.seconds
                    due[job.name] += timedelta(seconds=job.seconds * (missed + 1))
                    job.run()
            note(self.clock())
            self.clock.advance(seconds=TICK)

    def _is_behind(self) -> bool:
        told = [self.last.get(stream.name) for stream in FREE]
        return not self.scripted.over or any(one is None or one.capped or one.error for one in told)

    def _ingested(self, stream: Stream, report: IngestReport) -> None:
        self.reports[stream.name] = self.reports.get(stream.name, IngestReport()) + report
        self.last[stream.name] = report

    def _house(self, database: Database) -> House:
        return House(
            database=database,
            clock=self.clock,
            brands=(builders.brand(digest_channels=("C0LEADERS",), digest_at=EARLY),),
            policy=TriagePolicy(),
            secret=b"benchmark",
            channels={"Lumora": "C0ALERTS"},
            operators_channel="C0OPS",
            spend=self.budget.policy,
            recheck_usd={"x": self.budget.recheck_usd},
            streams=self.streams,
        )

    def _settings_of_x(self) -> x.Settings:
        return x.Settings("bearer", "key", "secret", f"{ACCOUNT}-token", "secret", api_url=self.x.server.url)

    def _settings_of_reddit(self) -> reddit.Settings:
        url = self.reddit.server.url
        return reddit.Settings("id", "secret", oauth_url=url, reddit_url=url)

    def _polls(self, settings: x.Settings) -> dict[str, Poll]:
        on_bluesky = bluesky.Settings(jetstream_url=self.bluesky.server.url, api_url=self.bluesky.server.url)
        polls: dict[str, Poll] = {
            stream.name: x.connect(settings, stream, clock=self.clock) for stream in self.streams if stream.name in ON_X
        }
        polls[BLUESKY.name] = bluesky.connect(on_bluesky, BLUESKY, clock=self.clock)
        polls[REDDIT.name] = reddit.connect(self._settings_of_reddit(), REDDIT, clock=self.clock)
        fetch = self.scripted.fetch
        polls[SCRIPT.name] = ListingPoll(SCRIPT, fetch, title="It", reach="goes back for ever", overlap_seconds=OVERLAP)
        return polls


def _writers(name: str, count: int) -> int:
    """Return how many people write a feed's posts: on X mostly strangers, elsewhere a crowd that is known soon."""
    return max(1, min(count, 50_000 if name in ON_X.values() else 5_000))
