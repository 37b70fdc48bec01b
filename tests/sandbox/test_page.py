"""The browser page in a real Chromium: what it shows, what a click and a command do, and that nothing foreign runs."""

import re
from collections.abc import Iterator

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.escaping import escape
from sandbox.server import Sandbox
from sandbox.slack import Limits, Workspace
from sandbox.world import Draft
from tests.browser import Page, open_page
from tests.hostile import HOSTILE
from tests.sandbox.running import ASKED_FOR_POSTS, RunningSlack, running_slack, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningSlack]:
    workspace = Workspace(limits=Limits(enabled=False))
    mia = workspace.add_user("mia", "Mia Park", title="Community manager")
    gus = workspace.add_user("gus", "Gus Hale", title="Agency", guest=True)
    workspace.add_channel("alerts", members=[mia, gus], topic="What people say")
    workspace.add_channel("wins", members=[mia])
    with running_slack(workspace) as running:
        app = App(client=running.client())

        @app.action("claim")
        def claim(ack, body, client):
            ack()
            text = f"Owned by <@{body['user']['id']}>"
            client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=text, blocks=card(text))

        @app.action(re.compile("menu|grouped"))
        def menu(ack, action, respond):
            ack()
            respond(f"you chose {action['selected_option']['value']}")

        @app.action("drop")
        def drop(ack, respond):
            ack()
            respond(delete_original=True)

        @app.command("/earshot")
        def earshot(ack, command):
            ack(f"help for {command['text']}")

        handler = SocketModeHandler(app, workspace.app_token, web_client=app.client)
        handler.connect()
        wait_until(lambda: workspace.connections == 1)
        yield running
        handler.close()


@pytest.fixture(scope="module")
def browser(slack) -> Iterator[Page]:
    with open_page(slack.url) as opened:
        yield opened


@pytest.fixture
def page(slack, browser):
    for channel in slack.workspace.channels.values():
        channel.messages.clear()
        channel.ephemeral.clear()
        channel.threads.clear()
    browser.resize(1360, 860)
    browser.evaluate("localStorage.clear()")
    browser.open(slack.url)
    browser.wait_for("document.querySelector('#channels [aria-current]')")
    browser.wait_for(ASKED_FOR_POSTS)
    browser.complaints.clear()
    return browser


QUESTION = {
    name: {"type": "plain_text", "text": text}
    for name, text in {"title": "Drop it?", "text": "It is gone then.", "confirm": "Drop", "deny": "Keep"}.items()
}


GROUPS = [
    {
        "label": {"type": "plain_text", "text": f"{title} &amp; Co"},
        "options": [{"text": {"type": "plain_text", "text": f"{title} {n}"}, "value": f"{title}|{n}"} for n in (1, 2)],
    }
    for title in ("Mood", "Intent")
]


def card(text):
    options = [{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("Mute", "Assign")]
    elements = [
        {"type": "button", "action_id": "claim", "text": {"type": "plain_text", "text": "Claim"}, "value": "c1"},
        {"type": "button", "action_id": "drop", "text": {"type": "plain_text", "text": "Drop"}, "confirm": QUESTION},
        {"type": "button", "action_id": "nobody", "text": {"type": "plain_text", "text": "Broken"}},
        {"type": "overflow", "action_id": "menu", "options": options},
        {"type": "static_select", "action_id": "grouped", "placeholder": QUESTION["title"], "option_groups": GROUPS},
    ]
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "Leaving"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "block_id": "a", "elements": elements},
    ]


def post(slack, text, channel="alerts", **more):
    target = slack.workspace.channel_named(channel)
    return slack.client().chat_postMessage(channel=target.id, text=text, **more)["ts"]


def choose(page, selector, label):
    page.wait_for(f"document.querySelector({selector!r})")
    page.evaluate(
        f"(() => {{ const menu = document.querySelector({selector!r});"
        f" menu.value = [...menu.options].find((option) => option.text === {label!r}).value;"
        " menu.dispatchEvent(new Event('change')); })()"
    )


def test_a_claim_in_the_page_changes_the_card(slack, page):
    assert page.text("#connection") == "Bot connected"
    post(slack, "unhappy", blocks=card("*unhappy*"))
    page.click("[data-action=claim]")
    page.wait_for("document.querySelector('#log .mention')?.innerText === '@Mia Park'")
    assert page.text("#log .edited") == "(edited)"
    assert page.evaluate("document.querySelectorAll('#log article').length") == 1


def test_a_click_that_nobody_acknowledges_is_marked(slack, page):
    post(slack, "unhappy", blocks=card("*unhappy*"))
    page.click("[data-action=nobody]")
    page.wait_for("document.querySelector('[data-action=nobody].failed')")
    assert "did not acknowledge" in page.text(".toast")


def test_a_button_with_a_question_acts_only_after_yes(slack, page):
    post(slack, "unhappy", blocks=card("*unhappy*"))
    page.click("[data-action=drop]")
    assert page.text("#confirm-title") == "Drop it?"
    page.click("#confirm-no")
    page.wait_for("!document.getElementById('confirm').open")
    assert page.evaluate("document.querySelectorAll('#log article').length") == 1
    page.click("[data-action=drop]")
    page.click("#confirm-yes")
    page.wait_for("!document.querySelector('#log article')")


def test_a_menu_choice_answers_only_the_person_who_chose(slack, page):
    post(slack, "unhappy", blocks=card("*unhappy*"))
    choose(page, "[data-action=menu]", "Mute")
    page.wait_for("document.querySelector('#log .ephemeral')")
    assert "Only visible to you" in page.text("#log .ephemeral")
    assert "you chose mute" in page.text("#log .ephemeral")
    choose(page, "#user", "Gus Hale · Agency")
    page.wait_for("document.querySelector('#channels').childElementCount === 1")
    assert page.evaluate("document.querySelector('#log .ephemeral')") is None


def test_a_menu_with_groups_shows_their_titles_and_sends_the_choice(slack, page):
    post(slack, "unhappy", blocks=card("*unhappy*"))
    page.wait_for("document.querySelector('[data-action=grouped]')")
    groups = "[...document.querySelectorAll('[data-action=grouped] optgroup')]"
    assert page.evaluate(f"{groups}.map((group) => group.label)") == ["Mood & Co", "Intent & Co"]
    assert page.evaluate(f"[...{groups}[1].children].map((option) => option.text)") == ["Intent 1", "Intent 2"]
    assert page.evaluate("document.querySelector('[data-action=grouped]').selectedOptions[0].text") == "Drop it?"
    choose(page, "[data-action=grouped]", "Intent 2")
    page.wait_for("document.querySelector('#log .ephemeral')")
    assert "you chose Intent|2" in page.text("#log .ephemeral")


def test_a_slash_command_typed_in_the_page_is_answered(slack, page):
    page.type("#text", "/earshot queue", enter=True)
    page.wait_for("document.querySelector('#log .ephemeral')")
    assert "help for queue" in page.text("#log .ephemeral")
    assert slack.workspace.channel_named("alerts").messages == []


def test_a_message_in_another_channel_counts_as_unread_until_it_is_opened(slack, page):
    post(slack, "one", channel="wins")
    post(slack, "two", channel="wins")
    page.wait_for("document.querySelector('#channels .count')?.innerText === '2'")
    page.click("#channels li:nth-child(2) button")
    page.wait_for("document.querySelectorAll('#log article').length === 2")
    assert page.evaluate("document.querySelector('#channels .count')") is None


def test_a_thread_opens_takes_a_reply_and_stays_out_of_the_channel(slack, page):
    ts = post(slack, "parent")
    post(slack, "first reply", thread_ts=ts)
    page.click("#log .replies")
    page.type("#thread-text", "second reply", enter=True)
    page.wait_for("document.querySelectorAll('#thread-log article').length === 3")
    page.wait_for("document.querySelector('#log .replies').innerText === '2 replies'")
    assert page.evaluate("document.querySelectorAll('#log article').length") == 1


def test_a_deleted_message_leaves_the_page(slack, page):
    ts = post(slack, "soon gone")
    page.wait_for("document.querySelector('#log article')")
    slack.client().chat_delete(channel=slack.workspace.channel_named("alerts").id, ts=ts)
    page.wait_for("!document.querySelector('#log article')")


def test_foreign_text_never_becomes_markup_and_only_live_pings_look_live(slack, page):
    hostile = (
        "<img src=x onerror=window.hacked=1> &lt;script&gt;window.hacked=1&lt;/script&gt; &lt;!channel&gt; "
        "<javascript:alert(1)|click> <!here> `<!everyone>`"
    )
    post(slack, hostile)
    page.wait_for("document.querySelector('#log article')")
    assert page.evaluate("[...document.querySelectorAll('#log .ping')].map((p) => p.innerText)") == ["@here"]
    assert page.evaluate("document.querySelectorAll('#log .mrkdwn a, #log .mrkdwn img, #log script').length") == 0
    assert page.evaluate("window.hacked === undefined")
    assert page.complaints == []
    assert "<script>window.hacked=1</script> <!channel>" in page.text("#log .mrkdwn")


def test_a_corpus_of_hostile_text_runs_nothing_and_draws_only_what_mrkdwn_has(slack, page):
    texts = [text[:3000] for text in HOSTILE if text[:3000].strip()]
    for text in texts:
        post(slack, text)
    page.wait_for(f"document.querySelectorAll('#log article').length === {len(texts)}")
    tags = page.evaluate("[...new Set([...document.querySelectorAll('#log .mrkdwn *')].map((e) => e.localName))]")
    assert set(tags) <= {"a", "blockquote", "code", "em", "mark", "pre", "s", "span", "strong", "time"}
    schemes = page.evaluate("[...new Set([...document.querySelectorAll('#log a')].map((a) => a.protocol))]")
    assert set(schemes) <= {"http:", "https:", "mailto:"}
    assert page.evaluate("document.querySelectorAll('#log .ping').length") > 5
    assert page.complaints == []


def test_the_same_corpus_escaped_shows_no_ping_and_no_link(slack, page):
    for text in HOSTILE:
        blocks = [{"type": "section", "text": mrkdwn(escape(text, limit=2900, markup=True) or "-")}]
        post(slack, "hostile", blocks=blocks)
    page.wait_for(f"document.querySelectorAll('#log article').length === {len(HOSTILE)}")
    assert page.evaluate("document.querySelectorAll('#log .ping, #log .mention, #log .mrkdwn a').length") == 0


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def test_mrkdwn_is_drawn_as_slack_draws_it(slack, page):
    post(slack, "*bold* _it_ ~no~ `a*b*` 3*4*5 <https://lumen.example|site> :tada:\n&gt; quoted")
    page.wait_for("document.querySelector('#log article')")
    drawn = page.evaluate("document.querySelector('#log .mrkdwn').innerHTML")
    assert drawn == (
        "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code> 3*4*5 "
        '<a href="https://lumen.example" target="_blank" rel="noopener noreferrer" class="link">site</a> 🎉'
        "<blockquote>quoted</blockquote>"
    )


def test_the_platform_panel_hides_where_there_are_no_platforms(page):
    assert page.evaluate("document.getElementById('world').hidden")


def test_the_page_fits_a_narrow_screen(slack, page):
    post(slack, "unhappy", blocks=card("a long line of words " * 20))
    page.resize(390, 760)
    page.wait_for("document.querySelector('#log article')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_comes_back_with_everything_after_it_lost_the_server(slack, page):
    slack.run(close_pages(slack))
    post(slack, "while away")
    page.wait_for("document.querySelector('#log article')")
    assert page.text("#log .mrkdwn") == "while away"


async def close_pages(slack) -> None:
    slack.workspace.close_watchers()


def test_the_platform_panel_is_live_and_answers_as_the_brand():
    with Sandbox() as sandbox, open_page(sandbox.url) as page:
        page.wait_for("!document.getElementById('world').hidden")
        asked = sandbox.world.add(Draft("x", "ada", "lumora is <b>down</b> again"))
        assert "lumora is <b>down</b> again" in page.text("#posts .words")
        page.click("#posts .quiet")
        assert page.text("#replying") == "Reply to @ada as @lumora"
        page.type("#write-text", "Sorry!")
        page.click("#write .primary")
        page.wait_for("document.querySelector('#posts .own')")
        newest = next(sandbox.world.newest_first("x"))
        assert (newest.author.handle, newest.reply_to) == ("lumora", asked.id)
        choose(page, "#write-platform", "Reddit")
        page.type("#write-text", "and I am leaving")
        page.click("#write .primary")
        page.wait_for("document.querySelectorAll('#posts li').length === 3")
        newest = next(sandbox.world.newest_first("reddit"))
        assert (newest.author.handle, newest.community) == ("sam_streams", "lumora")
        choose(page, "#write-platform", "Bluesky")
        page.type("#write-text", "for good")
        page.click("#write .primary")
        page.wait_for("document.querySelectorAll('#posts li').length === 4")
        assert page.text("#posts .platform") == "Bluesky"
        assert next(sandbox.world.newest_first("bluesky")).text == "for good"
        assert page.complaints == []
