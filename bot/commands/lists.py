"""The lists that people work through: the queue, their own cases, what a search finds, what waits for an eye."""

from datetime import datetime

from bot.desk import Answer, Ask
from bot.typed import EARSHOT, Typed, brand_of, page_of, platform_of, read_handle, read_typed, since_of
from bot.views.leads import leads_blocks, leads_text
from bot.views.paging import PAGE
from bot.views.queue import queue_blocks, queue_text, queue_value, read_queue_value
from bot.views.search import search_blocks, search_text
from bot.views.unsure import unsure_blocks, unsure_text
from domain.case import CaseFile, CaseKind
from domain.errors import InputError
from domain.queue import QueueFilter
from flows import handing_over, judging, lookup
from flows.lookup import SearchQuery

_KINDS = {"complaints": CaseKind.COMPLAINT, "opportunities": CaseKind.OPPORTUNITY, "poaching": CaseKind.POACHING}
_MINE = "mine"
LEADS_SHOWN = 8
"""Each takes up to four blocks, and a page fifty."""


def show_queue(ask: Ask) -> Answer:
    """Show a page of the queue, of all or of what the filter words leave."""
    typed = read_typed(ask.words, filters=("brand", "platform"))
    return queue_page(ask, page_of(_rest(typed), verb="queue"), queue_value(_filter(typed, ask)))


def show_mine(ask: Ask) -> Answer:
    """Show a page of the person's own cases."""
    typed = read_typed(ask.words, filters=("brand", "platform"))
    wanted = _filter(typed, ask, owner=ask.person.user_id)
    return queue_page(ask, page_of(_rest(typed), verb=_MINE), queue_value(wanted))


def queue_page(ask: Ask, page: int, value: str) -> Answer:
    """Show one page of the open cases, counted from 0."""
    house, wanted = ask.desk.house, read_queue_value(value)
    found = lookup.queue(person=ask.person, house=house, wanted=wanted, limit=PAGE, offset=page * PAGE)
    blocks = queue_blocks(found, page=page, now=house.clock(), wanted=wanted, value=value)
    return Answer(queue_text(found, wanted), blocks)


def show_hits(ask: Ask) -> Answer:
    """Search the posts."""
    typed = read_typed(ask.words, filters=("brand", "since", "author", "platform"))
    words = typed.words
    page = 0
    if len(words) > 1 and words[-1].isdecimal() and len(words[-1]) < len("1000"):
        page, words = page_of(words[-1:], verb="search refund"), words[:-1]
    brand, author = brand_of(typed, ask.desk.house), typed.filters.get("author")
    query = SearchQuery(
        words=" ".join("_".join(phrase.split()) for phrase in words),  # parts of one word are looked for side by side
        brand=brand.name if brand else None,
        since=since_of(typed, ask.desk.house),
        author=read_handle(author) if author else None,
        platform=platform_of(typed),
    )
    return search_page(ask, page, ask.desk.searches.remember(query))


def search_page(ask: Ask, page: int, key: str) -> Answer:
    """Show one page of a search that was typed before."""
    query = ask.desk.searches.recall(key)
    if query is None:
        raise InputError(f"I have forgotten this search. Type it again: `{EARSHOT} search …`.")
    found = lookup.search(query, person=ask.person, house=ask.desk.house, limit=PAGE, offset=page * PAGE)
    return Answer(search_text(found, page), search_blocks(found, query, page=page, key=key))


def show_unsure(ask: Ask) -> Answer:
    """Show a page of the posts that wait for a person's eye."""
    typed = read_typed(ask.words, filters=("brand",))
    brand = brand_of(typed, ask.desk.house)
    return unsure_page(ask, page_of(typed.words, verb="unsure"), brand.name if brand else "")


def unsure_page(ask: Ask, page: int, brand: str, *, judged: CaseFile | None = None) -> Answer:
    """Show one page of these posts, of one brand or ("") of all, with the case that one of them became just now."""
    found = judging.unsure(person=ask.person, house=ask.desk.house, brand=brand or None, limit=PAGE, offset=page * PAGE)
    return Answer(unsure_text(found), unsure_blocks(found, page=page, brand=brand, judged=judged))


def show_leads(ask: Ask) -> Answer:
    """Show whom people kept as leads."""
    typed = read_typed(ask.words, filters=("brand", "since"))
    brand, since = brand_of(typed, ask.desk.house), since_of(typed, ask.desk.house)
    value = f"{since.isoformat() if since else ''} {brand.name if brand else ''}"
    return leads_page(ask, page_of(typed.words, verb="leads"), value)


def leads_page(ask: Ask, page: int, value: str) -> Answer:
    """Show one page of the leads, of one brand or all, kept since a moment or ever."""
    since, _, brand = value.partition(" ")
    found = handing_over.leads(
        person=ask.person,
        house=ask.desk.house,
        brand=brand or None,
        since=datetime.fromisoformat(since) if since else None,
        limit=LEADS_SHOWN,
        offset=page * LEADS_SHOWN,
    )
    return Answer(leads_text(found), leads_blocks(found, page=page, value=value, most=LEADS_SHOWN))


def _filter(typed: Typed, ask: Ask, *, owner: str | None = None) -> QueueFilter:
    kinds = {_KINDS[word.casefold()] for word in typed.words if word.casefold() in _KINDS}
    if len(kinds) > 1:
        raise InputError("Complaints, opportunities and poaching are all there is: name one of them, or none.")
    if any(word.casefold() == _MINE for word in typed.words):
        owner = ask.person.user_id
    brand = brand_of(typed, ask.desk.house)
    return QueueFilter(brand.name if brand else None, owner, next(iter(kinds), None), platform_of(typed))


def _rest(typed: Typed) -> list[str]:
    return [word for word in typed.words if word.casefold() not in {*_KINDS, _MINE}]
