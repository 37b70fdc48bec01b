"""A SQLite database of 100,000 customers and 1,000,000 mentions, made once and kept under build/bench/."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select, update

from domain.brand import Account
from domain.case import SeenMention, Triage, TriagePolicy, Verdict
from domain.clock import system_clock
from domain.customer import CustomerRecord
from domain.mention import Mention, MentionId
from flows.answering import record_answer
from flows.carding import Origin
from flows.filing import file_mentions
from flows.house import House
from sandbox.scenario import generate
from sandbox.world import Draft
from storage import mentions, records
from storage.database import Tx, open_database
from storage.tables import CustomerRow, SightingRow
from tests import builders
from tests.benchmarks.figure import progress

CUSTOMERS, MENTIONS, CASES = 100_000, 1_000_000, 20_000
SPREAD = timedelta(days=180)
BATCH, CASE_BATCH = 5_000, 500
STREAM = "Lumora on X"

_FIRST = (
    "Ada", "Bela", "Carl", "Dana", "Elif", "Finn", "Gita", "Hugo", "Ines", "Jana", "Karl", "Lena", "Marta",
    "Nils", "Olga", "Paul", "Rosa", "Sven", "Tara", "Umar", "Vera", "Willem", "Xenia", "Yusuf", "Zoe", "Amira",
    "Boris", "Celia", "Dmitri", "Esra", "Fatima", "Goran", "Hanna", "Ivan", "Jamila", "Kofi", "Linh", "Mateo",
    "Noor", "Oskar",
)  # fmt: skip
_START = (
    "Bran", "Kowal", "Stein", "Hart", "Lind", "Okon", "Petro", "Rui", "Sato", "Tan", "Umar", "Vel", "Wald",
    "Yild", "Zim", "Ander", "Berg", "Cast", "Dup", "Erik",
)  # fmt: skip
_MIDDLE = ("den", "ma", "er", "o", "ski", "la", "ri", "ve", "no", "ta")
_END = ("czyk", "mann", "feld", "son", "berg", "ova", "ez", "ić", "ström", "well", "ton", "ley", "ham", "ford", "bach")

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented customer, by number."""

    number: int

    @property
    def name(self) -> str:
        first, rest = self.number % len(_FIRST), self.number // len(_FIRST)
        start, rest = rest % len(_START), rest // len(_START)
        middle, rest = rest % len(_MIDDLE), rest // len(_MIDDLE)
        return f"{_FIRST[first]} {_START[start]}{_MIDDLE[middle]}{_END[rest % len(_END)]}"

    @property
    def handle(self) -> str:
        return f"person_{self.number}"

    @property
    def email(self) -> str:
        return f"person.{self.number}@mail.example"

    @property
    def record(self) -> CustomerRecord:
        return CustomerRecord(
            source="csv",
            source_id=f"C-{self.number}",
            names=(self.name,),
            emails=(self.email,),
            phones=(f"+44 7700 {self.number:06d}",),
            accounts=(Account("x", self.handle),),
            value=Decimal(self.number % 5000),
        )


def large_database() -> Path:
    """Return this week's database, made now where it is not there; it takes some minutes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"large-{system_clock():%G-%V}.db"  # the KPIs of the last days need posts of the last days
    if path.exists():
        return path
    for left in FOLDER.glob("large-*"):
        left.unlink()
    unfinished = path.with_suffix(".unfinished")
    database = open_database(f"sqlite:///{unfinished}")
    database.migrate()
    house = House(
        database, system_clock, (builders.brand(),), TriagePolicy(), secret=b"benchmark", noise=builders.NO_SURGES
    )
    chance, drafts = random.Random(6), generate(6, MENTIONS)
    _add_customers(house)
    _add_cases(house, chance, drafts)
    _add_mentions(house, chance, drafts)
    assert database.scrub()  # else the log would stay behind at the renaming
    database.close()
    return unfinished.rename(path)


def customer_ids(path: Path, count: int) -> list[str]:
    """Return the ids of some customers, which are random."""
    database = open_database(f"sqlite:///{path}")
    with database.read() as tx:
        found = list(tx.scalars(select(CustomerRow.id).order_by(CustomerRow.id).limit(count)))
    database.close()
    return found


def _add_customers(house: House) -> None:
    with progress("customers", CUSTOMERS) as done:
        for start in range(0, CUSTOMERS, BATCH):
            with house.database.write() as tx:
                told = [Person(number).record for number in range(start, start + BATCH)]
                records.add_records(tx, told, at=house.clock())
            done(BATCH)


def _add_cases(house: House, chance: random.Random, drafts: Iterator[Draft]) -> None:
    """Let known customers complain; nine in ten were answered within two days."""
    origin, said = (
        Origin(stream=STREAM, alert=False, channels={}),
        builders.predictions("negative", "considering_leaving"),
    )
    with progress("cases", CASES) as done:
        for start in range(0, CASES, CASE_BATCH):
            numbers = range(start, start + CASE_BATCH)
            found = [_mention(next(drafts), number, by=number, chance=chance) for number in numbers]
            with house.database.write() as tx:
                file_mentions(tx, [(mention, house.brands[0], said) for mention in found], origin=origin, house=house)
                _answer(tx, found, chance, house)
            done(CASE_BATCH)


def _answer(tx: Tx, found: list[Mention], chance: random.Random, house: House) -> None:
    case_ids = mentions.case_ids(tx, [mention.id for mention in found], brand="Lumora")
    for mention in found:
        if chance.random() < 0.9:
            at = mention.posted_at + timedelta(minutes=chance.uniform(1, 2880))
            answer = replace(mention, id=MentionId(f"{mention.id}a"), author=builders.author("lumora"), posted_at=at)
            record_answer(tx, case_ids[mention.id], answer, house=house)


def _add_mentions(house: House, chance: random.Random, drafts: Iterator[Draft]) -> None:
    """Add posts that needed no card and were listed in hourly lines long ago, a third of them by customers."""
    said, decision = builders.predictions("neutral"), Triage(Verdict.BATCH, "nothing to answer")
    listed = update(SightingRow).where(SightingRow.batched_in.is_(None), SightingRow.verdict == Verdict.BATCH)
    with progress("mentions", MENTIONS - CASES) as done:
        for start in range(CASES, MENTIONS, BATCH):
            posts = [
                _mention(next(drafts), number, by=chance.randrange(3 * CUSTOMERS), chance=chance)
                for number in range(start, min(start + BATCH, MENTIONS))
            ]
            seen = [SeenMention(post, "Lumora", said, decision) for post in posts]
            with house.database.write() as tx:
                mentions.add(tx, seen, stream=STREAM, at=house.clock(), secret=house.secret)
                tx.execute(listed.values(batched_in="batch:long ago"))
            done(BATCH)


def _mention(draft: Draft, number: int, *, by: int, chance: random.Random) -> Mention:
    posted_at = system_clock() - SPREAD * chance.random()
    author = builders.author(Person(by).handle)
    return builders.mention(draft.text, number=number + 1, by=author, posted_at=posted_at)
