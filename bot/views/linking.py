"""The forms that tie accounts to customers, and untie them; what they show of customers was masked by the look-up."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.views.customer import customer_name
from bot.views.elements import handle, line, platform_name, said, small, words
from bot.views.fields import choice_field, text_field
from bot.views.modal import modal
from domain.customer import Customer, CustomerProfile, Link
from domain.mention import Author
from flows.customer_links import Known

SEARCH_FORM, LINK_FORM, UNLINK_FORM, ACCOUNT_FORM, NOTE_FORM = (
    "form_link_search",
    "form_link",
    "form_unlink",
    "form_account",
    "form_customer_note",
)
TEXT, CUSTOMER, KNOWN, LINK, PLATFORM, HANDLE, NOTE = (
    "text",
    "customer",
    "known",
    "link",
    "platform",
    "handle",
    "note",
)
_KNOWN = {
    Known.TOLD.value: "The customer told us or proved it",
    Known.GUESSED.value: "I think so (a suggestion: it never counts)",
}
_TITLE = "Link to customer"
SOMEBODY_ELSE = "else"
"""Stands among the customers for another search."""


def search_view(subject: str, *, author: Author | None, typed: str = "", nobody: bool = False) -> View:
    """Ask whom to look for; `nobody` says that nobody was found for what was `typed`."""
    blocks = _whose(author)
    if nobody:
        blocks.append(line("⚠️ Nobody was found. Try an e-mail address, a handle, a name or an id."))
    hint = "An e-mail address, a handle, a phone number, a name or an id"
    blocks.append(text_field(TEXT, "Which customer is it?", hint=hint, value=typed, multiline=False))
    return modal(_TITLE, blocks, callback_id=SEARCH_FORM, subject=subject, submit="Find")


def choice_view(subject: str, profiles: Sequence[CustomerProfile], *, author: Author | None) -> View:
    """Let a person choose a customer, or another search, and say how she knows."""
    found = {profile.customer.id: _described(profile.customer) for profile in profiles}
    chosen = next(iter(found)) if len(found) == 1 else None
    offered = found | {SOMEBODY_ELSE: "Somebody else: search again"}
    blocks = [*_whose(author), choice_field(CUSTOMER, "Which one?", offered, chosen=chosen), _known_field()]
    return modal(_TITLE, blocks, callback_id=LINK_FORM, subject=subject, submit="Link")


def unlink_view(subject: str, links: Sequence[Link], *, customer: Customer) -> View:
    """Ask which of a customer's accounts to untie."""
    blocks: list[Block] = [small(words("Linked to:"), said(_described(customer), limit=300))]
    options = {link.id: f"{_handle(link)} · {link.grade.value}" for link in links}
    blocks.append(
        choice_field(LINK, "Which account is somebody else's?", options, chosen=links[0].id if links else None)
    )
    return modal("Unlink", blocks, callback_id=UNLINK_FORM, subject=subject, submit="Unlink")


def account_view(customer_id: str, *, platforms: Sequence[str]) -> View:
    """Ask which account a customer has."""
    names = {platform: platform_name(platform) for platform in platforms}
    blocks = [
        choice_field(PLATFORM, "Where?", names, chosen=platforms[0]),
        text_field(HANDLE, "Handle there", multiline=False),
        _known_field(),
    ]
    return modal("Link an account", blocks, callback_id=ACCOUNT_FORM, subject=customer_id, submit="Link")


def note_view(customer_id: str) -> View:
    """Ask what is to be noted of a customer."""
    hint = "Everybody who may look customers up sees it, with your name."
    blocks = [text_field(NOTE, "Note", hint=hint)]
    return modal("Note", blocks, callback_id=NOTE_FORM, subject=customer_id, submit="Keep")


def _known_field() -> Block:
    return choice_field(KNOWN, "How do you know?", _KNOWN, chosen=Known.GUESSED)


def _described(customer: Customer) -> str:
    known = [customer_name(customer), *customer.emails[:1]]
    return " · ".join([*known, *map(_handle, customer.links[:2])])


def _handle(link: Link) -> str:
    return f"{handle(link.account.platform, link.account.handle)} on {platform_name(link.account.platform)}"


def _whose(author: Author | None) -> list[Block]:
    """Say whose account is being linked."""
    if author is None:
        return []
    account = f"{handle(author.platform, author.handle)} on {platform_name(author.platform)}"
    return [small(words("Account:"), said(account, limit=200))]
