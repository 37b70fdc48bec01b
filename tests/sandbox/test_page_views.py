"""Modals, the home tab, shortcuts, pictures and people in the browser page, in a real Chromium with a real Bolt app."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.slack import Limits, Workspace
from tests.browser import Page, open_page
from tests.hostile import HOSTILE
from tests.sandbox.running import ASKED_FOR_POSTS, RunningSlack, connected_bolt, running_slack, wait_until

pytestmark = pytest.mark.browser

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [{"command": "/earshot", "description": "Earshot"}],
        "shortcuts": [
            {"name": "Create lead", "type": "message", "callback_id": "create_lead", "description": "A lead"},
            {"name": "New note", "type": "global", "callback_id": "new_note", "description": "A note"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "im:write", "files:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}


def plain(text):
    return {"type": "plain_text", "text": text}


def option(name):
    return {"text": plain(name), "value": name.lower()}


def entry(block_id, kind, *, optional=True, dispatch=False, **element):
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.title()),
        "optional": optional,
        "dispatch_action": dispatch,
        "element": {"type": kind, "action_id": f"{block_id}_a", **element},
    }


def reply(words="words", **text):
    """Return the modal of the tests; a template is a new block id, as the only way to change what was typed."""
    return {
        "type": "modal",
        "callback_id": "reply",
        "title": plain("Reply"),
        "submit": plain("Send"),
        "notify_on_close": True,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": ">lumora is *down*"}},
            entry("template", "static_select", options=[option("Sorry"), option("Fixed")], dispatch=True),
            entry(words, "plain_text_input", optional=False, multiline=True, max_length=10, **text),
            entry("who", "users_select"),
            entry("watch", "multi_users_select"),
            entry("boxes", "checkboxes", options=[option("Legal"), option("Copy")]),
            entry("radio", "radio_buttons", options=[option("Warm"), option("Plain")]),
            entry("day", "datepicker"),
            entry("customer", "external_select", min_query_length=1),
            {
                "type": "actions",
                "block_id": "row",
                "elements": [{"type": "button", "action_id": "history", "text": plain("History")}],
            },
        ],
    }


HISTORY = {"type": "modal", "title": plain("History"), "callback_id": "history", "blocks": [], "notify_on_close": True}


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the app was told, by kind."""
    return {}


@pytest.fixture(scope="module")
def slack(seen) -> Iterator[RunningSlack]:
    workspace = Workspace(manifest=MANIFEST, limits=Limits(enabled=False))
    mia = workspace.add_user("mia", "Mia Park")
    leo = workspace.add_user("leo", "Leo Roy")
    workspace.add_channel("alerts", members=[mia, leo])
    workspace.add_group("social", "Social team", [mia])
    with running_slack(workspace) as running, connected_bolt(running) as app:
        listen(app, seen)
        yield running


def listen(app, seen):
    @app.command("/earshot")
    def earshot(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=reply())

    @app.action("template_a")
    def template(ack, body, client):
        ack()
        client.views_update(view_id=body["view"]["id"], view=reply("words2", initial_value="Sorry!"))

    @app.action("history")
    def history(ack, body, client):
        ack()
        seen["state"] = body["view"]["state"]["values"]
        client.views_push(trigger_id=body["trigger_id"], view=HISTORY)

    @app.options("customer_a")
    def customers(ack, payload):
        ack(options=[option(f"{payload['value']} Doe"), option(f"{payload['value']} Roe")])

    @app.view("reply")
    def submitted(ack, view):
        seen["state"] = view["state"]["values"]
        text = view["state"]["values"].get("words", {}).get("words_a", {}).get("value")
        if text == "rude":
            ack(response_action="errors", errors={"words": "Too rude"})
        else:
            ack()

    @app.view_closed("reply")
    def closed(ack, body):
        ack()
        seen["closed"] = body["is_cleared"]

    @app.view_closed("history")
    def history_closed(ack):
        ack()

    @app.event("app_home_opened")
    def home(event, client):
        client.views_publish(user_id=event["user"], view=home_view("Nothing yet"))

    @app.action("mood_a")
    def mood(ack, body, client, action):
        ack()
        client.views_publish(user_id=body["user"]["id"], view=home_view(action["selected_option"]["text"]["text"]))

    @app.shortcut("create_lead")
    def lead(ack, shortcut, client):
        ack()
        seen["shortcut"] = shortcut["message"]["text"]
        client.views_open(trigger_id=shortcut["trigger_id"], view=reply())

    @app.shortcut("new_note")
    def note(ack):
        ack()
        seen["shortcut"] = "global"


def home_view(text):
    menu = {"type": "static_select", "action_id": "mood_a", "options": [option("Good"), option("Bad")]}
    section = {"type": "section", "text": plain(text), "accessory": menu}
    return {"type": "home", "blocks": [{"type": "header", "text": plain("Today")}, section]}


@pytest.fixture(scope="module")
def browser(slack) -> Iterator[Page]:
    with open_page(slack.url) as opened:
        yield opened


@pytest.fixture
def page(slack, browser, seen):
    workspace = slack.workspace
    workspace.views.clear()
    workspace.homes.clear()
    seen.clear()
    for channel in workspace.channels.values():
        channel.messages.clear()
        channel.threads.clear()
    browser.resize(1360, 860)
    browser.evaluate("localStorage.clear()")
    browser.open(slack.url)
    browser.wait_for("document.querySelector('#channels button')")
    browser.wait_for(ASKED_FOR_POSTS)
    browser.complaints.clear()
    yield browser
    assert browser.complaints == []


def post(slack, text):
    alerts = slack.workspace.channel_named("alerts")
    return slack.client().chat_postMessage(channel=alerts.id, text=text)["ts"]


def open_reply(page):
    page.type("#text", "/earshot reply", enter=True)
    page.wait_for("document.getElementById('modal').open")


def closed(page):
    page.wait_for("!document.getElementById('modal').open")


def choose(page, selector, value):
    page.wait_for(f"document.querySelector({selector!r})")
    page.evaluate(
        f"(() => {{ const menu = document.querySelector({selector!r}); menu.value = {value!r};"
        " menu.dispatchEvent(new Event('change')); })()"
    )


def held(seen, block_id, key):
    return seen["state"][block_id][f"{block_id}_a"][key]


# Modals


def test_what_is_entered_in_a_modal_reaches_the_app_and_closes_it(slack, page, seen):
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    open_reply(page)
    assert page.text("#modal-title") == "Reply"
    page.type("[data-action=words_a]", "1 < 2 & *")
    assert page.text(".counter") == "9/10"
    choose(page, "[data-action=who_a]", mia.id)
    page.click("[data-action=watch_a] summary")
    page.click("[data-action=watch_a] label:nth-of-type(2)")
    page.click("[data-action=watch_a] summary")
    assert page.text("[data-action=watch_a] summary") == "Leo Roy"
    page.click("[data-action=boxes_a] label:nth-of-type(2)")
    page.click("[data-action=radio_a] label:nth-of-type(1)")
    choose(page, "[data-action=day_a]", "2026-03-02")
    page.type("[data-action=customer_a]", "Jane")
    page.click(".offers button:nth-child(2)")
    page.click("#modal-submit")
    closed(page)
    assert held(seen, "words", "value") == "1 < 2 & *"
    assert held(seen, "who", "selected_user") == mia.id
    assert len(held(seen, "watch", "selected_users")) == 1
    assert held(seen, "boxes", "selected_options") == [option("Copy")]
    assert held(seen, "radio", "selected_option") == option("Warm")
    assert held(seen, "day", "selected_date") == "2026-03-02"
    assert held(seen, "customer", "selected_option") == option("Jane Roe")


def test_errors_stand_beside_their_inputs_and_go_when_one_types(page, seen):
    open_reply(page)
    page.click("#modal-submit")
    assert page.text("[data-block=words] .error") == "Please complete this required field."
    assert page.evaluate("document.activeElement.dataset.action") == "words_a"
    page.type("[data-action=words_a]", "much too long")
    assert page.evaluate("document.querySelector('[data-block=words] .error')") is None
    assert page.evaluate("document.querySelector('.counter').classList.contains('over')")
    page.click("#modal-submit")
    assert page.text("[data-block=words] .error") == "Please enter at most 10 characters; it has 13."
    assert "state" not in seen
    page.evaluate("document.querySelector('[data-action=words_a]').value = ''")
    page.type("[data-action=words_a]", "rude")
    page.click("#modal-submit")
    page.wait_for("document.querySelector('.error')?.innerText === 'Too rude'")


def test_a_template_replaces_the_text_while_everything_else_that_was_entered_stays(page):
    open_reply(page)
    page.type("[data-action=words_a]", "mine")
    page.click("[data-action=boxes_a] label:nth-of-type(1)")
    choose(page, "[data-action=template_a]", "sorry")
    page.wait_for("document.querySelector('[data-action=words2_a]')?.value === 'Sorry!'")
    assert page.evaluate("document.querySelector('[data-action=boxes_a] input').checked")
    assert page.evaluate("document.querySelector('[data-action=template_a]').value") == "sorry"


def test_a_pushed_view_goes_back_to_what_was_typed_and_the_cross_closes_all(page, seen):
    open_reply(page)
    page.type("[data-action=words_a]", "kept")
    page.click("[data-action=history]")
    page.wait_for("document.getElementById('modal-title').innerText === 'History'")
    assert held(seen, "words", "value") == "kept"
    page.press("Escape")
    page.wait_for("document.getElementById('modal-title').innerText === 'Reply'")
    assert page.evaluate("document.querySelector('[data-action=words_a]').value") == "kept"
    page.click("[data-action=history]")
    page.wait_for("document.getElementById('modal-title').innerText === 'History'")
    page.click("#modal-cross")
    closed(page)
    wait_until(lambda: seen.get("closed") is True)


def test_escape_closes_and_tells_the_app_and_the_focus_stays_inside(page, seen):
    open_reply(page)
    for _ in range(30):
        page.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('#modal') !== null"
        )
    page.press("Escape")
    closed(page)
    wait_until(lambda: seen.get("closed") is False)


def test_a_modal_belongs_to_one_person_and_waits_for_them(page):
    open_reply(page)
    page.press("Escape")
    closed(page)
    page.evaluate("document.getElementById('text').focus()")
    open_reply(page)
    page.evaluate("document.getElementById('user').selectedIndex = 1")
    page.evaluate("document.getElementById('user').dispatchEvent(new Event('change'))")
    closed(page)
    page.evaluate("document.getElementById('user').selectedIndex = 0")
    page.evaluate("document.getElementById('user').dispatchEvent(new Event('change'))")
    page.wait_for("document.getElementById('modal').open")


def test_a_modal_with_hostile_text_shows_it_as_text_and_scrolls_on_a_narrow_screen(slack, page):
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    texts = [text[:140] for text in HOSTILE if text.strip()][:60]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in texts]
    fields = [
        entry(f"f{n}", "static_select", options=[{"text": plain(text[:70]), "value": "v"}], placeholder=plain(text))
        for n, text in enumerate(texts[:30])
    ]
    view = {"type": "modal", "title": plain("<b>x</b>"), "submit": plain("<i>"), "blocks": blocks + fields}
    page.resize(390, 760)
    slack.client().views_open(trigger_id=slack.slack.delivery.new_trigger(mia.id), view=view)
    page.wait_for("document.getElementById('modal').open")
    assert page.text("#modal-title") == "<b>x</b>"
    tags = page.evaluate(
        "[...new Set([...document.querySelectorAll('#modal-body .mrkdwn *')].map((e) => e.localName))]"
    )
    assert set(tags) <= {"a", "blockquote", "code", "em", "mark", "pre", "s", "span", "strong", "time"}
    assert page.evaluate("window.hacked === undefined")
    assert page.evaluate("document.getElementById('modal').scrollWidth <= 390")
    assert page.evaluate(
        "(({scrollHeight, clientHeight}) => scrollHeight > clientHeight)(document.getElementById('modal-body'))"
    )
    box = page.evaluate("document.getElementById('modal-submit').getBoundingClientRect().bottom")
    assert box <= 760


# Home, shortcuts, pictures


def test_the_home_tab_draws_itself_and_follows_what_the_app_publishes(slack, page):
    page.click("#apps button")
    page.wait_for("document.querySelector('#home-body h3')?.innerText === 'Today'")
    assert page.evaluate("document.getElementById('log').hidden && document.getElementById('composer').hidden")
    choose(page, "[data-action=mood_a]", "bad")
    page.wait_for("document.querySelector('#home-body .plain:not(h3 *)')?.innerText === 'Bad'")
    page.click("#channels button")
    page.wait_for("!document.getElementById('log').hidden")
    assert page.evaluate("document.getElementById('home').hidden && document.getElementById('tabs').hidden")


def test_a_direct_message_counts_as_unread_and_shows_in_the_messages_tab_of_that_person_only(slack, page):
    mia = next(user for user in slack.workspace.users.values() if user.name == "mia")
    slack.client().chat_postMessage(channel=mia.id, text="just for you")
    page.wait_for("document.querySelector('#apps .count')?.innerText === '1'")
    page.click("#apps button")
    page.wait_for("document.querySelector('#log article')")
    assert "just for you" in page.text("#log article")
    assert page.evaluate("document.getElementById('tab-messages').getAttribute('aria-selected')") == "true"
    page.evaluate("document.getElementById('user').selectedIndex = 1")
    page.evaluate("document.getElementById('user').dispatchEvent(new Event('change'))")
    page.wait_for("!document.querySelector('#log article')")


def test_a_message_has_a_menu_of_shortcuts_and_the_composer_the_global_ones(slack, page, seen):
    post(slack, "unhappy")
    page.click("#log .more-button")
    page.wait_for("document.getElementById('menu').matches(':popover-open')")
    assert page.text("#menu") == "Create lead"
    page.press("Enter")
    page.wait_for("document.getElementById('modal').open")
    assert seen["shortcut"] == "unhappy"
    page.press("Escape")
    closed(page)
    page.click("#plus")
    page.click("[data-shortcut=new_note]")
    wait_until(lambda: seen["shortcut"] == "global")


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\x80" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_picture_is_seen_in_channel_and_thread_and_a_click_enlarges_it(slack, page):
    alerts = slack.workspace.channel_named("alerts")
    ts = post(slack, "digest")
    for place in ({}, {"thread_ts": ts}):
        slack.client().files_upload_v2(
            channel=alerts.id, filename="kpi.png", title="<KPIs>", alt_txt="A chart", content=png(64, 32), **place
        )
    page.wait_for("document.querySelector('#log .picture img')?.naturalWidth === 64")
    assert page.evaluate("document.querySelector('#log .picture img').alt") == "A chart"
    assert page.text("#log figcaption") == "<KPIs>"
    page.click("#log .picture button")
    page.wait_for("document.getElementById('picture').open")
    page.press("Escape")
    page.wait_for("!document.getElementById('picture').open")
    page.click("#log .replies")
    page.wait_for("document.querySelector('#thread-log .picture img')?.naturalWidth === 64")


# People


def test_a_group_is_left_and_an_account_ends_while_the_bot_runs():
    with Sandbox() as sandbox, open_page(sandbox.url) as page:
        workspace = sandbox.workspace
        mia = next(user for user in workspace.users.values() if user.name == "mia")
        (group,) = workspace.groups.values()
        page.wait_for("!document.getElementById('world').hidden")
        page.click("#people summary")
        page.click("[data-person=mia] label:nth-of-type(2)")
        wait_until(lambda: mia.id not in group.members)
        page.click("[data-person=mia] label:nth-of-type(1)")
        wait_until(lambda: mia.deleted)
        page.wait_for("document.getElementById('user').selectedOptions[0].text.endsWith('(deactivated)')")
        page.click("[data-person=mia] label:nth-of-type(1)")
        wait_until(lambda: not mia.deleted)
        assert page.complaints == []
