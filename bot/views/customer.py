"""A customer's profile, shown to one person only; what it may hold has been decided by the look-up."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, InteractiveElement, SectionBlock

from bot.escaping import link
from bot.views.elements import (
    button,
    buttons,
    count,
    handle,
    header,
    inline,
    line,
    paragraphs,
    platform_name,
    quoted,
    said,
    small,
    when,
    who,
    within,
    words,
)
from domain.case import Case
from domain.customer import Customer, CustomerProfile, Link, LinkState

PICK, LINK_ACCOUNT, UNLINK_ACCOUNT, ADD_NOTE = "customer_pick", "customer_link", "customer_unlink", "customer_note"
SHOWN, NOTES_SHOWN = 5, 3
_ACCOUNTS_ROOM = 4000  # UTF-16 units, beside everything else in a message


def profile_blocks(profile: CustomerProfile) -> list[Block]:
    """Show one customer: who, how to reach, accounts with evidence, value, cases and latest posts."""
    customer = profile.customer
    blocks: list[Block] = [header(customer_name(customer))]
    blocks += [small(words(f"*{label}*"), said(", ".join(values), limit=600)) for label, values in _contacts(customer)]
    blocks.append(line(f"*Value*: {_value(customer)} · *known from*: {inline(', '.join(customer.sources), limit=300)}"))
    accounts = [_account(each) for each in customer.links]
    blocks += paragraphs(["*Accounts*", *within(accounts, room=_ACCOUNTS_ROOM)] if accounts else [])
    if not customer.links:
        blocks.append(line("*Accounts*: none known"))
    blocks += [small(words("*Note*"), said(note, limit=300)) for note in customer.notes[:SHOWN]]
    for kept in profile.notes[:NOTES_SHOWN]:
        blocks.append(small(words(f"*Note* by {who(kept.by)} {when(kept.at)}"), said(kept.text, limit=250, lines=4)))
    blocks += paragraphs(["*Cases*", *(_case(case) for case in profile.cases[:SHOWN])] if profile.cases else [])
    for seen in profile.mentions[:SHOWN]:
        mention = seen.mention
        blocks.append(quoted(mention.text, limit=300, lines=3))
        blocks.append(small(words(f"{link(mention.url, platform_name(mention.platform))} {when(mention.posted_at)}")))
    return blocks + buttons(_row(customer))


def _row(customer: Customer) -> list[InteractiveElement]:
    """Offer what may be done with a customer; the click checks who may."""
    offered = {
        LINK_ACCOUNT: "Link an account",
        **({UNLINK_ACCOUNT: "Unlink"} if customer.links else {}),
        ADD_NOTE: "Note",
    }
    return [button(label, action_id=action_id, value=customer.id) for action_id, label in offered.items()]


def pick_blocks(profiles: Sequence[CustomerProfile]) -> list[Block]:
    """Let a person choose among several customers that match."""
    blocks: list[Block] = [line(f"*{customers_text(len(profiles))}* Which one do you mean?")]
    for profile in profiles:
        customer = profile.customer
        known = [customer_name(customer), *customer.emails[:1]]
        known += [handle(each.account.platform, each.account.handle) for each in customer.links[:2]]
        blocks.append(
            SectionBlock(
                text=said(" · ".join(known), limit=300),
                accessory=button("Show", action_id=PICK, value=customer.id),
            )
        )
    return blocks


def nobody_blocks(asked: str) -> list[Block]:
    """Say that nobody was found."""
    return [
        line("Nobody found for"),
        small(said(asked, limit=200)),
        line("Try a handle, an e-mail address, a name or an id."),
    ]


def customers_text(found: int) -> str:
    """Say how many were found; the names stay out of notifications."""
    return f"{count(found, 'customer')} found." if found else "Nobody found."


def customer_name(customer: Customer) -> str:
    """Name a customer; still foreign text."""
    return ", ".join(customer.names[:3]) or f"Customer {customer.id}"


def _contacts(customer: Customer) -> list[tuple[str, tuple[str, ...]]]:
    kinds = (("E-mail", customer.emails), ("Phone", customer.phones), ("Address", customer.addresses))
    return [(label, values[:SHOWN]) for label, values in kinds if values]


def _value(customer: Customer) -> str:
    if customer.value is None:
        return "not known"
    return inline(f"{customer.value:,.2f} {customer.currency or ''}".strip())


def _account(each: Link) -> str:
    account = inline(handle(each.account.platform, each.account.handle), limit=80)
    state = {
        LinkState.AWAITING: "not seen there yet",
        LinkState.ACTIVE: f"since {when(each.since)}",
        LinkState.SUSPENDED: "suspended: the handle now belongs to another account",
        LinkState.REMOVED: "removed",
    }[each.state]
    evidence = f"linked by {who(each.by)}" if each.by else inline(each.evidence)
    evidence = f" ({evidence})" if evidence else ""
    return f"• {platform_name(each.account.platform)} {account} · {each.grade.value} · {state}{evidence}"


def _case(case: Case) -> str:
    return f"• {case.kind.value} on {platform_name(case.platform)}, {when(case.posted_at)}: {case.state.value}"
