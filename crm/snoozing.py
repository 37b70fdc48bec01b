"""Until when a case may rest: in hours, until the brand opens again, or until a moment that a person names."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from crm.business_time import day_bounds, open_from
from domain.brand import Brand
from domain.errors import InputError

LONGEST = timedelta(days=30)
_MONDAY = 7


class Rest(StrEnum):
    """How long, in one word."""

    HOUR = "1h"
    THREE_HOURS = "3h"
    MORNING = "morning"  # the brand's first opening after today
    WEEK = "week"  # the brand's first opening from next Monday on


_HOURS = {Rest.HOUR: 1, Rest.THREE_HOURS: 3}


def end_of(rest: Rest, now: datetime, brand: Brand) -> datetime:
    """Return when the rest is over, in UTC."""
    if rest in _HOURS:
        return now + timedelta(hours=_HOURS[rest])
    today = now.astimezone(brand.time_zone).date()
    days = _MONDAY - today.weekday() if rest is Rest.WEEK else 1
    return open_from(day_bounds(today + timedelta(days=days), brand)[0], brand)


def moment(day: date, hour: time, now: datetime, brand: Brand) -> datetime:
    """Read a local day and time of the brand.

    Raises:
        InputError: it is over, or further away than a case may rest.
    """
    until = datetime.combine(day, hour, tzinfo=brand.time_zone).astimezone(now.tzinfo)
    if until <= now:
        raise InputError("That moment is over already. Choose a later one.")
    if until > now + LONGEST:
        raise InputError(f"A case may rest for {LONGEST.days} days at most. Choose an earlier moment.")
    return until
