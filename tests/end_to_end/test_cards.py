"""From a post on a platform to an answered card in Slack: the real bot, the shipped model, the sandbox."""

import json

import requests

from bot.views.card import CLAIM, NOT_US, REOPEN, RESOLVE
from tests.command_line import earshot
from tests.stage import labels, shown, wait_for


def await_words(card, *words):
    wait_for(lambda: all(word in shown(card) for word in words))


def await_labels(card, *expected):
    wait_for(lambda: labels(card) == list(expected))


def test_a_complaint_becomes_a_card_in_the_streams_channel(at_work):
    at_work.post("apricot", author="jane_doe")
    card = at_work.card("apricot")
    assert labels(card) == ["Claim", "Reply", "Resolve", "Not us", "Open post"]
    assert "*Complaint* on X about *Lumora*" in shown(card)
    assert "@jane_doe" in shown(card)
    assert "not linked" in shown(card)


def test_a_reddit_post_and_a_comment_become_cards(at_work):
    submission = at_work.post("banana", platform="reddit", title="Lumora is terrible")
    assert "*Complaint* on Reddit" in shown(at_work.card("banana"))
    at_work.post("cherry", platform="reddit", reply_to=submission.id)
    assert "*Complaint* on Reddit" in shown(at_work.card("cherry"))


def test_a_claim_shows_the_owner_to_everybody_and_the_second_claimer_is_told(at_work):
    at_work.post("damson")
    card = at_work.card("damson")
    before, buttons = len(at_work.alerts.ephemeral), card.blocks
    at_work.click("mia", card, CLAIM)
    await_words(card, f"*Claimed* by <@{at_work.user('mia')}>")
    await_labels(card, "Reply", "Resolve", "Not us", "Open post")
    card.blocks = buttons  # Noa's screen has not caught up
    at_work.click("noa", card, CLAIM)
    assert f"<@{at_work.user('mia')}> owns this case already." in at_work.told("noa", since=before)


def test_a_case_goes_through_its_life_on_the_card(at_work):
    at_work.post("elder")
    card = at_work.card("elder")
    for action, state, buttons in (
        (CLAIM, "Claimed", ["Reply", "Resolve", "Not us", "Open post"]),
        (RESOLVE, "Resolved", ["Reopen", "Open post"]),
        (REOPEN, "Claimed", ["Reply", "Resolve", "Not us", "Open post"]),
        (NOT_US, "Not us", ["Reopen", "Open post"]),
    ):
        at_work.click("mia", card, action)
        await_words(card, f"*{state}*")
        await_labels(card, *buttons)
    assert len(at_work.cards("elder")) == 1


def test_our_reply_on_the_platform_stops_the_clock(at_work):
    post = at_work.post("fig")
    card = at_work.card("fig")
    assert "due" in shown(card)
    at_work.post("", author="lumora", text="We are sorry and look into it.", reply_to=post.id)
    await_words(card, "*Answered*", "Answered> by @lumora")
    await_labels(card, "Resolve", "Reopen", "Open post")
    assert "We are sorry" not in json.dumps([m.blocks for m in at_work.alerts.messages])  # no card for our own words


def test_an_answer_on_reddit_stops_the_clock_too(at_work):
    post = at_work.post("grape", platform="reddit", title="Lumora is terrible")
    card = at_work.card("grape")
    at_work.post("", author="LumoraHelp", platform="reddit", text="We look into it.", reply_to=post.id)
    await_words(card, "*Answered*", "by u/LumoraHelp")


def test_on_bluesky_the_stream_itself_brings_posts_answers_edits_and_deletions(at_work):
    post = at_work.post("quince", platform="bluesky", author="quin.example")
    card = at_work.card("quince")
    assert "*Complaint* on Bluesky" in shown(card)
    assert "@quin.example" in shown(card)
    at_work.sandbox.world.edit(post.id, "rhubarb: Lumora is terrible, I hate it. I am cancelling Lumora today.")
    await_words(card, "rhubarb", "edited")
    at_work.post("", author="lumora.example", platform="bluesky", text="We look into it.", reply_to=post.id)
    await_words(card, "*Answered*", "by @lumora.example")
    at_work.sandbox.world.delete(post.id)
    await_words(card, "The author removed the post. Nothing of it is kept.")
    assert "rhubarb" not in shown(card)


def test_a_deletion_on_the_platform_empties_the_card(at_work):
    post = at_work.post("hazel", author="vanishing_vera")
    card = at_work.card("hazel")
    at_work.sandbox.world.delete(post.id)
    told = at_work.folder / "compliance.jsonl"
    told.write_text(json.dumps({"id": post.id, "action": "delete", "reason": "deleted", "author_id": post.author.id}))
    done = earshot("ingest", told, "--platform", "x", "--config", at_work.config)
    assert done.json["removed"] == 1
    await_words(card, "The author removed the post. Nothing of it is kept.")
    assert labels(card) == []
    assert "hazel" not in shown(card)
    assert "vanishing_vera" not in shown(card)


def test_an_edit_changes_the_card_and_makes_no_second_one(at_work):
    post = at_work.post("iris", author="ivo")
    card = at_work.card("iris")
    at_work.click("mia", card, CLAIM)
    await_words(card, "*Claimed*")
    at_work.sandbox.world.edit(post.id, "juniper: Lumora is terrible, I hate it. I am cancelling Lumora today.")
    await_words(card, "juniper", "edited", "*Claimed*")
    assert "iris" not in shown(card)
    at_work.post("kiwi")
    at_work.card("kiwi")
    assert at_work.cards("juniper") == [card]


def test_a_further_post_of_the_author_in_the_thread_joins_the_card(at_work):
    post = at_work.post("lemon", author="lina")
    card = at_work.card("lemon")
    at_work.post("mango", author="lina", reply_to=post.id)
    await_words(card, "mango", "2 posts in this thread")
    assert at_work.cards("mango") == [card]


def test_an_imported_customer_is_recognised_and_looked_up(at_work):
    file = at_work.folder / "customers.csv"
    file.write_text("id,name,email,x,value\nc7,Nora Quince,nora@quince.example,@NoraQ,2500\n")
    assert earshot("import", file, "--config", at_work.config).json["added"] == 1
    at_work.post("nectarine", author="noraq")
    await_words(at_work.card("nectarine"), "supplied · high value · no earlier case")
    for asked in ("@noraq", "nora@quince.example", "Quince", "c7"):
        profile = at_work.type("mia", f"/customer {asked}")
        assert "Nora Quince" in profile, asked
    assert "Nora Quince" not in json.dumps([m.blocks for m in at_work.alerts.messages])


def test_the_slash_commands_answer(at_work):
    at_work.post("olive", author="olivia")
    at_work.card("olive")
    assert "olivia" in at_work.type("mia", "/earshot queue") + at_work.type("mia", "/earshot queue 2")
    assert "response rate" in at_work.type("leo", "/earshot kpi").lower()
    assert "Lumora on X" in at_work.type("ops", "/earshot health")
    assert "/earshot queue" in at_work.type("mia", "/earshot help")
    assert "amp;amp;" not in at_work.type("mia", "/customer R&D")  # what Slack escaped is read as it was typed
    assert "Did you mean `/earshot queue`?" in at_work.type("mia", "/earshot qeue")


def test_guests_and_strangers_are_refused_even_with_a_role(at_work):
    at_work.post("peach")
    card = at_work.card("peach")
    for name in ("gus", "pat"):
        before = len(at_work.alerts.ephemeral)
        at_work.click(name, card, CLAIM)
        refusal = at_work.told(name, since=before)
        assert "You may not claim cases" in refusal
        assert "You may not" in at_work.type(name, "/earshot queue")
        assert "You may not" in at_work.type(name, "/customer Nora")
    assert "*New*" in shown(card)
    assert labels(card) == ["Claim", "Reply", "Resolve", "Not us", "Open post"]


def test_a_click_that_slack_delivers_twice_counts_once(at_work):
    at_work.post("quince")
    card = at_work.card("quince")
    before = len(at_work.alerts.ephemeral)
    at_work.sandbox.workspace.envelope_faults.add("duplicate", times=1)
    at_work.click("mia", card, CLAIM)
    await_words(card, "*Claimed*")
    at_work.click("mia", card, RESOLVE)
    await_words(card, "*Resolved*")
    assert shown(card).count(": claimed") == 1
    assert len(at_work.alerts.ephemeral) == before  # nobody was told off


def test_a_card_whose_acknowledgement_was_lost_is_visible_once(at_work):
    at_work.sandbox.workspace.faults.add("lost_ack", target="chat.postMessage", times=1)
    at_work.post("raisin")
    card = at_work.card("raisin")
    at_work.post("satsuma")
    at_work.card("satsuma")
    at_work.click("mia", card, CLAIM)  # the card works: its place was found by its key
    await_words(card, "*Claimed*")
    assert at_work.cards("raisin") == [card]


def test_what_the_sandboxs_page_writes_reaches_the_bot(at_work):
    body = {"platform": "x", "author": "tina", "text": "tangerine: I hate Lumora, it is terrible. I am cancelling it."}
    requests.post(f"{at_work.sandbox.url}/control/posts", json=body, timeout=5).raise_for_status()
    assert "@tina" in shown(at_work.card("tangerine"))
