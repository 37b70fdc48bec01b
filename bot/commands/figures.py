"""Figures that are asked for: the KPIs, what the team did, how well Earshot hears."""

from datetime import date

from slack_sdk.models.blocks import Block

from bot.desk import Answer, Ask
from bot.periods import PERIODS, read_period
from bot.typed import EARSHOT, brand_of, nearest, quoted_back, read_typed
from bot.views.health import health_blocks, health_text
from bot.views.kpi import kpi_blocks, kpi_text
from bot.views.stats import stats_blocks, stats_text
from crm.kpis import KPIS
from domain.brand import Brand
from domain.errors import InputError
from flows import reporting, team
from flows.house import House


def show_kpis(ask: Ask) -> Answer:
    """Show every KPI or those named, of one brand or of each."""
    house = ask.desk.house
    typed = read_typed(ask.words, filters=("brand",))
    asked = brand_of(typed, house)
    names = {name for word in typed.words if (name := _kpi_named(word))}
    text = _one_period([word for word in typed.words if not _kpi_named(word)])
    blocks: list[Block] = []
    titles = []
    for brand in [asked] if asked else house.brands:
        since, until = _period(text, brand, house, verb="kpi")
        kpis = reporting.kpis(brand=brand, since=since, until=until, house=house)
        shown = [kpi for kpi in kpis if not names or kpi.name in names]
        blocks += kpi_blocks(shown, brand=brand.name, since=since, until=until)
        titles.append(kpi_text(brand=brand.name, since=since, until=until))
    return Answer(" · ".join(titles), blocks)


def show_stats(ask: Ask) -> Answer:
    """Show what the team did, of one brand or of each."""
    house = ask.desk.house
    typed = read_typed(ask.words, filters=("brand",))
    asked = brand_of(typed, house)
    text = _one_period(list(typed.words))
    found = []
    for brand in [asked] if asked else house.brands:
        since, until = _period(text, brand, house, verb="stats")
        found.append(team.team_stats(brand=brand, since=since, until=until, person=ask.person, house=house))
    return Answer(stats_text(found), stats_blocks(found))


def show_health(ask: Ask) -> Answer:
    """Show how well the sources are heard."""
    health = reporting.health(listening=ask.desk.streams, house=ask.desk.house, model=ask.desk.model)
    return Answer(health_text(health), health_blocks(health))


def _one_period(words: list[str]) -> str:
    if len(words) > 1:
        raise InputError(f"I read more than one period in “{quoted_back(' '.join(words))}”. Name one: {PERIODS}.")
    return words[0] if words else "week"


def _kpi_named(word: str) -> str | None:
    name = word.casefold().replace("-", "_")
    return name if name in KPIS else None


def _period(text: str, brand: Brand, house: House, *, verb: str) -> tuple[date, date]:
    today = house.clock().astimezone(brand.time_zone).date()
    period = read_period(text.casefold(), today=today)
    if period is None:
        is_none = "is neither a KPI nor a period" if verb == "kpi" else "is no period"
        near = nearest(text, KPIS, f"{EARSHOT} kpi") if verb == "kpi" else ""
        raise InputError(f"“{quoted_back(text)}” {is_none}.{near} Periods: {PERIODS}.")
    return period
