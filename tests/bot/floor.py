"""A case in each of its states on a real database, and everybody who may or may not do something with it."""

import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.desk import Answer, Desk
from bot.identity import BotIdentity
from bot.people import People
from domain.blind_check import Drawn
from domain.brand import Account
from domain.case import CaseState, TriagePolicy
from domain.customer import Grade
from domain.handover import EscalationPolicy
from domain.person import Role
from flows.alerting import Pace, post_pending
from flows.filing import Origin, file_mentions
from flows.house import House
from flows.removing import remove
from storage import blind_checks, cases, links, messages, records
from storage.database import open_database
from storage.tables import Row
from tests import builders
from tests.builders import NOON
from tests.flows.fakes import MemorySlack, SetClock

ROLES = {role: f"U0{role.value.upper().replace('_', '')}" for role in Role}
NOBODY = {
    "no role": ("U0NOBODY", {}),
    "guest": ("U0GUEST", {"is_restricted": True}),
    "single-channel guest": ("U0SINGLE", {"is_ultra_restricted": True}),
    "external": ("U0EXTERNAL", {"is_stranger": True, "team_id": "T0PARTNER"}),
    "deactivated": ("U0GONE", {"deleted": True}),
}
"""Who may do nothing, though all of them but the first are named for every role."""

PEOPLE = {role.value: user for role, user in ROLES.items()} | {name: user for name, (user, _) in NOBODY.items()}
POST = builders.mention("Lumora is down", number=7)
OWNERS = {CaseState.CLAIMED: "U0OWNER", CaseState.WAITING_APPROVAL: "U0OWNER"}


class Directory:
    """Answers for Slack's directory."""

    def api_call(self, method: str, *, params: dict[str, str]) -> dict[str, Any]:
        assert method == "users.info"
        flags = dict(NOBODY.values()).get(params["user"], {})
        return {"user": {"id": params["user"], "team_id": "T1", **flags}}


@dataclass
class OpenedWindows:
    """Notes what was opened instead of showing it."""

    opened: list[Any] = field(default_factory=list)

    def open(self, trigger: str, view: Any) -> str:
        self.opened.append(view.to_dict())
        return "V1"


@dataclass
class Floor:
    """A desk over one database. `ids` has the ids of what is there, by what it is."""

    desk: Desk
    windows: OpenedWindows
    ids: dict[str, str]
    said: list[Answer] = field(default_factory=list)

    def respond(self, **said: Any) -> None:
        self.said.append(said)

    def dump(self, *, without: frozenset[tuple[str, str]] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, columns in `without` aside."""
        with self.desk.house.database.read() as tx:
            return {
                name: sorted(tx.execute(select(*(c for c in table.c if (name, c.name) not in without))).all(), key=repr)
                for name, table in Row.metadata.tables.items()
            }

    def case(self) -> Any:
        with self.desk.house.database.read() as tx:
            return cases.get(tx, self.ids["case"])

    def close(self) -> None:
        self.desk.house.database.close()


def open_floor(path: Path, ids: dict[str, str] | None = None) -> Floor:
    """Open the floor on a database file that is there already."""
    house = House(
        database=open_database(f"sqlite:///{path}"),
        clock=SetClock(NOON + timedelta(minutes=5)),
        brands=(builders.brand(),),
        policy=TriagePolicy(),
        secret=b"s" * 32,
        channels={"Lumora": "C0ALERTS"},
        workspace_url="https://lumora.slack.com/",
        product_channels={"Lumora": "C0PRODUCT"},
        escalation=EscalationPolicy(people=("U0LEO",)),
    )
    named = {role: [user, *(each for each, _ in list(NOBODY.values())[1:])] for role, user in ROLES.items()}
    us = BotIdentity(team_id="T1", bot_id="B1", bot_user_id="U1", url="https://lumora.slack.com/")
    people = People(client=Directory(), roles=named, us=us)
    windows = OpenedWindows()
    slack = MemorySlack(house.clock)
    slack.channels["C0ALERTS"] = [("1772625600.000001", "card", None)]
    desk = Desk(house, slack, people, windows, streams=[builders.stream()])
    return Floor(desk, windows, dict(ids or {}))


def furnish(path: Path, state: CaseState) -> dict[str, str]:
    """Bring a case into a state, with a posted card, two customers and a post to be judged; return the ids."""
    floor = open_floor(path)
    house = floor.desk.house
    guess = builders.predictions("negative", "leaving", rival="Vidora")
    with house.database.write() as tx:
        file_mentions(
            tx, [(POST, house.brands[0], guess)], origin=Origin("lumora on X", True, house.channels), house=house
        )
        case = cases.find(tx, brand="Lumora", author_key=POST.author.key, thread_id=POST.thread_id)
        jane = records.add_record(tx, builders.record("c1", accounts=()), at=NOON)
        roe = records.add_record(tx, builders.record("c2", names=("Roe",), emails=("r@x.com",), accounts=()), at=NOON)
        other = links.tie(
            tx, roe, Account("x", "roe"), user_id=None, grade=Grade.VERIFIED, evidence="", by="U1", at=NOON
        )
        drawn = [Drawn(POST.id, called=True, probability=0.5)]
        blind_checks.add(tx, "check1", drawn, brand="Lumora", week=NOON.date(), at=NOON)
    post_pending(post=floor.desk.post, pace=Pace(seconds=0, burst=9), house=house)
    with house.database.write() as tx:
        rest = {"snoozed_until": NOON + timedelta(hours=9), "snoozed_by": "U1"} if state is CaseState.SNOOZED else {}
        cases.change(tx, case.id, states=(CaseState.NEW,), state=state, owner=OWNERS.get(state), **rest)
        if state is CaseState.REMOVED:
            remove(tx, POST.id, house=house)
        place = messages.for_case(tx, case.id)
        item = blind_checks.take(tx, "check1", by="U0SOMEBODY", at=NOON - timedelta(days=1), hold=timedelta(hours=1))
    floor.close()
    return {
        "case": case.id,
        "jane": jane,
        "roe": roe,
        "link": str(other),
        "ts": str(place.ts),
        "item": str(item or 1),
    }


def copied(template: Path, to: Path) -> Path:
    """Copy a database that nobody has open."""
    shutil.copy(template, to)
    return to
