"""Mentions a second through the whole of `flows.ingest`, with the shipped model and a database on disk."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from crm.attribution import reading
from domain.case import TriagePolicy
from domain.clock import system_clock
from domain.mention import Batch, Cursor, Mention, mention_id
from domain.prediction import Predictions, Reading
from domain.seams import Classify
from flows.house import House
from flows.ingest import ingest
from nlp.classify import build
from sandbox.scenario import generate
from storage.database import open_database
from tests import builders
from tests.benchmarks.figure import Figure, at_least, progress, shown
from tests.databases import postgres_server

MENTIONS = 4_000
BATCH = 100


class _Timed:
    """A classifier that adds up how long it takes."""

    def __init__(self, classify: Classify) -> None:
        self._classify = classify
        self.seconds = 0.0

    def __call__(self, readings: Sequence[Reading]) -> list[Predictions]:
        began = time.monotonic()
        said = self._classify(readings)
        self.seconds += time.monotonic() - began
        return said


def measure() -> list[Figure]:
    """Ingest the same posts in batches of 100 into SQLite and into PostgreSQL, and classify them alone."""
    classify = build()
    texts = [reading(mention.text, builders.brand()) for batch in _batches() for mention in batch]
    classify(texts[:BATCH])
    began = time.monotonic()
    for start in range(0, len(texts), BATCH):
        classify(texts[start : start + BATCH])
    alone = len(texts) / (time.monotonic() - began)
    with tempfile.TemporaryDirectory(prefix="earshot-", dir=disk()) as folder:
        sqlite, spent = _through(f"sqlite:///{folder}/earshot.db", classify)
        with postgres_server(Path(folder) / "postgresql") as url:
            postgres, _ = _through(url.render_as_string(hide_password=False), classify)
    return [
        at_least("mentions through ingest, SQLite", sqlite, 300, "a second"),
        at_least("mentions through ingest, PostgreSQL", postgres, 300, "a second"),
        shown("the model alone, the same texts and batches", alone, "a second"),
        Figure("share of the time that the model takes, SQLite", f"{spent:.0%}"),
    ]


def _through(url: str, classify: Classify) -> tuple[float, float]:
    """Return mentions a second, and the share of the time that the classifier took."""
    database = open_database(url)
    database.migrate()
    house = House(
        database=database,
        clock=system_clock,
        brands=(builders.brand(),),
        policy=TriagePolicy(),
        secret=b"benchmark",
        channels={"Lumora": "C0ALERTS"},
        noise=builders.NO_SURGES,
    )
    timed, stored, stream = _Timed(classify), 0, builders.stream()
    with progress(f"mentions into {url.partition(':')[0]}", MENTIONS) as done:
        began = time.monotonic()
        for batch in _batches():
            # One batch for one poll, as a platform would answer it.
            poll = _answer(Batch(mentions=tuple(batch), cursor=Cursor(batch[-1].id)))
            stored += ingest(stream, poll=poll, classify=timed, house=house).filed.new
            done(len(batch))
        seconds = time.monotonic() - began
    database.close()
    assert stored == MENTIONS, f"{stored} of {MENTIONS} were stored"
    return stored / seconds, timed.seconds / seconds


def _answer(batch: Batch):
    return lambda _cursor, *, budget_usd=None: batch


def _batches() -> Iterator[list[Mention]]:
    """Give the posts of `sandbox.scenario.generate` as a listener would."""
    now = system_clock()
    batch: list[Mention] = []
    for number, draft in enumerate(generate(3, MENTIONS)):
        batch.append(
            builders.mention(
                draft.text,
                by=builders.author(draft.author, platform=draft.platform),
                id=mention_id(draft.platform, str(number)),
                thread_id=f"{draft.platform}:{number}",
                posted_at=now - timedelta(seconds=MENTIONS - number),
            )
        )
        if len(batch) == BATCH:
            yield batch
            batch = []


def disk() -> Path:
    """Return a folder on a real disk: commits are waited for there."""
    folder = Path(__file__).resolve().parents[2] / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
