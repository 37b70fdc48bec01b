"""The forms behind a card's menus: until when, to whom, and with which words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.views.elements import handle, inline, line, named, small, words
from bot.views.fields import choice_field, day_field, hour_field, menu_field, people_field, person_field, text_field
from bot.views.modal import modal
from crm.snoozing import LONGEST
from domain.brand import Brand
from domain.case import SeenMention
from domain.handover import EscalationPolicy, Interest

SNOOZE_FORM, ASSIGN_FORM, ESCALATE_FORM, PRODUCT_FORM, LEAD_FORM, POST_FORM = (
    "form_snooze",
    "form_assign",
    "form_escalate",
    "form_product",
    "form_lead",
    "form_post",
)
DAY, HOUR, PERSON, PEOPLE, REASON, NOTE, QUOTE, BRAND, INTEREST, POST = (
    "day",
    "hour",
    "person",
    "people",
    "reason",
    "note",
    "quote",
    "brand",
    "interest",
    "post",
)
INTERESTS = {
    Interest.READY: "ready to join",
    Interest.COMPARING: "comparing offers",
    Interest.CURIOUS: "just curious",
}


def snooze_view(subject: str, *, brand: Brand, at: datetime, fault: str = "") -> View:
    """Ask until when the case rests; `at` is shown at first, and `fault` says what was wrong with the last answer."""
    local = at.astimezone(brand.time_zone)
    zone = f"Time of {inline(brand.name)}: {inline(str(brand.time_zone))}. {LONGEST.days} days at most."
    blocks: list[Block] = [line(f"⚠️ {fault}")] if fault else []
    blocks += [
        day_field(DAY, "Until this day", value=local.date()),
        hour_field(HOUR, "at", value=local.time()),
        small(words(zone)),
    ]
    return modal("Snooze until", blocks, callback_id=SNOOZE_FORM, subject=subject, submit="Snooze")


def tomorrow(now: datetime) -> datetime:
    """Return what the form for a snooze proposes."""
    return now + timedelta(days=1)


def assign_view(subject: str, *, owner: str | None) -> View:
    """Ask who takes the case."""
    blocks: list[Block] = [line(f"Its owner is {named(owner)}.")] if owner else []
    blocks.append(person_field(PERSON, "Whose is it from now on?", hint="Choose yourself to take it over."))
    return modal("Assign", blocks, callback_id=ASSIGN_FORM, subject=subject, submit="Assign")


def escalate_view(subject: str, *, policy: EscalationPolicy) -> View:
    """Ask why, and who of those named in the settings is to know."""
    blocks: list[Block] = []
    if policy.channel:
        blocks.append(line(f"It goes to {named(policy.channel)}."))
    if policy.people:
        names = {each: named(each) for each in policy.people}
        blocks.append(people_field(PEOPLE, "Who must know?", policy.people, names=names))
    blocks.append(text_field(REASON, "Why?", optional=True))
    return modal("Escalate", blocks, callback_id=ESCALATE_FORM, subject=subject, submit="Escalate")


def product_view(subject: str, *, channel: str | None, quote: str | None = None, brands: Sequence[str] = ()) -> View:
    """Ask what product should know of a post; `quote` is what a message in Slack says, to be cut to what matters."""
    blocks = [line(f"It goes to {named(channel)}.")] if channel else []
    return _passing_on("Send to product", PRODUCT_FORM, "Send", subject, blocks, quote=quote, brands=brands)


def lead_view(subject: str, *, quote: str | None = None, brands: Sequence[str] = ()) -> View:
    """Ask how near to joining somebody is."""
    interests = {interest.value: text for interest, text in INTERESTS.items()}
    asked: list[Block] = [choice_field(INTEREST, "How near to joining?", interests, chosen=Interest.COMPARING)]
    return _passing_on("Create lead", LEAD_FORM, "Create", subject, asked, quote=quote, brands=brands)


def post_view(subject: str, seen: Sequence[SeenMention]) -> View:
    """Ask which of the posts that a line lists is meant."""
    mentions = [one.mention for one in seen]
    posts: dict[str, str] = {each.id: f"{handle(each.platform, each.author.handle)}: {each.text}" for each in mentions}
    asked = choice_field(POST, "Which post?", posts)
    return modal("Choose a post", [asked], callback_id=POST_FORM, subject=subject, submit="Next")


def _passing_on(
    title: str,
    callback_id: str,
    submit: str,
    subject: str,
    asked: Sequence[Block],
    *,
    quote: str | None,
    brands: Sequence[str],
) -> View:
    blocks = list(asked)
    if len(brands) > 1:
        blocks.append(menu_field(BRAND, "About which brand?", {name: name for name in brands}))
    if quote is not None:
        blocks.append(text_field(QUOTE, "What it says", value=quote, hint="The message's link goes with it."))
    blocks.append(text_field(NOTE, "Your note", optional=True))
    return modal(title, blocks, callback_id=callback_id, subject=subject, submit=submit)
