"""Threads and direct messages: where a message goes that names no channel of its own."""

from datetime import timedelta

import pytest

from bot.identity import posting_client
from bot.posting import SlackPost
from domain.clock import system_clock
from domain.digest import DigestChart
from domain.errors import PostRateLimited, PostRejected, PostUnknown
from domain.message import MessageKind, Notice
from sandbox.slack import Timing, Workspace
from tests.bot.slack_servers import copies_of
from tests.sandbox.running import running_slack
from tests.storage.values import message

TEXT = Notice("Case 7 is due in ten minutes.")


@pytest.fixture
def workspace():
    workspace = Workspace()
    mia = workspace.add_user("mia", "Mia Park")
    workspace.add_channel("alerts", members=[mia])
    return workspace


@pytest.fixture
def post(workspace):
    with running_slack(workspace, timing=Timing()) as slack:
        client = posting_client(workspace.bot_token, api_url=f"{slack.url}/api/")
        yield SlackPost(client, bot_id=workspace.bot_id, clock=system_clock)


def notice(key="notice:1", **changes):
    return message(key, kind=MessageKind.NOTICE, **changes)


def test_a_message_for_a_person_opens_the_direct_conversation_once(workspace, post):
    mia = next(user for user in workspace.users.values() if user.name == "mia")
    first = post.post(notice(channel=mia.id), TEXT)
    second = post.post(notice("notice:2", channel=mia.id), TEXT)
    assert first.channel == second.channel == workspace.direct_channel(mia.id).id
    assert copies_of(post, notice(channel=mia.id), system_clock() - timedelta(minutes=1)) == [first]


def test_a_message_for_nobody_is_refused_with_what_to_mend(post):
    with pytest.raises(PostRejected, match=r"user_not_found.*Take the person out of the settings"):
        post.post(notice(channel="U0NOBODY"), TEXT)


def test_a_reply_goes_into_its_thread_and_is_found_there(workspace, post):
    alerts = workspace.channel_named("alerts")
    above = post.post(notice(channel=alerts.id), TEXT)
    below = notice("notice:2", channel=alerts.id, thread_ts=above.ts)
    posted = post.post(below, TEXT)
    assert [reply.ts for reply in alerts.replies(above.ts)] == [posted.ts]
    assert copies_of(post, below, system_clock() - timedelta(minutes=1)) == [posted]
    assert copies_of(post, notice("notice:3", channel=alerts.id, thread_ts=above.ts), system_clock()) == []


PICTURE = DigestChart(b"\x89PNG not quite", "Lumora, two weeks", "Complaints answered and open by day")


def chart(**changes):
    return message("chart:1", kind=MessageKind.CHART, **changes)


def test_a_picture_is_shared_into_its_thread_and_found_by_its_name(workspace, post):
    alerts = workspace.channel_named("alerts")
    above = post.post(notice(channel=alerts.id), TEXT)
    one = chart(channel=alerts.id, thread_ts=above.ts)
    posted = post.post(one, PICTURE)
    (reply,) = alerts.replies(above.ts)
    (file,) = [workspace.files[file_id] for file_id in reply.files]
    assert (reply.ts, file.title, file.content) == (posted.ts, PICTURE.title, PICTURE.png)
    assert copies_of(post, one, system_clock() - timedelta(minutes=1)) == [posted]
    assert copies_of(post, notice("chart:2", channel=alerts.id, thread_ts=above.ts), system_clock()) == []


def test_a_picture_that_could_not_be_uploaded_waits_as_nothing_was_shown(workspace, post):
    alerts = workspace.channel_named("alerts")
    workspace.faults.add("reset", target="files.getUploadURLExternal", times=1)
    with pytest.raises(PostRateLimited, match="could not be uploaded"):
        post.post(chart(channel=alerts.id), PICTURE)
    assert alerts.messages == []


def test_a_picture_whose_sharing_is_in_doubt_is_looked_for(workspace, post):
    alerts = workspace.channel_named("alerts")
    workspace.faults.add("lost_ack", target="files.completeUploadExternal", times=1)
    with pytest.raises(PostUnknown):
        post.post(chart(channel=alerts.id), PICTURE)
    assert len(copies_of(post, chart(channel=alerts.id), system_clock() - timedelta(minutes=1))) == 1
