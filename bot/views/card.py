"""The alert card: one case with all that a person needs to answer it, and the buttons that its state allows."""

from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, InteractiveElement, SectionBlock

from bot.escaping import link, web_url
from bot.views.approval import draft_words
from bot.views.case_menus import MORE, SNOOZE, more_menu, snooze_menu
from bot.views.courting import courting_fields
from bot.views.elements import (
    button,
    buttons,
    byline,
    count,
    handle,
    inline,
    line,
    named,
    platform_name,
    quoted,
    said,
    small,
    urgency_words,
    when,
    who,
    words,
)
from bot.views.labels import because, complaint_words, intent_words, relevance_words, sentiment_words
from crm.lifecycle import Step, possible
from domain.case import (
    OPEN_STATES,
    Case,
    CaseFile,
    CaseKind,
    CaseState,
    Copies,
    CustomerSummary,
    HistoryLine,
    SeenMention,
)
from domain.compliance import TOO_OLD
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING
from domain.reply import Credit, CreditReason

CLAIM, REPLY, RESOLVE, NOT_US, REOPEN, WAKE, OPEN_POST, SHOW_CARD = (
    "case_claim",
    "case_reply",
    "case_resolve",
    "case_not_us",
    "case_reopen",
    "case_wake",
    "case_open_post",
    "case_show",
)

_KIND = {CaseKind.COMPLAINT: "Complaint", CaseKind.OPPORTUNITY: "Opportunity", CaseKind.POACHING: "Poaching"}
_ICON = {CaseKind.COMPLAINT: "🔴", CaseKind.OPPORTUNITY: "🟢", CaseKind.POACHING: "🎣"}
STATE_NAMES = {
    CaseState.NEW: "New",
    CaseState.CLAIMED: "Claimed",
    CaseState.SNOOZED: "Snoozed",
    CaseState.WAITING_APPROVAL: "Waiting for approval",
    CaseState.ANSWERED: "Answered",
    CaseState.RESOLVED: "Resolved",
    CaseState.DISMISSED: "Not us",
    CaseState.REMOVED: "Removed by its author",
}
_ROWS = {
    CaseState.NEW: (CLAIM, REPLY, RESOLVE, SNOOZE, NOT_US, MORE),
    CaseState.CLAIMED: (REPLY, RESOLVE, SNOOZE, NOT_US, MORE),
    CaseState.SNOOZED: (WAKE, CLAIM, REPLY, RESOLVE, MORE),
    CaseState.WAITING_APPROVAL: (RESOLVE, MORE),
    CaseState.ANSWERED: (RESOLVE, REOPEN, MORE),
    CaseState.RESOLVED: (REOPEN, MORE),
    CaseState.DISMISSED: (REOPEN,),
    CaseState.REMOVED: (),
}
"""What each state offers, in this order; of these a button is left out whose step is not possible."""

_STEPS = {
    CLAIM: Step.CLAIM,
    REPLY: Step.REPLY,
    RESOLVE: Step.RESOLVE,
    NOT_US: Step.NOT_US,
    REOPEN: Step.REOPEN,
    WAKE: Step.WAKE,
}
_LABELS = {CLAIM: "Claim", REPLY: "Reply", RESOLVE: "Resolve", NOT_US: "Not us", REOPEN: "Reopen", WAKE: "Wake"}
_HISTORY_SHOWN = 4


def card_blocks(file: CaseFile, *, now: datetime) -> list[Block]:
    """Show a case; `now` decides whether its answer is overdue."""
    blocks: list[Block] = [line(_title(file))]
    if file.mentions:
        blocks.append(small(said(byline(file.author), limit=400, empty="(unknown author)")))
    blocks += _context(file)
    blocks += _posts(file)
    if file.mentions:
        blocks.append(SectionBlock(fields=[words(field) for field in _fields(file, now)]))
    if file.copies:
        blocks.append(small(words(_copies(file.copies))))
    blocks += _escalation(file.case)
    blocks += _answers(file)
    blocks += _reply(file)
    if file.history:
        blocks.append(small(words(_history(file))))
    return blocks + buttons(_row(file))


def card_text(file: CaseFile) -> str:
    """Say the card in one line, for notifications and for a Slack that refuses its blocks."""
    case = file.case
    author = inline(handle(case.platform, file.author.handle), limit=80)
    text = f"{_kind(file)} on {platform_name(case.platform)} about {inline(case.brand)}: {author}"
    if not file.mentions:
        return f"{text} (the post was removed)"
    latest = file.mentions[-1].mention
    return f"{text}: “{inline(latest.text, limit=300)}”"


def card_plain_text(file: CaseFile, *, now: datetime) -> str:
    """Say the whole card without blocks; it has no buttons."""
    link_line = [link(file.mentions[-1].mention.url, "Open post")] if file.mentions else []
    return "\n".join([card_text(file), f"{_state(file)} · {_due(file, now)}", *link_line])


def short_title(file: CaseFile, *, now: datetime) -> str:
    """Say in one line what the case is and by when it wants an answer."""
    return f"{_title(file)} · {_due(file, now)}{_value(file)}"


def brief_title(file: CaseFile, *, now: datetime) -> str:
    """Say the same where the message is never changed, and so without where the case stands, which would be."""
    case = file.case
    title = f"{_ICON[case.kind]} *{_kind(file)}* on {platform_name(case.platform)} · {urgency_words(case.urgency)}"
    return f"{title} · {_due(file, now)}{_value(file)}"


def _title(file: CaseFile) -> str:
    case = file.case
    icon = _ICON[case.kind] if file.counted else "⚪"
    return (
        f"{icon} *{_kind(file)}* on {platform_name(case.platform)} about *{inline(case.brand)}*"
        f" · {urgency_words(case.urgency)} · *{_state(file)}*{_who_and_when(case)}"
    )


def _state(file: CaseFile) -> str:
    return "Erased, as it was old" if _too_old(file) else STATE_NAMES[file.case.state]


def _too_old(file: CaseFile) -> bool:
    """Tell whether the posts went because of their age, and not by their author's wish."""
    return file.case.state is CaseState.REMOVED and any(line.action == TOO_OLD for line in file.history)


def _value(file: CaseFile) -> str:
    return f" · {inline(file.customer.value_band)} value" if file.customer else ""


def _who_and_when(case: Case) -> str:
    """Say whose a claimed case is, and until when and by whom a snoozed one rests."""
    if case.state is CaseState.SNOOZED and case.snoozed_until:
        owner = f" · owner {who(case.owner)}" if case.owner else ""
        return f" until {when(case.snoozed_until)} by {who(case.snoozed_by)}{owner}"
    if case.state is CaseState.WAITING_APPROVAL and case.owner:
        return f" · owner {who(case.owner)}"
    return f" by {who(case.owner)}" if case.owner and case.state is CaseState.CLAIMED else ""


def _escalation(case: Case) -> list[Block]:
    if not (case.escalated_at and case.escalated_to):
        return []
    return [line(f"🚨 *Escalated* to {named(case.escalated_to)} by {who(case.escalated_by)} {when(case.escalated_at)}")]


def _kind(file: CaseFile) -> str:
    kind = _KIND[file.case.kind]
    return kind if file.counted else f"No {kind.lower()}"


def _context(file: CaseFile) -> list[Block]:
    """Say in one line what the first post answers."""
    if file.context is None or not file.mentions:
        return []
    author = file.context.author
    whom = f" to {inline(handle(author.platform, author.handle), limit=80)}" if author.handle else ""
    return [small(words(f"↩ in reply{whom}: “{inline(file.context.text, limit=200)}”"))]


def _posts(file: CaseFile) -> list[Block]:
    """Quote the first post and, where the author went on, the latest."""
    mentions = file.mentions
    if not mentions:
        why = "The post was too old to be kept any longer." if _too_old(file) else "The author removed the post."
        return [line(f"_{why} Nothing of it is kept._")]
    first = mentions[0].mention
    blocks: list[Block] = [quoted(first.text, limit=1500, lines=15)]
    facts = [f"posted {when(first.posted_at)}", f"language: {inline(_language(mentions[0]), limit=40)}"]
    if first.edited_at:
        facts.append(f"edited {when(first.edited_at)}")
    blocks.append(small(words(" · ".join(facts))))
    if len(mentions) > 1:
        latest = mentions[-1].mention
        thread = f"{count(len(mentions), 'post')} in this thread, the latest {when(latest.posted_at)}:"
        blocks.append(small(words(thread)))
        blocks.append(quoted(latest.text, limit=800, lines=8))
    return blocks


def _language(seen: SeenMention) -> str:
    language = seen.predictions.language or seen.mention.language or "unknown"
    return language if seen.predictions.language_supported else f"{language} (not supported)"


def _fields(file: CaseFile, now: datetime) -> list[str]:
    calling = file.calling or file.mentions[-1]
    if file.case.kind is CaseKind.POACHING:
        return courting_fields(file, calling, due=_due(file, now))
    sentiment, switching = calling.predictions.of(SENTIMENT), calling.predictions.of(SWITCHING)
    dismissed = file.case.state is CaseState.DISMISSED  # a person's word, which overrides the model's
    relevance = None if dismissed else relevance_words(calling.predictions.of(RELEVANCE))
    complaint = complaint_words(calling.predictions.of(COMPLAINT))
    return [
        f"*Sentiment*\n{sentiment_words(sentiment)}{because(sentiment)}",
        f"*Switching*\n{intent_words(switching)}{because(switching)}",
        *([f"*Complaint*\n{complaint}"] if complaint else []),
        *([f"*Relevance*\n{relevance}"] if relevance else []),
        f"*Customer*\n{_customer(file.customer)}",
        f"*Answer*\n{_due(file, now)}",
        f"*Why it is here*\n{inline(calling.triage.reason)}",
    ]


def _copies(copies: Copies) -> str:
    reach = f", seen by up to {count(copies.reach, 'follower')}" if copies.reach else ""
    return f"🔁 {count(copies.posts, 'more post')} with the same words{reach}"


def _customer(customer: CustomerSummary | None) -> str:
    if customer is None:
        return "not linked"
    earlier = count(customer.earlier_cases, "earlier case") if customer.earlier_cases else "no earlier case"
    return f"{inline(customer.grade)} · {inline(customer.value_band)} value · {earlier}"


def _due(file: CaseFile, now: datetime) -> str:
    case = file.case
    if case.kind is CaseKind.POACHING and case.state in OPEN_STATES:
        return f"⏰ *to be looked at* since {when(case.due_at)}" if now > case.due_at else f"by {when(case.due_at)}"
    if case.state not in OPEN_STATES:
        return f"answered {when(case.answered_at)}" if case.answered_at else "no longer awaited"
    return f"⏰ *overdue* since {when(case.due_at)}" if now > case.due_at else f"due {when(case.due_at)}"


def _answers(file: CaseFile) -> list[Block]:
    if not file.responses:
        return []
    answer = file.responses[0]
    who_answered = inline(handle(file.case.platform, answer.responder), limit=80)
    credit = f" ({credit_words(answer.credit)})" if answer.credit else ""
    return [small(words(f"💬 {link(answer.url, 'Answered')} by {who_answered}{credit} {when(answer.at)}"))]


def credit_words(credit: Credit) -> str:
    """Name the person behind an answer, and how sure that is."""
    person = who(credit.user_id)
    match credit.reason:
        case CreditReason.SENT:
            return person
        case CreditReason.WROTE:
            return f"probably {person}, who was writing"
        case CreditReason.OWNED:
            return f"probably {person}, the owner"


def _reply(file: CaseFile) -> list[Block]:
    """Say where a reply stands that people are still waiting for."""
    said_of_it = draft_words(file.draft) if file.draft and file.case.state in OPEN_STATES else None
    return [small(words(said_of_it))] if said_of_it else []


def _history(file: CaseFile) -> str:
    return " · ".join(map(_happened, file.history[-_HISTORY_SHOWN:]))


def _happened(line: HistoryLine) -> str:
    whom = f" {named(line.whom)}" if line.whom else ""
    return f"{who(line.actor)}: {inline(line.action)}{whom} {when(line.at)}"


def _row(file: CaseFile) -> list[InteractiveElement]:
    """Offer what the state allows; the click checks who may."""
    case = file.case
    row: list[InteractiveElement] = []
    for action in _ROWS[case.state]:
        if action == SNOOZE:
            row.append(snooze_menu(case.id))
        elif action == MORE:
            row.append(more_menu(file))
        elif action not in _STEPS or possible(_STEPS[action], case):
            style = "primary" if not row and action not in {REOPEN, WAKE} else None
            row.append(button(_LABELS[action], action_id=action, value=case.id, style=style))
    url = web_url(file.mentions[-1].mention.url) if file.mentions else None
    if url:
        row.append(open_post(url, case.id))
    return row


def show_card(case_id: str) -> ButtonElement:
    """Make the button that shows a person alone the card of a case, with all its buttons."""
    return button("Show card", action_id=SHOW_CARD, value=case_id)


def open_post(url: str, case_id: str) -> ButtonElement:
    """Make the button that leads to a post; `url` has passed `web_url`."""
    element = button("Open post", action_id=OPEN_POST, value=case_id)
    element.url = url
    return element
