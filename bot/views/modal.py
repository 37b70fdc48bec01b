"""Modals that every form shares: the wait, and what came of it."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.desk import Answer
from bot.subjects import CaseSubject, subject_value
from bot.views.elements import exact_blocks, line, plain

CARD_MODAL = "case_card"
"""The modal that shows a card; its metadata names the case."""

TITLE_LIMIT = 24
"""https://docs.slack.dev/reference/views/modal-views"""


def modal(
    title: str, blocks: Sequence[Block], *, callback_id: str = "", subject: str = "", submit: str | None = None
) -> View:
    """Make a modal; `subject` holds ids only, and comes back with what was filled in."""
    return View(
        type="modal",
        title=plain(title[:TITLE_LIMIT]),
        blocks=list(blocks),
        callback_id=callback_id or None,
        private_metadata=subject or None,
        submit=plain(submit) if submit else None,
        close=plain("Cancel" if submit else "Close"),
    )


def waiting_view(title: str, *, external_id: str) -> View:
    """Ask for a moment; by `external_id` the view is found again."""
    waiting = modal(title, [line("⏳ One moment …")])
    waiting.external_id = external_id
    return waiting


def said_view(title: str, answer: Answer, *, typed: Mapping[str, str | tuple[str, ...]] | None = None) -> View:
    """Say what came of a form, and give back what was typed where nothing came of it."""
    blocks = list(answer.blocks) or [line(answer.text)]
    texts = [text for text in (typed or {}).values() if isinstance(text, str) and len(text) > 20]
    if texts:
        blocks.append(line("*What you wrote*, so that it is not lost:"))
        blocks += [block for text in texts for block in exact_blocks(text)]
    if not answer.case_id:
        return modal(title, blocks)
    return modal(title, blocks, callback_id=CARD_MODAL, subject=subject_value(CaseSubject(answer.case_id)))
