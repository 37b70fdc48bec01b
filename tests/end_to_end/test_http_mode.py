"""HTTP mode: Slack's signed requests reach the bot, and nobody else's do."""

import re

import pytest
import requests

from bot.views.card import CLAIM
from tests.stage import shown, stage, wait_for


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("stage")) as made:
        made.rewrite(lambda text: text.replace("[slack]\n", '[slack]\nmode = "http"\nport = 0\n'))
        del made.secrets["SLACK_APP_TOKEN"]
        with made.bot() as running:
            made.sandbox.slack.delivery.request_url = running.connection.address
            yield made


def test_a_card_is_claimed_over_http(at_work):
    assert at_work.sandbox.workspace.connections == 0
    at_work.post("apricot")
    card = at_work.card("apricot")
    at_work.click("mia", card, CLAIM)
    wait_for(lambda: f"*Claimed* by <@{at_work.user('mia')}>" in shown(card))
    assert "olivia" not in at_work.type("mia", "/earshot queue")


def test_a_request_without_slacks_signature_is_refused(at_work):
    at_work.post("banana")
    card = at_work.card("banana")
    (case_id,) = set(re.findall(r'"value": "(\w+)"', shown(card)))
    payload = f'{{"type": "block_actions", "actions": [{{"action_id": "{CLAIM}", "value": "{case_id}"}}]}}'
    address = at_work.sandbox.slack.delivery.request_url
    for headers in ({}, {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"}):
        assert requests.post(address, data={"payload": payload}, headers=headers, timeout=5).status_code == 401
    assert "*New*" in shown(card)
