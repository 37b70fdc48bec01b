"""What takes a waiting modal's place, however slowly Slack reads acknowledgements."""

import pytest

from bot.identity import asking_client
from bot.views.elements import line
from bot.views.modal import modal
from bot.windows import WindowError, Windows
from tests.bot.scripted_slack import Reply, scripted_slack

SHOWN = Reply({"ok": True, "view": {"id": "V1"}})
UNKNOWN = Reply({"ok": False, "error": "not_found"})


def replace(slack, waits=(0.0,) * 3):
    Windows(asking_client("xoxb-1", api_url=slack.url), waits=waits).replace("V1 h1", modal("Done", [line("Done.")]))


def test_what_is_shown_waits_until_slack_has_read_the_acknowledgement():
    with scripted_slack(UNKNOWN, UNKNOWN, SHOWN) as slack:
        replace(slack)
    assert [(method, asked["external_id"]) for method, asked in slack.calls] == [("views.update", "V1 h1")] * 3


def test_a_modal_that_was_closed_is_given_up():
    with scripted_slack(UNKNOWN) as slack, pytest.raises(WindowError, match="closed it meanwhile"):
        replace(slack)
    assert len(slack.calls) == 4


def test_a_view_that_slack_could_not_take_is_called_a_fault_of_ours():
    windows = Windows(asking_client("xoxb-1", api_url="http://127.0.0.1:9/"))
    with pytest.raises(WindowError, match="fault of Earshot"):
        windows.open("t1", modal("Done", [line("x" * 3001)]))


def test_another_refusal_is_not_repeated():
    with scripted_slack(Reply({"ok": False, "error": "invalid_arguments"})) as slack, pytest.raises(WindowError):
        replace(slack)
    assert len(slack.calls) == 1
