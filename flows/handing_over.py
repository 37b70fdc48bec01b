"""Passing things on: a case up the ladder, a post or a message in Slack to product, a lead to those who sell."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from crm.access import permit
from crm.lifecycle import OFFERED, insist
from domain.case import Case, CaseFile, HistoryLine
from domain.errors import Refused
from domain.handover import Handover, HandoverKind, Interest
from domain.mention import MentionId
from domain.message import PRESSING, HandedOver, MessageKind, MessageState, OutgoingMessage
from domain.person import Action, Person
from flows.house import House
from flows.permalinks import card_url
from flows.responding import Click, Told, act
from storage import audit, cases, deliveries, handovers, mentions, messages
from storage.database import Tx

_ACTIONS = {HandoverKind.PRODUCT: Action.SEND_TO_PRODUCT, HandoverKind.LEAD: Action.CREATE_LEAD}
_TOLD = {HandoverKind.PRODUCT: "sent to product", HandoverKind.LEAD: "made a lead"}


@dataclass(frozen=True, slots=True)
class Source:
    """What is passed on: a case, a post without one, or, where neither is named, a message in Slack."""

    brand: str
    case_id: str | None = None
    mention_id: MentionId | None = None
    quote: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who passes on what, and with which words. A repeat of `delivery` has no further effect."""

    person: Person
    source: Source
    note: str
    interest: Interest | None = None
    delivery: str | None = None


def escalate_case(click: Click, *, reason: str, to: tuple[str, ...], house: House) -> CaseFile:
    """Pass an open case up the ladder for a person; `to` are some of those whom the settings name.

    Raises:
        Refused: not permitted, nobody is named in the settings or of them, or the case is closed.
    """
    return act(click, Action.ESCALATE, partial(_escalate, reason, to, house), house)


def nobody_to_escalate_to(house: House) -> str | None:
    """Say what the settings lack for an escalation; None where nothing is missing."""
    if house.escalation.people or house.escalation.channel:
        return None
    return (
        "Nobody is named to escalate to: whoever runs Earshot can set `people` or `channel` under [escalation] in the "
        "settings."
    )


def _escalate(reason: str, to: tuple[str, ...], house: House, tx: Tx, case: Case, user: str, now: datetime) -> Told:
    """Mark the case and queue the messages.

    State, urgency and due time stay: how soon the author wants an answer has not changed, only who knows of it.
    """
    insist(Action.ESCALATE, case)
    if lacking := nobody_to_escalate_to(house):
        raise Refused(lacking)
    channel = house.escalation.channel
    if not set(to) <= set(house.escalation.people) or not (to or channel):
        raise Refused("Choose somebody whom the settings name under [escalation].")
    whom = " ".join(to) or str(channel)
    marked = {"escalated_at": now, "escalated_by": user, "escalated_to": whom}
    if not cases.change(tx, case.id, states=OFFERED[Action.ESCALATE], **marked):
        raise Refused("Somebody was quicker: look at the card as it is now.")
    latest = mentions.of_case(tx, case.id)[-1:]
    handover = Handover(
        id=uuid4().hex,
        kind=HandoverKind.ESCALATION,
        brand=case.brand,
        at=now,
        by=user,
        note=reason,
        mention_id=latest[0].mention.id if latest else None,
        case_id=case.id,
        whom=whom,
    )
    handovers.add(tx, handover)
    for each in (channel,) if channel else to:
        _post(tx, handover, MessageKind.ESCALATION, each, now)
    return Told("escalated to", whom)


def product_channel(brand: str, house: House) -> str:
    """Return where a brand's posts are sent on to; raises Refused, naming the key to set."""
    channel = house.product_channels.get(brand)
    if channel is None:
        raise Refused(
            f"No channel of product is known for {brand}: whoever runs Earshot can set `product_channel` under [slack] "
            "or under the brand in the settings."
        )
    return channel


def send_to_product(wish: Wish, *, house: House) -> None:
    """Quote a post, with its link and a note, in the channel of those who make the product.

    Raises:
        Refused: not permitted, no such channel, or the case or the post is gone.
    """
    permit(wish.person, Action.SEND_TO_PRODUCT)
    channel = product_channel(wish.source.brand, house)
    _hand_over(wish, HandoverKind.PRODUCT, house, channel=channel)


def create_lead(wish: Wish, *, house: House) -> None:
    """Keep somebody as a lead. Raises as `send_to_product`."""
    permit(wish.person, Action.CREATE_LEAD)
    _hand_over(wish, HandoverKind.LEAD, house)


@dataclass(frozen=True, slots=True)
class LeadPage:
    """A page of the leads, the latest first; `total` counts all of them."""

    leads: tuple[HandedOver, ...]
    total: int


def leads(
    *, person: Person, house: House, brand: str | None, since: datetime | None, limit: int, offset: int = 0
) -> LeadPage:
    """List whom people kept as leads, of one brand or all. Raises Refused."""
    permit(person, Action.SEE_LEADS)
    with house.database.read() as tx:
        found = handovers.leads(tx, brand=brand, since=since, limit=limit, offset=offset)
        total = handovers.count_leads(tx, brand=brand, since=since)
        return LeadPage(tuple(passed_on(tx, one, house=house) for one in found), total)


def passed_on(tx: Tx, handover: Handover, *, house: House) -> HandedOver:
    """Read the post and the case of what was passed on, and where its card is."""
    return HandedOver(
        kind=handover.kind,
        handover=handover,
        seen=mentions.get(tx, handover.mention_id, brand=handover.brand) if handover.mention_id else None,
        case=cases.get(tx, handover.case_id) if handover.case_id else None,
        card_url=card_url(tx, handover.case_id, house),
    )


def _hand_over(wish: Wish, kind: HandoverKind, house: House, *, channel: str | None = None) -> None:
    now, user = house.clock(), wish.person.user_id
    with house.database.write() as tx:
        if wish.delivery is not None and not deliveries.first_time(tx, wish.delivery, at=now):
            return
        source = _found(tx, wish.source, _ACTIONS[kind])
        handover = Handover(
            id=uuid4().hex,
            kind=kind,
            brand=source.brand,
            at=now,
            by=user,
            note=wish.note,
            mention_id=source.mention_id,
            case_id=source.case_id,
            quote=source.quote,
            source_url=source.source_url,
            interest=wish.interest,
        )
        handovers.add(tx, handover)
        if channel:
            _post(tx, handover, MessageKind.PRODUCT, channel, now)
        if source.case_id:
            cases.note(tx, source.case_id, HistoryLine(at=now, actor=user, action=_TOLD[kind]))
            messages.touch(tx, kind=MessageKind.CARD, subject=source.case_id)
        subject, action = source.case_id or handover.id, _ACTIONS[kind].value
        audit.append(tx, at=now, actor=user, action=action, subject=subject, detail=handover.id, secret=house.secret)


def _found(tx: Tx, source: Source, action: Action) -> Source:
    """Look the source up once more: of a case its latest post is passed on, and what is gone cannot be."""
    if source.case_id:
        case = cases.get(tx, source.case_id)
        if case is None:
            raise Refused("This case is not known any more.")
        insist(action, case)
        latest = mentions.of_case(tx, case.id)[-1:]
        return replace(source, mention_id=latest[0].mention.id if latest else None)
    if source.mention_id and mentions.get(tx, source.mention_id, brand=source.brand) is None:
        raise Refused("This post is gone: its author removed it.")
    return source


def _post(tx: Tx, handover: Handover, kind: MessageKind, channel: str, now: datetime) -> None:
    message = OutgoingMessage(
        key=f"{kind.value}:{handover.id}:{channel}",
        channel=channel,
        kind=kind,
        subject=handover.id,
        state=MessageState.PENDING,
        created_at=now,
        rank=PRESSING,
    )
    messages.enqueue(tx, message)
    if handover.mention_id:
        messages.add_mentions(tx, message.key, [handover.mention_id], brand=handover.brand)
