"""The audit log: ids only, the latest entry first, and whether the chain is whole."""

from slack_sdk.models.blocks import Block

from bot.views.elements import inline, line, paragraphs, small, when, who, words
from bot.views.paging import PAGE, page_buttons, showing
from domain.audit import AuditEntry, Chain
from flows.auditing import AuditPage

AUDIT = "audit"
_US = "earshot"


def audit_blocks(found: AuditPage, *, page: int, value: str, chain: Chain | None = None) -> list[Block]:
    """Show one page, counted from 0; `chain` where it was walked just now."""
    blocks: list[Block] = []
    if chain:
        blocks.append(line(f"{'🔴' if chain.broken else '🟢'} *{audit_text(chain)}*"))
        blocks.append(small(words(f"Head: `{chain.head}`" if chain.head else "There is no head yet.")))
    blocks.append(line(f"*{_entries(found.total)}*, the latest first.{showing(page, len(found.entries), found.total)}"))
    blocks += paragraphs(_entry(entry) for entry in found.entries)
    more = bool(found.entries) and page * PAGE + len(found.entries) < found.total
    return blocks + page_buttons(AUDIT, page=page, more=more, rest=value)


def audit_text(chain: Chain) -> str:
    """Say whether the chain is whole, and where it is not."""
    if not chain.broken:
        return f"The chain is whole: {_entries(chain.entries)}."
    first, *others = chain.broken
    more = f" and at {len(others):,} more" if others else ""
    return (
        f"The chain is broken at entry {first:,}{more}. Compare the head with an earlier digest, and look into it "
        "before anything else is done."
    )


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _entry(entry: AuditEntry) -> str:
    actor = who(None if entry.actor == _US else entry.actor)
    detail = f" ({inline(entry.detail)})" if entry.detail else ""
    about = f"`{inline(entry.subject)}`" if entry.subject else ""
    return f"#{entry.number:,} · {when(entry.at)} · {actor} · {inline(entry.action.replace('_', ' '))} {about}{detail}"
