"""Takes the pictures of docs/digest.md: `python -m tests.digest_pictures`. Needs Chromium; looks are for people."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from slack_sdk import WebClient

from bot.views.digest import digest_blocks, digest_text
from charts.digest import alt_text, digest_chart
from domain.digest import Digest, DigestChart
from sandbox.server import Sandbox
from service.digest_page import _PAGE, digest_html
from tests.bot import files
from tests.browser import open_page

PICTURES = Path("docs/pictures")
AUTHORS = ("jane_doe", "kofi_mensah7", "woozle_wu")


def main() -> None:
    """Show an invented day in the sandbox's Slack and on the page."""
    shown, days = _day(), files.chart_days()
    target = shown.scores[0].target.value
    png = digest_chart(days, target=target)
    (PICTURES / "digest_chart.png").write_bytes(png)
    picture = DigestChart(png, "", alt_text(days, brand="Lumora", target=target))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "digest.html"
        page.write_text(_PAGE.substitute(day="2026-03-04", brands=digest_html(shown, picture)), encoding="utf-8")
        with open_page(page.as_uri(), width=840, height=1750) as seen:
            seen.screenshot(PICTURES / "digest_page.png")
            seen.resize(840, 1750, dark=True)
            seen.screenshot(PICTURES / "digest_page_dark.png")
    with Sandbox() as sandbox:
        leadership = sandbox.workspace.channel_named("lumora-leadership")
        client = WebClient(token=str(sandbox.workspace.bot_token), base_url=sandbox.slack_api_url)
        client.chat_postMessage(channel=leadership.id, text=digest_text(shown), blocks=digest_blocks(shown))
        with open_page(sandbox.url, width=1280, height=1340) as seen:
            seen.wait_for("document.querySelector('#user').options.length")
            leo = next(u.id for u in sandbox.workspace.users.values() if u.name == "leo")
            seen.evaluate(
                f"(() => {{ const u = document.querySelector('#user'); u.value = '{leo}';"
                " u.dispatchEvent(new Event('change')); })()"
            )
            seen.click("#channels li:nth-child(3) button")
            seen.wait_for("document.body.innerText.includes('Still unanswered')")
            seen.screenshot(PICTURES / "digest.png")


def _day() -> Digest:
    """Take the day of the views' tests, as a real one is: each quote by somebody else, and news of the last week."""
    shown = files.judged_digest()
    quotes = (replace(quote, author=author) for quote, author in zip(shown.quotes, AUTHORS, strict=True))
    late = (replace(news, day=shown.closed_day - timedelta(days=2)) for news in shown.corrections)
    return replace(shown, quotes=tuple(quotes), corrections=tuple(late))


if __name__ == "__main__":
    main()
