"""The alert card: one case with all that a person needs to answer it, and the buttons that its state allows."""

from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, InteractiveElement, SectionBlock, StaticSelectElement

from bot.escaping import link, web_url
from bot.views.approval import draft_words
from bot.views.elements import (
    button,
    buttons,
    byline,
    count,
    handle,
    inline,
    line,
    menu,
    platform_name,
    quoted,
    said,
    small,
    when,
    who,
    words,
)
from domain.case import OPEN_STATES, CaseFile, CaseKind, CaseState, CustomerSummary, SeenMention, Verdict
from domain.mention import MentionId
from domain.prediction import COMPLAINT, CORRECTABLE, RELEVANCE, SENTIMENT, SWITCHING, Prediction
from domain.reply import Credit, CreditReason

REPLY = "case_reply"
CLAIM, RESOLVE, NOT_US, REOPEN, OPEN_POST, CORRECT = (
    "case_claim",
    "case_resolve",
    "case_not_us",
    "case_reopen",
    "case_open_post",
    "case_correct",
)

_KIND = {CaseKind.COMPLAINT: "Complaint", CaseKind.OPPORTUNITY: "Opportunity"}
_ICON = {CaseKind.COMPLAINT: "🔴", CaseKind.OPPORTUNITY: "🟢"}
_STATE = {
    CaseState.NEW: "New",
    CaseState.CLAIMED: "Claimed",
    CaseState.SNOOZED: "Snoozed",
    CaseState.WAITING_APPROVAL: "Waits for an approval",
    CaseState.ANSWERED: "Answered",
    CaseState.RESOLVED: "Resolved",
    CaseState.DISMISSED: "Not us",
    CaseState.REMOVED: "Removed by its author",
}
_BUTTONS = {
    CaseState.NEW: (CLAIM, REPLY, RESOLVE, NOT_US),
    CaseState.CLAIMED: (REPLY, RESOLVE, NOT_US),
    CaseState.SNOOZED: (REPLY, RESOLVE, NOT_US),
    CaseState.WAITING_APPROVAL: (RESOLVE, NOT_US),
    CaseState.ANSWERED: (RESOLVE, REOPEN),
    CaseState.RESOLVED: (REOPEN,),
    CaseState.DISMISSED: (REOPEN,),
    CaseState.REMOVED: (),
}
_OWNED = frozenset({CaseState.CLAIMED, CaseState.SNOOZED, CaseState.WAITING_APPROVAL})
_LABELS = {CLAIM: "Claim", REPLY: "Reply", RESOLVE: "Resolve", NOT_US: "Not us", REOPEN: "Reopen"}
_INTENT = {
    "none": "no sign of switching",
    "considering_leaving": "thinks of leaving us",
    "leaving": "is leaving us",
    "considering_joining": "thinks of joining us",
    "joining": "is joining us",
}
_RELEVANCE = {"not_about": "not about us", "spam": "advertising", "rival_offer": "a rival's offer"}
_CORRECTIONS = {"Sentiment": SENTIMENT, "Intent": SWITCHING}
_HISTORY_SHOWN = 4
_REASONS_SHOWN = 3


def card_blocks(file: CaseFile, *, now: datetime) -> list[Block]:
    """Show a case; `now` decides whether its answer is overdue."""
    blocks: list[Block] = [line(_title(file)), small(said(byline(file.author), limit=400, empty="(unknown author)"))]
    blocks += _posts(file.mentions)
    if file.mentions:
        blocks.append(SectionBlock(fields=[words(field) for field in _fields(file, now)]))
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
    return "\n".join([card_text(file), f"{_STATE[file.case.state]} · {_due(file, now)}", *link_line])


def short_title(file: CaseFile, *, now: datetime) -> str:
    """Say in one line what the case is and by when it wants an answer."""
    value = f" · {inline(file.customer.value_band)} value" if file.customer else ""
    return f"{_title(file)} · {_due(file, now)}{value}"


def sentiment_words(prediction: Prediction | None) -> str:
    """Say a sentiment with its confidence."""
    return _guess(inline(prediction.label), prediction) if prediction else "not known"


def intent_words(prediction: Prediction | None) -> str:
    """Say a switching intent with the rival and the confidence."""
    if prediction is None:
        return "not known"
    said_of_it = _INTENT.get(prediction.label, inline(prediction.label))
    if prediction.rival and prediction.label != "none":
        toward = "from" if prediction.label.endswith("joining") else "to"
        said_of_it += f", {toward} *{inline(prediction.rival, limit=80)}*"
    return _guess(said_of_it, prediction)


def relevance_words(prediction: Prediction | None) -> str | None:
    """Say why a post may be none of our business; None where the model takes it for ours."""
    said_of_it = _RELEVANCE.get(prediction.label) if prediction else None
    return _perhaps(said_of_it, prediction) if prediction and said_of_it else None


def _complaint_words(prediction: Prediction | None) -> str | None:
    return _perhaps("asks for an answer", prediction) if prediction and prediction.label == "complaint" else None


def _perhaps(text: str, prediction: Prediction) -> str:
    return f"{'perhaps ' if prediction.unsure else ''}{text} ({_source(prediction)})"


def _because(prediction: Prediction | None) -> str:
    """Quote the words that moved a prediction; nothing where nobody asked for them."""
    if prediction is None or prediction.reasons is None:
        return ""
    quotes = [inline(reason, limit=120) for reason in prediction.reasons[:_REASONS_SHOWN]]
    told = " … ".join(f"“{quote}”" for quote in quotes if quote)
    return f"\nbecause of: {told}" if told else "\nno single words stand out"


def _guess(text: str, prediction: Prediction) -> str:
    source = _source(prediction)
    return f"{text}? unsure, {source}" if prediction.unsure else f"{text} ({source})"


def _source(prediction: Prediction) -> str:
    return f"{prediction.score:.0%}" if prediction.by is None else f"said by {who(prediction.by)}"


def _title(file: CaseFile) -> str:
    case = file.case
    owner = f" by {who(case.owner)}" if case.owner and case.state in _OWNED else ""
    icon = _ICON[case.kind] if file.counted else "⚪"
    return (
        f"{icon} *{_kind(file)}* on {platform_name(case.platform)} about *{inline(case.brand)}*"
        f" · {case.urgency.value} urgency · *{_STATE[case.state]}*{owner}"
    )


def _kind(file: CaseFile) -> str:
    kind = _KIND[file.case.kind]
    return kind if file.counted else f"No {kind.lower()}"


def _posts(mentions: tuple[SeenMention, ...]) -> list[Block]:
    """Quote the first post and, where the author went on, the latest."""
    if not mentions:
        return [line("_The author removed the post. Nothing of it is kept._")]
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
    calling = _calling(file)
    sentiment, switching = calling.predictions.of(SENTIMENT), calling.predictions.of(SWITCHING)
    dismissed = file.case.state is CaseState.DISMISSED  # a person's word, which overrides the model's
    relevance = None if dismissed else relevance_words(calling.predictions.of(RELEVANCE))
    complaint = _complaint_words(calling.predictions.of(COMPLAINT))
    return [
        f"*Sentiment*\n{sentiment_words(sentiment)}{_because(sentiment)}",
        f"*Switching*\n{intent_words(switching)}{_because(switching)}",
        *([f"*Complaint*\n{complaint}"] if complaint else []),
        *([f"*Relevance*\n{relevance}"] if relevance else []),
        f"*Customer*\n{_customer(file.customer)}",
        f"*Answer*\n{_due(file, now)}",
        f"*Why it is here*\n{inline(calling.triage.reason)}",
    ]


def _calling(file: CaseFile) -> SeenMention:
    """Return the post whose labels the card shows: the latest that made it a case."""
    return next((m for m in reversed(file.mentions) if m.triage.verdict is Verdict.CASE), file.mentions[-1])


def _customer(customer: CustomerSummary | None) -> str:
    if customer is None:
        return "not linked"
    earlier = count(customer.earlier_cases, "earlier case") if customer.earlier_cases else "no earlier case"
    return f"{inline(customer.grade)} · {inline(customer.value_band)} value · {earlier}"


def _due(file: CaseFile, now: datetime) -> str:
    case = file.case
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
    lines = [f"{who(h.actor)}: {inline(h.action)} {when(h.at)}" for h in file.history[-_HISTORY_SHOWN:]]
    return " · ".join(lines)


def _row(file: CaseFile) -> list[InteractiveElement]:
    case = file.case
    actions = _BUTTONS[case.state]
    row: list[InteractiveElement] = [
        button(
            _LABELS[action],
            action_id=action,
            value=case.id,
            style="primary" if place == 0 and action != REOPEN else None,
        )
        for place, action in enumerate(actions)
    ]
    if file.mentions and case.state not in {CaseState.DISMISSED, CaseState.REMOVED}:
        row.append(_corrections(case.id, _calling(file).mention.id))
    url = web_url(file.mentions[-1].mention.url) if file.mentions else None
    if url:
        row.append(open_post(url, case.id))
    return row


def _corrections(case_id: str, mention_id: MentionId) -> StaticSelectElement:
    """Offer every label in words, for the post whose labels are shown."""
    groups = {
        title: {_label(task, label): f"{case_id}|{task}|{label}|{mention_id}" for label in CORRECTABLE[task]}
        for title, task in _CORRECTIONS.items()
    }
    return menu("Correct", action_id=CORRECT, groups=groups)


def _label(task: str, label: str) -> str:
    return _INTENT[label] if task == SWITCHING else label


def read_correction(value: str) -> tuple[str, str, str, MentionId]:
    """Read case, task, label and post from what was chosen."""
    case_id, task, label, mention_id = value.split("|", 3)
    return case_id, task, label, MentionId(mention_id)


def open_post(url: str, case_id: str) -> ButtonElement:
    """Make the button that leads to a post; `url` has passed `web_url`."""
    element = button("Open post", action_id=OPEN_POST, value=case_id)
    element.url = url
    return element
