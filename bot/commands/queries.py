"""Trying a query on what is stored, saving it, and seeing what was saved."""

from bot.desk import Answer, Ask
from bot.typed import EARSHOT, brand_of, nearest, read_typed
from bot.views.queries import (
    query_fault_blocks,
    saved_blocks,
    saved_text,
    trial_blocks,
    trial_text,
    version_blocks,
    versions_blocks,
)
from crm.query.parse import QUOTES, QueryError
from domain.brand import SourceKind
from domain.errors import InputError
from flows import queries
from flows.queries import Trier

_HOW = (
    f'`{EARSHOT} query test lumora "price rise"`, `{EARSHOT} query save NAME …`, `… query list`, `… query history NAME`'
)
_SIGNS = '():*"'


def query(ask: Ask) -> Answer:
    """Do what the first word says: test, save, list or history."""
    verb, _, rest = ask.words.partition(" ")
    known = {"test": _test, "save": _save, "list": _list, "history": _history}
    if verb.casefold() not in known:
        hint = nearest(verb, known, f"{EARSHOT} query", rest) if verb else ""
        raise InputError(f"Say what to do with a query: {_HOW}.{hint}")
    return known[verb.casefold()](ask, rest.strip())


def _test(ask: Ask, rest: str) -> Answer:
    trier, text = _trier(ask, rest)
    if not text:
        raise InputError(f'Write the query behind it: `{EARSHOT} query test lumora "price rise"`.')
    try:
        trial = queries.try_query(text, person=ask.person, trier=trier)
    except QueryError as error:
        return _fault(error)
    return Answer(trial_text(trial), trial_blocks(trial))


def _save(ask: Ask, rest: str) -> Answer:
    name, _, rest = rest.partition(" ")
    trier, text = _trier(ask, rest.strip())
    if not text:
        raise InputError(f"Write a name and the query: `{EARSHOT} query save lumora-prices lumora price*`.")
    try:
        saved = queries.save_query(name, text, person=ask.person, trier=trier)
    except QueryError as error:
        return _fault(error)
    return Answer("Saved", version_blocks(saved))


def _list(ask: Ask, rest: str) -> Answer:
    del rest
    found = queries.saved(person=ask.person, house=ask.desk.house)
    return Answer(saved_text(found), saved_blocks(found))


def _history(ask: Ask, rest: str) -> Answer:
    if not rest:
        raise InputError(f"Name the query: `{EARSHOT} query history lumora`. `{EARSHOT} query list` shows all.")
    found = queries.versions(rest, person=ask.person, house=ask.desk.house)
    return Answer("Versions of a query", versions_blocks(found))


def _fault(error: QueryError) -> Answer:
    return Answer("The query cannot be read", query_fault_blocks(str(error), query=error.query, column=error.column))


def _trier(ask: Ask, typed: str) -> tuple[Trier, str]:
    """Take `brand:NAME` off the beginning; without it the first brand of ours is meant."""
    house, desk = ask.desk.house, ask.desk
    brand, rest = None, typed
    if typed.casefold().startswith("brand:"):
        end = typed.find('"', len('brand:"')) + 1 if typed[6:7] == '"' else typed.find(" ")
        named, rest = (typed, "") if end <= 0 else (typed[:end], typed[end:].strip())
        brand = brand_of(read_typed(named, filters=("brand",)), house)
    brand = brand or house.brands[0]
    asked = {s.platform for s in desk.streams if s.brand == brand.name and s.kind is SourceKind.SEARCH}
    return Trier(house, brand, desk.platforms, tuple(sorted(asked))), unquoted(rest)


def unquoted(text: str) -> str:
    """Take off the quotation marks around a whole query; around plain words they are a phrase, and stay."""
    straight = text.translate(QUOTES)
    inner = straight[1:-1]
    wrapped = len(straight) > 1 and straight[0] == straight[-1] and straight[0] in '"`'
    if not wrapped or straight[0] in inner:
        return straight
    signs = any(sign in inner for sign in _SIGNS) or any(word[:1] in "-@" for word in inner.split())
    operators = {"AND", "OR", "NOT"}.intersection(inner.split()) or "NEAR/" in inner
    return inner if straight[0] == "`" or signs or operators else straight
