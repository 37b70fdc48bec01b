"""A rival courts our customers in the sandbox: one card for the campaign, in the channel and in the browser's page."""

import json
import os

import pytest

from flows.importing import import_customers
from tests.bot.office import MANIFEST
from tests.browser import open_page
from tests.stage import labels, shown, stage, wait_for

CUSTOMERS = "source_id,name,x,value\nc7,Nora Quince,@noraquince,2500\n"
BILL = "{mark}: @lumora is terrible, I hate the new price. I am cancelling Lumora today."
OFFER = (
    "@{who} Fairer bills start here: code GLOWUP gets you three months of everything for the price of one. Come over!"
)


@pytest.mark.browser
def test_a_rivals_campaign_to_our_customers_is_one_card_that_says_whom_it_courts(tmp_path):
    with stage(tmp_path, manifest=MANIFEST) as made, made.bot() as running:
        courted(made, running.house, tmp_path)


def courted(at_work, house, folder):
    (folder / "customers.csv").write_text(CUSTOMERS)
    import_customers(folder / "customers.csv", house=house)
    first = at_work.post("quince", author="noraquince", text=BILL)
    second = at_work.post("walnut", author="otto_nut", text=BILL)
    at_work.card("quince")
    at_work.card("walnut")
    for post, who in ((first, "noraquince"), (second, "otto_nut")):
        at_work.post("", author="vidoraplus", text=OFFER.format(who=who), reply_to=post.id)
    card = wait_for(lambda: [m for m in at_work.alerts.messages if "GLOWUP" in shown(m) and "otto_nut" in shown(m)])[0]
    text = shown(card)
    assert "🎣 *Poaching* on X about *Lumora*" in text
    assert "supplied customer" in text
    assert "“code GLOWUP”" in text
    assert "@vidoraplus" in text
    assert "1 more post with the same words" in text
    assert labels(card) == ["Claim", "Resolve", "Not us", "Open post"]
    assert len([m for m in at_work.alerts.messages if "GLOWUP" in json.dumps(m.blocks)]) == 1
    with open_page(at_work.sandbox.url, height=1400) as page:
        page.wait_for("document.querySelector('#log')?.innerText.includes('GLOWUP')", seconds=40)
        seen = page.text("#log")
        assert "Approached" in seen
        page.screenshot(os.environ.get("EARSHOT_PICTURE", folder / "poaching.png"))
        assert page.complaints == []
