"""What a newcomer sees: a card arrives in the browser's page, and a click on Claim changes it."""

import pytest

from tests.browser import open_page

pytestmark = pytest.mark.browser


def test_a_card_arrives_in_the_page_and_claim_changes_it(at_work):
    with open_page(at_work.sandbox.url) as page:
        page.wait_for("document.querySelector('#connection')?.innerText === 'Bot connected'")
        at_work.post("apricot")
        page.wait_for("document.querySelector('#log')?.innerText.includes('apricot')", seconds=40)
        assert "New" in page.text("#log")
        page.click("#log [data-action=case_claim]")
        page.wait_for("document.querySelector('#log')?.innerText.includes('Claimed by @Mia Brandt')", seconds=40)
        page.wait_for("!document.querySelector('#log [data-action=case_claim]')")
        assert page.complaints == []
