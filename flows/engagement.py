"""The weekly look at what customers do: drastic changes become flags, and those who work on engagement hear of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import structlog

from crm.drastic_changes import Habits, change, habits_of
from crm.engagement import noun_of, reason, series, standing, weighed
from domain.engagement import Actions, Behaviour, ChangeLine, EngagementChanges, Flag
from domain.message import MessageKind, MessageState, OutgoingMessage
from flows.house import House
from storage import customers, events, flags, messages, praise
from storage.database import Tx

log = structlog.get_logger(__name__)

LEARNED_FROM = 20_000
"""Habits are learned from so many customers; ids are random, so the first of them are a fair draw."""

PAGE = 2_000
"""So many customers are read and judged at once."""

FLAGS_SHOWN = 5
"""A profile shows so many of a customer's flags."""

SHOWN = 10
"""The message lists so many changes, of the customers of the highest value; the rest is a number."""


def look_for_changes(*, house: House) -> int:
    """Judge every customer by the weeks up to last Sunday's end (UTC), and tell of the changes; return how many.

    That happens once a week. What was flagged stays flagged, so that a look which was interrupted only goes on.
    """
    today = house.clock().date()
    monday = today - timedelta(days=today.weekday())
    with house.database.read() as tx:
        if flags.is_looked(tx, monday):
            return 0
        habits = habits_of(_actions(tx, customers.page(tx, after="", limit=LEARNED_FROM), monday, house))
    if habits is None:
        return 0
    found, after = 0, ""
    while True:
        with house.database.read() as tx:
            ids = customers.page(tx, after=after, limit=PAGE)
            changed = _changed(tx, ids, monday, habits, house)
        if not ids:
            break
        if changed:
            with house.database.write() as tx:
                found += flags.add(tx, changed)
        after = ids[-1]
    if found:
        log.info("engagement_changes", found=found)
    _tell(monday, house)
    return found


def behaviour_of(tx: Tx, customer_id: str, *, house: House) -> Behaviour:
    """Return how much a customer does, how she stands with us, and what changed drastically, the newest first."""
    policy, now = house.behaviour, house.clock()
    tomorrow = now.date() + timedelta(days=1)
    since = tomorrow - timedelta(days=policy.days + policy.history_days)
    counts = events.by_day(tx, customer_id, since=tomorrow - timedelta(days=policy.keep_days), until=tomorrow)
    spoken = praise.of_customer(tx, customer_id, since=now - timedelta(days=policy.advocate_days))
    return Behaviour(
        since=since,
        days=tuple(series(weighed(counts, policy.weights), since=since, until=tomorrow)),
        standing=standing(counts, spoken, today=now.date(), policy=policy),
        flags=tuple(flags.of_customer(tx, customer_id, limit=FLAGS_SHOWN)),
    )


def changes_of(tx: Tx, day: date, *, house: House) -> EngagementChanges:
    """Return what was found on a day as a channel may see it: no name, and value as a band only."""
    found = sorted(flags.found_on(tx, day), key=lambda each: (-(each[1] or 0), each[0].change.chance))
    lines = tuple(
        ChangeLine(flag.customer_id, flag.change.kind, house.band(value), reason(flag.change, flag.what))
        for flag, value in found[:SHOWN]
    )
    drops = sum(flag.change.kind == "drop" for flag, _ in found)
    return EngagementChanges(day, drops, len(found) - drops, lines)


def _actions(tx: Tx, ids: Sequence[str], monday: date, house: House) -> list[Actions]:
    policy = house.behaviour
    middle = monday - timedelta(days=policy.days)
    since = middle - timedelta(days=policy.history_days)
    return events.actions(tx, ids, kinds=policy.counted, since=since, middle=middle, until=monday)


def _changed(tx: Tx, ids: Sequence[str], monday: date, habits: Habits, house: House) -> list[Flag]:
    policy = house.behaviour
    middle = monday - timedelta(days=policy.days)
    flagged, found = flags.last_since(tx, ids), []
    for whole in _actions(tx, ids, monday, house):
        actions = (
            _since_flag(tx, whole, flagged[whole.customer_id], middle, house)
            if (whole.customer_id in flagged)
            else whole
        )
        if changed := change(actions, habits, policy=policy):
            since = middle - timedelta(days=actions.days_before)
            counts = events.by_day(tx, whole.customer_id, since=since, until=monday)
            what = noun_of([one for one in counts if one.kind in policy.counted])
            found.append(Flag(whole.customer_id, changed, middle, monday, what))
    return found


def _since_flag(tx: Tx, whole: Actions, since: date, middle: date, house: House) -> Actions:
    """Leave out what she did before her last flag's change: the new habit is the measure."""
    start = max(since, middle - timedelta(days=max(whole.days_before, 0)))
    counts = events.by_day(tx, whole.customer_id, since=start, until=middle) if start < middle else []
    before = sum(one.count for one in counts if one.kind in house.behaviour.counted)
    return replace(whole, before=before, days_before=(middle - start).days)


def _tell(monday: date, house: House) -> None:
    channel = house.behaviour.channel
    with house.database.write() as tx:
        flags.looked(tx, monday)
        if channel is not None and flags.found_on(tx, monday):
            subject = monday.isoformat()
            messages.enqueue(
                tx,
                OutgoingMessage(
                    key=f"engagement:{subject}|{channel}",
                    channel=channel,
                    kind=MessageKind.ENGAGEMENT,
                    subject=subject,
                    state=MessageState.PENDING,
                    created_at=house.clock(),
                ),
            )
