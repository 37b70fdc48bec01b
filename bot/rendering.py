"""What each kind of content looks like in Slack: its words for notifications, and its blocks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block

from bot.views.approval import approval_blocks, approval_text, note_blocks, note_text
from bot.views.batch import batch_blocks, batch_text
from bot.views.blind_check import blind_check_blocks, blind_check_text
from bot.views.card import card_blocks, card_plain_text, card_text
from bot.views.deadline import deadline_blocks, deadline_text
from bot.views.digest import digest_blocks, digest_text
from bot.views.engagement import engagement_blocks, engagement_text
from bot.views.handover import handover_blocks, handover_text, nudge_blocks, nudge_text
from bot.views.notice import notice_blocks, notice_text
from bot.views.surge import surge_blocks, surge_line_blocks, surge_line_text, surge_text
from domain.blind_check import BlindCheck
from domain.case import CaseFile
from domain.deadline import DeadlineNotice
from domain.digest import Digest, DigestChart
from domain.engagement import EngagementChanges
from domain.message import ApprovalRequest, BatchLine, Content, HandedOver, Notice, Nudge, ReplyNote
from domain.noise import Surge, SurgeLine

_VIEWS: Mapping[type, Callable[[Any, datetime], tuple[str, list[Block]]]] = {
    CaseFile: lambda file, now: (card_text(file), card_blocks(file, now=now)),
    BatchLine: lambda batch, _: (batch_text(batch), batch_blocks(batch)),
    Digest: lambda digest, _: (digest_text(digest), digest_blocks(digest)),
    DigestChart: lambda chart, _: (chart.alt_text, []),
    BlindCheck: lambda check, _: (blind_check_text(check), blind_check_blocks(check)),
    Surge: lambda surge, now: (surge_text(surge), surge_blocks(surge, now=now)),
    SurgeLine: lambda told, now: (surge_line_text(told), surge_line_blocks(told, now=now)),
    DeadlineNotice: lambda notice, now: (deadline_text(notice), deadline_blocks(notice, now=now)),
    Nudge: lambda nudge, now: (nudge_text(nudge, now=now), nudge_blocks(nudge, now=now)),
    HandedOver: lambda handover, _: (handover_text(handover), handover_blocks(handover)),
    ApprovalRequest: lambda request, _: (approval_text(request), approval_blocks(request)),
    ReplyNote: lambda note, _: (note_text(note), note_blocks(note)),
    EngagementChanges: lambda changes, _: (engagement_text(changes), engagement_blocks(changes)),
    Notice: lambda notice, _: (notice_text(notice), notice_blocks(notice)),
}


def rendered(content: Content, now: datetime) -> tuple[str, list[Block]]:
    """Return the words and blocks of a message's content."""
    return _VIEWS[type(content)](content, now)


def plain_text(content: Content, now: datetime) -> str:
    """Say the content without blocks."""
    return card_plain_text(content, now=now) if isinstance(content, CaseFile) else rendered(content, now)[0]
