"""Makes what views show: case files, batch lines, digests, profiles, health."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.blind_check import BlindCheck, BlindPost
from domain.brand import Account
from domain.case import (
    Case,
    CaseFile,
    CaseKind,
    CaseState,
    Copies,
    CustomerSummary,
    HistoryLine,
    Response,
    SeenMention,
    Triage,
    Urgency,
    Verdict,
)
from domain.closed_day import DayCorrection
from domain.customer import Customer, CustomerProfile, Grade, Link, LinkState
from domain.deadline import DeadlineKind, DeadlineNotice
from domain.digest import (
    ChartDay,
    Digest,
    DigestChart,
    Movement,
    Mover,
    Quote,
    Topic,
    Unanswered,
    VoiceShare,
    WaitingCase,
    Wins,
)
from domain.engagement import ChangeKind, ChangeLine, EngagementChanges
from domain.evidence import EvidencePage, EvidenceRow
from domain.forgetting import Forgetting, ForgettingState, Holdings, Offer, Somebody
from domain.handover import Handover, HandoverKind
from domain.health import Health, StreamHealth
from domain.mention import Author
from domain.message import (
    BatchLine,
    HandedOver,
    MessageKind,
    MessageState,
    Nudge,
    NudgeReason,
    OutgoingMessage,
)
from domain.noise import Surge, SurgeLine, SurgeSpan
from domain.outcome import Kpi
from domain.poaching import Approached
from domain.prediction import RELEVANCE
from domain.quality import Estimate, LiveFigure, Quality
from domain.reply import Draft, ReplyState, Risk, RiskKind
from domain.scorecard import Score, Standing, Target
from domain.volume import Volume
from flows.lookup import QueuePage
from tests import builders
from tests.builders import NOON

LATER = NOON + timedelta(hours=2)
CARD_URL = "https://lumora.slack.com/archives/C0ALERTS/p1772625600000100"


def seen(text="Lumora is down again, I am off to Vidora", *, by=None, number=7, **changes) -> SeenMention:
    values: dict[str, Any] = {
        "brand": "Lumora",
        "predictions": builders.predictions("negative", "leaving", score=0.94, rival="Vidora"),
        "triage": Triage(Verdict.CASE, "leaving", CaseKind.COMPLAINT, Urgency.HIGH),
        "case_id": "case1",
    }
    mention = changes.pop("mention", None) or builders.mention(text, number=number, by=by or jane())
    return SeenMention(mention=mention, **(values | changes))


def jane(handle="jane_doe", **changes) -> Author:
    return builders.author(handle, **({"name": "Jane Doe", "followers": 12_400, "verified": True} | changes))


def case(**changes) -> Case:
    values: dict[str, Any] = {
        "id": "case1",
        "brand": "Lumora",
        "platform": "x",
        "author_key": "x:id-jane_doe",
        "thread_id": "x:7",
        "kind": CaseKind.COMPLAINT,
        "state": CaseState.NEW,
        "urgency": Urgency.HIGH,
        "channel": "C0ALERTS",
        "stream": "lumora on X",
        "posted_at": NOON,
        "opened_at": NOON + timedelta(seconds=2),
        "due_at": NOON + timedelta(hours=4),
    }
    return Case(**(values | changes))


def file(*mentions, state=CaseState.NEW, author=None, responses=(), history=(), customer=None, **changes) -> CaseFile:
    return CaseFile(
        case=case(state=state, **changes),
        author=author or jane(),
        mentions=mentions or (seen(),),
        responses=tuple(responses),
        history=tuple(history),
        customer=customer,
    )


def courting() -> CaseFile:
    """A rival's campaign that has reached a customer and somebody whom nobody knows."""
    text = "@jane_doe Brighter evenings: code GLOWUP gets you three months for the price of one. Come over!"
    reason = "an account of Vidora answers a customer of ours; calls to come over; offers “code GLOWUP”"
    triage = Triage(Verdict.CASE, reason, CaseKind.POACHING, Urgency.HIGH)
    by = builders.author("vidora", followers=388_000)
    known = Approached(
        jane(), builders.mention(number=7).id, "https://x.com/jane_doe/status/7", "verified", value_band="high"
    )
    stranger = Approached(builders.author("otto"))
    return replace(
        file(seen(text, by=by, number=8, triage=triage), author=by, kind=CaseKind.POACHING),
        approached=(known, stranger),
        copies=Copies(1, 388_000),
    )


def explained(reasons=("is down again", "I am off to Vidora"), *more, **changes) -> SeenMention:
    """A post that the model gives reasons for, and `more` predictions."""
    said = builders.predictions("negative", "leaving", *more, score=0.94, rival="Vidora", reasons=reasons)
    return seen(predictions=said, **changes)


def answered_file() -> CaseFile:
    """A case that has seen everything: a customer, two posts, an owner, an answer, a history."""
    opening = seen()
    again = seen("Still nothing?", number=9)
    return file(
        opening,
        again,
        state=CaseState.ANSWERED,
        owner="U0MIA",
        answered_at=NOON + timedelta(hours=1),
        responses=[
            Response("case1", again.mention.id, "lumora", NOON + timedelta(hours=1), "https://x.com/lumora/status/11")
        ],
        history=[
            HistoryLine(NOON + timedelta(minutes=10), "U0MIA", "claimed"),
            HistoryLine(NOON + timedelta(hours=1), None, "answered by lumora"),
        ],
        customer=CustomerSummary("cust1", "verified", "high", 3),
    )


def draft(text="Sorry, Jane & all. We look into it.", **changes) -> Draft:
    values: dict[str, Any] = {
        "id": "draft1",
        "case_id": "case1",
        "mention_id": builders.mention(number=7).id,
        "brand": "Lumora",
        "platform": "x",
        "author": "U0MIA",
        "state": ReplyState.WAITING,
        "created_at": NOON,
        "risks": (Risk(RiskKind.SWITCHING, "leaving"), Risk(RiskKind.REACH, "12,400")),
    }
    return Draft(text=text, **(values | changes))


def batch(kind=MessageKind.BATCH, *, total=12, shown=None) -> BatchLine:
    if shown is None:
        calm = Triage(Verdict.BATCH, "nothing to answer")
        shown = [
            seen("Lumora is fine I guess", number=21, predictions=builders.predictions(), triage=calm, case_id=None),
            seen(
                "Trying Lumora today",
                number=22,
                by=builders.author("mo", platform="reddit"),
                predictions=builders.predictions(
                    "positive",
                    "none",
                    builders.guess("relevance", "spam", score=0.61, unsure=True),
                    score=0.55,
                    unsure=True,
                ),
                triage=Triage(Verdict.REVIEW, "unsure: positive"),
                case_id=None,
            ),
        ]
    return BatchLine("Lumora", kind, NOON, NOON + timedelta(hours=1), total, tuple(shown))


def volume(**changes) -> Volume:
    values: dict[str, Any] = {
        "mentions": 38,
        "negative": 20,
        "neutral": 3,
        "positive": 8,
        "leaving": 5,
        "joining": 2,
        "review": 3,
        "not_us": 4,
    }
    return Volume(**(values | changes))


def kpis() -> tuple[Kpi, ...]:
    return (
        Kpi("response_rate", 0.41, 12, 29, "share", "within 24 h"),
        Kpi("first_response_median", 5025.0, 12, 29, "seconds"),
        Kpi("first_response_p90", None, 12, 29, "seconds", "too few have been answered to reach it"),
        Kpi("sla_kept", None, 0, 0, "share"),
        Kpi("identity_coverage", 0.5, 1, 2, "share", "suggested links never count"),
        Kpi("net_sentiment", -0.32, -12, 38, "ratio"),
        Kpi("mentions", 1038, 1038, None, "count"),
    )


def kpis_before() -> tuple[Kpi, ...]:
    return (
        Kpi("response_rate", 0.35, 7, 20, "share", "within 24 h"),
        Kpi("first_response_median", 7200.0, 7, 20, "seconds"),
        Kpi("net_sentiment", -0.1, -3, 30, "ratio"),
        Kpi("identity_coverage", 0.5, 1, 2, "share"),
    )


def scores() -> tuple[Score, ...]:
    """One target of each standing."""
    rate, median = kpis()[0], kpis()[1]
    rises = Target("response_rate", 0.5, by=date(2026, 6, 1))
    falls = Target("first_response_median", 3600, by=date(2026, 3, 1))
    return (
        Score("Lumora", rises, rate, 0.38, Standing.ON_TRACK),
        Score("Lumora", rises, rate, 0.452, Standing.BEHIND, 0.042),
        Score("Lumora", replace(rises, value=0.25), rate, 0.2, Standing.REACHED),
        Score("Lumora", falls, median, 3600.0, Standing.OVERDUE, 1425.0),
        Score("Lumora", rises, replace(rate, value=None), 0.3, Standing.NO_DATA),
    )


def corrections(days=2) -> tuple[DayCorrection, ...]:
    """What became known of closed days, a little and a lot."""
    was = Kpi("response_rate", 0.38, 5, 13, "share")
    moved = ((was, replace(was, value=0.41)), (kpis()[2], replace(kpis()[2], value=90_000.0)))
    return tuple(
        DayCorrection("Lumora", date(2026, 2, 1) + timedelta(days=n), 3, n % 2, n % 3, 9, moved) for n in range(days)
    )


def evidence_row(**changes) -> EvidenceRow:
    values: dict[str, Any] = {
        "id": "case1",
        "what": "case",
        "weight": 1,
        "state": "answered",
        "platform": "x",
        "day": NOON.date(),
        "posted_at": NOON,
        "due_at": NOON + timedelta(hours=8),
        "answered_at": NOON + timedelta(hours=1),
        "permalink": "https://lumora.slack.com/archives/C0ALERTS/p1772625600000100",
        "author": "jane_doe",
        "text": "Lumora is down again",
    }
    return EvidenceRow(**(values | changes))


def evidence(*rows, **changes) -> EvidencePage:
    """A page of rows of every kind."""
    shown = rows or (
        evidence_row(weight=0, answered_at=None, state="new", permalink=None),
        evidence_row(),
        evidence_row(author=None, text=None, removed=True, state="removed"),
        evidence_row(author=None, text=None, permalink=None),
        EvidenceRow("x:7", "post", -1, "negative", "x", NOON.date(), NOON, author="jane_doe", text="Bye."),
        EvidenceRow("cust1", "customer", 1, "supplied"),
    )
    return EvidencePage(**({"kpi": kpis()[0], "rows": shown, "offset": 10, "total": 29} | changes))


def quote(text="Three hours without TV. Bye.", **changes) -> Quote:
    values: dict[str, Any] = {
        "mention_id": builders.mention(number=7).id,
        "author": "jane_doe",
        "url": "https://x.com/jane_doe/status/7",
        "sentiment": "negative",
        "case_id": "case1",
        "permalink": "https://lumora.slack.com/archives/C0ALERTS/p1772625600000100",
    }
    return Quote(text=text, **(values | changes))


def digest(**changes) -> Digest:
    values: dict[str, Any] = {
        "brand": "Lumora",
        "day": date(2026, 3, 4),
        "at": LATER,
        "closed_day": date(2026, 3, 3),
        "volume": volume(),
        "volume_before": volume(mentions=26),
        "called": 31,
        "answered": 12,
        "open": 18,
        "kpis": kpis(),
        "kpis_before": kpis_before(),
        "scores": scores()[1:2],
        "movement": Movement(
            days=4,
            same_weekday=True,
            movers=(
                Mover("negative mentions", 20, 8.5, worse=True),
                Mover("posts that name Vidora", 9, 0.0),
                Mover("joining or thinking of it", 2, 6.25, worse=True),
                Mover("mentions on reddit", 4, 12.0),
            ),
        ),
        "topics": (Topic("no signal", 12, 11, 3), Topic("refund", 5, 5, 0)),
        "quotes": (
            quote(),
            quote("Cancelled, Vidora it is.", switching="leaving", permalink=None),
            quote("Love the new app", sentiment="positive", permalink=None, unsure=True),
        ),
        "wins": Wins(opportunities_answered=1, complaints_answered=14, resolved_after_answer=3, joining=2, praise=8),
        "unanswered": unanswered(),
        "voice": VoiceShare(34, (("Vidora", 9), ("Telequa", 2))),
        "audit_head": "5f" * 32,
    }
    return Digest(**(values | changes))


def judged_digest() -> Digest:
    """A day with all that people said and set out to reach."""
    return digest(quality=quality(), scores=(scores()[0], scores()[3]), corrections=corrections(1))


def quiet_digest(**changes) -> Digest:
    """A day without a single post, after days that had some."""
    values: dict[str, Any] = {
        "volume": Volume(0, 0, 0, 0, 0, 0, 0),
        "called": 0,
        "answered": 0,
        "open": 0,
        "movement": Movement(days=7, same_weekday=False),
        "topics": (),
        "quotes": (),
        "wins": Wins(),
        "unanswered": Unanswered(),
        "voice": None,
    }
    return digest(**(values | changes))


def unanswered() -> Unanswered:
    old = WaitingCase("case1", "x", Urgency.HIGH, NOON - timedelta(days=9), NOON - timedelta(days=8), owner="U0MIA")
    link = "https://lumora.slack.com/archives/C0ALERTS/p1772625600000100"
    newer = WaitingCase("case2", "reddit", Urgency.LOW, NOON - timedelta(days=2), NOON, permalink=link)
    return Unanswered(((Urgency.URGENT, 1), (Urgency.HIGH, 4), (Urgency.LOW, 13)), (old, newer))


def chart_days() -> tuple[ChartDay, ...]:
    """Two weeks up to the digest's day, of which the last two are not closed; one had no complaint."""
    days = []
    for n in range(14):
        answered, waiting = (0, 0) if n == 4 else (4 + 5 * n % 11, 7 * n % 5 + 4 * (n > 11))
        rate = answered / (answered + waiting) if n < 12 and answered else None
        days.append(
            ChartDay(date(2026, 2, 19) + timedelta(days=n), answered, waiting, rate, 12 + 7 * n % 9, 10, 3 + 5 * n % 8)
        )
    return tuple(days)


def chart(**changes) -> DigestChart:
    return DigestChart(**({"png": b"\x89PNG", "title": "Complaints", "alt_text": "Two weeks"} | changes))


def customer(**changes) -> Customer:
    values: dict[str, Any] = {
        "id": "cust1",
        "names": ("Jane Doe",),
        "emails": ("j***@example.com",),
        "phones": ("***42",),
        "addresses": (),
        "links": (link(), link(handle="janed", platform="reddit", state=LinkState.AWAITING)),
        "value": Decimal(1200),
        "currency": "EUR",
        "notes": ("Prefers e-mail",),
        "sources": ("csv",),
    }
    return Customer(**(values | changes))


def link(handle="jane_doe", *, platform="x", state=LinkState.ACTIVE, **changes) -> Link:
    values: dict[str, Any] = {
        "id": f"link-{handle}",
        "customer_id": "cust1",
        "account": Account(platform, handle),
        "grade": Grade.SUPPLIED,
        "state": state,
        "user_id": "id-jane_doe",
        "evidence": "imported",
        "since": NOON,
    }
    return Link(**(values | changes))


def profile(**changes) -> CustomerProfile:
    values: dict[str, Any] = {"customer": customer(), "cases": (case(),), "mentions": (seen(),)}
    return CustomerProfile(**(values | changes))


def held(**changes) -> Holdings:
    values = {"posts": 12, "copies": 1, "replies": 2, "cases": 3, "messages": 5, "corrections": 1, "judged": 1}
    records = {"accounts": 1, "links": 1, "records": {"csv": 1, "shop": 1}, "versions": 3, "notes": 1, "events": 40}
    return Holdings(**(values | records | changes))


def engagement(**changes) -> EngagementChanges:
    shown = (
        ChangeLine("cust1", ChangeKind.DROP, "high", "12 visits a week before, none in 28 days; chance 0.02 %"),
        ChangeLine(
            "cust2", ChangeKind.RISE, "unknown", "0.5 actions a week before, 40 in 28 days; chance below 0.01 %"
        ),
    )
    values = {"on": date(2026, 3, 2), "drops": 9, "rises": 3, "shown": shown}
    return EngagementChanges(**(values | changes))


def offered(*accounts, customer=None, **changes) -> Offer:
    return Offer("offer1", Somebody(customer, accounts or (jane(),)), held(**changes))


def forgetting(state=ForgettingState.ERASED, **changes) -> Forgetting:
    at = None if state is ForgettingState.RUNNING else NOON
    values = {"id": "receipt1", "state": state, "by": "U0ADA", "offered_at": NOON, "confirmed_at": NOON}
    known = {"erased_at": at, "customer_id": None, "author_keys": (), "gone": held()}
    return Forgetting(**(values | known | changes))


def nudge(**changes) -> Nudge:
    values: dict[str, Any] = {"reason": NudgeReason.ASSIGNED, "by": "U0MIA", "case": case(), "card_url": CARD_URL}
    return Nudge(**(values | changes))


def handover(kind: HandoverKind, **changes) -> Handover:
    values: dict[str, Any] = {
        "id": "handover1",
        "kind": kind,
        "brand": "Lumora",
        "at": NOON,
        "by": "U0MIA",
        "note": "The third of today",
        "quote": "Jane called: nothing works",
        "source_url": CARD_URL,
        "whom": "U0LEO" if kind is HandoverKind.ESCALATION else None,
    }
    return Handover(**(values | changes))


def handed(kind: HandoverKind, **changes) -> HandedOver:
    values: dict[str, Any] = {"handover": handover(kind), "seen": seen(), "case": case(), "card_url": CARD_URL}
    return HandedOver(kind, **(values | changes))


def surge(**changes) -> Surge:
    span = SurgeSpan("surge1", "Lumora", "C0ALERTS", NOON, NOON + timedelta(minutes=3))
    values: dict[str, Any] = {
        "span": span,
        "cases": 412,
        "urgent": 3,
        "open": 400,
        "owned": 20,
        "answered": 12,
        "reasons": (("leaving", 210), ("negative", 202)),
        "loudest": (file(seen(), author=jane()), file(seen("Nothing works"), author=jane("joe", followers=900))),
    }
    return Surge(**(values | changes))


def surge_line(**changes) -> SurgeLine:
    values: dict[str, Any] = {
        "brand": "Lumora",
        "since": NOON,
        "until": NOON + timedelta(minutes=1),
        "total": 80,
        "shown": (file(seen(), author=jane()),),
    }
    return SurgeLine(**(values | changes))


def deadline(kind: DeadlineKind = DeadlineKind.OVERDUE, **changes) -> DeadlineNotice:
    values: dict[str, Any] = {
        "kind": kind,
        "brand": "Lumora",
        "person": None,
        "total": 12,
        "since": NOON,
        "shown": (file(seen(), author=jane()),),
    }
    return DeadlineNotice(**(values | changes))


def health(**changes) -> Health:
    values: dict[str, Any] = {
        "at": LATER,
        "streams": (
            StreamHealth("lumora on X", LATER - timedelta(seconds=40), None, None, 1200, Decimal("1.25"), Decimal(5)),
            StreamHealth("lumora on Reddit", LATER - timedelta(hours=3), NOON, "HTTP 503", 40, Decimal(0)),
            StreamHealth("new stream", None, None, None, 0, Decimal(0)),
        ),
        "messages_waiting": 2,
        "messages_failed": 1,
        "open_cases": 9,
        "overdue_cases": 4,
        "model": "earshot-minilm-1@25a1b30a, learned version 3 of 2026-03-02",
    }
    return Health(**(values | changes))


def quality(**changes) -> Quality:
    """Figures of which one is whole, one has no recall and one nothing at all."""
    values: dict[str, Any] = {
        "brand": "Lumora",
        "weeks": 8,
        "judged": 57,
        "drawn": 60,
        "figures": (
            LiveFigure("complaint", Estimate(0.8, 0.61, 0.91), Estimate(0.667, 0.41, 0.9), 20, 25, 24),
            LiveFigure("leave", Estimate(0.0, 0.0, 0.49), None, 0, 4, 0),
            LiveFigure("relevance", None, None, 0, 0, 0),
        ),
        "corrected": 2,
        "cards": 31,
    }
    return Quality(**(values | changes))


def blind_check(**changes) -> BlindCheck:
    return BlindCheck(
        **({"id": "check1", "brand": "Lumora", "week": date(2026, 3, 2), "total": 20, "done": 0} | changes)
    )


def blind_post(task=RELEVANCE, *, text="Lumora is down again, I am off to Vidora", **changes) -> BlindPost:
    values: dict[str, Any] = {
        "item": 41,
        "brand": "Lumora",
        "mention": builders.mention(text, number=7, by=jane()),
        "task": task,
        "answers": {},
        "place": 3,
        "total": 20,
    }
    return BlindPost(**(values | changes))


def queue(*files, total=None, overdue=1) -> QueuePage:
    return QueuePage(tuple(files), total if total is not None else len(files), overdue)


def message(content_kind=MessageKind.CARD, **changes) -> OutgoingMessage:
    values: dict[str, Any] = {
        "key": "card:case1",
        "channel": "C0ALERTS",
        "kind": content_kind,
        "subject": "case1",
        "state": MessageState.SENDING,
        "created_at": NOON,
    }
    return OutgoingMessage(**(values | changes))
