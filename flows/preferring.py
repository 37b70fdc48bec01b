"""What people want to be told directly: their choice, and how it bears on a message that is about to be queued."""

from datetime import datetime

from crm.access import permit
from crm.business_time import open_from
from domain.person import Action, Person
from domain.preference import DirectKind, Preferences
from flows.house import House
from storage import audit, preferences
from storage.database import Tx


def prefer(chosen: Preferences, *, person: Person, house: House) -> None:
    """Keep a person's choice; raises Refused."""
    permit(person, Action.SET_PREFERENCES)
    user = person.user_id
    with house.database.write() as tx:
        if preferences.of(tx, user) == chosen:
            return
        preferences.put(tx, user, chosen)
        action = Action.SET_PREFERENCES.value
        audit.append(tx, at=house.clock(), actor=user, action=action, subject=user, secret=house.secret)


def moment_to_tell(tx: Tx, user_id: str, kind: DirectKind, *, brand: str, house: House) -> datetime | None:
    """Return from when a person may be told of something about a brand; None where she does not want it."""
    chosen, now = preferences.of(tx, user_id), house.clock()
    if kind in chosen.off:
        return None
    known = next((each for each in house.brands if each.name == brand), None)
    return open_from(now, known) if chosen.open_hours_only and known else now
