"""The team: what it did in a period, and how each brand stands now."""

from collections import defaultdict
from datetime import date
from statistics import median

from crm.access import may, permit
from crm.business_time import day_bounds
from domain.brand import Brand
from domain.person import Action, Person
from domain.queue import QueueFilter
from domain.team import BrandState, Deeds, TeamStats
from flows.deadlines import silent_complaints
from flows.house import House
from storage import cases, deeds, surges
from storage.database import Tx

_CLAIMED, _RESOLVED = "claimed", "resolved"
"""As the history of a case says it."""


def team_stats(*, brand: Brand, since: date, until: date, person: Person, house: House) -> TeamStats:
    """Sum up what was done over the brand's local days [since, until), by person where `person` may see that.

    Raises:
        Refused: not permitted.
    """
    permit(person, Action.SEE_STATS)
    start, end = day_bounds(since, brand)[0], day_bounds(until, brand)[0]
    with house.database.read() as tx:
        done = deeds.counted(tx, brand=brand.name, start=start, end=end, actions=(_CLAIMED, _RESOLVED))
        answered = deeds.answers(tx, brand=brand.name, start=start, end=end)
    counts: dict[tuple[str, str], int] = {(actor, action): number for actor, action, number in done}
    seconds: dict[str, list[float]] = defaultdict(list)
    for owner, waited in answered:
        seconds[owner or ""].append(waited)
    total = Deeds(
        person=None,
        claimed=sum(number for (_, action), number in counts.items() if action == _CLAIMED),
        answered=len(answered),
        resolved=sum(number for (_, action), number in counts.items() if action == _RESOLVED),
        first_response=median(waited for _, waited in answered) if answered else None,
    )
    who = sorted({actor for actor, _ in counts} | set(seconds) - {""}) if may(person, Action.SEE_PEOPLE_STATS) else []
    people = (
        Deeds(
            person=each,
            claimed=counts.get((each, _CLAIMED), 0),
            answered=len(seconds[each]),
            resolved=counts.get((each, _RESOLVED), 0),
            first_response=median(seconds[each]) if seconds[each] else None,
        )
        for each in who
    )
    ordered = sorted(people, key=lambda d: (-d.answered, -d.claimed, d.person or ""))
    return TeamStats(brand.name, since, until, total, tuple(ordered))


def brand_states(tx: Tx, *, house: House) -> tuple[BrandState, ...]:
    """Say how each brand stands now."""
    now = house.clock()
    surging = {span.brand for span in surges.going_on(tx)}
    states = []
    for brand in house.brands:
        opened, overdue = cases.counts(tx, at=now, wanted=QueueFilter(brand=brand.name))
        states.append(
            BrandState(
                brand=brand.name,
                open=opened,
                overdue=overdue,
                unowned=cases.unowned(tx, brand=brand.name),
                surging=brand.name in surging,
                silent=len(silent_complaints(tx, brand, now, house)[0]),
            )
        )
    return tuple(states)
