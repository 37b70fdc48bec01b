"""The slash commands: one function for each verb; the help text and the suggestions come from the same list."""

import shlex
from datetime import date
from difflib import get_close_matches
from typing import Any

from slack_bolt import App, Respond
from slack_sdk.models.blocks import Block

from bot.desk import Answer, Ask, Desk, Verb, show
from bot.escaping import unescape
from bot.periods import PERIODS, read_period
from bot.reception import listener
from bot.views.customer import customers_text, nobody_blocks, pick_blocks, profile_blocks
from bot.views.health import health_blocks, health_text
from bot.views.help import help_blocks, help_text
from bot.views.kpi import kpi_blocks, kpi_text
from bot.views.queue import PAGE, queue_blocks, queue_text
from crm.access import permit
from crm.kpis import KPIS
from domain.brand import Brand
from domain.customer import CustomerProfile
from domain.errors import InputError
from domain.person import Action
from flows import lookup, reporting
from flows.house import House

EARSHOT, CUSTOMER = "/earshot", "/customer"


def show_help(_: Ask) -> Answer:
    """List every command."""
    return Answer(help_text(), help_blocks({EARSHOT: VERBS, CUSTOMER: (LOOK_UP,)}))


def show_queue(ask: Ask) -> Answer:
    """Show a page of the queue; people count pages from 1."""
    brand, rest = _read_brand(ask.words, ask.desk.house)
    page = rest[0] if rest else "1"
    if len(rest) > 1 or not page.isdigit() or not 1 <= int(page) <= 1000:
        raise InputError(f"“{' '.join(rest)}” is no page. Try `{EARSHOT} queue 2`.")
    return queue_page(ask, page=int(page) - 1, brand=brand.name if brand else None)


def queue_page(ask: Ask, *, page: int, brand: str | None) -> Answer:
    """Show one page of the queue, counted from 0."""
    house = ask.desk.house
    found = lookup.queue(person=ask.person, house=house, brand=brand, limit=PAGE, offset=page * PAGE)
    blocks = queue_blocks(found, page=page, now=house.clock(), brand=brand)
    return Answer(queue_text(found), blocks)


def show_kpis(ask: Ask) -> Answer:
    """Show every KPI or those named, of one brand or of each."""
    house = ask.desk.house
    asked, rest = _read_brand(ask.words, house)
    names = {name for word in rest if (name := _kpi_named(word))}
    periods = [word for word in rest if not _kpi_named(word)]
    if len(periods) > 1:
        raise InputError(f"I read more than one period in “{' '.join(periods)}”. Name one: {PERIODS}.")
    blocks: list[Block] = []
    titles = []
    for brand in [asked] if asked else house.brands:
        since, until = _period(periods[0] if periods else "week", brand, house)
        kpis = reporting.kpis(brand=brand, since=since, until=until, house=house)
        shown = [kpi for kpi in kpis if not names or kpi.name in names]
        blocks += kpi_blocks(shown, brand=brand.name, since=since, until=until)
        titles.append(kpi_text(brand=brand.name, since=since, until=until))
    return Answer(" · ".join(titles), blocks)


def show_health(ask: Ask) -> Answer:
    """Show how well the sources are heard."""
    health = reporting.health(listening=ask.desk.streams, house=ask.desk.house, model=ask.desk.model)
    return Answer(health_text(health), health_blocks(health))


def look_up_customer(ask: Ask) -> Answer:
    """Show a customer's profile, or let the person choose among several."""
    found = lookup.find_customers(ask.words, person=ask.person, house=ask.desk.house)
    if not found:
        return Answer(customers_text(0), nobody_blocks(ask.words))
    if len(found) == 1:
        return profile_answer(found[0])
    return Answer(customers_text(len(found)), pick_blocks(found))


def profile_answer(profile: CustomerProfile) -> Answer:
    """Answer with one profile; the name stays out of notifications."""
    return Answer(customers_text(1), profile_blocks(profile))


VERBS = (
    Verb("help", "help", "what I can do", "help", Action.SEE_HELP, show_help),
    Verb("queue", "queue [brand:NAME] [page]", "what waits for an answer", "queue 2", Action.SEE_QUEUE, show_queue),
    Verb("kpi", "kpi [name] [period] [brand:NAME]", "the KPIs", "kpi response_rate month", Action.SEE_KPI, show_kpis),
    Verb("health", "health", "how well I hear, and what is stuck", "health", Action.SEE_HEALTH, show_health),
)
LOOK_UP = Verb(
    "", "HANDLE, E-MAIL, NAME or ID", "who a customer is", "jane@example.com", Action.SEE_CUSTOMER, look_up_customer
)


def register(app: App, desk: Desk) -> None:
    """Listen to both commands; they are acknowledged before they come here."""

    def on_earshot(command: dict[str, Any], respond: Respond) -> None:
        name, _, words = command.get("text", "").strip().partition(" ")
        show(respond, _answer(_verb(name or "help"), words, command, desk))

    def on_customer(command: dict[str, Any], respond: Respond) -> None:
        show(respond, _answer(LOOK_UP, command.get("text", ""), command, desk))

    app.command(EARSHOT)(listener(on_earshot))
    app.command(CUSTOMER)(listener(on_customer))


def _answer(verb: Verb, words: str, command: dict[str, Any], desk: Desk) -> Answer:
    person = desk.people.person(command["user_id"])
    permit(person, verb.action)
    return verb.run(Ask(words=unescape(words).strip(), person=person, desk=desk))


def _verb(name: str) -> Verb:
    known = {verb.name: verb for verb in VERBS}
    if name.casefold() in known:
        return known[name.casefold()]
    raise InputError(f"I do not know “{name[:40]}”.{_nearest(name, list(known), EARSHOT)} `{EARSHOT} help` lists all.")


def _nearest(word: str, known: list[str], before: str) -> str:
    close = get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    return f" Did you mean `{before} {close[0]}`?" if close else ""


def _read_brand(words: str, house: House) -> tuple[Brand | None, list[str]]:
    """Take `brand:NAME` out of the words; a name with spaces stands in quotes."""
    straight = words.translate(str.maketrans("“”„", '"""'))
    try:
        typed = shlex.split(straight)
    except ValueError as error:
        raise InputError("A quotation mark is missing its partner.") from error
    named = [word.partition(":")[2] for word in typed if word.casefold().startswith("brand:")]
    rest = [word for word in typed if not word.casefold().startswith("brand:")]
    if not named:
        return None, rest
    brands = {brand.name.casefold(): brand for brand in house.brands}
    if named[-1].casefold() not in brands:
        ours = ", ".join(brand.name for brand in house.brands)
        raise InputError(f"“{named[-1][:40]}” is none of our brands: {ours}.")
    return brands[named[-1].casefold()], rest


def _kpi_named(word: str) -> str | None:
    name = word.casefold().replace("-", "_")
    return name if name in KPIS else None


def _period(text: str, brand: Brand, house: House) -> tuple[date, date]:
    today = house.clock().astimezone(brand.time_zone).date()
    period = read_period(text.casefold(), today=today)
    if period is None:
        nearest = _nearest(text, list(KPIS), f"{EARSHOT} kpi")
        raise InputError(f"“{text[:40]}” is neither a KPI nor a period.{nearest} Periods: {PERIODS}.")
    return period
