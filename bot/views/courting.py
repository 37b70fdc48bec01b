"""What the card of a rival's try to win our customers says: who offers what, and to whom of ours."""

from bot.escaping import link
from bot.views.elements import count, handle, inline
from crm.poaching import offers_in
from domain.case import CaseFile, SeenMention
from domain.poaching import Approached

_SHOWN = 5
_LONGEST_LINK = 200
"""A field holds 2,000 characters; no platform that we read has longer addresses of posts."""


def courting_fields(file: CaseFile, calling: SeenMention, *, due: str) -> list[str]:
    """Say who was approached, what was offered, by whom, and by when somebody shall look at it."""
    author = file.author
    reach = f" · {count(author.followers, 'follower')}" if author.followers else ""
    offers = [f"“{inline(offer, limit=120)}”" for offer in offers_in(calling.mention.text)]
    return [
        f"*Approached*\n{_everybody(file)}",
        f"*Offered*\n{', '.join(offers) or 'nothing in so many words'}",
        f"*By*\n{inline(handle(file.case.platform, author.handle), limit=80)}{reach}",
        f"*To be looked at*\n{due}",
        f"*Why it is here*\n{inline(calling.triage.reason, limit=400)}",
    ]


def _everybody(file: CaseFile) -> str:
    if not file.approached:
        return "nobody by name: whoever reads it"
    lines = [_person(one) for one in file.approached[:_SHOWN]]
    hidden = len(file.approached) - _SHOWN
    return "\n".join([*lines, *([f"and {hidden:,} more"] if hidden > 0 else [])])


def _person(one: Approached) -> str:
    name = inline(handle(one.author.platform, one.author.handle), limit=80)
    grade, band = inline(one.grade or "", limit=40), inline(one.value_band, limit=40)
    known = f"{grade} customer · {band} value" if one.grade else "not linked"
    thread = f" · {link(one.url, 'thread')}" if one.url and len(one.url) <= _LONGEST_LINK else ""
    return f"{name} · {known}{thread}"
