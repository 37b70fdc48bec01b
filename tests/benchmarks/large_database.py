"""A SQLite database of 100,000 customers and 1,000,000 mentions, made once and kept under build/bench/."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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

CUSTOMERS, MENTIONS = 100_000, 1_000_000
PER_CASE = 50
SPREAD = timedelta(days=180)
BATCH = 5_000
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

_X_EPOCH = 1_288_834_974_657
"""X's ids begin with the milliseconds since then."""

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
    _add_customers(house)
    _add_posts(house)
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


def _add_posts(house: House) -> None:
    """Store posts in the order in which they appeared, as polling does: ids and row numbers grow with time.

    One in fifty calls for an answer.
    """
    chance, drafts = random.Random(6), generate(6, MENTIONS)
    first = system_clock() - SPREAD
    with progress("mentions", MENTIONS) as done:
        for start in range(0, MENTIONS, BATCH):
            numbers = range(start, start + BATCH)
            posts = [_mention(next(drafts), first, number, chance) for number in numbers]
            _store(posts, chance, _house_at(posts[-1].posted_at, house))
            done(BATCH)


def _house_at(moment: datetime, house: House) -> House:
    return replace(house, clock=lambda: moment)


def _store(posts: Sequence[Mention], chance: random.Random, house: House) -> None:
    complaints, calm = posts[::PER_CASE], [post for n, post in enumerate(posts) if n % PER_CASE]
    said, called = builders.predictions("neutral"), builders.predictions("negative", "considering_leaving")
    decision = Triage(Verdict.BATCH, "nothing to answer")
    listed = update(SightingRow).where(SightingRow.batched_in.is_(None), SightingRow.verdict == Verdict.BATCH)
    seen = [SeenMention(post, "Lumora", said, decision) for post in calm]
    with house.database.write() as tx:
        origin = Origin(stream=STREAM, alert=False, channels={})
        file_mentions(tx, [(post, house.brands[0], called) for post in complaints], origin=origin, house=house)
        mentions.add(tx, seen, stream=STREAM, at=house.clock(), secret=house.secret)
        tx.execute(listed.values(batched_in="batch:long ago"))
        _answer(tx, complaints, chance, house)


def _answer(tx: Tx, complaints: Sequence[Mention], chance: random.Random, house: House) -> None:
    """Answer nine in ten within two days."""
    case_ids = mentions.case_ids(tx, [mention.id for mention in complaints], brand="Lumora")
    for mention in complaints:
        at = mention.posted_at + timedelta(minutes=chance.uniform(1, 2880))
        if chance.random() < 0.9 and at < system_clock():
            answer = replace(mention, id=MentionId(f"{mention.id}a"), author=builders.author("lumora"), posted_at=at)
            record_answer(tx, case_ids[mention.id], answer, house=house)


def _mention(draft: Draft, first: datetime, number: int, chance: random.Random) -> Mention:
    """Make a post; complaints come from known customers, a third of the others do, too."""
    by = number // PER_CASE if number % PER_CASE == 0 else chance.randrange(3 * CUSTOMERS)
    posted_at = first + SPREAD * ((number + chance.random()) / MENTIONS)
    snowflake = (int(posted_at.timestamp() * 1000) - _X_EPOCH << 22) | number % 4096
    return builders.mention(draft.text, number=snowflake, by=builders.author(Person(by).handle), posted_at=posted_at)
