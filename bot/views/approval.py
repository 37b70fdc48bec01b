"""A reply that waits for somebody else's eye, and what its writer is told of it."""

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.views.elements import (
    button,
    buttons,
    exact_blocks,
    inline,
    label,
    line,
    platform_name,
    said,
    small,
    when,
    who,
    words,
)
from bot.views.modal import modal
from bot.views.reply import risk_words
from domain.message import ApprovalRequest, ReplyNote
from domain.reply import Draft, ReplyState

APPROVE, CHANGES, WITHDRAW, EDIT = "reply_approve", "reply_changes", "reply_withdraw", "reply_edit"
CHANGES_FORM, NOTE = "reply_changes_form", "reply_note"

_GONE = "_The author removed the post. Nothing of it, or of the reply to it, is kept._"


def approval_blocks(request: ApprovalRequest) -> list[Block]:
    """Show the exact text with who decides what about it, or what was decided."""
    draft = request.draft
    if draft is None:
        return [line(_GONE)]
    blocks: list[Block] = [line(f"✋ {_headline(draft)}"), *exact_blocks(draft.text)]
    if draft.state is not ReplyState.WAITING:
        return [*blocks, small(words(_decision(draft)))]
    reasons = "; ".join(risk_words(risk) for risk in draft.risks)
    blocks.append(small(words(f"Asked because {reasons}. This is exactly what will be public.")))
    if request.wrote_again:
        blocks.append(line("⚠️ *The author has written again since.* Look at the card above first."))
    row = [
        button("Approve & send", action_id=APPROVE, value=draft.id, style="primary"),
        button("Request changes", action_id=CHANGES, value=draft.id),
        button("Withdraw", action_id=WITHDRAW, value=draft.id),
    ]
    return blocks + buttons(row)


def approval_text(request: ApprovalRequest) -> str:
    """Say it for notifications."""
    return f"✋ {_headline(request.draft)}" if request.draft else _GONE


def note_blocks(note: ReplyNote) -> list[Block]:
    """Tell the writer that her reply came back, with her text and the way to another one."""
    draft = note.draft
    if draft is None:
        return [line(_GONE)]
    blocks: list[Block] = [line(note_text(note))]
    if draft.note:
        small_print = said(draft.note, limit=1500, lines=15)
        blocks.append(small(small_print))
    blocks += exact_blocks(draft.text)
    return blocks + buttons([button("Edit", action_id=EDIT, value=draft.case_id, style="primary")])


def note_text(note: ReplyNote) -> str:
    """Say it for notifications."""
    draft = note.draft
    if draft is None:
        return _GONE
    where = f"on {platform_name(draft.platform)} about *{inline(draft.brand)}*"
    if draft.state is ReplyState.SENT_BACK:
        return f"↩️ {who(draft.decided_by)} asks for changes of your reply {where}."
    return f"⚠️ Your reply {where} was not sent."


def draft_words(draft: Draft) -> str | None:
    """Say on a card where its reply stands; None where there is nothing to say."""
    writer = who(draft.author)
    match draft.state:
        case ReplyState.WAITING:
            reasons = "; ".join(risk_words(risk) for risk in draft.risks)
            return f"✋ A reply by {writer} waits for an approval: {reasons}"
        case ReplyState.APPROVED | ReplyState.SENDING:
            return f"📤 A reply by {writer} is being sent"
        case ReplyState.UNKNOWN:
            return f"📤 A reply by {writer} may have been sent: Earshot is looking for it"
        case ReplyState.SENT_BACK:
            return f"↩️ {who(draft.decided_by)} asked {writer} for changes of the reply"
        case ReplyState.FAILED:
            return f"⚠️ The reply by {writer} was not sent: {inline(draft.note or '', limit=400)}"
        case _:
            return None


def changes_view(draft_id: str) -> View:
    """Ask what is to be changed."""
    field = PlainTextInputElement(action_id=NOTE, multiline=True, max_length=1000)
    blocks: list[Block] = [InputBlock(block_id=NOTE, label=label("What should be changed?"), element=field)]
    return modal("Request changes", blocks, callback_id=CHANGES_FORM, subject=draft_id, submit="Send back")


def _headline(draft: Draft) -> str:
    where = f"on {platform_name(draft.platform)} for *{inline(draft.brand)}*"
    if draft.state is ReplyState.WAITING:
        return f"*A reply by {who(draft.author)} waits for an approval*, {where}"
    return f"A reply by {who(draft.author)} {where}"


def _decision(draft: Draft) -> str:
    decided = f"by {who(draft.decided_by)} {when(draft.decided_at)}" if draft.decided_by and draft.decided_at else ""
    match draft.state:
        case ReplyState.SENT_BACK:
            return f"↩️ Sent back {decided}"
        case ReplyState.WITHDRAWN:
            return f"Withdrawn {decided}" if decided else f"Withdrawn: {inline(draft.note or '', limit=300)}"
        case ReplyState.SENT:
            return f"✅ Approved {decided} and sent"
        case ReplyState.FAILED:
            return f"⚠️ Approved {decided}, but not sent: {inline(draft.note or '', limit=400)}"
        case _:
            return f"✅ Approved {decided}; it is being sent"
