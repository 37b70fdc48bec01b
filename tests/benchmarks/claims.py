"""Fifty people who claim the same cards at once: each must have exactly one winner, and everybody be told the truth."""

import random
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from domain.case import TriagePolicy
from domain.clock import system_clock
from domain.errors import AlreadyOwned, Refused
from domain.person import Person, Role
from flows.carding import Origin
from flows.filing import file_mentions
from flows.house import House
from flows.responding import Click, claim
from storage import audit, cases
from storage.database import open_database
from tests import builders
from tests.benchmarks.figure import Figure, none_of, progress, shown
from tests.databases import postgres_server

PEOPLE, CARDS, TOGETHER = 50, 2_000, 10
AT_ONCE = 24
"""The bot has about so many threads, and never more connections than 32."""


def measure() -> list[Figure]:
    """Claim on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        figures = _contest("SQLite", f"sqlite:///{folder}/earshot.db")
        with postgres_server(Path(folder) / "postgresql") as url:
            return figures + _contest("PostgreSQL", url.render_as_string(hide_password=False))


def _contest(name: str, url: str) -> list[Figure]:
    database = open_database(url)
    database.migrate()
    house = House(
        database, system_clock, (builders.brand(),), TriagePolicy(), secret=b"benchmark", noise=builders.NO_SURGES
    )
    ids = _open_cases(house)
    people = [Person(f"U0P{number:03}", frozenset({Role.SOCIAL_EXPERT})) for number in range(PEOPLE)]
    won: Counter[str] = Counter()
    wrong: list[str] = []
    with progress(f"claims on {name}", PEOPLE * CARDS) as done, ThreadPoolExecutor(AT_ONCE) as crowd:

        def claim_some(person: Person, case_ids: list[str]) -> None:
            for case_id in random.Random(person.user_id).sample(case_ids, len(case_ids)):  # repeatable
                try:
                    file = claim(Click(case_id, person), house=house)
                    won[case_id] += 1
                    if file.case.owner != person.user_id:
                        wrong.append(case_id)
                except AlreadyOwned as error:
                    if error.owner == person.user_id:
                        wrong.append(case_id)
                except Refused:
                    wrong.append(case_id)
                done(1)

        for start in range(0, CARDS, TOGETHER):  # everybody goes for the same few cards
            some = ids[start : start + TOGETHER]
            list(crowd.map(claim_some, people, [some] * PEOPLE))
    with database.read() as tx:
        owned = sum(cases.get(tx, case_id).owner is not None for case_id in ids)
        broken = len(audit.verify(tx, secret=house.secret))
    database.close()
    return [
        shown(f"{name}: claims by {PEOPLE} people at once", PEOPLE * CARDS, "claims"),
        none_of(f"{name}: cards without exactly one winner", sum(won[case_id] != 1 for case_id in ids)),
        none_of(f"{name}: cards without an owner", len(ids) - owned),
        none_of(f"{name}: people told something untrue", len(wrong)),
        none_of(f"{name}: audit entries that do not fit", broken),
    ]


def _open_cases(house: House) -> list[str]:
    said = builders.predictions("negative", "leaving")
    filed = [
        (builders.mention(f"Lumora is down {n}", by=builders.author(f"a{n}")), house.brands[0], said)
        for n in range(CARDS)
    ]
    with house.database.write() as tx:
        file_mentions(tx, filed, origin=Origin("lumora on X", alert=True, channels={"Lumora": "C0"}), house=house)
        return [file.case.id for file in cases.queue(tx, limit=CARDS, value_band=house.band)]
