"""The posts that wait for a person's eye, and what can be said of each."""

from slack_sdk.models.blocks import Block, SectionBlock

from bot.escaping import link, units
from bot.views.card import show_card
from bot.views.elements import (
    button,
    buttons,
    byline,
    count,
    inline,
    line,
    platform_name,
    quoted,
    said,
    small,
    when,
    words,
)
from bot.views.labels import intent_words, sentiment_words
from bot.views.paging import PAGE, page_buttons, showing
from domain.case import CaseFile, SeenMention
from domain.mention import MentionId
from domain.prediction import SENTIMENT, SWITCHING
from flows.judging import Judgement, UnsurePage

UNSURE = "unsure"
_ROOM = 12_400 // PAGE
"""So many UTF-16 units has each post of a page."""

JUDGEMENTS = {
    Judgement.COMPLAINT: "It is a complaint",
    Judgement.OPPORTUNITY: "Thinks of joining",
    Judgement.NOTHING: "Nothing to answer",
}


def unsure_blocks(found: UnsurePage, *, page: int, brand: str, judged: CaseFile | None = None) -> list[Block]:
    """Show one page, counted from 0, of one brand or ("") of all; `judged` is the case that was opened just now."""
    blocks: list[Block] = []
    if judged:
        title = f"✅ It is a case about *{inline(judged.case.brand)}* now, and has a card."
        blocks.append(SectionBlock(text=words(title), accessory=show_card(judged.case.id)))
    blocks.append(line(f"*{unsure_text(found)}*{showing(page, len(found.posts), found.total)}"))
    for seen in found.posts:
        blocks += _post(seen, page, brand)
    more = bool(found.posts) and page * PAGE + len(found.posts) < found.total
    return blocks + page_buttons(UNSURE, page=page, more=more, rest=brand)


def unsure_text(found: UnsurePage) -> str:
    """Say how many wait."""
    if not found.total:
        return "No post waits for a person's eye. Well done!"
    return f"{count(found.total, 'post')} {'waits' if found.total == 1 else 'wait'} for a person's eye."


def judge_id(judgement: Judgement) -> str:
    """Name the button that says this of a post."""
    return f"judge_{judgement.value}"


def judge_value(mention_id: MentionId, brand: str, *, page: int, filtered: bool) -> str:
    """Write into a button which post is meant, and which page to come back to."""
    return f"{page}|{int(filtered)}|{mention_id}|{brand}"


def read_judge(value: str) -> tuple[MentionId, str, int, bool]:
    """Read what `judge_value` wrote."""
    page, filtered, mention_id, brand = value.split("|", 3)
    return MentionId(mention_id), brand, int(page), filtered == "1"


def _post(seen: SeenMention, page: int, brand: str) -> list[Block]:
    mention = seen.mention
    told = [
        link(mention.url, platform_name(mention.platform)),
        when(mention.posted_at),
        sentiment_words(seen.predictions.of(SENTIMENT)),
        intent_words(seen.predictions.of(SWITCHING)),
        inline(seen.triage.reason),
    ]
    value = judge_value(mention.id, seen.brand, page=page, filtered=bool(brand))
    facts = " · ".join(told)
    return [
        quoted(mention.text, limit=min(500, _ROOM - units(facts) - 270), lines=5),  # beside author and buttons
        small(said(byline(mention.author), limit=200, empty="(unknown author)"), words(facts)),
        *buttons(button(label, action_id=judge_id(each), value=value) for each, label in JUDGEMENTS.items()),
    ]
