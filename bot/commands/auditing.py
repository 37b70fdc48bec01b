"""The audit log, for CRM admins."""

import re

from bot.desk import Answer, Ask
from bot.typed import EARSHOT, quoted_back, read_typed
from bot.views.audit import audit_blocks, audit_text
from bot.views.paging import PAGE
from domain.errors import InputError
from flows import auditing
from flows.auditing import AuditFilter

_PERSON = re.compile(r"(?:<@)?([UW][A-Z0-9]{4,})(?:\|[^>]*)?>?")


def show_audit(ask: Ask) -> Answer:
    """Show the latest entries, or those about a case or by a person; and whether the chain is whole."""
    chain = auditing.verify_audit(person=ask.person, house=ask.desk.house)
    value = _value(read_typed(ask.words).words)
    found = auditing.read_audit(_filter(value), person=ask.person, house=ask.desk.house, limit=PAGE)
    return Answer(audit_text(chain), audit_blocks(found, page=0, value=value, chain=chain))


def audit_page(ask: Ask, page: int, value: str) -> Answer:
    """Show one page of entries."""
    found = auditing.read_audit(_filter(value), person=ask.person, house=ask.desk.house, limit=PAGE, offset=page * PAGE)
    return Answer("The audit log", audit_blocks(found, page=page, value=value))


def _value(words: tuple[str, ...]) -> str:
    """Read what was asked for as a kind and an id, joined by a colon; "" for all."""
    match [word.casefold() for word in words]:
        case []:
            return ""
        case ["last", number] if number.isdecimal() and 0 < int(number) <= 100_000:
            return f"last:{int(number)}"
        case ["case" | "subject", _]:
            return f"subject:{words[1]}"
        case [one] if not one.startswith("@") and one != "last":
            person = _PERSON.fullmatch(words[0])
            return f"actor:{person[1]}" if person else f"subject:{words[0]}"
    raise InputError(
        f"I do not understand “{quoted_back(' '.join(words))}”. Try `{EARSHOT} audit last 20`, "
        f"`{EARSHOT} audit case ID`, or the member ID of a person (her profile, ⋮, Copy member ID): "
        f"`{EARSHOT} audit U0123456789`."
    )


def _filter(value: str) -> AuditFilter:
    kind, _, wanted = value.partition(":")
    match kind:
        case "last":
            return AuditFilter(last=int(wanted))
        case "subject":
            return AuditFilter(subject=wanted)
        case "actor":
            return AuditFilter(actor=wanted)
    return AuditFilter()
