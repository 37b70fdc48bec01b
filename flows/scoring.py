"""How each brand stands against its targets."""

from datetime import date, timedelta

from crm.kpi_facts import Facts
from crm.kpis import KPIS
from crm.targets import score
from domain.brand import Brand
from domain.scorecard import SPAN_DAYS, Score
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
    before: dict[date, Facts] = {}  # the 28 days before a target began; most began on the same day
    judged = []
    for target in targets:
        since, baseline = target.since or first_day, target.baseline
        if baseline is None:
            if since not in before:
                before[since] = facts_of(tx, brand=brand, since=since - _SPAN, until=since, house=house, kpis=asked)
            baseline = KPIS[target.kpi](before[since]).value
        kpi = KPIS[target.kpi](present)
        judged.append(score(target, kpi, brand=brand.name, since=since, baseline=baseline, today=today))
    return judged
