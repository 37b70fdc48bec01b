"""Business hours and quiet hours: when an answer is due, how much working time has passed, when silence ends."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from domain.brand import Brand


def due_at(start: datetime, *, minutes: int, brand: Brand) -> datetime:
    """Return the moment at which `minutes` of the brand's business time have passed since `start`, in UTC."""
    left = timedelta(minutes=minutes)
    for opens, closes in _openings(start, brand):
        begins = max(opens, start)
        if left <= closes - begins:
            return begins + left
        left -= max(closes - begins, timedelta(0))
    raise AssertionError("the openings never end")  # pragma: no cover


def business_seconds(start: datetime, end: datetime, *, brand: Brand) -> float:
    """Return the seconds of business time in [start, end); 0.0 where the end comes first."""
    total = timedelta(0)
    for opens, closes in _openings(start, brand):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), timedelta(0))
    return total.total_seconds()


def is_open(moment: datetime, brand: Brand) -> bool:
    """Tell whether people are at work at a moment."""
    opens, closes = next(_openings(moment, brand))
    return opens <= moment < closes


def open_from(moment: datetime, brand: Brand) -> datetime:
    """Return the first moment from this one on at which people are at work, in UTC."""
    return next(max(opens, moment) for opens, closes in _openings(moment, brand) if moment < closes)


def quiet_until(moment: datetime, brand: Brand) -> datetime | None:
    """Return when the quiet hours end that the moment is in, in UTC; None where it is in none."""
    if brand.quiet is None:
        return None
    local = moment.astimezone(brand.time_zone)
    begins, ends, at = brand.quiet.begins, brand.quiet.ends, local.time()
    over_midnight = begins > ends
    if not (at >= begins or at < ends if over_midnight else begins <= at < ends):
        return None
    day = local.date() + timedelta(days=over_midnight and at >= begins)
    return _local(day, ends, brand)


def business_clock(first: datetime, last: datetime, *, brand: Brand) -> Callable[[datetime, datetime], float]:
    """Return what measures business time as `business_seconds` does, for many moments within [first, last]."""
    opened: list[datetime] = []
    closed: list[datetime] = []
    before: list[timedelta] = [timedelta(0)]
    for opens, closes in _openings(first, brand):
        if opens >= last:
            break
        opened.append(opens)
        closed.append(closes)
        before.append(before[-1] + (closes - opens))

    def until(moment: datetime) -> timedelta:
        place = bisect_right(opened, moment)
        return before[place] - max(closed[place - 1] - moment, timedelta(0)) if place else timedelta(0)

    return lambda start, end: max((until(end) - until(start)).total_seconds(), 0.0)


def _openings(start: datetime, brand: Brand) -> Iterator[tuple[datetime, datetime]]:
    """Yield opening and closing moments in UTC from the day of `start` on, for ever.

    Local wall-clock times are turned to UTC day by day, so that a change to summer time moves them rightly.
    """
    first = start.astimezone(brand.time_zone).date()
    for offset in count():
        day = first + timedelta(days=offset)
        if day.weekday() in brand.hours.days and day not in brand.hours.holidays:
            yield _local(day, brand.hours.opens, brand), _local(day, brand.hours.closes, brand)


def _local(day: date, hour: time, brand: Brand) -> datetime:
    return datetime.combine(day, hour, tzinfo=brand.time_zone).astimezone(UTC)


def day_bounds(day: date, brand: Brand) -> tuple[datetime, datetime]:
    """Return the first moment of the brand's local day and the first moment after it, in UTC."""
    midnight = datetime.min.time()
    return _local(day, midnight, brand), _local(day + timedelta(days=1), midnight, brand)
