"""Figures that are asked for: the KPIs, what the team did, how well Earshot hears."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import Block

from bot.desk import Answer, Ask
from bot.periods import PERIODS, read_period
from bot.typed import EARSHOT, brand_of, nearest, quoted_back, read_typed
from bot.views.elements import small, words
from bot.views.evidence import evidence_blocks, evidence_text
from bot.views.health import health_blocks, health_text
from bot.views.kpi import KPI, MOST_BUTTONS, kpi_blocks, kpi_text, read_evidence
from bot.views.paging import PAGE, on_pages, page_buttons
from bot.views.stats import stats_blocks, stats_text
from crm.kpis import KPIS
from domain.brand import Brand
from domain.errors import InputError
from flows import kpi_days, reporting, scoring, team
from flows.evidence import Question, rows_behind
from flows.house import House


def show_kpis(ask: Ask) -> Answer:
    """Show every KPI or those named, of one brand or of each."""
    typed = read_typed(ask.words, filters=("brand",))
    brand = brand_of(typed, ask.desk.house)
    names = sorted({name for word in typed.words if (name := _kpi_named(word))})
    period = _one_period([word for word in typed.words if not _kpi_named(word)]).casefold()
    return _kpis(ask, 0, period, names, [brand] if brand else ask.desk.house.brands)


def kpi_page(ask: Ask, page: int, value: str) -> Answer:
    """Show one page, counted from 0, of the KPIs of every brand."""
    period, _, names = value.partition("|")
    return _kpis(ask, page, period, names.split(",") if names else [], ask.desk.house.brands)


def _kpis(ask: Ask, page: int, period: str, names: Sequence[str], brands: Sequence[Brand]) -> Answer:
    """Show the brands' KPIs on as few pages as Slack takes."""
    house = ask.desk.house
    with_buttons = len(brands) * (len(names) or len(KPIS)) <= MOST_BUTTONS
    parts: list[list[Block]] = []
    titles = []
    for brand in brands:
        since, until = _period(period, brand, house, verb="kpi")
        report = kpi_days.report(brand=brand, since=since, until=until, house=house)
        scores = scoring.scores(brand=brand, house=house)
        parts.append(
            kpi_blocks(
                [kpi for kpi in report.kpis if not names or kpi.name in names],
                brand=brand.name,
                since=since,
                until=until,
                scores=[score for score in scores if not names or score.target.kpi in names],
                corrections=report.corrections,
                with_buttons=with_buttons,
            )
        )
        titles.append(kpi_text(brand=brand.name, since=since, until=until))
    pages = on_pages(parts)
    page = min(page, len(pages) - 1)
    blocks = [
        *pages[page],
        *page_buttons(KPI, page=page, more=page + 1 < len(pages), rest=f"{period}|{','.join(names)}"),
    ]
    if not with_buttons:
        blocks.append(small(words(f"Name a brand to get “Show evidence”: `{EARSHOT} kpi brand:NAME`.")))
    return Answer(titles[0] if len(titles) == 1 else f"KPIs of {len(titles):,} brands", blocks)


def evidence_page(ask: Ask, page: int, value: str) -> Answer:
    """Show one page, counted from 0, of the rows behind a KPI."""
    house = ask.desk.house
    name, brand_name, since, until = read_evidence(value)
    brand = _brand_named(brand_name, house)
    question = Question(name, brand, since, until)
    found = rows_behind(question, person=ask.person, house=house, limit=PAGE, offset=page * PAGE)
    text = evidence_text(found, brand=brand.name, since=since, until=until)
    return Answer(text, evidence_blocks(found, brand=brand.name, since=since, until=until))


def show_stats(ask: Ask) -> Answer:
    """Show what the team did, of one brand or of each."""
    typed = read_typed(ask.words, filters=("brand",))
    brand = brand_of(typed, ask.desk.house)
    return _stats(ask, 0, _one_period(list(typed.words)).casefold(), brand.name if brand else "")


def stats_page(ask: Ask, page: int, value: str) -> Answer:
    """Show one page, counted from 0, of what the team did."""
    period, _, brand = value.partition("|")
    return _stats(ask, page, period, brand)


def _stats(ask: Ask, page: int, period: str, brand: str) -> Answer:
    house = ask.desk.house
    found = []
    for each in [_brand_named(brand, house)] if brand else house.brands:
        since, until = _period(period, each, house, verb="stats")
        found.append(team.team_stats(brand=each, since=since, until=until, person=ask.person, house=house))
    return Answer(stats_text(found), stats_blocks(found, page=page, value=f"{period}|{brand}"))


def show_health(ask: Ask) -> Answer:
    """Show how well the sources are heard."""
    health = reporting.health(listening=ask.desk.streams, house=ask.desk.house, model=ask.desk.model)
    return Answer(health_text(health), health_blocks(health))


def _brand_named(name: str, house: House) -> Brand:
    """Return the brand that a button names."""
    brand = next((brand for brand in house.brands if brand.name == name), None)
    if brand is None:
        raise InputError(f"“{quoted_back(name)}” is none of our brands any more.")
    return brand


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
