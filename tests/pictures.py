"""Takes the pictures of the docs: `python -m tests.pictures`. Needs Chromium; looks are for people to judge."""

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bot.views.card import CLAIM, REPLY
from bot.views.reply import TEMPLATE
from config.load import load
from domain.clock import system_clock
from flows.importing import import_customers
from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.scenario import Scenario, load_scenario, play, recall
from sandbox.server import Sandbox
from sandbox.slack import Message
from service.running import connect_bot
from service.trial import CUSTOMERS, MANIFEST
from tests import digest_pictures
from tests.browser import Page, open_page
from tests.stage import Stage, shown, wait_for

PICTURES = Path("docs/pictures")
MORNING = 21.0
"""So many seconds of the scenario are a calm morning."""
SURGE = 48.0
"""Until then the surge is on."""

RISKY = "Eight years with @lumora"
COPIED = "my card was charged twice"


def main() -> None:
    """Take every picture."""
    digest_pictures.main()
    with _office() as (made, page):
        scenario = load_scenario()
        _play(made, scenario, until=MORNING)
        _morning(made, page)
        _hearing(made, page)
        _play(made, scenario, since=MORNING, until=SURGE)
        _answering(made, page)
        _surge(made, page)
        _home(made, page)
        _leading(made, page)
        _operating(made, page)


@contextmanager
def _office() -> Iterator[tuple[Stage, Page]]:
    """Start what `make run` starts, after the scenario's past, and open its page."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, Sandbox(manifest=manifest) as sandbox:
        made = Stage(sandbox, Path(folder), bot_environment(sandbox))
        made.config.write_text(
            bot_settings_toml(sandbox, database_url=f"sqlite:///{folder}/pictures.db", in_a_hurry=True)
        )
        os.environ.update(made.secrets)
        recall(sandbox.world, load_scenario())
        running = connect_bot(*load(made.config), clock=system_clock)
        running.start()
        import_customers(CUSTOMERS, house=running.house)
        with open_page(sandbox.url, width=1280, height=900) as page:
            page.wait_for("document.querySelector('#user').options.length")
            yield made, page
        running.stop()


def _play(made: Stage, scenario: Scenario, *, until: float, since: float = 0.0) -> None:
    """Let this part of the scenario happen, and what it causes in Slack."""
    events = tuple(e for e in scenario.events if since <= e.at < until and e.action == "post" and _known(e, since))
    play(made.sandbox.world, Scenario(scenario.accounts, events), speed=2)
    threading.Event().wait(6)


def _known(event: Any, since: float) -> bool:
    """Leave out what refers to an earlier part of the play."""
    draft = event.draft
    return not since or not (draft.reply_to or draft.quotes or draft.reposts)


# The pictures


def _morning(made: Stage, page: Page) -> None:
    _sit(made, page, "mia", "lumora-alerts")
    _shoot(page, "card", 1280, 700, at=COPIED)
    _shoot(page, "sandbox", 1280, 900, at="age filter")


def _hearing(made: Stage, page: Page) -> None:
    """Let a platform be gone for a while, and ask how well we hear meanwhile."""
    ops, act = made.sandbox.workspace.channel_named("earshot-ops"), made.sandbox.slack.interactions
    made.sandbox.switch("bluesky", "away")
    wait_for(lambda: any("cannot be read" in message.text for message in ops.messages))
    made.sandbox.run(act.write(made.user("ops"), ops.id, "/earshot health"))
    wait_for(lambda: ops.ephemeral)
    made.sandbox.switch("bluesky", "back")
    wait_for(lambda: any("is read again" in message.text for message in ops.messages))
    _sit(made, page, "ops", "earshot-ops")
    _shoot(page, "health", 1280, 1140)


def _answering(made: Stage, page: Page) -> None:
    card, mia, act = made.card(RISKY), made.user("mia"), made.sandbox.slack.interactions
    made.click("mia", card, REPLY)
    (view,) = wait_for(lambda: made.sandbox.workspace.views[mia])
    rows = [element for block in view["blocks"] for element in block.get("elements", [])]
    options = [o["value"] for row in rows for group in row.get("option_groups", []) for o in group["options"]]
    leaving = next(value for value in options if value.endswith("|leaving"))
    made.sandbox.run(act.click_view(mia, view["id"], TEMPLATE, leaving))
    (view,) = wait_for(lambda: [v for v in made.sandbox.workspace.views[mia] if "Exactly this" in json.dumps(v)])
    _shoot(page, "reply", 1280, 900)
    made.sandbox.run(act.submit_view(mia, view["id"]))
    wait_for(lambda: "waits for an approval" in shown(card))
    made.sandbox.run(act.close_view(mia, made.sandbox.workspace.views[mia][-1]["id"]))
    _sit(made, page, "noa", "lumora-alerts")
    _press(page, RISKY, "1 reply")
    _shoot(page, "approval", 1280, 920, at=RISKY)
    page.click("#thread-close")


def _surge(made: Stage, page: Page) -> None:
    _sit(made, page, "mia", "lumora-alerts")
    _shoot(page, "surge", 1280, 700, at="A surge about")


def _home(made: Stage, page: Page) -> None:
    for mark in (COPIED, "forget the playback speed"):
        card = made.card(mark)
        made.click("mia", card, CLAIM)
        wait_for(partial(_is_claimed, card))
    page.click("#apps button")
    wait_for(lambda: made.sandbox.workspace.homes.get(made.user("mia")))
    _shoot(page, "home", 1280, 1060)


def _is_claimed(card: Message) -> bool:
    return "*Claimed*" in shown(card)


def _leading(made: Stage, page: Page) -> None:
    _sit(made, page, "leo", "lumora-leadership")
    _press(page, "KPIs of", "1 reply")
    page.wait_for("document.querySelector('#thread img:not(.avatar)')?.complete")
    _shoot(page, "digest_thread", 1280, 940, at="KPIs of")
    page.click("#thread-close")
    _press(page, "KPIs of", "Show evidence")
    page.wait_for("document.querySelector('#log').innerText.includes('Evidence of')")
    _shoot(page, "evidence", 1280, 640, at="Evidence of")


def _operating(made: Stage, page: Page) -> None:
    _sit(made, page, "ops", "lumora-alerts")
    made.type("ops", "/earshot forget @marta_kow")
    _press(page, "Forget this person", "Forget for good")
    page.click("#confirm-yes")
    page.wait_for("document.querySelector('#log').innerText.includes('Receipt')", seconds=60)
    _shoot(page, "forget", 1280, 620, at="Receipt")


# In the page


def _sit(made: Stage, page: Page, name: str, channel: str) -> None:
    """Act as a person, in a channel of hers."""
    page.evaluate(
        f"(() => {{ const u = document.getElementById('user'); u.value = '{made.user(name)}';"
        " u.dispatchEvent(new Event('change')); })()"
    )
    page.click(f"#channels [data-channel={made.sandbox.workspace.channel_named(channel).id}]")


def _message(words: str) -> str:
    """Find the latest message that says so."""
    return f"[...document.querySelectorAll('#log article')].findLast(a => a.innerText.includes({json.dumps(words)}))"


def _press(page: Page, message: str, button: str) -> None:
    """Press a button of a message by its label."""
    found = f"[...{_message(message)}?.querySelectorAll('button') ?? []]"
    page.wait_for(f"{found}.find(b => b.innerText.trim() === {json.dumps(button)})?.click() === undefined")


def _shoot(page: Page, name: str, width: int, height: int, *, at: str = "") -> None:
    """Photograph the page once it has come to rest, with the latest message that says `at` in the middle."""
    page.resize(width, height)
    page.evaluate("new Promise(done => setTimeout(done, 1500))")
    if at:
        page.evaluate(f"{_message(at)}.scrollIntoView({{ block: 'center' }})")
    page.evaluate("document.querySelector('#thread-log').scrollTop = 1e6")
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    page.screenshot(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
