"""How well the platforms' rules are kept now, for whoever has to vouch for it."""

from collections.abc import Collection
from datetime import timedelta
from statistics import median

from crm.platform_rules import rules_of
from domain.compliance import PlatformReport
from flows.house import House
from flows.rechecking import BEGUN
from flows.retention import kept_for
from storage import rechecks, removals
from storage.database import Tx
from storage.rechecks import Stock

LOOKED_BACK = timedelta(days=30)
"""Deletions are counted over so long."""


def compliance(*, listening: Collection[str], house: House) -> list[PlatformReport]:
    """Report on every platform that we listen to or have posts of, by name."""
    with house.database.read() as tx:
        stored = {stock.platform: stock for stock in rechecks.stock(tx)}
        return [_platform(tx, name, stored.get(name), house) for name in sorted({*stored, *listening})]


def _platform(tx: Tx, name: str, stock: Stock | None, house: House) -> PlatformReport:
    now, rules = house.clock(), rules_of(name)
    within = rules.recheck_within
    delays = removals.delays(tx, name, since=now - LOOKED_BACK)
    done = [delay for delay in delays if delay is not None]
    return PlatformReport(
        platform=name,
        posts=stock.posts if stock else 0,
        oldest=stock.oldest if stock else None,
        checked_first=stock.checked_first if stock else None,
        checked_last=stock.checked_last if stock else None,
        next_due=stock.checked_first + BEGUN * within if stock and stock.checked_first and within else None,
        overdue=rechecks.overdue(tx, name, before=now - within) if within else 0,
        since=now - LOOKED_BACK,
        removals=len(delays),
        honoured=len(done),
        median_delay=timedelta(seconds=median(each.total_seconds() for each in done)) if done else None,
        longest_delay=max(done, default=None),
        retention=kept_for(name, house),
        rules=rules,
    )
