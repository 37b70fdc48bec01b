"""Answering from Slack: the form, templates, the approval and its note, through signed HTTP and the sandbox's Slack."""

import pytest

from bot.views.approval import APPROVE, CHANGES, EDIT, NOTE, WITHDRAW
from bot.views.card import REPLY
from bot.views.reply import OUTSIDE, PREVIEW, TEMPLATE, TEXT
from domain.case import CaseState
from domain.person import Person, Role
from domain.prediction import SWITCHING
from domain.reply import ReplyState
from flows.alerting import Pace, post_pending, update_changed
from flows.correcting import correct
from flows.ingest import ingest
from flows.removing import remove
from flows.replying import send_replies
from flows.responding import Click
from tests.bot.office import shown
from tests.bot.validation import texts
from tests.builders import author, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword
from tests.sandbox.running import wait_until

SORRY = "Sorry, we look into it. <!channel> & co"


@pytest.fixture(autouse=True)
def later(at_work):
    at_work.clock.advance(minutes=5)


@pytest.fixture
def calm(at_work):
    """Nothing is risky about the case: a person said that the author does not mean to leave."""
    ada = Person("U0ADA", frozenset({Role.CRM_ADMIN}))
    post, click = at_work.case().mentions[0].mention, Click(at_work.case_id, ada)
    correct(click, mention_id=post.id, task=SWITCHING, label="none", house=at_work.house)


def words(view):
    return "\n".join(texts(view))


def open_form(at_work, name="mia"):
    at_work.click(name, REPLY)
    wait_until(lambda: at_work.form(name).get("callback_id"))
    return at_work.form(name)


def outcome(at_work, name="mia"):
    """Await what became of a submitted form."""
    wait_until(lambda: at_work.form(name) and "One moment" not in words(at_work.form(name)))
    return words(at_work.form(name))


def typed(at_work, name="mia"):
    (value,) = (held["value"] for block in at_work.form(name)["state"]["values"].values() for key, held in block.items()
                if key == TEXT)  # fmt: skip
    return value


def settle(at_work):
    """Let the outbox and the replies do what waits."""
    at_work.clock.advance(seconds=2)
    for _ in range(2):
        post_pending(post=at_work.desk.post, pace=Pace(in_all_seconds=0, seconds=0), house=at_work.house)
    send_replies(repliers=at_work.desk.repliers, house=at_work.house)
    update_changed(post=at_work.desk.post, house=at_work.house)


def request(at_work):
    return next(m for m in at_work.alerts.messages if m.thread_ts == at_work.card().ts)


def test_reply_shows_exactly_what_is_sent_and_sends_exactly_that(at_work, calm):
    form = open_form(at_work)
    assert "Lumora is down again" in words(form)
    assert "Goes to X as *@lumora*" in words(form)
    assert form["submit"]["text"] == "Send"
    at_work.press("mia", PREVIEW, values={TEXT: SORRY})
    wait_until(lambda: "Exactly this" in words(at_work.form("mia")))
    exact = [block["text"]["text"] for block in at_work.form("mia")["blocks"] if block["type"] == "section"]
    assert "Sorry, we look into it. &lt;!channel&gt; &amp; co" in exact
    assert f"{len(SORRY)} of 280 characters" in words(at_work.form("mia"))
    assert typed(at_work) == SORRY, "what was typed stays"
    assert at_work.hand_in("mia") == {}
    assert "on its way to X" in outcome(at_work)
    settle(at_work)
    assert at_work.platform.texts() == [SORRY]
    card = shown(at_work.card())
    assert "Answered" in card
    assert f"(<@{at_work.people['mia'].id}>)" in card
    assert at_work.case().case.state is CaseState.ANSWERED


def test_a_template_fills_the_text_and_shows_what_is_missing(at_work, calm):
    open_form(at_work)
    at_work.press("mia", PREVIEW, values={TEXT: "what she had begun"})
    options = [
        option
        for block in at_work.form("mia")["blocks"]
        for element in block.get("elements", [])
        for group in element.get("option_groups", [])
        for option in group["options"]
    ]
    assert [option["text"]["text"] for option in options] == ["We are sorry"]
    at_work.press("mia", TEMPLATE, options[0]["value"])
    wait_until(lambda: typed(at_work) == "Hi Jane, Mia of Lumora here. More: {link}")
    assert "{link}: fill this in" in words(at_work.form("mia"))
    at_work.hand_in("mia")
    assert "{link}: fill this in" in outcome(at_work), "the form is back with its fault"
    assert typed(at_work) == "Hi Jane, Mia of Lumora here. More: {link}"
    at_work.hand_in("mia", {TEXT: "Hi Jane, Mia of Lumora here."})
    assert "on its way" in outcome(at_work)
    settle(at_work)
    assert at_work.platform.texts() == ["Hi Jane, Mia of Lumora here."]


def test_a_blank_text_is_refused_beside_its_field(at_work):
    open_form(at_work)
    assert list(at_work.hand_in("mia", {TEXT: "  "}).values()) == ["Write a text."]


def test_a_text_that_is_too_long_comes_back_whole(at_work):
    open_form(at_work)
    at_work.hand_in("mia", {TEXT: "x" * 300})
    assert "shorten it by 20" in outcome(at_work)
    assert typed(at_work) == "x" * 300
    assert at_work.platform.calls == []


def test_a_risky_reply_is_approved_by_somebody_else_in_the_cards_thread(at_work):
    form = open_form(at_work)
    assert form["submit"]["text"] == "Ask for approval"
    at_work.hand_in("mia", {TEXT: SORRY})
    assert "waits for an approval, because the author talks about switching" in outcome(at_work)
    wait_until(lambda: "waits for an approval" in shown(at_work.card()))
    settle(at_work)
    assert "Sorry, we look into it. &lt;!channel&gt; &amp; co" in list(texts(request(at_work).blocks))
    at_work.click("mia", APPROVE, request(at_work))
    assert "Nobody decides about a reply of her own" in at_work.told("mia").text
    at_work.click("leo", APPROVE, request(at_work))
    assert "You may not approve replies" in at_work.told("leo").text
    assert at_work.platform.calls == []
    at_work.click("ben", APPROVE, request(at_work))
    wait_until(lambda: at_work.case().draft.state is ReplyState.APPROVED)
    settle(at_work)
    assert at_work.platform.texts() == [SORRY]
    assert at_work.buttons(request(at_work)) == []
    assert f"Approved by <@{at_work.people['ben'].id}>" in shown(request(at_work))


def test_changes_go_to_the_writer_with_a_note_and_the_way_back(at_work):
    open_form(at_work)
    at_work.hand_in("mia", {TEXT: SORRY})
    outcome(at_work)
    settle(at_work)
    at_work.click("ben", CHANGES, request(at_work))
    wait_until(lambda: at_work.form("ben"))
    at_work.hand_in("ben", {NOTE: "Please say *when*."})
    assert "went back to its writer" in outcome(at_work, "ben")
    settle(at_work)
    direct = at_work.slack.workspace.direct_channel(at_work.people["mia"].id)
    (note,) = direct.messages
    assert "Please say *when*." in shown(note)
    assert at_work.buttons(note) == ["Edit"]
    interactions = at_work.slack.slack.interactions
    at_work.close("mia")
    at_work.slack.run(interactions.click(at_work.people["mia"].id, direct.id, note.ts, EDIT))
    wait_until(lambda: at_work.form("mia").get("callback_id"))
    assert typed(at_work) == SORRY


def test_the_writer_withdraws(at_work):
    open_form(at_work)
    at_work.hand_in("mia", {TEXT: SORRY})
    outcome(at_work)
    settle(at_work)
    at_work.click("mia", WITHDRAW, request(at_work))
    wait_until(lambda: at_work.case().draft.state is ReplyState.WITHDRAWN)
    settle(at_work)
    assert "Withdrawn by" in shown(request(at_work))


def test_a_second_person_sees_who_writes_until_the_form_is_closed(at_work):
    open_form(at_work)
    at_work.click("ben", REPLY)
    assert f"<@{at_work.people['mia'].id}> is writing a reply to this since" in at_work.told("ben").text
    assert at_work.form("ben") == {}
    at_work.close("mia")
    wait_until(lambda: _may_write(at_work))


def _may_write(at_work):
    at_work.click("ben", REPLY)
    return at_work.form("ben")


def test_an_answer_that_was_found_meanwhile_stops_the_second_and_loses_no_text(at_work):
    open_form(at_work)
    post = at_work.case().mentions[0].mention
    theirs = mention(
        "On it.", by=author("lumora"), reply_to=post.id, thread_id=post.thread_id, posted_at=at_work.clock.now
    )
    ingest(stream(), poll=Scripted(batch(theirs)), classify=by_keyword, house=at_work.house)
    at_work.hand_in("mia", {TEXT: SORRY})
    told = outcome(at_work)
    assert f"<{theirs.url}|answered> this" in told
    assert "Sorry, we look into it." in told
    assert at_work.platform.calls == []


def test_where_only_people_may_answer_the_text_is_shown_for_copying(at_work):
    at_work.platform.summoned = set()
    form = open_form(at_work)
    assert "It cannot be sent from here" in words(form)
    assert form["submit"]["text"] == "Show for copying"
    at_work.hand_in("mia", {TEXT: "Look: `code` & more"})
    assert "```\nLook: `code` &amp; more\n```" in outcome(at_work)
    at_work.press("mia", OUTSIDE)
    wait_until(lambda: at_work.case().case.owner == at_work.people["mia"].id)
    assert at_work.platform.calls == []


@pytest.mark.parametrize("name", ["nia", "gus", "leo"])
def test_who_has_no_role_for_it_sees_no_form(at_work, name):
    at_work.click(name, REPLY)
    assert "You may not answer in public" in at_work.told(name).text
    assert at_work.form(name) == {}


def test_a_preview_after_the_post_is_gone_says_so_and_keeps_the_text(at_work):
    open_form(at_work)
    with at_work.house.database.write() as tx:
        remove(tx, at_work.case().mentions[0].mention.id, house=at_work.house)
    at_work.press("mia", PREVIEW, values={TEXT: SORRY})
    wait_until(lambda: "The post is gone" in words(at_work.form("mia")))
    assert "Sorry, we look into it." in words(at_work.form("mia"))
