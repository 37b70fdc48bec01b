"""How each brand stands against its targets."""

from datetime import date, timedelta

from crm.kpis import KPIS
from crm.targets import score
from domain.brand import Brand
from domain.scorecard import SPAN_DAYS, Score, Target
from flows.house import House
from flows.kpi_days import facts_of, last_closed_day
from storage import outcomes
from storage.database import Tx

_SPAN = timedelta(days=SPAN_DAYS)


def scores(*, brand: Brand, house: House) -> list[Score]:
    """Judge every target of the brand by the last 28 days that are over, W after their end."""
    with house.database.read() as tx:
        return scores_of(tx, brand=brand, house=house)


def scores_of(tx: Tx, *, brand: Brand, house: House) -> list[Score]:
    """Judge the targets inside the caller's transaction."""
    targets = [target for target in house.targets if target.brand in {None, brand.name}]
    if not targets:
        return []
    until = last_closed_day(brand, house) + timedelta(days=1)
    asked = {target.kpi for target in targets}
    present = facts_of(tx, brand=brand, since=until - _SPAN, until=until, house=house, kpis=asked)
    first = outcomes.first(tx, brand=brand.name)
    today = house.clock().astimezone(brand.time_zone).date()
    first_day = first.astimezone(brand.time_zone).date() if first else today
    judged = []
    for target in targets:
        since = target.since or first_day
        baseline = target.baseline
        if baseline is None:
            baseline = _measured(tx, target, since, brand, house)
        kpi = KPIS[target.kpi](present)
        judged.append(score(target, kpi, brand=brand.name, since=since, baseline=baseline, today=today))
    return judged


def _measured(tx: Tx, target: Target, since: date, brand: Brand, house: House) -> float | None:
    """Return the KPI over the 28 days before a target began."""
    before = facts_of(tx, brand=brand, since=since - _SPAN, until=since, house=house, kpis={target.kpi})
    return KPIS[target.kpi](before).value
