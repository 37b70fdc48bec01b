"""A label that a person sets on a card: kept, shown to everybody, and followed by the case and its facts."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from crm.business_time import due_at
from crm.lifecycle import insist
from crm.triage import triage
from domain.brand import Brand
from domain.case import OPEN_STATES, Case, CaseFile, CaseKind, CaseState, SeenMention, Triage, Urgency, Verdict
from domain.errors import Refused
from domain.mention import MentionId
from domain.person import Action
from domain.prediction import CORRECTABLE, SWITCHING
from flows.filing import outcome_of
from flows.house import House
from flows.responding import Click, act
from storage import brands, cases, corrections, customers, mentions, outcomes
from storage.database import Tx


def correct(click: Click, *, mention_id: MentionId, task: str, label: str, house: House) -> CaseFile:
    """Set the label of one of the case's posts; the case stays open with its owner.

    Raises:
        Refused: not permitted, no label to be set, the post is gone, or the case is dismissed.
    """
    return act(click, Action.CORRECT, partial(_correct, mention_id, task, label, house), house)


def _correct(
    mention_id: MentionId, task: str, label: str, house: House, tx: Tx, case: Case, user: str, now: datetime
) -> str:
    if label not in CORRECTABLE.get(task, ()):
        raise Refused("This choice is not known here: the card may be older than the last update. Nothing was changed.")
    brand = house.brand(case.brand)
    insist(Action.CORRECT, case)
    brands.lock(tx, [case.brand])  # what the author writes meanwhile must not be overlooked
    if mention_id not in {seen.mention.id for seen in mentions.of_case(tx, case.id)}:
        raise Refused("This post is gone: its author removed it.")
    corrections.add(tx, mention_id=mention_id, brand=case.brand, task=task, label=label, by=user, at=now)
    called = _follow(tx, case.id, brand, house)
    name = "intent" if task == SWITCHING else task
    calls_no_more = "" if called else ": nothing to answer"
    return f"{name} corrected to {label.replace('_', ' ')}{calls_no_more}"


def _follow(tx: Tx, case_id: str, brand: Brand, house: House) -> bool:
    """Let kind, urgency and facts of a case follow its labels; False where nothing calls for an answer any more."""
    case = cases.get(tx, case_id)
    if case is None:
        return False
    customer = customers.match_keys(tx, [case.author_key]).get(case.author_key)
    value = customer.value if customer else None
    decisions = [_decision(seen, brand, value, house) for seen in mentions.of_case(tx, case_id)]
    calling = [d for d in decisions if d.verdict is Verdict.CASE]
    kinds = {d.kind for d in calling}
    kind = next((kind for kind in CaseKind if kind in kinds), case.kind)  # in their order: complaints first
    urgency = max((d.urgency for d in calling if d.urgency), key=lambda u: u.rank, default=Urgency.LOW)
    changed = replace(case, kind=kind, urgency=urgency, due_at=_due(case, urgency, brand, house))
    cases.change(tx, case_id, states=tuple(CaseState), kind=kind, urgency=urgency, due_at=changed.due_at)
    keeps_due = case.answered_at is not None or changed.due_at == case.due_at  # that of the first answer is meant
    outcomes.put(tx, outcome_of(changed, brand), keeps_due=keeps_due)
    outcomes.counts(tx, case_id, eligible=bool(calling))
    return bool(calling)


def _decision(seen: SeenMention, brand: Brand, value: Decimal | None, house: House) -> Triage:
    """Decide anew about a post of which people said something; others keep what was decided of them."""
    if not any(item.by for item in seen.predictions.items):
        return seen.triage
    return triage(seen.mention, seen.predictions, brand=brand, customer_value=value, policy=house.policy)


def _due(case: Case, urgency: Urgency, brand: Brand, house: House) -> datetime:
    """Move the time of an open case that nobody reopened; any other keeps its own, as it runs from a later moment."""
    minutes = house.policy.due_minutes
    if case.state not in OPEN_STATES or case.due_at != due_at(
        case.posted_at, minutes=minutes[case.urgency], brand=brand
    ):
        return case.due_at
    return due_at(case.posted_at, minutes=minutes[urgency], brand=brand)
