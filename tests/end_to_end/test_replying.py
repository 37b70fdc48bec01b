"""From a complaint that names us to our public answer: the form, the approval, the platform, the card and the KPI."""

import json

from bot.views.approval import APPROVE
from bot.views.card import REPLY
from bot.views.reply import OUTSIDE, TEXT
from tests.stage import shown, wait_for

NAMED = "{mark}: @lumora it crashed again, this is the worst service ever. I hate it."
LEAVING = "{mark}: @lumora crashed again, worst service ever. I am cancelling Lumora today and go to Vidora."


def form(at_work, name):
    """Await the modal in front of a person."""
    user = at_work.user(name)
    return wait_for(lambda: at_work.sandbox.workspace.views[user])[-1]


def open_form(at_work, name, card):
    at_work.click(name, card, REPLY)
    return wait_for(lambda: (view := form(at_work, name))["callback_id"] and view)


def submit(at_work, name, text):
    view = form(at_work, name)
    interactions = at_work.sandbox.slack.interactions
    assert at_work.sandbox.run(interactions.submit_view(at_work.user(name), view["id"], {TEXT: text})) == {}


def close(at_work, name):
    at_work.sandbox.run(at_work.sandbox.slack.interactions.close_view(at_work.user(name), form(at_work, name)["id"]))


def public(at_work, post):
    """Our answers that everybody sees below a post."""
    world = at_work.sandbox.world
    return [p for platform in ("x", "reddit") for p in world.newest_first(platform) if p.reply_to == post.id]


def await_words(card, *words):
    wait_for(lambda: all(word in shown(card) for word in words))


def test_who_summons_us_is_answered_from_slack_and_the_kpi_moves(at_work):
    before = at_work.type("leo", "/earshot kpi")
    post = at_work.post("quince", text=NAMED)
    card = at_work.card("quince")
    view = open_form(at_work, "mia", card)
    assert "X lets us answer" in json.dumps(view)
    submit(at_work, "mia", "Sorry! We look into it right now.")
    (answer,) = wait_for(lambda: public(at_work, post))
    assert (answer.author.handle, answer.text.endswith("Sorry! We look into it right now.")) == ("lumora", True)
    await_words(card, "*Answered*", f"by @lumora (<@{at_work.user('mia')}>)")
    assert at_work.type("leo", "/earshot kpi") != before
    close(at_work, "mia")


def test_a_risky_answer_is_public_only_after_somebody_else_approved_it(at_work):
    post = at_work.post("raisin", text=LEAVING)
    card = at_work.card("raisin")
    open_form(at_work, "mia", card)
    submit(at_work, "mia", "Please stay: what went wrong?")
    await_words(card, "waits for an approval")
    request = wait_for(lambda: [m for m in at_work.alerts.messages if m.thread_ts == card.ts])[0]
    assert "Please stay: what went wrong?" in shown(request)
    assert public(at_work, post) == []
    at_work.click("noa", request, APPROVE)
    (answer,) = wait_for(lambda: public(at_work, post))
    assert answer.text.endswith("Please stay: what went wrong?")
    await_words(card, "*Answered*")
    await_words(request, "and sent")
    close(at_work, "mia")


def test_an_answer_whose_receipt_was_lost_is_public_once(at_work):
    post = at_work.post("satsuma", text=NAMED)
    card = at_work.card("satsuma")
    open_form(at_work, "mia", card)
    at_work.sandbox.x_faults.add("lost_ack", target="POST /2/tweets", times=1)
    submit(at_work, "mia", "Sorry, satsuma. We are on it.")
    await_words(card, "*Answered*", f"by @lumora (<@{at_work.user('mia')}>)")
    assert len(public(at_work, post)) == 1
    close(at_work, "mia")


def test_who_does_not_summon_us_is_answered_by_hand_and_the_answer_is_found(at_work):
    post = at_work.post("tamarind")
    card = at_work.card("tamarind")
    view = open_form(at_work, "mia", card)
    assert "It cannot be sent from here" in json.dumps(view)
    interactions = at_work.sandbox.slack.interactions
    at_work.sandbox.run(interactions.click_view(at_work.user("mia"), view["id"], OUTSIDE))
    await_words(card, f"*Claimed* by <@{at_work.user('mia')}>")
    at_work.post("", author="lumora", text="We are sorry and look into it.", reply_to=post.id)
    await_words(card, "*Answered*", f"probably <@{at_work.user('mia')}>, who was writing")
    close(at_work, "mia")


def test_reddit_is_answered_from_slack_too(at_work):
    post = at_work.post(
        "ugli", platform="reddit", title="Lumora is terrible", text="{mark}: it crashed again, I hate it."
    )
    card = at_work.card("ugli")
    view = open_form(at_work, "mia", card)
    assert "Reddit lets us answer" in json.dumps(view)
    submit(at_work, "mia", "Sorry, ugli. We look into it.")
    (answer,) = wait_for(lambda: public(at_work, post))
    assert (answer.author.handle, answer.text) == ("LumoraHelp", "Sorry, ugli. We look into it.")
    await_words(card, "*Answered*", "by u/LumoraHelp")
    close(at_work, "mia")
