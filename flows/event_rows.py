"""One event as a row of CSV, a line of JSON or a delivery writes it: read, and judged with a reason."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.event import Event, EventKind, Subject, SubjectKind

FIELDS = ("id", "kind", "at", "customer", "customer_source", "account", "visitor", "value", "currency", "tactic")
"""What a row may hold; needed are `id`, `kind`, `at` and one of `customer`, `account` and `visitor`."""

LONGEST = 200
"""Characters of an id or a code; nothing that is longer is one."""

_AHEAD = timedelta(days=1)
"""A clock may go wrong by so much; later events have not happened."""


def event_of(row: Mapping[str, Any], *, source: str, now: datetime) -> Event:
    """Make an event of a row; empty cells count as none. Raises ValueError with the reason."""

    def cell(name: str) -> str:
        value = row.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"{name} is text or a number")  # noqa: TRY004 - what is wrong with the row
        text = str(value).strip()
        if len(text) > LONGEST:
            raise ValueError(f"{name} has more than {LONGEST} characters")
        return text

    if not cell("id"):
        raise ValueError("has no id: the source's own of this event, so that it is counted once")
    return Event(
        source=source,
        source_event_id=cell("id"),
        subject=_subject({name: cell(name) for name in ("customer", "customer_source", "account", "visitor")}, source),
        kind=_kind(cell("kind")),
        at=_moment(cell("at"), now),
        value=_amount(cell("value")),
        currency=cell("currency").upper() or None,
        tactic_code=cell("tactic") or None,
    )


def _subject(cells: Mapping[str, str], source: str) -> Subject:
    named = [kind for kind in SubjectKind if cells[kind.value]]
    if len(named) != 1:
        raise ValueError("needs exactly one of customer, account and visitor")
    (kind,) = named
    id_ = cells[kind.value]
    if kind is SubjectKind.CUSTOMER:
        return Subject(kind, id_, cells["customer_source"] or source)
    platform, _, user_id = id_.partition(":")
    if kind is SubjectKind.ACCOUNT and not (platform and user_id):
        raise ValueError(f"account = {id_!r} is a platform and the user's lasting id there, as in x:2244994945")
    # Two sources' visitors of the same name are two.
    return Subject(kind, f"{source}:{id_}" if kind is SubjectKind.VISITOR else id_)


def _kind(text: str) -> EventKind:
    try:
        return EventKind("_".join(text.casefold().replace("-", " ").replace("_", " ").split()))
    except ValueError:
        raise ValueError(f"kind = {text!r} is none of {', '.join(EventKind)}") from None


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"at = {text!r} is no moment; write it as 2026-11-25T08:30:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"at = {text!r} has no time zone; write it as 2026-11-25T08:30:00Z")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"at = {text!r} is no moment of ours") from None
    if moment > now + _AHEAD:
        raise ValueError(f"at = {text!r} has not come yet")
    return moment


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise ValueError(f"value = {text!r} is no number; write it as 1234.50")
    return amount
