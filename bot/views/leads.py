"""The leads: who may join us, how near she is to it, what our people noted, and where to go on."""

from slack_sdk.models.blocks import Block, SectionBlock

from bot.escaping import link
from bot.views.case_forms import INTERESTS
from bot.views.elements import byline, count, inline, line, platform_name, quoted, said, small, when, who, words
from bot.views.paging import page_buttons, showing
from domain.message import HandedOver
from flows.handing_over import LeadPage

LEADS = "leads"


def leads_blocks(found: LeadPage, *, page: int, value: str, most: int) -> list[Block]:
    """Show one page, counted from 0, of at most so many leads."""
    if not found.total:
        return [
            line(f"*{leads_text(found)}*"),
            small(words("*Create lead …* under *More* on an opportunity's card keeps one.")),
        ]
    shown = showing(page, len(found.leads), found.total, most=most)
    blocks: list[Block] = [line(f"*{leads_text(found)}*, the latest first.{shown}")]
    for lead in found.leads:
        blocks += _lead(lead)
    if not found.leads:
        blocks.append(line("There is nothing on this page: the list ends before it."))
    more = bool(found.leads) and page * most + len(found.leads) < found.total
    return blocks + page_buttons(LEADS, page=page, more=more, rest=value)


def leads_text(found: LeadPage) -> str:
    """Say how many there are."""
    return count(found.total, "lead") if found.total else "No lead is kept"


def _lead(lead: HandedOver) -> list[Block]:
    told, seen = lead.handover, lead.seen
    if told is None:
        return []
    near = INTERESTS[told.interest] if told.interest else "a lead"
    kept = f"🌱 *{near.capitalize()}* · {inline(told.brand, limit=80)} · kept {when(told.at)} by {who(told.by)}"
    blocks: list[Block] = [line(kept)]
    text = seen.mention.text if seen else told.quote
    if text:
        blocks.append(quoted(text, limit=300, lines=3))
    if told.note:
        blocks.append(SectionBlock(text=said(f"📝 {told.note}", limit=300, lines=4)))
    by = said(byline(seen.mention.author), limit=200, empty="(unknown author)") if seen else None
    places = [link(seen.mention.url, platform_name(seen.mention.platform))] if seen else []
    places += [
        link(url, label) for url, label in ((lead.card_url, "Open the card"), (told.source_url, "Message")) if url
    ]
    facts = [part for part in (by, words(" · ".join(places)) if places else None) if part]
    return [*blocks, small(*facts)] if facts else blocks
