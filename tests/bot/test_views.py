"""Every view against its golden JSON, the limits of Slack, and whatever strangers write."""

import json
import os
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.actions import BUTTONS
from bot.commands import LOOK_UP, VERBS
from bot.forms import FORMS
from bot.subjects import CaseSubject, MessageSubject, PostSubject, read_subject, subject_value
from bot.typed import CUSTOMER, EARSHOT
from bot.views.approval import approval_blocks, note_blocks
from bot.views.batch import batch_blocks, batch_text
from bot.views.blind_check import (
    answer_id,
    blind_check_blocks,
    blind_check_text,
    blind_step_blocks,
    blind_step_text,
    read_item,
)
from bot.views.card import card_blocks, card_plain_text, card_text
from bot.views.case_forms import (
    assign_view,
    escalate_view,
    lead_view,
    post_view,
    product_view,
    snooze_view,
)
from bot.views.case_menus import CORRECT, read_choice
from bot.views.customer import nobody_blocks, pick_blocks, profile_blocks
from bot.views.deadline import deadline_blocks
from bot.views.digest import digest_blocks, digest_text
from bot.views.digest_words import voice_words
from bot.views.engagement import engagement_blocks
from bot.views.evidence import ROWS, evidence_blocks
from bot.views.forget import offer_blocks, offers_text, receipt_blocks, receipt_text, whom_blocks
from bot.views.gaps import gaps_sentence
from bot.views.handover import handover_blocks, handover_text, nudge_blocks, nudge_text
from bot.views.health import health_blocks, health_text
from bot.views.help import help_blocks
from bot.views.kpi import correction_lines, evidence_value, kpi_blocks, read_evidence, score_lines
from bot.views.linking import account_view, choice_view, note_view, search_view, unlink_view
from bot.views.muting import topic_view
from bot.views.notice import notice_blocks, notice_text
from bot.views.paging import page_value, read_page
from bot.views.quality import quality_lines, quality_summary
from bot.views.queue import queue_blocks
from bot.views.surge import surge_blocks, surge_line_blocks
from domain.blind_check import QUESTIONS, BlindRest
from domain.case import CaseKind, CaseState, Copies, CustomerSummary, HistoryLine, Response, Urgency
from domain.customer import CustomerNote
from domain.deadline import DeadlineKind
from domain.digest import Movement, Mover, Topic, VoiceShare, Wins
from domain.evidence import EvidencePage
from domain.forgetting import ForgettingState, Offer, Somebody
from domain.gap import Gap, GapReason, GapState
from domain.handover import EscalationPolicy, HandoverKind
from domain.health import BlindSpot, Headroom
from domain.mention import Context
from domain.message import ApprovalRequest, HandedOver, MessageKind, Notice, NudgeReason, ReplyNote
from domain.outcome import Kpi
from domain.prediction import CORRECTABLE, RELEVANCE, SENTIMENT, SWITCHING, Prediction, Predictions
from domain.queue import QueueFilter
from domain.reply import Credit, CreditReason, ReplyState
from domain.volume import Voice
from sandbox.slack.modals import view_errors
from tests import builders
from tests.bot import desk_views, files
from tests.bot.test_reply_views import MODALS as REPLY_MODALS
from tests.bot.validation import faults, live, live_tokens, text_objects, texts
from tests.builders import NOON
from tests.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
PERIOD = {"brand": "Lumora", "since": date(2026, 3, 2), "until": date(2026, 3, 5)}
REMOVED = replace(files.file(state=CaseState.REMOVED), mentions=())


def corrected_seen():
    """A post whose labels Mia has set."""
    items = (
        Prediction("sentiment", "neutral", 1.0, False, "", by="U0MIA"),
        Prediction("switching", "none", 1.0, False, "", by="U0MIA"),
    )
    return files.seen(predictions=Predictions(items, "en"))


def snoozed(**changes):
    until = {"state": CaseState.SNOOZED, "snoozed_until": files.LATER, "snoozed_by": "U0MIA"}
    return files.file(**until, history=[HistoryLine(NOON, "U0MIA", "snoozed")], **changes)


VIEWS = {
    "card_new": lambda: card_blocks(files.file(files.explained()), now=NOON),
    "card_doubtful": lambda: card_blocks(
        files.file(
            files.explained(
                (),
                builders.guess("relevance", "not_about", score=0.61, unsure=True),
                builders.guess("complaint", "complaint", score=0.88),
            )
        ),
        now=NOON,
    ),
    "card_answered": lambda: card_blocks(files.answered_file(), now=files.LATER),
    "card_overdue": lambda: card_blocks(
        files.file(state=CaseState.CLAIMED, owner="U0MIA", due_at=NOON), now=files.LATER
    ),
    "card_resolved": lambda: card_blocks(files.file(state=CaseState.RESOLVED, kind=CaseKind.OPPORTUNITY), now=NOON),
    "card_corrected": lambda: card_blocks(
        replace(
            files.file(corrected_seen(), history=[HistoryLine(NOON, "U0MIA", "sentiment corrected to neutral")]),
            counted=False,
        ),
        now=NOON,
    ),
    "card_claimed": lambda: card_blocks(
        files.file(
            state=CaseState.CLAIMED,
            owner="U0BEN",
            escalated_at=NOON,
            escalated_by="U0MIA",
            escalated_to="U0LEO S0BOSS",
            history=[
                HistoryLine(NOON, "U0MIA", "assigned to", "U0BEN"),
                HistoryLine(NOON, "U0MIA", "escalated to", "U0LEO S0BOSS"),
            ],
        ),
        now=NOON,
    ),
    "card_snoozed": lambda: card_blocks(snoozed(), now=NOON),
    "card_snoozed_by_its_owner": lambda: card_blocks(snoozed(owner="U0BEN"), now=NOON),
    "card_waiting": lambda: card_blocks(
        replace(files.file(state=CaseState.WAITING_APPROVAL, owner="U0MIA"), draft=files.draft()), now=NOON
    ),
    "card_opportunity": lambda: card_blocks(files.file(kind=CaseKind.OPPORTUNITY, urgency=Urgency.LOW), now=NOON),
    "card_poaching": lambda: card_blocks(files.courting(), now=NOON),
    "nudge_assigned": lambda: nudge_blocks(files.nudge(), now=NOON),
    "nudge_awake": lambda: nudge_blocks(
        files.nudge(reason=NudgeReason.AWAKE, by=None, card_url=None), now=NOON + timedelta(days=1)
    ),
    "escalation": lambda: handover_blocks(files.handed(HandoverKind.ESCALATION)),
    "product": lambda: handover_blocks(files.handed(HandoverKind.PRODUCT)),
    "product_message": lambda: handover_blocks(files.handed(HandoverKind.PRODUCT, seen=None, case=None, card_url=None)),
    "product_removed": lambda: handover_blocks(HandedOver(HandoverKind.PRODUCT)),
    "card_dismissed": lambda: card_blocks(files.file(state=CaseState.DISMISSED), now=NOON),
    "card_removed": lambda: card_blocks(REMOVED, now=NOON),
    "approval": lambda: approval_blocks(ApprovalRequest(files.draft(), wrote_again=True)),
    "approval_sent": lambda: approval_blocks(
        ApprovalRequest(files.draft(state=ReplyState.SENT, decided_by="U0BEN", decided_at=NOON))
    ),
    "approval_removed": lambda: approval_blocks(ApprovalRequest(None)),
    "reply_note": lambda: note_blocks(
        ReplyNote(files.draft(state=ReplyState.SENT_BACK, decided_by="U0BEN", note="Say *when* it works again."))
    ),
    "batch": lambda: batch_blocks(files.batch()),
    "review": lambda: batch_blocks(files.batch(MessageKind.REVIEW, total=1)),
    "digest": lambda: digest_blocks(files.digest()),
    "digest_quiet": lambda: digest_blocks(files.quiet_digest()),
    "digest_first": lambda: digest_blocks(
        files.digest(
            kpis_before=(), movement=Movement(0, same_weekday=False), topics=(), voice=None, wins=Wins(), audit_head=""
        )
    ),
    "engagement": lambda: engagement_blocks(files.engagement()),
    "engagement_forgotten": lambda: engagement_blocks(files.engagement(drops=0, rises=0, shown=())),
    "notice": lambda: notice_blocks(Notice("X cannot be read: HTTP 503. The next poll tries again.")),
    "queue": lambda: queue_blocks(files.queue(files.file(), files.answered_file(), total=23), page=1, now=NOON),
    "queue_empty": lambda: queue_blocks(files.queue(), page=0, now=NOON),
    "kpi": lambda: kpi_blocks(files.kpis(), **PERIOD),
    "kpi_judged": lambda: kpi_blocks(
        files.kpis(), **PERIOD, scores=files.scores(), corrections=files.corrections(), with_buttons=False
    ),
    "evidence": lambda: evidence_blocks(files.evidence(), **PERIOD),
    "evidence_first": lambda: evidence_blocks(files.evidence(*[files.evidence_row()] * 10, offset=0), **PERIOD),
    "evidence_none": lambda: evidence_blocks(
        EvidencePage(replace(files.kpis()[3]), rows=(), offset=0, total=0), **PERIOD
    ),
    "health": lambda: health_blocks(files.health()),
    "health_judged": lambda: health_blocks(files.health(quality=(files.quality(),))),
    "digest_judged": lambda: digest_blocks(files.judged_digest()),
    "blind_check": lambda: blind_check_blocks(files.blind_check(done=3)),
    "blind_check_done": lambda: blind_check_blocks(files.blind_check(done=20)),
    "blind_relevance": lambda: blind_step_blocks(files.blind_post(note="A note.")),
    "blind_sentiment": lambda: blind_step_blocks(files.blind_post(SENTIMENT, answers={RELEVANCE: "about"})),
    "blind_switching": lambda: blind_step_blocks(
        files.blind_post(SWITCHING, answers={RELEVANCE: "about", SENTIMENT: "negative"})
    ),
    "blind_rest": lambda: blind_step_blocks(BlindRest("Lumora", done=17, waiting=3)),
    "profile": lambda: profile_blocks(files.profile(notes=(CustomerNote(NOON, "U0MIA", "Asked for a call."),))),
    "pick": lambda: pick_blocks([files.profile(), files.profile(customer=files.customer(id="cust2", names=()))]),
    "nobody": lambda: nobody_blocks("jane@example.com"),
    "card_in_reply": lambda: card_blocks(
        replace(files.file(files.seen()), context=Context(files.jane("ann"), "Which *app*\nis it? https://a.example")),
        now=NOON,
    ),
    "card_copied": lambda: card_blocks(replace(files.file(files.seen()), copies=Copies(12, 45_000)), now=NOON),
    "surge": lambda: surge_blocks(files.surge(), now=NOON),
    "surge_over": lambda: surge_blocks(
        files.surge(span=replace(files.surge().span, ended_at=NOON + timedelta(minutes=40)), loudest=()), now=NOON
    ),
    "surge_line": lambda: surge_line_blocks(files.surge_line(), now=NOON),
    "deadline_soon": lambda: deadline_blocks(files.deadline(DeadlineKind.DUE_SOON, person="U0MIA", total=1), now=NOON),
    "deadline_overdue": lambda: deadline_blocks(files.deadline(), now=files.LATER + timedelta(hours=3)),
    "deadline_silence": lambda: deadline_blocks(files.deadline(DeadlineKind.SILENCE), now=NOON),
    "forget_offer": lambda: offer_blocks(files.offered(customer=files.customer())),
    "forget_whom": lambda: whom_blocks(
        [files.offered(customer=files.customer()), Offer("offer2", Somebody(None, (files.jane(),)), None)]
    ),
    "forget_running": lambda: receipt_blocks(files.forgetting(ForgettingState.RUNNING)),
    "forget_receipt": lambda: receipt_blocks(files.forgetting(ForgettingState.SCRUBBED)),
    "help": lambda: help_blocks({EARSHOT: VERBS, CUSTOMER: (LOOK_UP,)}),
    **desk_views.VIEWS,
}


CASE = subject_value(CaseSubject("case1"))
MESSAGE = subject_value(MessageSubject("C0ALERTS", "1772625600.000100"))
MODALS = {
    "modal_snooze": lambda: snooze_view(CASE, brand=builders.brand(), at=NOON),
    "modal_snooze_again": lambda: snooze_view(CASE, brand=builders.brand(), at=NOON, fault="That moment is over."),
    "modal_assign": lambda: assign_view(CASE, owner="U0MIA"),
    "modal_escalate": lambda: escalate_view(CASE, policy=EscalationPolicy(("U0LEO", "S0BOSS"), "C0LADDER")),
    "modal_product": lambda: product_view(CASE, channel="C0PRODUCT", brands=["Lumora"]),
    "modal_product_message": lambda: product_view(
        MESSAGE, channel=None, quote="Jane wrote me", brands=["Lumora", "Helio"]
    ),
    "modal_lead": lambda: lead_view(CASE, brands=["Lumora"]),
    "modal_post": lambda: post_view("create_lead|Lumora", [files.seen(), files.seen("Trying Lumora", number=9)]),
    "modal_search": lambda: search_view(CASE, author=files.jane()),
    "modal_search_again": lambda: search_view(CASE, author=files.jane(), typed="nobody", nobody=True),
    "modal_link": lambda: choice_view(
        CASE, [files.profile(), files.profile(customer=files.customer(id="cust2"))], author=files.jane()
    ),
    "modal_unlink": lambda: unlink_view(CASE, files.customer().links, customer=files.customer()),
    "modal_account": lambda: account_view("cust1", platforms=["reddit", "x"]),
    "modal_note": lambda: note_view("cust1"),
    "modal_mute_topic": lambda: topic_view(CASE, brand="Lumora"),
}


@pytest.mark.parametrize("name", MODALS)
def test_modal_is_as_it_was_approved(name):
    compare(name, MODALS[name]().to_dict())


@pytest.mark.parametrize("name", MODALS)
def test_modal_passes_every_validator(name):
    view = MODALS[name]()
    assert faults(list(view.blocks), inputs=True) == []
    assert view_errors(view.to_dict(), kind="modal") == []


def test_every_modal_that_can_be_submitted_is_listened_to():
    every = [*MODALS.values(), *REPLY_MODALS.values()]
    submitted = {view().callback_id for view in every if view().submit}
    assert submitted == {form.callback_id for form in FORMS}


@pytest.mark.parametrize("subject", [CaseSubject("c1"), PostSubject("Big | Co", "x:7"), MessageSubject("C1", "1.2")])
def test_a_forms_subject_survives_its_form(subject):
    assert read_subject(subject_value(subject)) == subject


@pytest.mark.parametrize("name", VIEWS)
def test_view_is_as_it_was_approved(name):
    compare(name, [block.to_dict() for block in VIEWS[name]()])


def compare(name, dicts):
    """`EARSHOT_GOLDEN=write` writes what is shown now; read the difference before committing it."""
    shown = json.dumps(dicts, indent=1, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("EARSHOT_GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", VIEWS)
def test_view_passes_every_validator(name):
    assert faults(VIEWS[name]()) == []


def test_no_golden_file_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.json")} == {*VIEWS, *MODALS}


def is_field(block):
    """Slack tells of a form's fields when it is submitted."""
    return block.type == "input"


def test_every_button_shown_is_listened_to():
    def action_ids(node):
        if isinstance(node, dict):
            yield from [node["action_id"]] if "action_id" in node else []
            for value in node.values():
                yield from action_ids(value)
        elif isinstance(node, list):
            for item in node:
                yield from action_ids(item)

    modals = [view().blocks for view in (*MODALS.values(), *REPLY_MODALS.values())]
    blocks = [block for shown in [*(view() for view in VIEWS.values()), *modals] for block in shown]
    fields = {found for block in blocks if is_field(block) for found in action_ids(block.to_dict())}
    shown = {found for block in blocks for found in action_ids(block.to_dict())} - fields
    assert shown == {button.action_id for button in BUTTONS}


def hostile_views(text):
    """Every view with the text in every foreign place; a list of blocks, then the texts beside them."""
    author = files.jane(handle=text, name=text, url=text)
    mention = builders.mention(text, number=1, by=author, url=text, language=text)
    guess = builders.predictions(
        text, text, builders.guess("relevance", text), rival=text, unsure=True, reasons=(text,) * 9
    )
    seen = files.seen(
        mention=mention, predictions=replace(guess, language=text), triage=replace(files.seen().triage, reason=text)
    )
    file = replace(
        files.file(
            seen,
            seen,
            author=author,
            owner=text,
            state=CaseState.CLAIMED,
            brand=text,
            responses=[Response("case1", mention.id, text, NOON, text)],
            history=[HistoryLine(NOON, text, text, text)] * 3,
            escalated_at=NOON,
            escalated_by=text,
            escalated_to=text,
            customer=CustomerSummary("cust1", text, text, 1),
        )
    )
    batch = replace(files.batch(shown=[seen] * 10), brand=text)
    quote = files.quote(text, author=text, url=text, sentiment=text, permalink=text)
    kpi = Kpi("response_rate", 0.5, 1, 2, "share", text)
    scores = tuple(replace(score, brand=text) for score in files.scores())
    quote = replace(quote, switching=text)
    waiting = replace(files.unanswered().oldest[1], platform=text, owner=text, permalink=text)
    digest = files.digest(
        brand=text.encode(errors="ignore").decode()[:80],  # a file of settings holds no other names
        kpis=(kpi,) * 14,
        movement=Movement(4, same_weekday=True, movers=(Mover(text, 9, 1.0),) * 9),
        topics=(Topic(text, 9, 8, 0),) * 5,
        voice=VoiceShare(9, ((text, 3),) * 9),
        unanswered=replace(files.unanswered(), oldest=(waiting,) * 3),
        quotes=(quote,) * 3,
        scores=scores,
        corrections=files.corrections(30),
        audit_head=text,
    )
    row = files.evidence_row(id=text, state=text, author=text, text=text, permalink=text)
    link = files.link(text, evidence=text)
    customer = files.customer(
        names=(text,) * 4, emails=(text,) * 9, notes=(text,) * 9, links=(link,) * 30, currency=text, sources=(text,)
    )
    profile = files.profile(customer=customer, mentions=(seen,) * 9, cases=(file.case,) * 9)
    stream = replace(files.health().streams[1], stream=text, last_error=text)
    quality = files.quality(brand=text)
    post = files.blind_post(SWITCHING, brand=text, mention=mention, answers={RELEVANCE: "about", SENTIMENT: "negative"})
    check = files.blind_check(brand=text)
    told = files.handover(
        HandoverKind.ESCALATION, by=text, note=text, brand=text, quote=text, source_url=text, whom=text
    )
    passed_on = files.handed(HandoverKind.ESCALATION, handover=told, seen=seen, case=file.case, card_url=text)
    blocks = [
        card_blocks(file, now=NOON),
        batch_blocks(batch),
        batch_blocks(replace(batch, kind=MessageKind.REVIEW)),
        digest_blocks(digest),
        notice_blocks(Notice(text)),
        kpi_blocks([kpi] * 30, **PERIOD, scores=scores * 2, corrections=files.corrections(30)),
        kpi_blocks([kpi] * 60, **(PERIOD | {"brand": text}), scores=scores, with_buttons=False),
        evidence_blocks(files.evidence(*[row] * 10, kpi=kpi), **PERIOD),
        queue_blocks(files.queue(*[file] * 10, total=99), page=3, now=NOON, wanted=QueueFilter(brand=text)),
        health_blocks(files.health(streams=(stream,) * 20, quality=(quality,) * 3)),
        digest_blocks(replace(digest, quality=quality)),
        blind_check_blocks(check),
        blind_step_blocks(post),
        blind_step_blocks(BlindRest(text, done=3, waiting=1)),
        profile_blocks(replace(profile, notes=(CustomerNote(NOON, text, text),) * 9)),
        pick_blocks([profile] * 8),
        nobody_blocks(text),
        offer_blocks(files.offered(author, customer=customer, records={text: 1})),
        whom_blocks([files.offered(*[author] * 9, customer=customer)] * 8),
        receipt_blocks(files.forgetting(by=text, gone=files.held(records={text: 1}))),
        surge_blocks(files.surge(reasons=((text, 3),), loudest=(file,) * 3), now=NOON),
        surge_line_blocks(files.surge_line(brand=text, shown=(file,) * 8), now=NOON),
        deadline_blocks(files.deadline(brand=text, shown=(file,) * 10), now=NOON),
        nudge_blocks(files.nudge(by=text, case=file.case), now=NOON),
        handover_blocks(passed_on),
        handover_blocks(replace(passed_on, seen=None)),
    ]
    beside = [
        card_text(file),
        card_plain_text(file, now=NOON),
        batch_text(batch),
        digest_text(digest),
        notice_text(Notice(text)),
        nudge_text(files.nudge(by=text, case=file.case, card_url=text), now=NOON),
        handover_text(passed_on),
        health_text(files.health(streams=(stream,))),
        blind_check_text(check),
        blind_step_text(post),
        blind_step_text(BlindRest(text, done=3, waiting=0)),
        offers_text(3),
        receipt_text(files.forgetting()),
    ]
    return blocks, beside


def hostile_modals(text):
    """Every form that shows something foreign, with the text in its place."""
    author = files.jane(handle=text, name=text)
    seen = files.seen(mention=builders.mention(text, number=1, by=author))
    customer = files.customer(names=(text,) * 4, emails=(text,), links=(files.link(text, id="link1"),) * 30)
    return [
        snooze_view(CASE, brand=builders.brand(text), at=NOON),
        assign_view(CASE, owner=text),
        product_view(MESSAGE, channel=text, quote=text, brands=["Lumora", "Helio"]),
        post_view("create_lead|Lumora", [seen] * 20),
        search_view(CASE, author=author, typed=text),
        choice_view(CASE, [files.profile(customer=customer)] * 8, author=author),
        unlink_view(CASE, customer.links, customer=customer),
        topic_view(CASE, brand=text),
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_comes_to_life_in_a_form_or_breaks_a_limit(text):
    for view in hostile_modals(text):
        dicts = [block.to_dict() for block in view.blocks]
        assert live(dicts) == []
        assert faults(list(view.blocks), inputs=True) == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_comes_to_life_or_breaks_a_limit(text):
    blocks, beside = hostile_views(text)
    for view in blocks:
        dicts = [block.to_dict() for block in view]
        assert live(dicts) == []
        assert faults(view) == []
        json.dumps(dicts, ensure_ascii=False).encode()
    for line in beside:
        assert live_tokens(line) == []
        assert 0 < len(line) < 4000
        line.encode()


@pytest.mark.parametrize("text", ["*bold* _it_ `code` :smile: https://evil.example <!here>"])
def test_foreign_text_formats_nothing_where_slack_reads_mrkdwn(text):
    blocks, beside = hostile_views(text)
    shown = [found for view in blocks for found in text_objects([block.to_dict() for block in view])]
    assert all(found["emoji"] is False for found in shown if found["type"] == "plain_text")
    assert all(found["verbatim"] is True for found in shown if found["type"] == "mrkdwn")
    for line in [found["text"] for found in shown if found["type"] == "mrkdwn"] + beside:
        for trick in ("*bold*", "_it_", "`code`", ":smile:", "https://evil.example"):
            assert trick not in line


plain = st.text(max_size=400)


@settings(max_examples=150, deadline=None)
@given(
    texts_=st.lists(plain, min_size=0, max_size=4),
    name=plain,
    followers=st.none() | st.integers(0, 10**10),
    state=st.sampled_from(CaseState),
    kind=st.sampled_from(CaseKind),
    actions=st.lists(plain, max_size=12),
    linked=st.booleans(),
    score=st.floats(0, 1),
    unsure=st.booleans(),
)
def test_any_case_makes_a_valid_card(texts_, name, followers, state, kind, actions, linked, score, unsure):
    author = files.jane(handle=name, name=name, followers=followers)
    guess = builders.predictions("negative", "leaving", score=score, unsure=unsure, rival=name)
    mentions = tuple(files.seen(t, by=author, number=n, predictions=guess) for n, t in enumerate(texts_, 1))
    file = replace(
        files.file(
            author=author,
            state=state,
            kind=kind,
            history=[HistoryLine(NOON, "U0MIA", action) for action in actions],
            customer=CustomerSummary("c", "supplied", "low", 0) if linked else None,
        ),
        mentions=mentions,
    )
    blocks = card_blocks(file, now=NOON)
    assert faults(blocks) == []
    assert live([block.to_dict() for block in blocks]) == []
    assert live_tokens(card_text(file)) == []


def test_card_says_what_the_community_manager_needs():
    shown = "\n".join(texts([block.to_dict() for block in card_blocks(files.answered_file(), now=files.LATER)]))
    for words in (
        "Complaint", "X", "Jane Doe · @jane_doe · 12,400 followers · verified", "“Lumora is down again",
        "language: en", "negative (94%)", "is leaving us, to *Vidora* (94%)", "verified · high value · 3 earlier cases",
        "2 posts in this thread", "answered", "<@U0MIA>: claimed", "Earshot: answered by lumora",
    ):  # fmt: skip
        assert words in shown


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (CreditReason.SENT, "by @lumora (<@U0BEN>)"),
        (CreditReason.WROTE, "by @lumora (probably <@U0BEN>, who was writing)"),
        (CreditReason.OWNED, "by @lumora (probably <@U0BEN>, the owner)"),
    ],
)
def test_card_says_who_answered_and_how_sure_that_is(reason, words):
    response = replace(files.answered_file().responses[0], credit=Credit("U0BEN", reason))
    file = replace(files.answered_file(), responses=(response,))
    assert words in "\n".join(texts([block.to_dict() for block in card_blocks(file, now=files.LATER)]))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReplyState.APPROVED, "is being sent"),
        (ReplyState.UNKNOWN, "may have been sent"),
        (ReplyState.FAILED, "was not sent: The post is gone."),
        (ReplyState.SENT_BACK, "asked <@U0MIA> for changes"),
    ],
)
def test_card_says_where_its_reply_stands(state, words):
    file = replace(files.file(state=CaseState.CLAIMED), draft=files.draft(state=state, note="The post is gone."))
    assert words in "\n".join(texts([block.to_dict() for block in card_blocks(file, now=NOON)]))


def test_card_of_an_unsure_guess_says_so():
    guess = builders.predictions("negative", score=0.52, unsure=True)
    shown = "\n".join(texts([b.to_dict() for b in card_blocks(files.file(files.seen(predictions=guess)), now=NOON)]))
    assert "negative? unsure, 52%" in shown
    assert "not linked" in shown


def test_card_says_whose_word_a_label_is():
    file = replace(files.file(corrected_seen()), counted=False)
    shown = "\n".join(texts([block.to_dict() for block in card_blocks(file, now=NOON)]))
    for words in ("⚪ *No complaint*", "neutral (said by <@U0MIA>)", "no sign of switching (said by <@U0MIA>)"):
        assert words in shown
    assert card_text(file).startswith("No complaint on X")


@pytest.mark.parametrize("state", CaseState)
def test_card_offers_every_label_once_while_labels_matter(state):
    blocks = [block.to_dict() for block in card_blocks(files.file(state=state), now=NOON)]
    menus = [e for b in blocks if b["type"] == "actions" for e in b["elements"] if e["type"] == "static_select"]
    values = [o["value"] for menu in menus for group in menu["option_groups"] for o in group["options"]]
    offered = state not in {CaseState.DISMISSED, CaseState.REMOVED}
    expected = [f"case1|{task}|{label}|x:7" for task, labels in CORRECTABLE.items() for label in labels]
    chosen = [read_choice(value) for value in values]
    assert [rest for choice, rest in chosen if choice == CORRECT] == (expected if offered else [])


def card_words(seen, **changes):
    return "\n".join(texts([b.to_dict() for b in card_blocks(files.file(seen, **changes), now=NOON)]))


def test_card_quotes_the_words_that_moved_the_label():
    shown = card_words(files.explained())
    assert "is leaving us, to *Vidora* (94%)\nbecause of: “is down again” … “I am off to Vidora”" in shown
    assert "negative (94%)\nbecause" not in shown  # nobody asked what moved the sentiment


def test_card_admits_that_no_single_words_stand_out_where_it_was_asked_for_them():
    assert "(94%)\nno single words stand out" in card_words(files.explained(()))
    assert "stand out" not in card_words(files.explained(None))


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        (builders.guess("relevance", "not_about", score=0.61, unsure=True), "perhaps not about us (61%)"),
        (builders.guess("relevance", "spam", score=0.61, unsure=True), "perhaps advertising (61%)"),
        (builders.guess("relevance", "rival_offer", score=0.93), "\na rival's offer (93%)"),
        (builders.guess("relevance", "about", score=0.51, unsure=True), None),
        (builders.guess("complaint", "complaint", score=0.88), "\nasks for an answer (88%)"),
        (builders.guess("complaint", "complaint", score=0.6, unsure=True), "perhaps asks for an answer (60%)"),
        (builders.guess("complaint", "none", score=0.9), None),
    ],
)
def test_card_speaks_of_relevance_and_complaint_where_they_say_something(guess, words):
    shown = card_words(files.explained(None, guess))
    if words:
        assert words in shown
    else:
        assert "*Relevance*" not in shown
        assert "*Complaint*\n" not in shown


def test_a_persons_not_us_silences_the_models_doubt():
    doubtful = files.explained(None, builders.guess("relevance", "not_about", score=0.61, unsure=True))
    assert "perhaps" not in card_words(doubtful, state=CaseState.DISMISSED)


def test_lines_say_what_is_unsure_and_what_is_not_for_us():
    spam = files.seen(predictions=builders.predictions("neutral", "none", builders.guess("relevance", "spam")))
    blocks = batch_blocks(files.batch(shown=[spam]))
    assert "neutral (90%) · advertising (90%)" in "\n".join(texts([b.to_dict() for b in blocks]))
    review = "\n".join(texts([b.to_dict() for b in batch_blocks(files.batch(MessageKind.REVIEW))]))
    assert "positive? unsure, 55%" in review
    assert "perhaps advertising (61%)" in review


def digest_words(**changes):
    return "\n".join(texts([b.to_dict() for b in digest_blocks(files.digest(**changes))]))


def test_digest_says_what_is_unsure_and_what_was_not_for_us():
    shown = digest_words()
    assert "3 unsure or otherwise left to a person's eye; 4 not about us and counted nowhere else" in shown
    assert "positive? unsure · " in shown


def test_digest_says_where_a_kpi_went_whether_that_is_good_and_how_far_the_target_is():
    shown = digest_words(scores=files.scores())
    assert (
        "▲ Response rate: 41% (12 of 29) · before 35%: better · "
        "41% over 28 days, target 50% by 1 June 2026 · on track: 38% expected today\n"
        "▼ First response median: 1 h 24 min (12 of 29) · before 2 h: better · "
        "1 h 24 min over 28 days, target 1 h by 1 March 2026 · overdue, and 24 min short\n"
    ) in shown
    assert "▼ Net sentiment: -0.32 (-12 of 38) · before -0.10: worse" in shown
    assert "= Identity coverage: 50% (1 of 2) · before 50%: unchanged\n" in shown
    assert "• SLA kept: no figure yet (0 of 0)" in shown
    assert "Also: Mentions 1,038" in shown


def test_digest_says_what_moved_against_which_days():
    shown = digest_words()
    assert "*What changed and why*, against the mean of the last 4 Wednesdays" in shown
    assert "▲ negative mentions: 20, usually 8.5 (+135%), worse" in shown
    assert "▲ posts that name Vidora: 9, usually 0\n" in shown
    assert "▼ mentions on Reddit: 4, usually 12 (-67%)" in shown
    assert "Nothing moved much." in digest_words(movement=Movement(1, same_weekday=False))
    assert "no earlier days to compare with" in digest_words(movement=Movement(0, same_weekday=False))


def test_digest_says_the_share_of_voice_of_streams_that_compare_with_all_and_with_each():
    voices = (Voice(None, 34, 22, ("x search",)), Voice("Vidora", 34, 17, ("x search",)), Voice("Kino", 0, 0, ()))
    shown = voice_words(replace(files.digest(), voices=voices))
    assert shown == (
        "Share of voice: 61%, over X search of both sides. "
        "67% against Vidora (34 posts of ours, 17 of theirs; X search)"
    )


def test_digest_says_what_people_talk_of_the_wins_the_voice_and_who_waits():
    shown = digest_words()
    assert "“no signal” (12 posts by 11 people, 3 before), “refund” (5 posts by 5 people, 0 before)" in shown
    assert "14 complaints answered, 3 answered and then resolved, 1 opportunity answered, 2 people joining" in shown
    assert "Share of voice: 76%, from 34 posts about us and those that name a rival (Vidora 9, Telequa 2)" in shown
    assert "18 complaints of all days (1 urgent, 4 high, 13 low); the oldest:" in shown
    assert "high on X, since <!date^" in shown
    assert "with <@U0MIA>" in shown
    assert f"Audit log's head: `{'5f' * 32}`" in shown


def test_a_quiet_day_says_so_in_one_sentence_and_still_shows_the_kpis():
    shown = "\n".join(texts([b.to_dict() for b in digest_blocks(files.quiet_digest())]))
    assert "A quiet day: nobody wrote about Lumora. This is where the KPIs stand." in shown
    assert "Response rate: 41%" in shown
    assert "*Still unanswered*: nothing. Every complaint has its answer." in shown


def test_a_quiet_day_names_the_fall_to_nothing_once():
    movers = tuple(Mover(what, 0, 12.0) for what in ("mentions", "mentions on x", "negative mentions"))
    moved = Movement(days=7, same_weekday=False, movers=movers)
    shown = str([b.to_dict() for b in digest_blocks(files.quiet_digest(movement=moved))])
    assert "mentions: 0, usually 12" in shown
    assert "mentions on" not in shown
    assert "negative mentions" not in shown


def test_the_targets_come_before_the_long_list_of_kpis():
    blocks = kpi_blocks(files.kpis(), **PERIOD, scores=files.scores())
    shown = [str(block.to_dict()) for block in blocks]
    assert "*Targets*" in shown[1]
    assert "*Response rate*: 41% (12 of 29)" in shown[2]


def test_removed_card_shows_nothing_of_the_post_and_no_button():
    shown = json.dumps([block.to_dict() for block in card_blocks(REMOVED, now=NOON)])
    assert "down again" not in shown
    assert '"actions"' not in shown


def test_post_without_a_web_address_gets_no_link_button():
    mention = builders.mention(number=3, url="javascript:alert(1)")
    shown = json.dumps([b.to_dict() for b in card_blocks(files.file(files.seen(mention=mention)), now=NOON)])
    assert "javascript" not in shown
    assert "Open post" not in shown


def test_page_of_a_list_survives_its_button():
    assert read_page(page_value("queue", 3, "|||Big | Co")) == ("queue", 3, "|||Big | Co")
    assert read_page(page_value("mutes", 0)) == ("mutes", 0, "")


def test_health_names_what_fails_and_what_is_spent():
    spent = replace(files.health().streams[0], spent_today_usd=Decimal(5))
    shown = "\n".join(texts([b.to_dict() for b in health_blocks(files.health(streams=(spent,)))]))
    assert "$5.00 of $5.00 today (spent: it rests until midnight UTC)" in shown
    assert health_text(files.health()) == "1 of 3 sources cannot be read."
    assert health_text(files.health(streams=(spent,), messages_failed=0)) == "All is well."


def test_health_of_very_many_sources_fits_and_names_first_what_fails():
    good, bad, _ = files.health().streams
    blocks = health_blocks(files.health(streams=(*[good] * 400, bad), quality=(files.quality(),) * 9))
    assert faults(blocks) == []
    _, sources, *_ = texts([block.to_dict() for block in blocks])
    assert sources.startswith("🔴 *lumora on Reddit*: failing since")
    assert re.search(r"\nand \d{3} more\n", "\n".join(texts([block.to_dict() for block in blocks])))


def test_profile_with_very_much_in_it_fits_and_says_how_many_accounts_it_leaves_out():
    long = "&" * 900
    told = dict.fromkeys(("names", "emails", "phones", "addresses", "notes", "sources"), (long,) * 9)
    link = files.link(long, evidence=long)
    profile = files.profile(customer=files.customer(**told, links=(link,) * 40), mentions=(files.seen(long),) * 5)
    assert faults(profile_blocks(profile)) == []
    assert re.search(r"\nand \d+ more", "\n".join(texts([block.to_dict() for block in profile_blocks(profile)])))


def test_every_answer_of_the_blind_check_has_a_button_of_its_own_that_names_the_post():
    for task, answered in ((RELEVANCE, {}), (SENTIMENT, {RELEVANCE: "about"}), (SWITCHING, {RELEVANCE: "about"})):
        blocks = blind_step_blocks(files.blind_post(task, answers=answered))
        rows = [block.to_dict()["elements"] for block in blocks if block.type == "actions"]
        elements = [element for row in rows for element in row]
        assert [e["action_id"] for e in elements[:-1]] == [answer_id(task, label) for label in QUESTIONS[task]]
        assert {read_item(e["value"]) for e in elements} == {41}
        assert all(element["type"] == "button" and len(element["value"]) < 2000 for element in elements)


def test_the_invitation_counts_what_is_left():
    assert "20 posts found for *Lumora* wait" in blind_check_text(files.blind_check())
    assert "1 post found for *Lumora* waits for a blind look, 19 of 20 are done." in blind_check_text(
        files.blind_check(done=19)
    )
    assert "is done: 20 posts judged" in blind_check_text(files.blind_check(done=20))
    assert "removed by their authors" in blind_check_text(files.blind_check(total=0))


def test_quality_is_said_with_its_numbers_and_nothing_where_there_are_none():
    lines = "\n".join(quality_lines(files.quality()))
    assert "57 of 60 posts of the last 8 weeks judged" in lines
    assert "precision 80% (20 of 25 judged, weighted; 95% between 61% and 91%) · recall 67% (20 of 24 judged" in lines
    assert "about us: precision no figure yet (0 of 0) · recall no figure yet (0 of 0)" in lines
    assert "corrected by people*: 2 of 31 cards" in lines
    assert quality_lines(files.quality(judged=0, cards=0)) == []
    assert quality_summary(files.quality(judged=0, cards=0), called=30) == ""
    summary = quality_summary(files.quality(), called=30)
    assert "The 30 posts that it called complaints stand for about 36." in summary
    unknown = files.quality(figures=(replace(files.quality().figures[0], recall=None),))
    assert "stand for" not in quality_summary(unknown, called=30)


def test_a_score_says_how_far_behind_a_target_is():
    assert score_lines(files.scores()) == [
        "🟢 *Response rate*: 41% · target 50% by 1 June 2026 · on track: 38% expected today",
        "🟠 *Response rate*: 41% · target 50% by 1 June 2026 · behind by 4.2 points: 45% expected today",
        "✅ *Response rate*: 41% · target 25% by 1 June 2026 · reached",
        "🔴 *First response median*: 1 h 24 min · target 1 h by 1 March 2026 · overdue, and 24 min short",
        "⚪ *Response rate*: no figure yet · target 50% by 1 June 2026 · nothing to judge by yet",
    ]


def test_a_correction_says_what_came_late_and_what_the_figure_would_be():
    last, first = correction_lines(files.corrections())
    assert first == (
        "2026-02-01: 3 cases arrived, 9 mentions arrived after the day was closed; "
        "response rate now 41% (was 38%), first response p90 now 1 d 1 h (was not reached)"
    )
    assert "1 case changed, 1 case answered" in last
    assert correction_lines(files.corrections(11))[-1] == "and 3 earlier days"


@given(page=st.integers(0, 10**6), brand=st.text(min_size=1, max_size=80))
def test_the_button_of_evidence_leads_to_its_page(page, brand):
    value = evidence_value("response_rate", brand, date(2026, 3, 2), date(2026, 3, 5))
    name, number, rest = read_page(page_value(ROWS, page, value))
    assert (name, number) == (ROWS, page)
    assert read_evidence(rest) == ("response_rate", brand, date(2026, 3, 2), date(2026, 3, 5))


def test_health_names_quota_what_is_usual_what_the_platform_counts_and_what_was_not_read():
    stream = replace(
        files.health().streams[0],
        headroom=Headroom(440, 450),
        usual=12.0,
        blind_spot=BlindSpot("lumora on X", NOON.date(), expected=200, own=150, siblings=30),
    )
    gaps = (
        Gap(stream.stream, "Lumora", NOON, NOON + timedelta(hours=2), GapReason.CAP, GapState.LOST),
        Gap(stream.stream, "Lumora", NOON, NOON + timedelta(seconds=59), GapReason.FAILING),
    )
    shown = "\n".join(texts([b.to_dict() for b in health_blocks(files.health(streams=(stream,), gaps=gaps))]))
    assert ", usually 12.0 an hour at this time, 440 of 450 requests left;" in shown
    assert "the platform counted 200 posts, 150 found and 30 by other streams there: 75% to 90%" in shown
    assert "2 h, the daily cap was reached: lost" in shown
    assert "59 s" not in shown


def test_a_source_that_is_silent_unusually_is_marked_and_heads_the_health():
    silent = replace(files.health().streams[0], silent_since=NOON)
    health = files.health(streams=(files.health().streams[2], silent))
    assert health_text(health) == "1 of 2 sources brings nothing, which is unusual."
    assert "🟠 *lumora on X*" in "\n".join(texts([b.to_dict() for b in health_blocks(health)]))


def test_the_digest_says_what_was_not_heard_in_one_line():
    gap = Gap("lumora on X", "Lumora", NOON, NOON + timedelta(hours=2), GapReason.DOWN, GapState.LOST)
    more = tuple(replace(gap, stream=f"stream {n}", until=NOON + timedelta(minutes=n + 1)) for n in range(4))
    said = gaps_sentence((*more, gap))
    assert said == (
        "Not everything was heard, so the figures may be too low: lumora on X (2 h, Earshot did not run: lost); "
        "stream 3 (4 min, Earshot did not run: lost); stream 2 (3 min, Earshot did not run: lost); and 2 gaps more"
    )
    shown = "\n".join(texts([b.to_dict() for b in digest_blocks(files.digest(gaps=(gap,)))]))
    assert "⚠️ Not everything was heard" in shown
    assert gaps_sentence(()) == ""
