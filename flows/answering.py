"""Public replies of ours, inside the caller's transaction: which case they answer, and the end of its clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.lifecycle import FROM, Step
from crm.wording import is_automatic
from domain.case import CaseState, HistoryLine, Response, SeenMention, Verdict
from domain.mention import Mention, MentionId
from domain.message import MessageKind
from domain.reply import Credit, CreditReason
from flows.auditing import audit_step
from flows.crediting import probable_credit
from flows.house import House
from storage import cases, holds, mentions, messages, outcomes, responses
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Answers:
    """The cases that replies of ours answer, and how many of these replies nobody had matched before."""

    case_ids: frozenset[str]
    new: int


def record_answers(tx: Tx, filed: Sequence[SeenMention], *, house: House) -> Answers:
    """Match our own replies with the cases that they answer, whichever of the two was stored first.

    `filed` are the posts that were just stored, of ours and of others. What a machine wrote is no answer.
    """
    asked: dict[str, dict[MentionId, str]] = {}
    for seen in filed:
        if seen.case_id:
            asked.setdefault(seen.brand, {})[seen.mention.id] = seen.case_id
    case_ids, new = set(), 0
    for brand in {seen.brand for seen in filed}:
        replies = [
            s.mention for s in filed if s.brand == brand and s.triage.verdict is Verdict.OWN and s.mention.reply_to
        ]
        earlier = mentions.own_replies(tx, list(asked.get(brand, {})), brand=brand)
        parents = [r.reply_to for r in replies if r.reply_to]
        known = mentions.case_ids(tx, parents, brand=brand) | asked.get(brand, {})
        for reply in {r.id: r for r in (*earlier, *replies)}.values():
            case_id = known.get(reply.reply_to) if reply.reply_to else None
            by_machine = reply.author.automated or is_automatic(reply.text, house.replies)
            if case_id and not by_machine:
                new += record_answer(tx, case_id, reply, house=house)
                case_ids.add(case_id)
    return Answers(frozenset(case_ids), new)


def record_answer(tx: Tx, case_id: str, reply: Mention, *, house: House, sent_by: str | None = None) -> bool:
    """Stop the case's response clock with a public reply of ours; the earliest reply wins, whenever it is found.

    `sent_by` is the Slack user whose reply Earshot sent; of any other the person is guessed. Returns False for a reply
    that is known already.
    """
    sent = Credit(sent_by, CreditReason.SENT) if sent_by else None
    credit = sent or probable_credit(tx, case_id, at=reply.posted_at)
    response = Response(case_id, reply.id, reply.author.handle, reply.posted_at, reply.url, credit)
    if not responses.add(tx, response):
        if sent:  # polling was quicker
            responses.credit(tx, reply.id, case_id, sent)
            messages.touch(tx, kind=MessageKind.CARD, subject=case_id)
        return False
    first = min(r.at for r in responses.of_case(tx, case_id))
    cases.change(tx, case_id, states=tuple(CaseState), answered_at=first)
    if not any(_calls_after(seen, reply) for seen in mentions.of_case(tx, case_id)):
        open_ones = FROM[Step.ANSWER]
        if cases.change(tx, case_id, states=open_ones, state=CaseState.ANSWERED, snoozed_until=None):
            audit_step(tx, case_id, Step.ANSWER, at=house.clock(), house=house)
    outcomes.answered(tx, case_id, at=first)
    holds.release(tx, case_id, at=house.clock())
    preposition = "as" if sent_by else "by"
    action = f"answered in public {preposition} {reply.author.handle}"
    cases.note(tx, case_id, HistoryLine(at=reply.posted_at, actor=sent_by, action=action))
    messages.touch(tx, kind=MessageKind.CARD, subject=case_id)
    return True


def _calls_after(seen: SeenMention, reply: Mention) -> bool:
    """Tell whether the author called for an answer again after this reply of ours."""
    return seen.triage.verdict is Verdict.CASE and seen.mention.posted_at > reply.posted_at
