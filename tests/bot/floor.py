"""A case in each of its states on a real database, and everybody who may or may not do something with it."""

import re
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot.desk import Answer, Desk
from bot.identity import BotIdentity
from bot.people import People
from domain.blind_check import Drawn
from domain.brand import Account
from domain.case import CaseState, TriagePolicy
from domain.customer import Grade
from domain.errors import Refused
from domain.handover import EscalationPolicy
from domain.message import Notice
from domain.noise import MuteKind
from domain.person import Person, Role
from domain.reply import Draft, ReplyState, ReplyTemplate
from flows import forgetting, muting
from flows.alerting import Pace, post_pending
from flows.carding import Origin
from flows.filing import file_mentions
from flows.house import House
from flows.lookup import SearchQuery
from flows.muting import Wanted
from flows.removing import remove
from storage import blind_checks, cases, links, messages, records, replies
from storage.database import open_database
from storage.tables import Row
from tests import builders
from tests.bot.validation import texts
from tests.builders import NOON
from tests.flows.fakes import MemoryPlatform, MemorySlack, SetClock

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
UNSURE = builders.mention("Lumora again, well done", number=8, by=builders.author("kim"))
BYE = builders.mention("Forget me", number=9, by=builders.author("bye"))
OWNERS = {CaseState.CLAIMED: "U0OWNER", CaseState.WAITING_APPROVAL: "U0OWNER"}
ADMIN = Person(ROLES[Role.CRM_ADMIN], frozenset({Role.CRM_ADMIN}))
DRAFTS = {
    CaseState.WAITING_APPROVAL: ReplyState.WAITING,
    CaseState.CLAIMED: ReplyState.SENT_BACK,
    CaseState.ANSWERED: ReplyState.SENT,
    CaseState.RESOLVED: ReplyState.WITHDRAWN,
}
"""The reply that a case in this state has, by the CRM admin."""

REFUSALS = re.compile(r"You may not|You cannot|owns this|is gone|not known|decided already|of her own|Only its writer")
"""What every refusal has one of."""


class Directory:
    """Answers for Slack's directory."""

    def api_call(self, method: str, *, params: dict[str, str]) -> dict[str, Any]:
        assert method == "users.info"
        flags = cast("dict[str, Any]", dict(NOBODY.values()).get(params["user"], {}))
        return {"user": {"id": params["user"], "team_id": "T1", **flags}}


@dataclass
class OpenedWindows:
    """Notes what was opened, changed or published instead of showing it."""

    opened: list[Any] = field(default_factory=list)
    homes: list[Any] = field(default_factory=list)

    def on_top(self) -> "OpenedWindows":
        return self

    def open(self, trigger: str, view: Any) -> str:
        self.opened.append(view.to_dict())
        return "V1"

    def update(self, view_id: str, view: Any) -> None:
        self.opened.append(view.to_dict())

    def publish(self, user_id: str, view: Any) -> None:
        self.homes.append(view.to_dict())


@dataclass
class Floor:
    """A desk over one database. `ids` has the ids of what is there, by what it is."""

    beside: sqlite3.Connection
    desk: Desk
    windows: OpenedWindows
    ids: dict[str, str]
    said: list[Answer] = field(default_factory=list)

    def respond(self, **said: Any) -> None:
        self.said.append(said)

    def raise_refusal(self) -> None:
        """Raise what a view says, where that is a refusal: in a view nobody hears of it otherwise."""
        shown = "\n".join(text for view in self.windows.opened for text in texts(view["blocks"]))
        if REFUSALS.search(shown):
            self.windows.opened.clear()
            raise Refused(shown)

    def writes(self) -> int:
        """Give a number that stays the same as long as nobody writes to the database."""
        (version,) = self.beside.execute("PRAGMA data_version").fetchone()
        return int(version)

    def dump(self, *, without: frozenset[tuple[str, str]] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, columns in `without` aside."""
        shown = {
            name: ", ".join(f'"{column.name}"' for column in table.c if (name, column.name) not in without)
            for name, table in Row.metadata.tables.items()
        }
        return {
            name: sorted(self.beside.execute(f'SELECT {columns} FROM "{name}"'), key=repr)
            for name, columns in shown.items()
        }

    def keep(self, path: Path) -> sqlite3.Connection:
        """Copy all that is stored."""
        kept = sqlite3.connect(path)
        self.beside.backup(kept)
        return kept

    def restore(self, kept: sqlite3.Connection) -> None:
        """Bring everything back to where it was; the house's connections, which know their statements, stay open."""
        kept.backup(self.beside)
        self.said.clear()
        self.windows.opened.clear()
        self.windows.homes.clear()

    def close(self) -> None:
        self.beside.close()
        self.desk.house.database.close()


def open_floor(path: Path) -> Floor:
    """Open the floor on an empty database."""
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    house = House(
        database=database,
        clock=SetClock(NOON + timedelta(minutes=5)),
        brands=(builders.brand(),),
        policy=TriagePolicy(),
        secret=b"s" * 32,
        channels={"Lumora": "C0ALERTS"},
        workspace_url="https://lumora.slack.com/",
        product_channels={"Lumora": "C0PRODUCT"},
        escalation=EscalationPolicy(people=("U0LEO",)),
        templates=(ReplyTemplate("sorry", "We are sorry", "Hi {author}"),),
    )
    named = {role: [user, *(each for each, _ in list(NOBODY.values())[1:])] for role, user in ROLES.items()}
    us = BotIdentity(team_id="T1", bot_id="B1", bot_user_id="U1", url="https://lumora.slack.com/")
    people = People(client=Directory(), roles=named, us=us)
    windows = OpenedWindows()
    slack = MemorySlack(house.clock)
    slack.channels["C0ALERTS"] = [("1772625600.000001", "card", Notice("a card"))]
    repliers = {("Lumora", "x"): MemoryPlatform(house.clock)}
    desk = Desk(house, slack, people, windows, streams=[builders.stream()], repliers=repliers)
    search = desk.searches.remember(SearchQuery("lumora"))
    return Floor(sqlite3.connect(path, isolation_level=None), desk, windows, {"search": search})


def furnish(floor: Floor, state: CaseState) -> None:
    """Bring a case into a state, with all that people may act on around it; the floor knows the ids."""
    house = floor.desk.house
    floor.ids |= _file_posts(floor) | _tell_customers(floor) | _offer_to_forget(floor)
    post_pending(post=floor.desk.post, pace=Pace(in_all_seconds=0, seconds=0, burst=9), house=house)
    topic = Wanted(MuteKind.TOPIC, "outage", timedelta(days=1))
    floor.ids["mute"] = muting.mute(topic, person=ADMIN, house=house).id
    case_id = floor.ids["case"]
    with house.database.write() as tx:
        rest = {"snoozed_until": NOON + timedelta(hours=9), "snoozed_by": "U1"} if state is CaseState.SNOOZED else {}
        cases.change(tx, case_id, states=(CaseState.NEW,), state=state, owner=OWNERS.get(state), **rest)
        if state in DRAFTS:
            replies.add(tx, _draft(case_id, DRAFTS[state]))
        if state is CaseState.REMOVED:
            remove(tx, POST.id, house=house)
        place = messages.for_case(tx, case_id)
        item = blind_checks.take(tx, "check1", by="U0SOMEBODY", at=NOON - timedelta(days=1), hold=timedelta(hours=1))
    floor.ids |= {"ts": str(place.ts), "item": str(item or 1), "draft": "draft1", "post": POST.id}


def _file_posts(floor: Floor) -> dict[str, str]:
    """One post makes the case, one waits for a person's eye, one is of somebody who wants to be forgotten."""
    house = floor.desk.house
    brand, guess = house.brands[0], builders.predictions("negative", "leaving", rival="Vidora")
    doubt = builders.predictions("negative", score=0.51, unsure=True)
    with house.database.write() as tx:
        posts = [(POST, brand, guess), (UNSURE, brand, doubt), (BYE, brand, builders.predictions())]
        file_mentions(tx, posts, origin=Origin("lumora on X", True, house.channels), house=house)
        case = cases.find(tx, brand="Lumora", author_key=POST.author.key, thread_id=POST.thread_id)
        drawn = [Drawn(POST.id, called=True, probability=0.5)]
        blind_checks.add(tx, "check1", drawn, brand="Lumora", week=NOON.date(), at=NOON)
    return {"case": case.id}


def _tell_customers(floor: Floor) -> dict[str, str]:
    with floor.desk.house.database.write() as tx:
        jane = records.add_record(tx, builders.record("c1", accounts=()), at=NOON)
        roe = records.add_record(tx, builders.record("c2", names=("Roe",), emails=("r@x.com",), accounts=()), at=NOON)
        other = links.tie(
            tx, roe, Account("x", "roe"), user_id=None, grade=Grade.VERIFIED, evidence="", by="U1", at=NOON
        )
    return {"jane": jane, "roe": roe, "link": str(other)}


def _offer_to_forget(floor: Floor) -> dict[str, str]:
    """One is forgotten already, another one may be."""
    house = floor.desk.house
    (gone,) = forgetting.offer("@bye", person=ADMIN, house=house)
    forgetting.confirm(gone.id, person=ADMIN, house=house)
    (offer,) = forgetting.offer("r@x.com", person=ADMIN, house=house)
    return {"receipt": gone.id, "offer": offer.id}


def _draft(case_id: str, state: ReplyState) -> Draft:
    values = {"id": "draft1", "case_id": case_id, "mention_id": POST.id, "brand": "Lumora", "platform": "x"}
    return Draft(author=ADMIN.user_id, text="Sorry.", state=state, created_at=NOON, **values)
