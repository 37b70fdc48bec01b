"""What a person finds in her home tab: her own cases, the team's state, and what her roles let her see besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from crm.access import may, permit
from domain.brand import Stream
from domain.case import CaseFile
from domain.health import Health
from domain.noise import Mute
from domain.outcome import Kpi
from domain.person import Action, Person
from domain.preference import Preferences
from domain.queue import QueueFilter
from domain.team import BrandState
from flows import reporting
from flows.house import House
from flows.team import brand_states
from storage import cases, home_posts, mutes, preferences

MINE_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Home:
    """One person's home tab. `mine` are the first of `mine_total`; what she may not see is None or empty.

    `kpis` are those of each brand since Monday, by its name.
    """

    person: Person
    mine: tuple[CaseFile, ...]
    mine_total: int
    team: tuple[BrandState, ...]
    kpis: tuple[tuple[str, tuple[Kpi, ...]], ...]
    preferences: Preferences
    health: Health
    works_on_cases: bool = False
    mutes: tuple[Mute, ...] | None = None
    may_see_settings: bool = False


def stale_homes(*, house: House) -> list[str]:
    """Return whose home tabs show a post that is gone, by user id."""
    with house.database.read() as tx:
        return home_posts.showing_what_is_gone(tx)


def note_drawn(user_id: str, shown: Sequence[CaseFile], *, house: House) -> None:
    """Note which posts a person's home tab is about to show, so that a deletion reaches it."""
    with house.database.write() as tx:
        home_posts.put(tx, user_id, [file.mentions[-1].mention.id for file in shown if file.mentions])


def home(*, person: Person, listening: Sequence[Stream], house: House) -> Home:
    """Read all that a person's home tab shows; raises Refused."""
    permit(person, Action.SEE_HOME)
    now = house.clock()
    hers = QueueFilter(owner=person.user_id)
    works = may(person, Action.CLAIM)
    with house.database.read() as tx:
        mine = cases.queue(tx, wanted=hers, limit=MINE_SHOWN, value_band=house.band) if works else []
        total, _ = cases.counts(tx, at=now, wanted=hers) if works else (0, 0)
        team = brand_states(tx, house=house)
        chosen = preferences.of(tx, person.user_id)
        muted = tuple(mutes.active(tx, at=now)) if may(person, Action.MUTE) else None
    kpis = []
    for brand in house.brands:
        today = now.astimezone(brand.time_zone).date()
        monday = today - timedelta(days=today.weekday())
        since_monday = reporting.kpis(brand=brand, since=monday, until=today + timedelta(days=1), house=house)
        kpis.append((brand.name, tuple(since_monday)))
    return Home(
        person=person,
        mine=tuple(mine),
        mine_total=total,
        team=team,
        kpis=tuple(kpis),
        preferences=chosen,
        health=reporting.health(listening=listening, house=house, in_depth=False),
        works_on_cases=works,
        mutes=muted,
        may_see_settings=may(person, Action.SEE_SETTINGS),
    )
