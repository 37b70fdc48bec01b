"""Looking up a customer, and forgetting a person."""

from bot.desk import Answer, Ask
from bot.views.customer import customers_text, nobody_blocks, pick_blocks, profile_blocks
from bot.views.forget import offer_blocks, offers_text, whom_blocks
from domain.customer import CustomerProfile
from flows import forgetting, lookup


def look_up_customer(ask: Ask) -> Answer:
    """Show a customer's profile, or let the person choose among several."""
    found = lookup.find_customers(ask.words, person=ask.person, house=ask.desk.house)
    if not found:
        return Answer(customers_text(0), nobody_blocks(ask.words))
    if len(found) == 1:
        return profile_answer(found[0])
    return Answer(customers_text(len(found)), pick_blocks(found))


def profile_answer(profile: CustomerProfile) -> Answer:
    """Answer with one profile; the name stays out of notifications."""
    return Answer(customers_text(1), profile_blocks(profile))


def offer_to_forget(ask: Ask) -> Answer:
    """Show what would go with a person, or let the asker choose among several."""
    offers = forgetting.offer(ask.words, person=ask.person, house=ask.desk.house)
    if not offers:
        return Answer(customers_text(0), nobody_blocks(ask.words))
    return Answer(offers_text(len(offers)), offer_blocks(offers[0]) if len(offers) == 1 else whom_blocks(offers))
