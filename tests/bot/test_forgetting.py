"""`/earshot forget` through signed HTTP: preview, confirmation and receipt in one private message."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.views.forget import FORGET, HOW_FAR, KEEP, PICK_PERSON
from domain.case import CaseState
from flows.alerting import update_changed
from flows.forgetting import scrub
from storage import forgettings, records
from tests.bot.office import shown
from tests.builders import NOON, record
from tests.sandbox.running import wait_until


def add_customers(at_work, *told):
    with at_work.house.database.write() as tx:
        records.add_records(tx, told, at=NOON)


def button(label, action_id, value):
    return {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": label}}


def buttons_of(message):
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    accessories = [block["accessory"] for block in message.blocks if "accessory" in block]
    return [element for row in rows for element in row] + accessories


@pytest.mark.parametrize("name", ["mia", "leo", "gus", "nia"])
def test_only_a_crm_admin_may_ask(at_work, name):
    assert at_work.type(name, "/earshot forget @jane").text.startswith("You may not")


def test_a_person_is_previewed_confirmed_and_gone_from_every_message(at_work):
    add_customers(at_work, record(notes="likes tea"))
    answer = at_work.type("ada", "/earshot forget @jane")
    told = shown(answer)
    for words in ("Jane Doe · jane@example.com", "X @jane", "1 post ", "1 case ", "1 message ", "from csv", "1 note "):
        assert words in told
    assert "Lumora is down again" in shown(at_work.card())
    go, cancel = buttons_of(answer)
    assert (go["style"], go["confirm"]["style"], cancel["text"]["text"]) == ("danger", "danger", "Cancel")
    assert len({button["value"] for button in (go, cancel)}) == 1
    assert "jane" not in go["value"]
    at_work.click("ada", FORGET, answer)
    wait_until(lambda: "Receipt" in shown(answer))
    assert "jane" not in shown(answer).lower()
    update_changed(post=at_work.desk.post, house=at_work.house)
    card = shown(at_work.card())
    assert "Removed by its author" in card
    assert "jane" not in card.lower()
    assert "Lumora is down again" not in card
    assert at_work.buttons() == []
    assert scrub(house=at_work.house)
    folder = Path(make_url(at_work.house.database.url).database).parent
    left = [file.name for file in folder.iterdir() if b"jane" in file.read_bytes().lower()]
    assert left == []
    assert "Nobody found" in shown(at_work.type("ada", "/earshot forget @jane"))


def test_one_of_several_is_picked_and_another_wish_is_cancelled(at_work):
    add_customers(at_work, record(accounts=()), record("c2", emails=("j2@example.com",), accounts=()))
    answer = at_work.type("ada", "/earshot forget Jane Doe")
    assert "2 people may be meant. Which one do you mean?" in shown(answer).replace("*", "")
    at_work.click("ada", PICK_PERSON, answer)
    wait_until(lambda: "Forget this person?" in shown(answer))
    at_work.click("ada", KEEP, answer)
    wait_until(lambda: "Cancelled: nothing was erased." in shown(answer))
    assert "2 people" in shown(at_work.type("ada", "/earshot forget Jane Doe"))


def test_nobody_else_confirms_with_the_button(at_work):
    answer = at_work.type("ada", "/earshot forget @jane")
    answer.visible_to = at_work.people["mia"].id  # as if it had been passed on
    at_work.click("mia", FORGET, answer)
    assert at_work.told("mia", since=1).text.startswith("You may not forget people")
    assert at_work.case().case.state is CaseState.NEW


def test_the_same_press_three_times_forgets_once_and_shows_the_receipt_again(at_work):
    answer = at_work.type("ada", "/earshot forget @jane")
    offer_id = buttons_of(answer)[0]["value"]
    before = answer.blocks
    at_work.click("ada", FORGET, answer)
    wait_until(lambda: "Receipt" in shown(answer))
    answer.blocks = before  # an old screen
    count = len(at_work.alerts.ephemeral)
    at_work.click("ada", FORGET, answer)
    wait_until(lambda: len(at_work.alerts.ephemeral) > count or "confirmed before" in shown(answer))
    told = shown(at_work.alerts.ephemeral[-1])
    assert f"This was confirmed before: its receipt is {offer_id}" in told


def test_a_forgetting_under_way_tells_how_far_it_is(at_work):
    answer = at_work.type("ada", "/earshot forget @jane")
    offer_id = buttons_of(answer)[0]["value"]
    at_work.click("ada", FORGET, answer)
    wait_until(lambda: "Receipt" in shown(answer))
    row = {"type": "actions", "block_id": "b1", "elements": [button("How far?", HOW_FAR, offer_id)]}
    answer.blocks = [row]  # as it was while the forgetting went on
    at_work.click("ada", HOW_FAR, answer)
    wait_until(lambda: f"Receipt `{offer_id}`" in shown(answer))
    with at_work.house.database.read() as tx:
        assert forgettings.see(tx, offer_id).by == at_work.people["ada"].id
