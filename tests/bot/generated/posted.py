"""What the bot posts in channels and to single people, over generated values."""

from hypothesis import strategies as st

from bot.views import (
    approval,
    batch,
    blind_check,
    card,
    deadline,
    digest,
    engagement,
    handover,
    notice,
    surge,
)
from domain.case import CaseState
from domain.message import Notice
from tests.bot.generated import figures, messages, posts
from tests.bot.generated.drawn import Drawn, drawn
from tests.bot.generated.words import (
    MOMENTS,
    WORDS,
)


def _card(state: CaseState) -> Drawn:
    return drawn(
        card.card_blocks,
        posts.in_state(state),
        now=MOMENTS,
        beside=lambda file, now: [card.card_text(file), card.card_plain_text(file, now=now)],
    )


MESSAGES = {f"card, {state.value}": _card(state) for state in CaseState} | {
    "batch": drawn(batch.batch_blocks, messages.batch_lines(), beside=lambda told: [batch.batch_text(told)]),
    "surge": drawn(
        surge.surge_blocks, messages.surges(), now=MOMENTS, beside=lambda told, now: [surge.surge_text(told)]
    ),
    "surge line": drawn(
        surge.surge_line_blocks,
        messages.surge_lines(),
        now=MOMENTS,
        beside=lambda told, now: [surge.surge_line_text(told)],
    ),
    "deadline": drawn(
        deadline.deadline_blocks,
        messages.deadlines(),
        now=MOMENTS,
        beside=lambda told, now: [deadline.deadline_text(told)],
    ),
    "nudge": drawn(
        handover.nudge_blocks,
        messages.nudges(),
        now=MOMENTS,
        beside=lambda told, now: [handover.nudge_text(told, now=now)],
    ),
    "handover": drawn(
        handover.handover_blocks, messages.handed_over(), beside=lambda told: [handover.handover_text(told)]
    ),
    "approval": drawn(
        approval.approval_blocks,
        messages.approval_requests(),
        beside=lambda asked: [approval.approval_text(asked)],
    ),
    "reply note": drawn(approval.note_blocks, messages.reply_notes(), beside=lambda note: [approval.note_text(note)]),
    "blind check": drawn(
        blind_check.blind_check_blocks,
        messages.blind_checks(),
        beside=lambda check: [blind_check.blind_check_text(check)],
    ),
    "digest": drawn(digest.digest_blocks, figures.digests(), beside=lambda told: [digest.digest_text(told)]),
    "engagement": drawn(
        engagement.engagement_blocks,
        messages.engagement_changes(),
        beside=lambda changes: [engagement.engagement_text(changes)],
    ),
    "notice": drawn(notice.notice_blocks, st.builds(Notice, WORDS), beside=lambda told: [notice.notice_text(told)]),
}
