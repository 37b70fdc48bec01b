"""A card's menus, their forms and the shortcuts, through signed HTTP, a real database and the sandbox's Slack."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.views.card import CLAIM, REPLY, RESOLVE, SHOW_CARD, WAKE
from bot.views.case_menus import MORE, SNOOZE
from domain.case import CaseState, Verdict
from flows.alerting import update_changed
from flows.batching import enqueue_batches
from flows.snoozing import wake_due
from storage import mutes, records
from tests import builders
from tests.bot.office import shown
from tests.bot.test_actions import click_payload
from tests.bot.test_verbs import press
from tests.builders import NOON
from tests.sandbox.running import wait_until
from tests.storage.values import seen, store


def blocks_of(at_work):
    return [block["block_id"] for block in at_work.card().blocks if block["type"] == "actions"]


def card_shows(at_work, words):
    """Wait for the card, as the outbox keeps it up to date where two updates got in each other's way."""

    def is_shown():
        update_changed(post=at_work.desk.post, house=at_work.house)
        return words in shown(at_work.card())

    wait_until(is_shown)


def choose(at_work, name, label, menu=MORE):
    at_work.click(name, menu, option=at_work.choices()[label])


def test_a_case_is_snoozed_from_the_menu_and_woken_on_its_card(at_work):
    choose(at_work, "mia", "in 1 hour", SNOOZE)
    wait_until(lambda: "*Snoozed* until" in shown(at_work.card()))
    card_shows(at_work, f"by <@{at_work.people['mia'].id}>")
    assert at_work.buttons() == ["Wake", "Claim", "Reply", "Resolve", "More", "Open post"]
    at_work.click("ben", WAKE)
    wait_until(lambda: "*New*" in shown(at_work.card()))
    assert at_work.alerts.ephemeral == []


def test_a_moment_of_ones_own_is_asked_for_until_it_is_possible(at_work):
    choose(at_work, "mia", "at …", SNOOZE)
    again = at_work.submit("mia", "Snooze until", day="2026-03-04", hour="12:00")
    assert "over already" in str(again["blocks"])
    done = at_work.submit("mia", "Snooze until", day="2026-03-06", hour="10:15")
    assert "Done." in str(done["blocks"])
    assert at_work.case().case.snoozed_until == NOON.replace(day=6, hour=9, minute=15)
    card_shows(at_work, "*Snoozed* until")


def test_a_snoozed_case_comes_back_on_its_card_and_in_a_message_to_its_owner(at_work):
    at_work.click("mia", CLAIM)
    wait_until(lambda: "Claimed" in shown(at_work.card()))
    choose(at_work, "mia", "in 1 hour", SNOOZE)
    wait_until(lambda: "Snoozed" in shown(at_work.card()))
    assert wake_due(house=replace(at_work.house, clock=lambda: NOON + timedelta(hours=1))) == 1
    update_changed(post=at_work.desk.post, house=at_work.house)
    card_shows(at_work, "*Claimed*")
    (told,) = at_work.direct("mia")
    assert "Back from its snooze: a complaint on X about *Lumora*" in told
    assert f"https://lumora.slack.com/archives/{at_work.alerts.id}/p" in told


def test_an_assignment_shows_on_the_card_and_reaches_the_new_owner(at_work):
    choose(at_work, "mia", "Assign …")
    done = at_work.submit("mia", "Assign", person=at_work.people["ben"].id)
    assert "Done." in str(done["blocks"])
    card_shows(at_work, f"*Claimed* by <@{at_work.people['ben'].id}>")
    card_shows(at_work, f"assigned to <@{at_work.people['ben'].id}>")
    (told,) = at_work.direct("ben")
    assert f"<@{at_work.people['mia'].id}> assigned you" in told


def test_nobody_is_assigned_who_may_not_work_on_cases(at_work):
    choose(at_work, "mia", "Assign …")
    answer = at_work.submit("mia", "Assign", person=at_work.people["gus"].id)
    assert "may not work on cases" in str(answer["blocks"])
    assert at_work.case().case.owner is None


def test_a_menu_that_opened_a_form_is_put_back(at_work):
    before = blocks_of(at_work)
    choose(at_work, "mia", "Assign …")
    at_work.modal("mia", "Assign")
    wait_until(lambda: blocks_of(at_work) != before)


def test_a_form_for_what_is_not_possible_any_more_says_so(at_work):
    choose(at_work, "mia", "Escalate …")
    at_work.modal("mia", "Escalate")
    at_work.click("ben", RESOLVE)
    wait_until(lambda: at_work.case().case.state is CaseState.RESOLVED)
    answer = at_work.submit("mia", "Escalate", reason="the press has called us about it")
    assert "You cannot escalate this now: the case is resolved. Reopen it first." in str(answer["blocks"])
    assert "the press has called us about it" in str(answer["blocks"]), "what was typed is not lost"
    assert at_work.direct("leo") == []


def test_an_escalation_reaches_whom_the_settings_name(at_work):
    choose(at_work, "mia", "Escalate …")
    at_work.submit("mia", "Escalate", reason="the press asks", people=[at_work.people["leo"].id])
    card_shows(at_work, f"*Escalated* to <@{at_work.people['leo'].id}>")
    (told,) = at_work.direct("leo")
    assert "escalated a complaint" in told
    assert "the press asks" in told
    assert at_work.direct("ada") == []


def test_a_post_is_sent_to_product(at_work):
    choose(at_work, "mia", "Send to product …")
    at_work.submit("mia", "Send to product", note="third <!channel> today")
    card_shows(at_work, "sent to product")
    at_work.post()
    (message,) = at_work.slack.workspace.channel_named("product").messages
    assert "Lumora is down again" in shown(message)
    assert "third &lt;!channel&gt; today" in shown(message)


def test_an_author_is_linked_to_a_customer_and_unlinked_again(at_work):
    with at_work.house.database.write() as tx:
        records.add_record(tx, builders.record(names=("Jane Doe",), accounts=()), at=NOON)
    choose(at_work, "mia", "Link to customer …")
    again = at_work.submit("mia", "Link to customer", text="nobody@example.com")
    assert "Nobody was found" in str(again["blocks"])
    choice = at_work.submit("mia", "Link to customer", text="jane@example.com")
    assert "j***@example.com" in str(choice["blocks"])
    assert "jane@example.com" not in str(choice["blocks"])
    assert "@jane on X" in str(choice["blocks"])
    done = at_work.submit("mia", "Link to customer", known="told")
    assert "Linked." in str(done["blocks"])
    card_shows(at_work, "verified · high value")
    profile = shown(at_work.type("dan", "/customer jane@example.com"))
    assert "verified · since" in profile
    assert f"(linked by <@{at_work.people['mia'].id}>)" in profile
    choose(at_work, "ben", "Link to customer …")
    done = at_work.submit("ben", "Unlink")
    assert "Linking it once more undoes that" in str(done["blocks"])
    card_shows(at_work, "not linked")


def test_whoever_finds_the_wrong_customer_searches_again(at_work):
    with at_work.house.database.write() as tx:
        records.add_record(tx, builders.record(names=("Jane Doe",), accounts=()), at=NOON)
    choose(at_work, "mia", "Link to customer …")
    at_work.submit("mia", "Link to customer", text="jane")
    again = at_work.submit("mia", "Link to customer", customer="else")
    assert "Which customer is it?" in str(again["blocks"])
    assert "Nobody was found" not in str(again["blocks"])
    card_shows(at_work, "not linked")


def test_a_profile_takes_notes(at_work):
    with at_work.house.database.write() as tx:
        records.add_record(tx, builders.record(names=("Jane Doe",)), at=NOON)
    profile = at_work.type("mia", "/customer jane@example.com")
    assert at_work.buttons(profile) == ["Link an account", "Unlink", "Note"]
    at_work.click("mia", "customer_note", profile)
    at_work.submit("mia", "Note", note="Asked for a call on Friday")
    assert "Asked for a call on Friday" in shown(at_work.type("dan", "/customer jane@example.com"))


def test_a_shortcut_on_a_card_acts_on_its_case(at_work):
    at_work.use("mia", "send_to_product", at_work.card())
    at_work.submit("mia", "Send to product", note="again")
    card_shows(at_work, "sent to product")


def test_a_shortcut_on_a_line_asks_for_the_post_first(at_work):
    calm = [builders.mention(f"Lumora is fine {n}", number=20 + n) for n in range(2)]
    earlier = NOON - timedelta(hours=1)
    with at_work.house.database.write() as tx:
        store(tx, *(seen(one, verdict=Verdict.BATCH) for one in calm), at=earlier)
    assert enqueue_batches(house=at_work.house) == 1
    at_work.post()
    at_work.use("mia", "create_lead", at_work.alerts.messages[-1])
    at_work.submit("mia", "Choose a post", post=calm[1].id)
    done = at_work.submit("mia", "Create lead", interest="ready", note="wants a family plan")
    assert "The lead is kept." in str(done["blocks"])
    listed = str(at_work.type("mia", "/earshot leads since:1d").blocks)
    assert "*1 lead*, the latest first." in listed
    assert "Ready to join" in listed
    assert "wants a family plan" in listed
    assert "Lumora is fine 1" in listed


def test_a_shortcut_on_a_colleagues_message_quotes_it_and_cannot_link_it(at_work):
    at_work.slack.run(
        at_work.slack.slack.interactions.write(
            at_work.people["ben"].id, at_work.alerts.id, "Jane called: R&D is <down>"
        )
    )
    message = at_work.alerts.messages[-1]
    at_work.use("mia", "send_to_product", message)
    at_work.submit("mia", "Send to product", note="by phone")
    at_work.post()
    (posted,) = at_work.slack.workspace.channel_named("product").messages
    assert "Jane called: R&amp;D is &lt;down&gt;" in shown(posted)
    assert f"/archives/{at_work.alerts.id}/p{message.ts.replace('.', '')}|Message>" in shown(posted)
    at_work.use("mia", "link_customer", message)
    assert "A link needs the account of somebody outside" in at_work.told("mia").text


def is_told(at_work, name, words):
    return words in at_work.told(name).text


def test_who_may_not_is_told_so_before_any_form_opens(at_work):
    for name in ("nia", "gus", "leo"):
        at_work.use(name, "create_lead", at_work.card())
        assert "You may not create leads" in at_work.told(name).text
        choose(at_work, name, "Assign …")
        wait_until(partial(is_told, at_work, name, "You may not assign cases"))
        assert not at_work.slack.workspace.views[at_work.people[name].id]


def test_a_choice_delivered_three_times_opens_one_form(at_work):
    kind, payload = click_payload(at_work, "mia", MORE, option=at_work.choices()["Assign …"])
    for _ in range(3):
        at_work.deliver(kind, payload)
    at_work.modal("mia", "Assign")
    assert len(at_work.slack.workspace.views[at_work.people["mia"].id]) == 1
    assert at_work.alerts.ephemeral == []


def test_nothing_said_under_a_card_is_read_or_sent(at_work):
    card = at_work.card()
    before = shown(card)
    at_work.slack.run(
        at_work.slack.slack.interactions.write(
            at_work.people["ben"].id, at_work.alerts.id, "I think she is right", thread_ts=card.ts
        )
    )
    at_work.post()
    assert shown(at_work.card()) == before
    assert [reply.text for reply in at_work.alerts.replies(card.ts)] == ["I think she is right"]
    assert at_work.case().history == ()


def active_mutes(at_work):
    with at_work.house.database.read() as tx:
        return mutes.active(tx, at=at_work.house.clock())


def test_the_author_of_a_card_is_muted_from_its_menu(at_work):
    choose(at_work, "mia", "This author for a week")
    told = shown(at_work.told("mia"))
    assert "Author *@jane on X* about Lumora until" in told
    assert "`/earshot unmute` ends it sooner" in told
    card_shows(at_work, f"<@{at_work.people['mia'].id}>: muted the author for 1 week")
    (mute,) = active_mutes(at_work)
    assert (mute.brand, mute.until - mute.since) == ("Lumora", timedelta(weeks=1))
    assert at_work.case().case.state is CaseState.NEW


def test_a_topic_is_muted_for_the_brand_of_the_card(at_work):
    choose(at_work, "mia", "A topic …")
    at_work.modal("mia", "Mute a topic")
    assert "3 letters or more" in at_work.hand_in("mia", {"topic": "a!", "last": "1d"})["topic"]
    answer = at_work.submit("mia", "Mute a topic", topic="Price  Rise", last="1d")
    assert "Topic *price rise* about Lumora until" in str(answer["blocks"])
    card_shows(at_work, "muted a topic for 1 day")
    assert "price" not in shown(at_work.card())
    (mute,) = active_mutes(at_work)
    assert (mute.value, mute.brand, mute.until - mute.since) == ("price rise", "Lumora", timedelta(days=1))


def private_card(at_work, name):
    """Open the card from the queue, for one person alone."""
    press(at_work, name, SHOW_CARD, at_work.type(name, "/earshot queue"))
    wait_until(lambda: "Open post" in at_work.buttons(at_work.alerts.ephemeral[-1]))
    return at_work.alerts.ephemeral[-1]


@pytest.mark.parametrize(
    ("menu", "label", "words"),
    [
        (SNOOZE, "in 1 hour", "*Snoozed* until"),
        (MORE, "neutral", "neutral (said by"),
        (MORE, "This author for a day", "muted the author for 1 day"),
    ],
)
def test_a_choice_on_a_private_card_shows_there_and_in_the_channel(at_work, menu, label, words):
    card = private_card(at_work, "mia")
    press(at_work, "mia", menu, card, option=at_work.choices()[label])
    wait_until(lambda: words in shown(card))
    card_shows(at_work, words)
    assert "More" in at_work.buttons(card)
    assert len(at_work.alerts.ephemeral) == 2, "the list and the card are all that she sees"


def test_a_private_card_says_how_a_mute_ends(at_work):
    card = private_card(at_work, "mia")
    press(at_work, "mia", MORE, card, option=at_work.choices()["This author for a day"])
    wait_until(lambda: "`/earshot unmute` ends it sooner" in shown(card))


def test_a_private_card_is_woken_and_resolved_in_its_place(at_work):
    card = private_card(at_work, "mia")
    press(at_work, "mia", SNOOZE, card, option=at_work.choices()["in 1 hour"])
    wait_until(lambda: at_work.buttons(card)[0] == "Wake")
    press(at_work, "mia", WAKE, card)
    wait_until(lambda: "*New*" in shown(card))
    press(at_work, "mia", RESOLVE, card)
    wait_until(lambda: "*Resolved*" in shown(card))


def test_a_form_from_a_private_card_confirms_and_the_menu_of_the_card_is_put_back(at_work):
    card = private_card(at_work, "mia")
    before = [block["block_id"] for block in card.blocks]
    press(at_work, "mia", MORE, card, option=at_work.choices()["Assign …"])
    done = at_work.submit("mia", "Assign", person=at_work.people["ben"].id)
    assert "Done." in str(done["blocks"])
    wait_until(lambda: [block["block_id"] for block in card.blocks] != before)


@pytest.mark.parametrize(
    ("menu", "label"), [(SNOOZE, "in 1 hour"), (SNOOZE, "at …"), (MORE, "Assign …"), (REPLY, None), (RESOLVE, None)]
)
def test_a_private_card_that_is_old_is_drawn_anew_with_the_reason(at_work, menu, label):
    option = at_work.choices()[label] if label else None
    card = private_card(at_work, "mia")
    at_work.click("ben", RESOLVE)
    wait_until(lambda: at_work.case().case.state is CaseState.RESOLVED)
    press(at_work, "mia", menu, card, option=option)
    wait_until(lambda: "⚠️ You cannot" in shown(card))
    assert "*Resolved*" in shown(card)
    assert at_work.buttons(card)[0] == "Reopen"


def test_who_lost_her_role_is_refused_beside_a_private_card(at_work):
    card = private_card(at_work, "mia")
    at_work.desk.people.roles = {}
    at_work.desk.people.monotonic = lambda: 10**9
    press(at_work, "mia", RESOLVE, card)
    wait_until(lambda: "You may not resolve cases" in at_work.alerts.ephemeral[-1].text)
    assert "*New*" in shown(card)
