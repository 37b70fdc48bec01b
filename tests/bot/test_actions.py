"""Clicks through signed HTTP, a real database and the sandbox's Slack."""

import copy
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from slack_bolt import BoltRequest

from bot.actions import BUTTONS
from bot.app import build_app
from bot.commands import LOOK_UP, VERBS
from bot.connection import connect_socket
from bot.identity import identify
from bot.views.blind_check import SKIP, START, answer_id
from bot.views.card import CLAIM, NOT_US, OPEN_POST, REOPEN, RESOLVE
from bot.views.case_menus import MORE
from crm.access import PERMITTED
from domain.case import CaseState
from domain.prediction import RELEVANCE, SENTIMENT
from flows.alerting import Pace, post_pending
from flows.blind_checks import enqueue_due_checks
from sandbox.slack import Message
from tests.bot.office import office, over_http, shown
from tests.builders import NOON
from tests.sandbox.running import wait_until


def test_every_handler_has_a_row_in_the_permission_matrix():
    handled = [verb.action for verb in (*VERBS, LOOK_UP)] + [button.action for button in BUTTONS]
    for action in handled:
        assert PERMITTED[action], f"{action} is open to nobody"


def test_claim_changes_the_card_for_everybody(at_work):
    assert at_work.buttons() == ["Claim", "Reply", "Resolve", "Snooze", "Not us", "More", "Open post"]
    at_work.click("mia", CLAIM)
    wait_until(lambda: "Claimed" in shown(at_work.card()))
    assert f"by <@{at_work.people['mia'].id}>" in shown(at_work.card())
    assert at_work.buttons() == ["Reply", "Resolve", "Snooze", "Not us", "More", "Open post"]
    assert at_work.case().case.owner == at_work.people["mia"].id
    assert at_work.alerts.ephemeral == []


def test_second_claimer_is_told_who_owns_it(at_work):
    old_card = replace(at_work.card())
    at_work.click("mia", CLAIM)
    wait_until(lambda: "Claimed" in shown(at_work.card()))
    at_work.card().blocks = old_card.blocks  # Ben's screen still shows the button
    at_work.click("ben", CLAIM)
    assert at_work.told("ben").text == f"<@{at_work.people['mia'].id}> owns this case already."
    assert at_work.case().case.owner == at_work.people["mia"].id


def test_whoever_clicks_in_a_thread_is_answered_in_it(at_work):
    card = at_work.card()
    at_work.slack.run(
        at_work.slack.slack.interactions.write(at_work.people["ben"].id, at_work.alerts.id, "Look", thread_ts=card.ts)
    )
    reply = Message(at_work.slack.workspace.next_ts(), card.user, "In the thread", card.blocks, thread_ts=card.ts)
    at_work.slack.workspace.post(at_work.alerts, reply)
    at_work.click("gus", CLAIM, reply)
    assert at_work.told("gus").thread_ts == card.ts
    at_work.click("gus", CLAIM)
    wait_until(lambda: at_work.told("gus").thread_ts is None)


def test_case_goes_through_its_life(at_work):
    for action, state in (
        (CLAIM, CaseState.CLAIMED),
        (RESOLVE, CaseState.RESOLVED),
        (REOPEN, CaseState.CLAIMED),
        (NOT_US, CaseState.DISMISSED),
        (REOPEN, CaseState.CLAIMED),
    ):
        at_work.click("mia", action)
        wait_until(partial(has_come_to, at_work, state))
        wait_until(partial(is_redrawn_without, at_work, action))


def has_come_to(at_work, state):
    return at_work.case().case.state is state


def is_redrawn_without(at_work, action_id):
    return action_id not in str(at_work.card().blocks)


def test_open_post_is_acknowledged_and_changes_nothing(at_work):
    before = str(at_work.card().blocks)
    at_work.click("leo", OPEN_POST)
    assert str(at_work.card().blocks) == before
    assert at_work.case().case.state is CaseState.NEW


@pytest.mark.parametrize("name", ["nia", "gus", "leo"])
def test_who_has_no_role_for_it_cannot_claim(at_work, name):
    at_work.click(name, CLAIM)
    assert "You may not claim cases" in at_work.told(name).text
    assert at_work.case().case.state is CaseState.NEW


def test_a_chosen_label_stands_on_the_card_with_the_name_of_who_chose_it(at_work):
    at_work.click("mia", MORE, option=at_work.choices()["neutral"])
    wait_until(lambda: f"neutral (said by <@{at_work.people['mia'].id}>)" in shown(at_work.card()))
    assert "is leaving us, to *Vidora*" in shown(at_work.card()), "the other label is the model's"
    at_work.click("ben", MORE, option=at_work.choices()["no sign of switching"])
    wait_until(lambda: "*No complaint*" in shown(at_work.card()))
    assert "intent corrected to none: nothing to answer" in shown(at_work.card())
    assert at_work.case().case.state is CaseState.NEW
    assert at_work.alerts.ephemeral == []


@pytest.mark.parametrize("name", ["nia", "gus", "leo"])
def test_who_has_no_role_for_it_cannot_correct(at_work, name):
    at_work.click(name, MORE, option=at_work.choices()["neutral"])
    assert "You may not correct labels" in at_work.told(name).text
    assert at_work.case().history == ()


def test_a_choice_delivered_three_times_has_one_effect(at_work):
    kind, payload = click_payload(at_work, "mia", MORE, option=at_work.choices()["positive"])
    for _ in range(3):
        at_work.deliver(kind, payload)
    wait_until(lambda: "positive (said by" in shown(at_work.card()))
    assert len(at_work.case().history) == 1


def test_a_choice_taken_back_changes_nothing(at_work):
    kind, payload = click_payload(at_work, "mia", MORE, option=at_work.choices()["positive"])
    payload["actions"][0]["selected_option"] = None
    at_work.deliver(kind, payload)
    at_work.click("mia", CLAIM)
    wait_until(lambda: "Claimed" in shown(at_work.card()))
    assert [line.action for line in at_work.case().history] == ["claimed"]
    assert at_work.alerts.ephemeral == []


def test_a_choice_of_an_old_card_is_refused_with_a_reason(at_work):
    value = at_work.choices()["neutral"].replace("neutral", "furious")
    kind, payload = click_payload(at_work, "mia", MORE, option=at_work.choices()["neutral"])
    payload["actions"][0]["selected_option"]["value"] = value
    at_work.deliver(kind, payload)
    assert "Nothing was changed" in at_work.told("mia").text


def click_payload(at_work, name, action_id, *, option=None):
    """Catch the payload of a click instead of delivering it."""
    caught = []
    delivery = at_work.slack.slack.delivery

    async def catch(kind, payload, **_):
        caught.append((kind, payload))

    send, delivery.send = delivery.send, catch
    at_work.click(name, action_id, option=option)
    delivery.send = send
    return copy.deepcopy(caught[0])


def test_click_delivered_three_times_has_one_effect(at_work):
    kind, payload = click_payload(at_work, "mia", CLAIM)
    for _ in range(3):
        at_work.deliver(kind, payload)
    wait_until(lambda: "Claimed" in shown(at_work.card()))
    assert [line.action for line in at_work.case().history].count("claimed") == 1
    assert at_work.alerts.ephemeral == [], "nobody is told that she owns it already"


def test_click_delivered_again_after_a_restart_has_no_second_effect(at_work):
    kind, payload = click_payload(at_work, "mia", CLAIM)
    at_work.deliver(kind, payload)
    wait_until(lambda: "Claimed" in shown(at_work.card()))
    at_work.click("mia", RESOLVE)
    wait_until(lambda: "Resolved" in shown(at_work.card()))
    client = at_work.desk.people.client
    secret = at_work.slack.workspace.signing_secret
    restarted = over_http(
        build_app(client=client, us=identify(client), signing_secret=secret, desk=at_work.desk), at_work.slack
    )
    try:
        at_work.deliver(kind, payload)
    finally:
        restarted.close()
    assert at_work.case().case.state is CaseState.RESOLVED
    assert at_work.alerts.ephemeral == []


def test_wrong_signature_reaches_no_handler(at_work):
    kind, payload = click_payload(at_work, "mia", CLAIM)
    at_work.slack.workspace.signing_secret = "guessed"
    with pytest.raises(Exception, match="dispatch_failed"):
        at_work.deliver(kind, payload)
    assert at_work.case().case.state is CaseState.NEW


def test_silent_slack_refuses_honestly(at_work):
    at_work.slack.workspace.faults.add("internal_error", target="users.info", times=9)
    at_work.click("ben", CLAIM)
    assert "could not ask Slack who you are" in at_work.told("ben").text
    assert at_work.case().case.state is CaseState.NEW


def test_claim_stands_when_the_card_cannot_be_updated_at_once(at_work):
    at_work.slack.workspace.faults.add("internal_error", target="chat.update", times=1)
    at_work.click("mia", CLAIM)
    wait_until(lambda: at_work.case().case.state is CaseState.CLAIMED)
    assert at_work.alerts.ephemeral == []


def test_slack_is_acknowledged_though_the_database_is_busy_and_all_clicks_count_later(at_work):
    with at_work.house.database.write():
        for _ in range(12):  # more than there are handler threads; each must be acknowledged within 3 s
            at_work.click("mia", CLAIM)
        assert at_work.case().case.state is CaseState.NEW
    wait_until(lambda: at_work.case().case.owner == at_work.people["mia"].id)


class AtOnce(Executor):
    """Runs a listener to its end before Bolt looks whether it was acknowledged."""

    def submit(self, fn, /, *args, **kwargs):
        fn(*args, **kwargs)
        return Future()


def test_handler_that_fails_at_once_does_not_lose_the_acknowledgement(at_work):
    secret = at_work.slack.workspace.signing_secret
    client = at_work.desk.people.client
    app = build_app(client=client, us=identify(client), signing_secret=secret, desk=at_work.desk)
    app.listener_runner.listener_executor = AtOnce()
    typed = {"command": "/earshot", "text": "nonsense", "user_id": at_work.people["mia"].id, "team_id": "T1"}
    started = time.monotonic()
    assert app.dispatch(BoltRequest(mode="socket_mode", body=typed)).status == 200
    assert time.monotonic() - started < 2


def test_the_whole_works_over_socket_mode_and_with_doubled_envelopes(tmp_path):
    def over_socket(app, slack):
        return connect_socket(app, app_token=slack.workspace.app_token, client=app.client)

    with office(tmp_path, line=over_socket) as at_work:
        wait_until(lambda: at_work.slack.workspace.connections == 1)
        assert at_work.connection.is_alive()
        at_work.slack.workspace.envelope_faults.add("duplicate", times=5)
        at_work.click("mia", CLAIM)
        wait_until(lambda: "Claimed" in shown(at_work.card()))
        at_work.type("mia", "/earshot help")
        assert [line.action for line in at_work.case().history].count("claimed") == 1
        assert len(at_work.alerts.ephemeral) == 1


def invitation(at_work):
    """Let next Monday come, and return the message that asks for a blind look at the complaint."""
    house = replace(at_work.house, clock=lambda: NOON + timedelta(days=5))
    assert enqueue_due_checks(house=house) == 1
    assert post_pending(post=at_work.desk.post, pace=Pace(), house=house).posted
    return at_work.alerts.messages[-1]


def test_a_blind_check_is_answered_in_one_private_message_and_the_channels_stays(at_work):
    message = invitation(at_work)
    assert at_work.buttons(message) == ["Start"]
    at_work.click("mia", START, message)
    private = at_work.told("mia")
    assert at_work.buttons(private) == ["Yes", "No", "Spam or advert", "A rival's offer", "Skip this post"]
    assert "Lumora is down again" in shown(private)
    for leak in ("94%", "90%", "leaving", "Vidora", "negative", at_work.case_id):
        assert leak not in str(private.blocks)
    at_work.click("mia", answer_id(RELEVANCE, "about"), private)
    wait_until(lambda: at_work.buttons(private)[0] == "Negative")
    at_work.click("mia", SKIP, private)
    wait_until(lambda: "Nothing is left for you now" in shown(private))
    at_work.click("ben", START, message)
    other = at_work.told("ben")
    at_work.click("ben", answer_id(RELEVANCE, "not_about"), other)
    wait_until(lambda: "that was the last one" in shown(other))
    assert len(at_work.alerts.ephemeral) == 2
    assert at_work.buttons(message) == ["Start"], "no answer took the place of the channel's message"


@pytest.mark.parametrize("name", ["nia", "gus", "leo"])
def test_who_has_no_role_for_it_sees_no_post_of_a_blind_check(at_work, name):
    at_work.click(name, START, invitation(at_work))
    told = at_work.told(name)
    assert "You may not judge posts of the blind check" in told.text
    assert "Lumora is down" not in shown(told)
    assert answer_id(SENTIMENT, "negative") not in str(told.blocks)
