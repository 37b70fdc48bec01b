"""Takes the pictures of the docs: `python -m tests.pictures`. Needs Chromium; looks are for people to judge."""

import os
import tempfile
import threading
from functools import partial
from pathlib import Path

from bot.views.card import CLAIM, REPLY
from bot.views.reply import TEMPLATE
from config.load import load
from domain.clock import system_clock
from flows.importing import import_customers
from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.scenario import load_scenario, play, recall
from sandbox.server import Sandbox
from service.running import start_bot
from service.trial import CUSTOMERS
from tests.browser import open_page
from tests.stage import Stage, stage, wait_for

PICTURES = Path("docs/pictures")
SECONDS = 45.0
"""How much of the scenario is seen."""


LEAVING = "@lumora it crashed again, worst service ever. I am cancelling Lumora today and go to Vidora. {mark}"


def main() -> None:
    """Take every picture."""
    alerts()
    reply()
    home()


def reply() -> None:
    """Look at the form of a reply, filled from a template."""
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as made, made.bot():
        made.post("quince", author="jane_doe", text=LEAVING)
        card, mia, act = made.card("quince"), made.user("mia"), made.sandbox.slack.interactions
        made.click("mia", card, REPLY)
        (view,) = wait_for(lambda: made.sandbox.workspace.views[mia])
        rows = [element for block in view["blocks"] for element in block.get("elements", [])]
        options = [o["value"] for row in rows for group in row.get("option_groups", []) for o in group["options"]]
        with open_page(made.sandbox.url) as page:
            page.resize(1280, 900)
            leaving = next(value for value in options if value.endswith("|leaving"))
            made.sandbox.run(act.click_view(mia, view["id"], TEMPLATE, leaving))
            wait_for(lambda: "Exactly this" in str(made.sandbox.workspace.views[mia]))
            page.evaluate("new Promise(done => setTimeout(done, 2000))")
            page.screenshot(PICTURES / "reply.png")


def _is_claimed(made: Stage, mark: str) -> bool:
    return "Claimed" in str(made.card(mark).blocks)


def home() -> None:
    """Look at a community manager's home tab."""
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as made, made.bot():
        for mark, author in (("quince", "jane_doe"), ("medlar", "mo_adams")):
            made.post(mark, author=author, text=LEAVING)
            made.click("mia", made.card(mark), CLAIM)
            wait_for(partial(_is_claimed, made, mark))
        with open_page(made.sandbox.url) as page:
            page.resize(1280, 1060)
            page.evaluate(f"document.getElementById('user').value = '{made.user('mia')}'")
            page.evaluate("document.getElementById('user').dispatchEvent(new Event('change'))")
            page.click("#apps button")
            wait_for(lambda: made.sandbox.workspace.homes.get(made.user("mia")))
            page.evaluate("new Promise(done => setTimeout(done, 2000))")
            page.screenshot(PICTURES / "home.png")


def alerts() -> None:
    """Run the bot on the sandbox and look at the page."""
    scenario, stop = load_scenario(), threading.Event()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        config = Path(folder) / "earshot.toml"
        config.write_text(bot_settings_toml(sandbox, database_url=f"sqlite:///{folder}/pictures.db"))
        os.environ.update(bot_environment(sandbox))
        recall(sandbox.world, scenario)
        running = start_bot(*load(config), clock=system_clock)
        import_customers(CUSTOMERS, house=running.house)
        threading.Timer(SECONDS, stop.set).start()
        with open_page(sandbox.url) as page:
            page.resize(1280, 900)
            play(sandbox.world, scenario, stop=stop)
            page.evaluate("new Promise(done => setTimeout(done, 5000))")
            page.screenshot(PICTURES / "sandbox.png")
        running.stop()


if __name__ == "__main__":
    main()
