"""The pieces that every view is made of: foreign text in plain-text objects, our own words in mrkdwn."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OptionGroup,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.escaping import escape, units
from domain.case import Urgency
from domain.mention import Author

# https://docs.slack.dev/reference/block-kit/blocks/
SECTION_LIMIT = 3000
HEADER_LIMIT = 150
BUTTON_LIMIT = 75
MESSAGE_BLOCKS = 50
MESSAGE_TEXT = 13_000
"""So many UTF-16 units in all; Slack documents no figure: https://github.com/slackapi/bolt-js/issues/2509."""

_USER_ID = re.compile(r"[UW][A-Z0-9]{1,20}")
_GROUP_ID = re.compile(r"S[A-Z0-9]{1,20}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{1,20}")
PLATFORM_NAMES = {
    "appstore": "App Store",
    "bluesky": "Bluesky",
    "discourse": "Discourse",
    "github": "GitHub",
    "hackernews": "Hacker News",
    "mastodon": "Mastodon",
    "reddit": "Reddit",
    "rss": "RSS",
    "stackexchange": "Stack Exchange",
    "webhook": "Webhook",
    "x": "X",
    "youtube": "YouTube",
}
_HANDLE_PREFIX = {"x": "@", "reddit": "u/", "bluesky": "@", "mastodon": "@"}


def said(text: str, *, limit: int = SECTION_LIMIT, lines: int = 1, empty: str = "(no text)") -> PlainTextObject:
    """Show foreign text as it is: no formatting, no emoji names, no links."""
    return PlainTextObject(text=escape(text, limit=limit, lines=lines) or empty, emoji=False)


def words(mrkdwn: str) -> MarkdownTextObject:
    """Show words of ours; whatever is foreign in them has been escaped with `markup=True`."""
    return MarkdownTextObject(text=mrkdwn, verbatim=True)


def line(mrkdwn: str) -> SectionBlock:
    """Give words of ours a section of their own."""
    return SectionBlock(text=words(mrkdwn))


def quoted(text: str, *, limit: int, lines: int) -> SectionBlock:
    """Quote a post."""
    shown = escape(text, limit=limit - 2, lines=lines)
    return SectionBlock(text=PlainTextObject(text=f"“{shown}”" if shown else "(no text)", emoji=False))


def label(text: str, *, limit: int = 150) -> PlainTextObject:
    """Name a part of a form; what comes from the settings is cut like foreign text."""
    return PlainTextObject(text=escape(text, limit=limit) or "…", emoji=False)


def escaped_exactly(text: str) -> str:
    """Escape a text of ours, changing nothing of what is seen; halves of characters, which nobody takes, become `?`."""
    return text.encode("utf-8", "replace").decode().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def exact_blocks(text: str) -> list[Block]:
    """Show a text of ours to the last character, in as many sections as its limit asks for."""
    pieces, room = [""], SECTION_LIMIT
    for char in text:
        escaped = escaped_exactly(char)
        room -= units(escaped)
        if room < 0:
            pieces.append("")
            room = SECTION_LIMIT - units(escaped)
        pieces[-1] += escaped
    return [SectionBlock(text=PlainTextObject(text=piece, emoji=False)) for piece in pieces if piece.strip()]


def header(text: str) -> HeaderBlock:
    """Head a message; brand names come from the settings and are cut like foreign text."""
    return HeaderBlock(text=PlainTextObject(text=escape(text, limit=HEADER_LIMIT) or "…", emoji=False))


def small(*elements: PlainTextObject | MarkdownTextObject) -> ContextBlock:
    """Put texts side by side in small type."""
    return ContextBlock(elements=list(elements))


def buttons(elements: Iterable[InteractiveElement]) -> list[Block]:
    """Put buttons in a row, or nothing where there are none."""
    row = list(elements)
    return [ActionsBlock(elements=row)] if row else []


def button(label: str, *, action_id: str, value: str | None = None, style: str | None = None) -> ButtonElement:
    """Make a button; `value` holds ids only."""
    text = PlainTextObject(text=escape(label, limit=BUTTON_LIMIT) or "…", emoji=False)
    return ButtonElement(text=text, action_id=action_id, value=value, style=style)


def plain(text: str) -> PlainTextObject:
    """Show words of ours, or foreign ones that were escaped, without any formatting."""
    return PlainTextObject(text=text, emoji=False)


def menu(label: str, *, action_id: str, groups: Mapping[str, Mapping[str, str]]) -> StaticSelectElement:
    """Make a menu of our own words: the groups' titles, and in each what may be chosen with its value, ids only."""
    return StaticSelectElement(
        placeholder=plain(label),
        action_id=action_id,
        option_groups=[
            OptionGroup(
                label=plain(title), options=[Option(text=plain(text), value=value) for text, value in options.items()]
            )
            for title, options in groups.items()
        ],
    )


def inline(text: str, *, limit: int = 150) -> str:
    """Escape foreign text for use inside `words`."""
    return escape(text, limit=limit, markup=True)


def urgency_words(urgency: Urgency) -> str:
    """Say how urgent a case is: `high urgency`, and simply `urgent` where it could be no more."""
    return urgency.value if urgency is Urgency.URGENT else f"{urgency.value} urgency"


def when(moment: datetime) -> str:
    """Write a moment so that Slack shows it in the reader's own time zone."""
    utc = moment.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} at {{time}}|{utc:%Y-%m-%d %H:%M} UTC>"


def who(user_id: str | None) -> str:
    """Name a person in Slack; None is Earshot itself."""
    if user_id is None:
        return "Earshot"
    return f"<@{user_id}>" if _USER_ID.fullmatch(user_id) else inline(user_id, limit=75)


def named(ids: str) -> str:
    """Name users, user groups and channels of Slack, at most ten, whose ids stand between spaces."""
    return ", ".join(_named(each) for each in ids.split()[:10])


def _named(slack_id: str) -> str:
    if _GROUP_ID.fullmatch(slack_id):
        return f"<!subteam^{slack_id}>"
    return f"<#{slack_id}>" if _CHANNEL_ID.fullmatch(slack_id) else who(slack_id)


def platform_name(platform: str) -> str:
    """Write a platform's name as people do."""
    return PLATFORM_NAMES.get(platform, platform.capitalize())


def handle(platform: str, name: str) -> str:
    """Write a public handle as its platform does; still foreign text."""
    return f"{_HANDLE_PREFIX.get(platform, '')}{name}"


def byline(author: Author) -> str:
    """Introduce an author on one line; still foreign text."""
    known = [handle(author.platform, author.handle)]
    if author.name and author.name.casefold() != author.handle.casefold():
        known.insert(0, author.name[:80])
    if author.followers is not None:
        known.append(f"{author.followers:,} follower{'' if author.followers == 1 else 's'}")
    if author.verified:
        known.append("verified")
    return " · ".join(known)


def count(number: int, noun: str) -> str:
    """Write a number with its noun, as in `1 case` and `1,200 cases`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def within(lines: Sequence[str], *, room: int) -> list[str]:
    """Keep the first lines that fit into `room` UTF-16 units, and say how many more there are."""
    for kept, each in enumerate(lines):
        room -= units(each) + 1
        if room < 0:
            return [*lines[:kept], f"and {len(lines) - kept:,} more"]
    return list(lines)


def paragraphs(lines: Iterable[str]) -> list[Block]:
    """Join lines of our own words into as few sections as their limit allows."""
    blocks: list[Block] = []
    joined = ""
    for each in lines:
        if joined and units(joined) + 1 + units(each) > SECTION_LIMIT:
            blocks.append(line(joined))
            joined = ""
        joined = f"{joined}\n{each}" if joined else each
    return [*blocks, line(joined)] if joined else blocks


def fitting(blocks: Sequence[Block], *, rest: str) -> list[Block]:
    """Keep the first blocks that fit into one message, and say `rest` in place of the others."""
    room = MESSAGE_TEXT - units(rest)
    for kept, block in enumerate(blocks):
        room -= text_size(block.to_dict())
        if room < 0 or (kept == MESSAGE_BLOCKS - 1 and kept < len(blocks) - 1):
            return [*blocks[:kept], small(words(rest))]
    return list(blocks)


def text_size(node: Any) -> int:
    """Count the UTF-16 units of every text in a block, as `to_dict` gives it."""
    if isinstance(node, dict):
        return sum(units(v) if k == "text" and isinstance(v, str) else text_size(v) for k, v in node.items())
    return sum(map(text_size, node)) if isinstance(node, list) else 0
