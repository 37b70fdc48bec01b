"""Periods as people type them, in the brand's local days."""

import re
from datetime import date, timedelta

from bot.views.elements import inline
from domain.errors import InputError

_DAYS_BACK = re.compile(r"(\d{1,3})d")
_YEARS = range(2000, 2100)
PERIODS = "today, yesterday, week, month, 7d, 2026-11-07 or 2026-11-01..2026-11-07"


def read_period(text: str, *, today: date) -> tuple[date, date] | None:
    """Read a period as days [since, until), or None where the text is none; today counts as far as it has come.

    Raises:
        InputError: it looks like a date but is none, lies in another century, or ends before it begins.
    """
    tomorrow = today + timedelta(days=1)
    named = {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "week": (today - timedelta(days=today.weekday()), tomorrow),
        "month": (today.replace(day=1), tomorrow),
    }
    if text in named:
        return named[text]
    if back := _DAYS_BACK.fullmatch(text):
        return tomorrow - timedelta(days=max(1, int(back[1]))), tomorrow
    if re.match(r"\d{4}-", text):
        first, _, last = text.partition("..")
        since, until = _day(first), _day(last or first) + timedelta(days=1)
        if since >= until:
            raise InputError(f"The period {text} ends before it begins.")
        return since, until
    return None


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"“{inline(text, limit=60)}” is no date. Write it as in 2026-11-07.") from error
    if day.year not in _YEARS:
        raise InputError(f"The date {day} is too far away: its year must be {_YEARS[0]} to {_YEARS[-1]}.")
    return day
