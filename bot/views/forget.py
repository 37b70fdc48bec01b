"""Forgetting a person: whom it means, what goes and what stays, and the receipt; shown to one person only."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, ConfirmObject, SectionBlock

from bot.views.elements import (
    button,
    buttons,
    count,
    handle,
    header,
    inline,
    line,
    paragraphs,
    plain,
    platform_name,
    said,
    when,
    who,
)
from domain.forgetting import Forgetting, ForgettingState, Holdings, Offer, Somebody

PICK_PERSON, FORGET, KEEP, HOW_FAR = "forget_pick", "forget_go", "forget_cancel", "forget_show"

_STAYS = (
    "*What stays*, without a word of hers",
    "• the facts of her cases for the KPIs: a random id, brand, day, platform, kind, times",
    "• who of us did what and when, and what people judged in blind checks",
    "• the audit log, which knows her by random ids only, and this receipt",
    "• keyed marks that tell nothing, but refuse the same posts and the same customer records when they come again",
)
_NOT_OURS = (
    "Earshot cannot take back what is elsewhere: posts on the platforms, what others wrote about her, "
    "the systems that customers are imported from, and backups."
)


def offer_blocks(offer: Offer) -> list[Block]:
    """Show one person with all that will go, and ask."""
    held = offer.held or Holdings()
    return [
        header("Forget this person?"),
        SectionBlock(text=said(_introduced(offer.who), limit=600)),
        *paragraphs(["*What goes*, everywhere and for ever", *(_went(held) or ["• nothing is held"])]),
        *paragraphs([*_STAYS, _NOT_OURS]),
        *buttons([_forget(offer.id), button("Cancel", action_id=KEEP, value=offer.id)]),
    ]


def whom_blocks(offers: Sequence[Offer]) -> list[Block]:
    """Let a person choose among several who may be meant."""
    blocks: list[Block] = [line(f"*{offers_text(len(offers))}* Which one do you mean? Nothing goes yet.")]
    return blocks + [
        SectionBlock(
            text=said(_introduced(offer.who), limit=300),
            accessory=button("Look", action_id=PICK_PERSON, value=offer.id),
        )
        for offer in offers
    ]


def receipt_blocks(done: Forgetting) -> list[Block]:
    """Attest what has gone, or tell how far it is; nothing in it tells whom it was about."""
    gone = _went(done.gone)
    if done.state is ForgettingState.RUNNING:
        told = f"*Forgetting is under way*: {count(done.gone.posts, 'post')} erased so far. It goes on by itself."
        return [line(told), *buttons([button("How far?", action_id=HOW_FAR, value=done.id)])]
    at = when(done.erased_at) if done.erased_at else "now"
    return [
        header("Forgotten"),
        *paragraphs([f"Receipt `{inline(done.id)}`, by {who(done.by)}, {at}", *gone]),
        line(f"{_on_disk(done)} Messages in Slack that showed her posts lose them within minutes. {_NOT_OURS}"),
    ]


def offers_text(found: int) -> str:
    """Say how many may be meant; names stay out of notifications."""
    return "1 person is meant." if found == 1 else f"{found:,} people may be meant."


def receipt_text(done: Forgetting) -> str:
    """Say it in one line, without whom."""
    return f"Receipt {done.id}" if done.erased_at else "Forgetting is under way."


def _on_disk(done: Forgetting) -> str:
    if done.state is ForgettingState.SCRUBBED:
        return "The bytes on disk are overwritten."
    return "The bytes on disk are overwritten within a minute or two."


def _introduced(who: Somebody) -> str:
    """Name a person as far as needed to know her; foreign text."""
    customer = who.customer
    known = [] if customer is None else [*customer.names[:2], *customer.emails[:2], f"customer {customer.id}"]
    accounts = [f"{platform_name(a.platform)} {handle(a.platform, a.handle)}" for a in who.accounts[:5]]
    if customer is not None and not who.accounts:
        accounts = ["no account seen"]
    if customer is None:
        accounts.append("no customer")
    return " · ".join([*known, *accounts])


def _went(held: Holdings) -> list[str]:
    counted = (
        (held.posts, "post", "with what the model and people said of them"),
        (held.copies, "repost", "of them by others, which quote them"),
        (held.replies, "reply", "of ours to them, with her name; that we answered, and when, stays"),
        (held.cases, "case", "emptied: no author, no thread, no text"),
        (held.messages, "message", "in Slack that show them"),
        (held.corrections, "correction", "of their labels"),
        (held.judged, "post", "of blind checks; the verdicts stay without it"),
        (held.accounts, "account", "with handle and name"),
        (held.links, "link", "to an account"),
        *((number, "customer record", f"from {inline(source, limit=60)}") for source, number in held.records.items()),
        (held.versions, "version", "of these records"),
        (held.notes, "note", "on the customer"),
        (held.events, "event", "of what she did, and what was counted of them"),
    )
    return [f"• {_many(number, noun)} {more}" for number, noun, more in counted if number]


def _many(number: int, noun: str) -> str:
    return f"{number:,} replies" if noun == "reply" and number != 1 else count(number, noun)


def _forget(offer_id: str) -> ButtonElement:
    element = button("Forget for good", action_id=FORGET, value=offer_id, style="danger")
    element.confirm = ConfirmObject(
        title=plain("Forget for good?"),
        text=plain("This cannot be undone. It is written to the audit log, without the name."),
        confirm=plain("Forget for good"),
        deny=plain("Not now"),
        style="danger",
    )
    return element
