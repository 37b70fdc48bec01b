"""Takes the pictures of the docs: `python -m tests.pictures`. Needs Chromium; looks are for people to judge."""

import os
import tempfile
import threading
from pathlib import Path

from config.load import load
from domain.clock import system_clock
from flows.importing import import_customers
from sandbox.bot_settings import bot_environment, bot_settings_toml
from sandbox.scenario import load_scenario, play, recall
from sandbox.server import Sandbox
from service.running import start_bot
from service.trial import CUSTOMERS
from tests.browser import open_page

PICTURES = Path("docs/pictures")
SECONDS = 45.0
"""How much of the scenario is seen."""


def main() -> None:
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
