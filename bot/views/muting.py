"""What makes no cards for now, each with a way to end it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, SectionBlock

from bot.views.elements import button, count, inline, line, when, who, words
from bot.views.paging import PAGE, page_buttons, showing
from domain.noise import Mute, MuteKind

MUTES, UNMUTE = "mutes", "mute_end"
_HOW = 'Mute an author with `/earshot mute @jane 2h`, a topic with `/earshot mute "price rise" 1d`.'


def muted_blocks(muted: Sequence[Mute], *, page: int, new: str = "") -> list[Block]:
    """Show one page, counted from 0; `new` is the id of the mute that began just now."""
    begun = next((each for each in muted if each.id == new), None)
    blocks: list[Block] = []
    if begun:
        what = f"🔇 {mute_words(begun)}. Cases are opened and counted all the same, but get no card."
        blocks.append(line(what))
    shown = muted[page * PAGE : (page + 1) * PAGE]
    blocks.append(line(f"*{muted_text(muted)}*{showing(page, len(shown), len(muted))}"))
    blocks += [mute_block(each) for each in shown]
    if not muted:
        blocks.append(line(_HOW))
    return blocks + page_buttons(MUTES, page=page, more=(page + 1) * PAGE < len(muted))


def muted_text(muted: Sequence[Mute]) -> str:
    """Say how much is muted."""
    return f"{count(len(muted), 'thing')} muted, what ends first at the top." if muted else "Nothing is muted."


def mute_block(mute: Mute) -> SectionBlock:
    """Show one mute with its end."""
    ending = button("Unmute", action_id=UNMUTE, value=mute.id)
    return SectionBlock(text=words(f"{mute_words(mute)}, by {who(mute.by)}"), accessory=ending)


def mute_words(mute: Mute) -> str:
    """Say what is muted, for which brand and until when."""
    what = "Author" if mute.kind is MuteKind.AUTHOR else "Topic"
    brand = f"about {inline(mute.brand)}" if mute.brand else "about all brands"
    return f"{what} *{inline(mute.shown)}* {brand} until {when(mute.until)}"
