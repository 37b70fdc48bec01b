"""Tying accounts to customers and noting what was learned of them: what opens, and what comes of it."""

from slack_sdk.models.views import View

from bot.desk import Answer, Ask
from bot.subjects import CaseSubject, MessageSubject, PostSubject, read_subject
from bot.typed import read_handle
from bot.views.fields import one_of
from bot.views.linking import (
    CUSTOMER,
    HANDLE,
    KNOWN,
    LINK,
    NOTE,
    PLATFORM,
    SOMEBODY_ELSE,
    TEXT,
    account_view,
    choice_view,
    note_view,
    search_view,
    unlink_view,
)
from domain.brand import Account
from domain.customer import Grade
from domain.errors import Refused
from flows import alerting, customer_links, lookup
from flows.customer_links import Known, Subject, Tie

NEEDS_A_POST = (
    "A link needs the account of somebody outside: use it on a card, or on a line that lists posts. "
    "`/customer` looks anybody up, and links an account that you type."
)


def open_link(ask: Ask) -> None:
    """Ask to which customer the author in question belongs, or whether she does not any more."""
    ask.desk.windows.open(ask.trigger, link_form(ask))


def link_form(ask: Ask) -> View:
    """Make the form: to search for a customer, or, where the author is linked for sure, to unlink her."""
    house = ask.desk.house
    author, links = customer_links.links_of(_subject(ask), person=ask.person, house=house)
    sure = [link for link in links if link.grade is not Grade.SUGGESTED]
    if not sure:
        return search_view(ask.words, author=author)
    customer = lookup.customer(sure[0].customer_id, person=ask.person, house=house).customer
    return unlink_view(ask.words, [link for link in sure if link.customer_id == customer.id], customer=customer)


def find(ask: Ask) -> View:
    """Show whom the search finds."""
    house, typed = ask.desk.house, one_of(ask.fields[TEXT])
    found = lookup.find_customers(typed, person=ask.person, house=house)
    author, _ = customer_links.links_of(_subject(ask), person=ask.person, house=house)
    if not found:
        return search_view(ask.words, author=author, typed=typed, nobody=True)
    return choice_view(ask.words, found, author=author)


def link(ask: Ask) -> Answer | View:
    """Link the author to the customer that was chosen, or search again."""
    chosen = one_of(ask.fields[CUSTOMER])
    if chosen == SOMEBODY_ELSE:
        author, _ = customer_links.links_of(_subject(ask), person=ask.person, house=ask.desk.house)
        return search_view(ask.words, author=author)
    return _tie(ask, _subject(ask), chosen)


def open_account(ask: Ask) -> None:
    """Ask which account a customer has; `ask.words` is her id."""
    platforms = sorted({stream.platform for stream in ask.desk.streams}) or ["x"]
    ask.desk.windows.open(ask.trigger, account_view(ask.words, platforms=platforms))


def link_account(ask: Ask) -> Answer:
    """Link the account that was typed."""
    account = Account(one_of(ask.fields[PLATFORM]), read_handle(one_of(ask.fields[HANDLE])))
    return _tie(ask, Subject(account=account), ask.words)


def open_unlink(ask: Ask) -> None:
    """Ask which account of a customer is not hers; `ask.words` is her id."""
    customer = lookup.customer(ask.words, person=ask.person, house=ask.desk.house).customer
    if not customer.links:
        raise Refused("This customer has no linked account.")
    ask.desk.windows.open(ask.trigger, unlink_view("", customer.links, customer=customer))


def unlink(ask: Ask) -> Answer:
    """Untie the account that was chosen."""
    case_id = _case_id(ask.words)
    customer_links.unlink(
        one_of(ask.fields[LINK]), person=ask.person, house=ask.desk.house, case_id=case_id, delivery=ask.delivery
    )
    return _done(ask, case_id, "Unlinked. Linking it once more undoes that.")


def open_note(ask: Ask) -> None:
    """Ask what is to be noted of a customer; `ask.words` is her id."""
    ask.desk.windows.open(ask.trigger, note_view(ask.words))


def add_note(ask: Ask) -> Answer:
    """Keep the note."""
    text = one_of(ask.fields[NOTE])
    customer_links.add_note(ask.words, text, person=ask.person, house=ask.desk.house, delivery=ask.delivery)
    return Answer("The note is kept: `/customer` shows it.")


def _tie(ask: Ask, subject: Subject, customer_id: str) -> Answer:
    known = Known(one_of(ask.fields[KNOWN]))
    customer_links.link(Tie(ask.person, subject, customer_id, known, ask.delivery), house=ask.desk.house)
    done = {
        Known.TOLD: "Linked. Every open card of this account shows it.",
        Known.GUESSED: "Linked as a suggestion, which never counts: `/customer` shows it, and no card does.",
    }
    return _done(ask, subject.case_id, done[known])


def _done(ask: Ask, case_id: str | None, text: str) -> Answer:
    if case_id:
        alerting.refresh(case_id, post=ask.desk.post, house=ask.desk.house)
    return Answer(text)


def _case_id(words: str) -> str | None:
    subject = read_subject(words)
    return subject.case_id if isinstance(subject, CaseSubject) else None


def _subject(ask: Ask) -> Subject:
    match read_subject(ask.words):
        case CaseSubject(case_id):
            return Subject(case_id=case_id)
        case PostSubject(brand, mention_id):
            return Subject(mention_id=mention_id, brand=brand)
        case MessageSubject():
            raise Refused(NEEDS_A_POST)
