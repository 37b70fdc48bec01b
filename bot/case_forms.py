"""What opens behind a card's menus and shortcuts, and what comes of it once it is filled in."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from slack_sdk.models.views import View

from bot.desk import Answer, Ask, Fields
from bot.durations import read_duration
from bot.subjects import CaseSubject, MessageSubject, PostSubject, Subject, read_subject
from bot.views.case_forms import (
    BRAND,
    DAY,
    HOUR,
    INTEREST,
    NOTE,
    PEOPLE,
    PERSON,
    QUOTE,
    REASON,
    assign_view,
    escalate_view,
    lead_view,
    product_view,
    snooze_view,
    tomorrow,
)
from bot.views.fields import one_of, several_of
from bot.views.muting import LAST, TOPIC, begun_blocks, topic_view
from crm.copies import normalised
from crm.lifecycle import Step, after, insist
from domain.case import CaseFile
from domain.errors import InputError, Refused
from domain.handover import Interest
from domain.noise import MuteKind
from domain.person import Action
from flows import alerting, handing_over, lookup, muting, responding, snoozing
from flows.handing_over import Source, Wish
from flows.muting import Wanted
from flows.permalinks import message_url
from flows.responding import Click

DONE = "Done."


def open_snooze(ask: Ask) -> None:
    """Ask until when a case rests."""
    case = _stepping(ask, Step.SNOOZE).case
    house = ask.desk.house
    brand = snoozing.brand_of(case, house)
    ask.desk.windows.open(ask.trigger, snooze_view(ask.words, brand=brand, at=tomorrow(house.clock())))


def snooze(ask: Ask) -> Answer | View:
    """Let the case rest until the moment that was filled in; ask again where that is over or too far away."""
    house = ask.desk.house
    day, hour = date.fromisoformat(one_of(ask.fields[DAY])), time.fromisoformat(one_of(ask.fields[HOUR]))
    try:
        snoozing.snooze_until(_click(ask), day=day, hour=hour, house=house)
    except InputError as error:
        brand = snoozing.brand_of(_file(ask).case, house)
        asked = datetime.combine(day, hour, tzinfo=brand.time_zone)
        return snooze_view(ask.words, brand=brand, at=asked, fault=str(error))
    return _done(ask)


def open_assign(ask: Ask) -> None:
    """Ask whose the case is from now on."""
    case = _stepping(ask, Step.ASSIGN).case
    ask.desk.windows.open(ask.trigger, assign_view(ask.words, owner=case.owner))


def assign(ask: Ask) -> Answer:
    """Make whoever was chosen the owner."""
    to = ask.desk.people.person(one_of(ask.fields[PERSON]))
    responding.assign(_click(ask), to=to, house=ask.desk.house)
    return _done(ask)


def open_escalate(ask: Ask) -> None:
    """Ask why a case is escalated, and who must know."""
    house = ask.desk.house
    case = _file(ask).case
    insist(Action.ESCALATE, case)
    if lacking := handing_over.nobody_to_escalate_to(house):
        raise Refused(lacking)
    ask.desk.windows.open(ask.trigger, escalate_view(ask.words, policy=house.escalation))


def escalate(ask: Ask) -> Answer:
    """Pass the case up the ladder."""
    reason, to = one_of(ask.fields.get(REASON)), several_of(ask.fields.get(PEOPLE))
    handing_over.escalate_case(_click(ask), reason=reason, to=to, house=ask.desk.house)
    return _done(ask)


def open_product(ask: Ask, *, quote: str | None = None) -> None:
    """Ask what product should know of what the subject in `ask.words` says."""
    ask.desk.windows.open(ask.trigger, product_form(ask, quote=quote))


def product_form(ask: Ask, *, quote: str | None = None) -> View:
    """Make the form for product, if there is a channel to send it to."""
    house = ask.desk.house
    brands = _brands(ask, Action.SEND_TO_PRODUCT)
    channel = handing_over.product_channel(brands[0], house) if len(brands) == 1 else None
    return product_view(ask.words, channel=channel, quote=quote, brands=brands)


def send_to_product(ask: Ask) -> Answer:
    """Send it."""
    handing_over.send_to_product(_wish(ask), house=ask.desk.house)
    return _done(ask, "Sent to product.")


def open_lead(ask: Ask, *, quote: str | None = None) -> None:
    """Ask how near to joining somebody is."""
    ask.desk.windows.open(ask.trigger, lead_form(ask, quote=quote))


def lead_form(ask: Ask, *, quote: str | None = None) -> View:
    """Make the form for a lead."""
    return lead_view(ask.words, quote=quote, brands=_brands(ask, Action.CREATE_LEAD))


def create_lead(ask: Ask) -> Answer:
    """Keep the lead."""
    handing_over.create_lead(_wish(ask), house=ask.desk.house)
    return _done(ask, "The lead is kept.")


def open_topic(ask: Ask) -> None:
    """Ask which topic is muted, for the case's brand."""
    case = muting.insist_on_post(_case_id(ask), house=ask.desk.house).case
    ask.desk.windows.open(ask.trigger, topic_view(ask.words, brand=case.brand))


def check_topic(fields: Fields) -> dict[str, str]:
    """Find what is wrong with the words by themselves."""
    enough = len(normalised(one_of(fields.get(TOPIC)))) >= muting.FEWEST_LETTERS
    return {} if enough else {TOPIC: f"Write {muting.FEWEST_LETTERS} letters or more: anything shorter mutes too much."}


def mute_topic(ask: Ask) -> Answer:
    """Mute the words."""
    house, case = ask.desk.house, _file(ask).case
    last = read_duration(one_of(ask.fields[LAST])) or timedelta(0)
    wanted = Wanted(MuteKind.TOPIC, one_of(ask.fields[TOPIC]), last, case.brand)
    new = muting.mute(wanted, person=ask.person, house=house, delivery=ask.delivery, case_id=case.id)
    return replace(_done(ask), blocks=begun_blocks(new))


def _wish(ask: Ask) -> Wish:
    fields = ask.fields
    interest = one_of(fields.get(INTEREST))
    return Wish(
        person=ask.person,
        source=_source(ask, read_subject(ask.words)),
        note=one_of(fields.get(NOTE)),
        interest=Interest(interest) if interest else None,
        delivery=ask.delivery,
    )


def _source(ask: Ask, subject: Subject) -> Source:
    house = ask.desk.house
    match subject:
        case CaseSubject(case_id):
            return Source(responding.look(case_id, house=house).case.brand, case_id=case_id)
        case PostSubject(brand, mention_id):
            return Source(brand, mention_id=mention_id)
        case MessageSubject(channel, ts):
            brand = one_of(ask.fields.get(BRAND)) or house.brands[0].name
            url = message_url(channel, ts, house) or ""
            return Source(brand, quote=one_of(ask.fields.get(QUOTE)), source_url=url)


def _brands(ask: Ask, action: Action) -> list[str]:
    """Return the brands that may be meant; a case's own only where its state allows the action."""
    match read_subject(ask.words):
        case CaseSubject(case_id):
            case = responding.look(case_id, house=ask.desk.house).case
            insist(action, case)
            return [case.brand]
        case PostSubject(brand, mention_id):
            lookup.insist_on_post(mention_id, brand=brand, house=ask.desk.house)
            return [brand]
        case MessageSubject():
            return [brand.name for brand in ask.desk.house.brands]


def _stepping(ask: Ask, step: Step) -> CaseFile:
    """Return the case if the step is possible now, so that nobody fills in a form for nothing."""
    file = _file(ask)
    after(step, file.case, by=ask.person.user_id)
    return file


def _file(ask: Ask) -> CaseFile:
    return responding.look(_case_id(ask), house=ask.desk.house)


def _click(ask: Ask) -> Click:
    return Click(case_id=_case_id(ask), person=ask.person, delivery=ask.delivery)


def _case_id(ask: Ask) -> str:
    subject = read_subject(ask.words)
    if not isinstance(subject, CaseSubject):
        raise Refused("This works with cases only.")
    return subject.case_id


def _done(ask: Ask, text: str = DONE) -> Answer:
    """Show a case as it is now on its card, for everybody, and say to the person that it is done."""
    subject = read_subject(ask.words)
    if isinstance(subject, CaseSubject):
        alerting.refresh(subject.case_id, post=ask.desk.post, house=ask.desk.house)
    return Answer(text)
