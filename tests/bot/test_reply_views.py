"""The forms of a reply against their golden JSON, Slack's limits, and whatever is written into them."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.approval import approval_blocks, approval_text, changes_view, draft_words, note_blocks, note_text
from bot.views.elements import exact_blocks
from bot.views.refusal import refusal_words
from bot.views.reply import TEXT, copy_view, find_text, handed_in_words, read_subject, reply_view, text_fault
from domain.errors import AnsweredAlready, BeingAnswered
from domain.message import ApprovalRequest, ReplyNote
from domain.reply import Permit, ReplyState, ReplyTemplate, Risk, RiskKind
from flows.drafting import Sheet
from sandbox.slack.modals import view_errors
from tests.bot import files
from tests.bot.validation import faults, live, live_tokens, texts
from tests.builders import NOON
from tests.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden" / "modals"

SORRY = "Sorry, Jane & all. We look into it."
TEMPLATES = (
    ReplyTemplate("sorry", "We are sorry", "Hi {author}"),
    ReplyTemplate("danke", "Danke", "Danke, {author}", language="de", purpose="Praise"),
)


def sheet(text="", **changes):
    file = files.file()
    values = {
        "file": file,
        "post": file.mentions[0].mention,
        "permit": Permit(may_send=True, reason="X lets us answer: the author mentions or quotes us."),
        "account": "lumora",
        "text": text,
        "length": len(text),
        "limit": 280,
        "risks": (),
        "templates": TEMPLATES,
    }
    return Sheet(**(values | changes))


def forbidden(text="", **changes):
    return sheet(text, permit=Permit(may_send=False, reason="The author does not mention us."), **changes)


RISKS = (
    Risk(RiskKind.SWITCHING, "leaving"),
    Risk(RiskKind.REACH, "12,400"),
    Risk(RiskKind.LEGAL, "refund, GDPR"),
    Risk(RiskKind.VALUE, "high"),
    Risk(RiskKind.LINK, "evil.example"),
)

MODALS = {
    "reply": lambda: reply_view(sheet(), fill="1"),
    "reply_preview": lambda: reply_view(sheet(SORRY, template="sorry"), fill="1", previewed=True),
    "reply_risky": lambda: reply_view(sheet(SORRY, risks=RISKS), fill="1", previewed=True),
    "reply_faulty": lambda: reply_view(
        sheet("Hi {link}", faults=("{link}: fill this in, or take it out.",)), fill="1", previewed=True
    ),
    "reply_overtaken": lambda: reply_view(
        sheet(SORRY, trouble=AnsweredAlready("U0BEN", at=NOON, url="https://x.com/lumora/status/9")), fill="1"
    ),
    "reply_forbidden": lambda: reply_view(forbidden(), fill="1"),
    "reply_copy": lambda: copy_view(forbidden(SORRY)),
    "changes": lambda: changes_view("draft1"),
}


@pytest.mark.parametrize("name", MODALS)
def test_modal_is_as_it_was_approved(name):
    """`EARSHOT_GOLDEN=write` writes what is shown now; read the difference before committing it."""
    shown = json.dumps(MODALS[name]().to_dict(), indent=1, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("EARSHOT_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODALS)
def test_modal_is_within_slacks_limits(name):
    assert problems(MODALS[name]()) == []


def test_no_golden_modal_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(MODALS)


def problems(view):
    found = view_errors(view.to_dict(), kind="modal")
    return found + [fault for fault in faults(view.blocks) if "input" not in fault]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_comes_to_life_or_breaks_a_limit(text):
    author = files.jane(handle=text, name=text, url=text)
    seen = files.seen(text, by=author)
    post = replace(seen.mention, url=text, language=text)
    file = replace(files.file(seen, author=author, brand=text))
    template = ReplyTemplate("t", text or "t", text, language=text or "en", purpose=text)
    risks = tuple(Risk(kind, text) for kind in RiskKind)
    one = sheet(
        text[:3000],
        file=file,
        post=post,
        account=text,
        permit=Permit(may_send=True, reason=text),
        risks=risks,
        faults=(text, text),
        templates=(template,),
        trouble=AnsweredAlready(text, at=NOON, url=text),
    )
    barred = replace(one, permit=Permit(may_send=False, reason=text))
    draft = files.draft(text[:3000], brand=text, author=text, decided_by=text, note=text, risks=risks)
    views = [reply_view(s, fill="1", previewed=p) for s in (one, barred) for p in (True, False)] + [copy_view(barred)]
    for view in views:
        assert live(view.to_dict()) == []
        if text_fault(one.text) is None:
            assert problems(view) == []
    for state in ReplyState:
        asked = replace(draft, state=state)
        for blocks in (approval_blocks(ApprovalRequest(asked, wrote_again=True)), note_blocks(ReplyNote(asked))):
            assert live([block.to_dict() for block in blocks]) == []
            if text_fault(one.text) is None:
                assert faults(blocks) == []
        beside = [approval_text(ApprovalRequest(asked)), note_text(ReplyNote(asked)), draft_words(asked) or ""]
        beside += [handed_in_words(one), refusal_words(BeingAnswered(text, since=NOON))]
        for words in beside:
            assert live_tokens(words) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=3000) | st.text(alphabet="&<> x\n", max_size=3000))
def test_any_text_is_shown_to_the_last_character(text):
    blocks = exact_blocks(text)
    shown = "".join(texts([block.to_dict() for block in blocks]))
    plain = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    pieces = [piece for piece in [text] if piece.strip()]
    assert plain == "".join(pieces) or len(text) > 500, "only whole pieces of white space are left out"
    assert faults(blocks) == []


def test_a_value_leads_back_to_case_post_and_template():
    subject = reply_view(sheet(template="sorry"), fill="1").private_metadata
    assert read_subject(subject) == ("case1", "x:7", "sorry")


def test_the_text_is_found_among_the_fields_of_a_form():
    assert find_text(["reply_template_1", f"{TEXT}_1"]) == f"{TEXT}_1"


def test_a_new_fill_gives_the_text_a_new_block_so_that_slack_forgets_what_was_typed():
    blocks = [reply_view(sheet("a"), fill=fill).to_dict()["blocks"] for fill in ("1", "2")]
    ids = [{block.get("block_id") for block in some} - {None} for some in blocks]
    assert not ids[0] & ids[1]
