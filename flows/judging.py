"""The posts that wait for a person's eye: listing them, and what somebody says of one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.access import permit
from crm.triage import triage
from domain.brand import Brand
from domain.case import CaseFile, HistoryLine, SeenMention, Triage, Verdict
from domain.errors import Refused
from domain.mention import MentionId
from domain.message import MessageKind
from domain.person import Action, Person
from domain.prediction import ABOUT, RELEVANCE, SENTIMENT, SWITCHING
from flows.carding import Origin
from flows.filing import open_for
from flows.house import House
from storage import audit, brands, cases, corrections, customers, deliveries, mentions, messages
from storage.database import Tx

_GONE = "This post does not wait any more: somebody judged it, its author removed it, or it has a case."


class Judgement(StrEnum):
    """What a person says of a post that the model was unsure of."""

    COMPLAINT = "complaint"
    OPPORTUNITY = "opportunity"
    NOTHING = "nothing"  # to answer; no label is changed by it


_LABELS = {
    Judgement.COMPLAINT: ((RELEVANCE, ABOUT), (SENTIMENT, "negative")),
    Judgement.OPPORTUNITY: ((RELEVANCE, ABOUT), (SWITCHING, "considering_joining")),
}
"""The labels that a judgement sets; the model learns from them as from every correction."""


_NOTHING = "a person found nothing to answer"


def may_be_judged(seen: SeenMention) -> bool:
    """Tell whether a post waits for a person's eye, or went to the hourly line without anybody having looked."""
    undecided = seen.triage.verdict in {Verdict.REVIEW, Verdict.BATCH} and seen.triage.reason != _NOTHING
    return undecided and seen.case_id is None


@dataclass(frozen=True, slots=True)
class UnsurePage:
    """A part of the posts that wait for a person's eye, the latest first; `total` counts all."""

    posts: tuple[SeenMention, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Look:
    """Who judges which post of which brand. A repeat of `delivery` has no further effect."""

    mention_id: MentionId
    brand: str
    person: Person
    delivery: str | None = None


def unsure(*, person: Person, house: House, brand: str | None = None, limit: int = 10, offset: int = 0) -> UnsurePage:
    """List what waits for a person's eye; raises Refused."""
    permit(person, Action.JUDGE)
    with house.database.read() as tx:
        found = mentions.for_a_persons_eye(tx, brand=brand, limit=limit, offset=offset)
        return UnsurePage(tuple(found), mentions.unsure_count(tx, brand=brand))


def judge(look: Look, judgement: Judgement, *, house: House) -> CaseFile | None:
    """Keep what a person says of a post; return the case that follows, None where nothing is to be answered.

    Raises:
        Refused: not permitted, the post does not wait any more, or its brand has left the settings.
    """
    permit(look.person, Action.JUDGE)
    brand, now = house.brand(look.brand), house.clock()
    with house.database.write() as tx:
        brands.lock(tx, [brand.name])  # what the author writes meanwhile must not be overlooked
        if look.delivery is None or deliveries.first_time(tx, look.delivery, at=now):
            _decide(tx, look, judgement, brand, now, house)
        seen = mentions.get(tx, look.mention_id, brand=brand.name)
        return cases.file(tx, seen.case_id, value_band=house.band) if seen and seen.case_id else None


def _decide(tx: Tx, look: Look, judgement: Judgement, brand: Brand, now: datetime, house: House) -> None:
    seen = mentions.get(tx, look.mention_id, brand=brand.name)
    if seen is None or not may_be_judged(seen):
        raise Refused(_GONE)
    if judgement is Judgement.NOTHING:
        decision, case_id = Triage(Verdict.BATCH, _NOTHING), None
    else:
        decision, case_id = _open(tx, look, judgement, brand, now, house)
    mentions.decide(tx, look.mention_id, decision, brand=brand.name, case_id=case_id)
    subject, user = case_id or mentions.surrogate(tx, look.mention_id), look.person.user_id
    action = Action.JUDGE.value
    audit.append(tx, at=now, actor=user, action=action, subject=subject, detail=judgement.value, secret=house.secret)


def _open(tx: Tx, look: Look, judgement: Judgement, brand: Brand, now: datetime, house: House) -> tuple[Triage, str]:
    """Set the labels and open the case that follows from them, or join the one that the author has by now."""
    user = look.person.user_id
    for task, label in _LABELS[judgement]:
        corrections.add(tx, mention_id=look.mention_id, brand=brand.name, task=task, label=label, by=user, at=now)
    seen = mentions.get(tx, look.mention_id, brand=brand.name)
    if seen is None:
        raise Refused(_GONE)
    author = seen.mention.author.key
    customer = customers.match_keys(tx, [author]).get(author)
    value = customer.value if customer else None
    decision = triage(seen.mention, seen.predictions, brand=brand, customer_value=value, policy=house.policy)
    if decision.verdict is not Verdict.CASE:
        raise Refused(f"This makes no case: {decision.reason}.")
    case = open_for(
        tx, seen.mention, brand, decision, origin=Origin(None, alert=True, channels=house.channels), house=house
    )
    cases.note(tx, case.id, HistoryLine(at=now, actor=user, action="found it among the unsure posts"))
    messages.touch(tx, kind=MessageKind.CARD, subject=case.id)
    return decision, case.id
