"""The slash commands: one function for each verb; the help text and the suggestions come from the same list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import App, Respond

from bot.commands.auditing import audit_page, show_audit
from bot.commands.customers import look_up_customer, offer_to_forget
from bot.commands.explaining import show_why
from bot.commands.figures import evidence_page, kpi_page, show_health, show_kpis, show_stats, stats_page
from bot.commands.lists import (
    leads_page,
    queue_page,
    search_page,
    show_hits,
    show_leads,
    show_mine,
    show_queue,
    show_unsure,
    unsure_page,
)
from bot.commands.muting import mute, mutes_page, unmute
from bot.commands.queries import query
from bot.desk import Answer, Ask, Desk, Verb, show
from bot.escaping import unescape
from bot.reception import listener
from bot.typed import CUSTOMER, EARSHOT, nearest, quoted_back
from bot.views.audit import AUDIT
from bot.views.evidence import ROWS
from bot.views.help import help_blocks, help_text, verb_blocks
from bot.views.kpi import KPI
from bot.views.leads import LEADS
from bot.views.muting import MUTES
from bot.views.paging import read_page
from bot.views.queue import QUEUE
from bot.views.search import SEARCH
from bot.views.stats import STATS
from bot.views.unsure import UNSURE
from crm.access import may, permit
from domain.errors import InputError
from domain.person import Action


def show_help(ask: Ask) -> Answer:
    """List every command that the person may use, or tell more of one."""
    if ask.words:
        name = ask.words.split()[0].removeprefix("/")
        if name.casefold() == CUSTOMER.removeprefix("/"):
            return Answer(help_text(), verb_blocks(CUSTOMER, LOOK_UP))
        return Answer(help_text(), verb_blocks(EARSHOT, _verb(name, "", before=f"{EARSHOT} help")))
    verbs = [verb for verb in VERBS if may(ask.person, verb.action)]
    customers = [LOOK_UP] if may(ask.person, LOOK_UP.action) else []
    return Answer(help_text(), help_blocks({EARSHOT: verbs, CUSTOMER: customers}))


VERBS = (
    Verb("help", "help [verb]", "what I can do", "help", Action.SEE_HELP, show_help, "help search"),
    Verb(
        "queue",
        "queue [mine] [complaints|opportunities|poaching] [platform:x] [brand:NAME] [page]",
        "what waits for an answer, what is due first on top",
        "queue 2",
        Action.SEE_QUEUE,
        show_queue,
        "queue complaints platform:x",
    ),
    Verb(
        "mine",
        "mine [brand:NAME] [page]",
        "your own open cases, claimed and snoozed",
        "mine",
        Action.SEE_QUEUE,
        show_mine,
        "mine complaints",
    ),
    Verb(
        "search",
        'search WORDS or "A PHRASE" [author:@HANDLE] [since:7d] [platform:x] [brand:NAME] [page]',
        "find posts by their words",
        'search "price rise" since:7d',
        Action.SEARCH,
        show_hits,
        "search refund author:@jane",
    ),
    Verb(
        "why",
        "why LINK or ID",
        "why a post was alerted or not: all that happened to it",
        "why x:12",
        Action.EXPLAIN,
        show_why,
        "why reddit:t1_n0ab",
    ),
    Verb(
        "unsure",
        "unsure [brand:NAME] [page]",
        "the posts that wait for a person's eye, to be judged",
        "unsure",
        Action.JUDGE,
        show_unsure,
        "unsure 2",
    ),
    Verb(
        "leads",
        "leads [since:7d] [brand:NAME] [page]",
        "who may join us, as our people have noted",
        "leads",
        Action.SEE_LEADS,
        show_leads,
        "leads since:7d",
    ),
    Verb(
        "mute",
        'mute [@HANDLE or "A TOPIC" 30m|2h|1d|1w] [brand:NAME]',
        "no cards of an author or a topic for a while; alone, it lists what is muted",
        "mute @jane 2h",
        Action.MUTE,
        mute,
        'mute "price rise" 1d',
    ),
    Verb(
        "unmute",
        "unmute [@HANDLE or A TOPIC] [brand:NAME]",
        "end a mute before its time",
        "unmute @jane",
        Action.MUTE,
        unmute,
        "unmute price rise",
    ),
    Verb(
        "query",
        "query test QUERY | save NAME QUERY | list | history NAME [brand:NAME before the query]",
        "try what a stream would listen for, and save it",
        'query test lumora "price rise" -is:repost',
        Action.TEST_QUERY,
        query,
        "query history lumora",
    ),
    Verb(
        "kpi",
        "kpi [name] [period] [brand:NAME]",
        "the KPIs",
        "kpi response_rate month",
        Action.SEE_KPI,
        show_kpis,
        "kpi yesterday",
    ),
    Verb(
        "stats",
        "stats [period] [brand:NAME]",
        "what the team did",
        "stats",
        Action.SEE_STATS,
        show_stats,
        "stats yesterday",
    ),
    Verb(
        "health",
        "health",
        "how well I hear, and what is stuck",
        "health",
        Action.SEE_HEALTH,
        show_health,
        "help health",
    ),
    Verb(
        "audit",
        "audit [case ID | MEMBER ID | last N]",
        "the audit log, and whether its chain is whole",
        "audit last 20",
        Action.SEE_AUDIT,
        show_audit,
        "audit U0123456789",
    ),
    Verb(
        "forget",
        "forget HANDLE, E-MAIL or ID",
        "erase a person",
        "forget jane@example.com",
        Action.FORGET,
        offer_to_forget,
        "forget @jane",
    ),
)
LOOK_UP = Verb(
    "",
    "HANDLE, E-MAIL, NAME or ID",
    "who a customer is",
    "jane@example.com",
    Action.SEE_CUSTOMER,
    look_up_customer,
    "@jane",
)


@dataclass(frozen=True, slots=True)
class Paged:
    """A list whose pages are turned by buttons: what it takes, and what shows a page by its number and value."""

    action: Action
    show: Callable[[Ask, int, str], Answer]


PAGES = {
    QUEUE: Paged(Action.SEE_QUEUE, queue_page),
    SEARCH: Paged(Action.SEARCH, search_page),
    UNSURE: Paged(Action.JUDGE, unsure_page),
    LEADS: Paged(Action.SEE_LEADS, leads_page),
    MUTES: Paged(Action.MUTE, mutes_page),
    KPI: Paged(Action.SEE_KPI, kpi_page),
    ROWS: Paged(Action.SEE_EVIDENCE, evidence_page),
    STATS: Paged(Action.SEE_STATS, stats_page),
    AUDIT: Paged(Action.SEE_AUDIT, audit_page),
}


def turn_page(ask: Ask) -> Answer:
    """Show another page of the list that the button names."""
    name, page, value = read_page(ask.words)
    paged = PAGES[name]
    permit(ask.person, paged.action)
    return paged.show(ask, page, value)


def register(app: App, desk: Desk) -> None:
    """Listen to both commands; they are acknowledged before they come here."""

    def on_earshot(command: dict[str, Any], respond: Respond) -> None:
        name, _, words = unescape(command.get("text", "")).strip().partition(" ")
        show(respond, _answer(_verb(name or "help", words), words, command, desk), body=command)

    def on_customer(command: dict[str, Any], respond: Respond) -> None:
        show(respond, _answer(LOOK_UP, unescape(command.get("text", "")), command, desk), body=command)

    app.command(EARSHOT)(listener(on_earshot))
    app.command(CUSTOMER)(listener(on_customer))


def _answer(verb: Verb, words: str, command: dict[str, Any], desk: Desk) -> Answer:
    person = desk.people.person(command["user_id"])
    permit(person, verb.action)
    return verb.run(Ask(words=words.strip(), person=person, desk=desk))


def _verb(name: str, rest: str, *, before: str = EARSHOT) -> Verb:
    known = {verb.name: verb for verb in VERBS}
    if name.casefold() in known:
        return known[name.casefold()]
    suggestion = nearest(name, known, before, rest.strip())
    raise InputError(f"I do not know “{quoted_back(name)}”.{suggestion} `{EARSHOT} help` lists all.")
