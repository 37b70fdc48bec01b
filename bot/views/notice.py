"""A sentence to the operators."""

from slack_sdk.models.blocks import Block, SectionBlock

from bot.views.elements import inline, said
from domain.message import Notice


def notice_blocks(notice: Notice) -> list[Block]:
    """Show the sentence; it may carry a platform's own words, so it is shown as it is."""
    return [SectionBlock(text=said(f"{_mark(notice)} {notice.text}", lines=20))]


def notice_text(notice: Notice) -> str:
    """Say the sentence for notifications."""
    return f"{_mark(notice)} {inline(notice.text, limit=2000)}"


def _mark(notice: Notice) -> str:
    return "✅" if notice.good else "⚠️"
