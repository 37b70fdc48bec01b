"""Erasing what may not be kept longer: content goes, outcomes stay."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import structlog

from crm.platform_rules import RULES, retention_of, rules_of
from domain.compliance import TOO_OLD
from domain.mention import MentionId
from domain.seams import Recheck
from flows.house import House
from flows.rechecking import since_priced, stream_of
from flows.removing import close_emptied
from storage import audit, brands, contexts, erasing, rechecks, streams
from storage.database import Tx

log = structlog.get_logger(__name__)

PART = 200
"""So many posts go in one transaction, so that nobody waits."""

PAUSE = 0.01
"""Between two parts others get their turn to write."""


def erase_aged(
    *,
    house: House,
    asking: Mapping[str, Recheck],
    seconds: float = 10.0,
    monotonic: Callable[[], float] = time.monotonic,
) -> dict[str, int]:
    """Erase what is older than its platform's retention, and what nobody pays to look up; return how many, by platform.

    What is not done in time goes in the next round; each part is one transaction with its entry in the audit log.
    """
    until = monotonic() + seconds
    erased: dict[str, int] = {}
    for platform, choose in _choices(house, asking):
        while monotonic() < until:
            with house.database.write() as tx:
                ids = choose(tx)
                if ids:
                    _erase(tx, platform, ids, house)
            erased[platform] = erased.get(platform, 0) + len(ids)
            if len(ids) < PART:
                break
            time.sleep(PAUSE)
    _drop_contexts(house, until, monotonic)
    gone = {platform: count for platform, count in erased.items() if count}
    for platform, count in gone.items():
        log.info("retention", platform=platform, erased=count)
    return gone


def _drop_contexts(house: House, until: float, monotonic: Callable[[], float]) -> None:
    """Let go what stored posts answer where a platform wants stored posts asked for again, as these are not.

    Whoever polls the answer again brings it back.
    """
    for platform, rules in RULES.items():
        while rules.recheck_within is not None and monotonic() < until:
            with house.database.write() as tx:
                old = contexts.aged(tx, platform, before=house.clock() - rules.recheck_within, limit=PART)
                contexts.erase(tx, old)
            if len(old) < PART:
                break


Choose = Callable[[Tx], list[MentionId]]


def _choices(house: House, asking: Mapping[str, Recheck]) -> Iterator[tuple[str, Choose]]:
    """Yield, by platform, what finds the next part of the posts that are to go."""
    now = house.clock()
    for platform in sorted({*house.retention_days, *RULES}):
        kept = retention_of(platform, days=house.retention_days.get(platform))
        if kept is not None:
            yield platform, _older(platform, now - kept)
    for platform, recheck in asking.items():
        budget = house.recheck_usd.get(platform, Decimal(0))
        affordable = recheck.affordable(budget)
        within = rules_of(platform).recheck_within
        if affordable is None or within is None:
            continue
        with house.database.read() as tx:
            since = since_priced(tx, platform)
            spent = streams.spent(tx, stream_of(platform), day=now.astimezone(UTC).date()).stream
        if since is not None and since + within <= now:
            pays_more = recheck.affordable(max(Decimal(0), budget - spent))
            newest = affordable if pays_more else 0  # what the day pays for no more has waited too long, however new
            yield platform, _unpaid(platform, newest, now - within)


def _older(platform: str, before: datetime) -> Choose:
    return lambda tx: rechecks.aged(tx, platform, before=before, limit=PART)


def _unpaid(platform: str, newest: int, before: datetime) -> Choose:
    return lambda tx: rechecks.beyond(tx, platform, newest=newest, checked_before=before, limit=PART)


def _erase(tx: Tx, platform: str, ids: list[MentionId], house: House) -> None:
    now = house.clock()
    brands.lock(tx, sorted(brand.name for brand in house.brands))  # nothing new joins a case that is being emptied
    erased = erasing.erase_posts(tx, ids, at=now, secret=house.secret, aged=True)
    close_emptied(tx, erased.case_ids, because=TOO_OLD, house=house)
    detail = f"{len(ids)} posts, {len(erased.case_ids)} cases emptied"
    audit.append(tx, at=now, actor="earshot", action="retention", subject=platform, detail=detail, secret=house.secret)


def kept_for(platform: str, house: House) -> timedelta | None:
    """Return how long posts of a platform are kept; None: as long as they stand."""
    return retention_of(platform, days=house.retention_days.get(platform))
