"""The story of a post: what happened to it, in order, and what can still be said of it."""

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.card import show_card
from bot.views.elements import (
    button,
    buttons,
    byline,
    fitting,
    inline,
    line,
    paragraphs,
    platform_name,
    quoted,
    said,
    small,
    when,
    who,
)
from bot.views.unsure import JUDGEMENTS, judge_id, judge_value
from domain.story import Story, StoryLine
from flows.judging import may_be_judged


def why_blocks(stories: tuple[Story, ...]) -> list[Block]:
    """Tell each brand's story of one post."""
    blocks: list[Block] = []
    for story in stories:
        blocks += _story(story)
    return fitting(blocks, rest="The rest does not fit here: `python run.py why` tells all.")


def why_text(stories: tuple[Story, ...]) -> str:
    """Say what became of the post, for notifications."""
    return "; ".join(f"{inline(each.seen.brand)}: {inline(each.seen.triage.reason)}" for each in stories[:5])


def _story(story: Story) -> list[Block]:
    mention, brand = story.seen.mention, story.seen.brand
    row = []
    if story.case:
        row.append(show_card(story.case.id))
    if may_be_judged(story.seen):
        value = judge_value(mention.id, brand, page=0, filtered=False)
        row += [button(label, action_id=judge_id(each), value=value) for each, label in JUDGEMENTS.items()]
    return [
        line(f"*{inline(brand)}* · {link(mention.url, platform_name(mention.platform))} · `{inline(mention.id)}`"),
        quoted(mention.text, limit=500, lines=5),
        small(said(byline(mention.author), limit=200, empty="(unknown author)")),
        *paragraphs(map(_line, story.lines)),
        *buttons(row),
    ]


def _line(told: StoryLine) -> str:
    moment = f"{when(told.at)}: " if told.at else ""
    by = f" ({who(told.by)})" if told.by else ""
    return f"• {moment}{inline(told.words, limit=400)}{by}"
