"""What makes no cards for now, each with a way to end it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.views.elements import button, count, handle, inline, line, platform_name, when, who, words
from bot.views.fields import menu_field, text_field
from bot.views.modal import modal
from bot.views.paging import PAGE, page_buttons, showing
from domain.noise import Mute, MuteKind

MUTES, UNMUTE = "mutes", "mute_end"
TOPIC_FORM, TOPIC, LAST = "form_mute_topic", "topic", "last"
_LASTS = {"2h": "2 hours", "1d": "a day", "1w": "a week"}
_HOW = 'Mute an author with `/earshot mute @jane 2h`, a topic with `/earshot mute "price rise" 1d`.'


def muted_blocks(muted: Sequence[Mute], *, page: int, new: str = "") -> list[Block]:
    """Show one page, counted from 0; `new` is the id of the mute that began just now."""
    begun = next((each for each in muted if each.id == new), None)
    blocks: list[Block] = []
    if begun:
        blocks.append(line(_begun_words(begun)))
    shown = muted[page * PAGE : (page + 1) * PAGE]
    blocks.append(line(f"*{muted_text(muted)}*{showing(page, len(shown), len(muted))}"))
    blocks += [mute_block(each) for each in shown]
    if not muted:
        blocks.append(line(_HOW))
    return blocks + page_buttons(MUTES, page=page, more=(page + 1) * PAGE < len(muted))


def begun_blocks(mute: Mute) -> list[Block]:
    """Tell whoever muted something from a card until when, and how to end it before."""
    return [line(f"{_begun_words(mute)} `/earshot unmute` ends it sooner.")]


def topic_view(subject: str, *, brand: str) -> View:
    """Ask which words are muted for a brand, and for how long."""
    told = f"Posts about *{inline(brand)}* with these words get no card meanwhile; their cases are opened and counted."
    hint = "They count where a post has them side by side, in this order; capitals and signs do not matter."
    blocks: list[Block] = [
        line(told),
        text_field(TOPIC, "Which words?", hint=hint, multiline=False),
        menu_field(LAST, "For how long?", _LASTS),
    ]
    return modal("Mute a topic", blocks, callback_id=TOPIC_FORM, subject=subject, submit="Mute")


def muted_text(muted: Sequence[Mute]) -> str:
    """Say how much is muted."""
    return f"{count(len(muted), 'thing')} muted, what ends first at the top." if muted else "Nothing is muted."


def mute_block(mute: Mute) -> SectionBlock:
    """Show one mute with its end."""
    ending = button("Unmute", action_id=UNMUTE, value=mute.id)
    return SectionBlock(text=words(f"{mute_words(mute)}, by {who(mute.by)}"), accessory=ending)


def _begun_words(mute: Mute) -> str:
    return f"🔇 {mute_words(mute)}. Cases are opened and counted all the same, but get no card."


def mute_words(mute: Mute) -> str:
    """Say what is muted, for which brand and until when."""
    brand = f"about {inline(mute.brand)}" if mute.brand else "about all brands"
    return f"{_what(mute)} {brand} until {when(mute.until)}"


def _what(mute: Mute) -> str:
    if mute.kind is MuteKind.TOPIC:
        return f"Topic *{inline(mute.shown)}*"
    platform, _, name = mute.shown.partition(":")
    return f"Author *{inline(f'{handle(platform, name)} on {platform_name(platform)}')}*"
