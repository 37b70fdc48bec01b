"""A delivery of events: signed, all or none, the same one twice counted once."""

import json

import pytest

from config.load import parse
from config.secrets import Secrets
from domain.errors import CredentialsError, SettingsError, StorageError
from service.assembly import open_house
from service.inbound import serve_web
from storage import events, records
from tests.builders import NOON, record
from tests.flows.fakes import by_keyword
from tests.listeners.test_webhook import KEY, signed
from tests.web.test_deliveries import SECRETS, never, post
from web.events import MOST_EVENTS

SETTINGS = """
[database]
url = "{url}"
[[brands]]
name = "Lumora"
[behaviour]
sources = ["shop"]
{web}
"""
EVENT = {"id": "o-17", "kind": "purchase", "at": "2026-03-04T09:00:00Z", "customer": "c1", "customer_source": "csv"}


def told(*found):
    return json.dumps({"events": found}).encode()


@pytest.fixture
def made(sqlite_url, tmp_path):
    def make(web="[web]\nport = 0", secrets=SECRETS):
        (tmp_path / "earshot.toml").write_text(SETTINGS.format(url=sqlite_url, web=web))
        settings = parse(tmp_path / "earshot.toml")
        house = open_house(settings, secrets, clock=lambda: NOON)
        return house, serve_web(
            settings, secrets, (), look=never, classify=by_keyword, explain=lambda *_: None, house=house
        )

    return make


@pytest.fixture
def shop(made):
    house, served = made()
    yield house, served
    served.close()
    house.database.close()


def deliver(served, body, *, key=KEY, path="/events/shop"):
    status, said = post(served, body, signed(body, key=key), path=path)
    return status, json.loads(said) if said.startswith("{") else said


def test_a_delivery_is_stored_and_again_does_nothing(shop):
    house, served = shop
    with house.database.write() as tx:
        jane = records.add_record(tx, record("c1"), at=NOON)
    body = told(EVENT, EVENT | {"id": "o-18"})
    assert deliver(served, body) == (200, {"added": 2, "known": 0, "forgotten": 0})
    assert deliver(served, body) == (200, {"added": 0, "known": 2, "forgotten": 0})
    with house.database.read() as tx:
        assert [deed.source for deed in events.latest(tx, jane, limit=9)] == ["shop", "shop"]


@pytest.mark.parametrize(
    ("body", "key", "status", "why"),
    [
        (told(EVENT), b"x" * 24, 401, "no signature"),
        (told(EVENT, EVENT | {"id": "2", "kind": "dance"}), KEY, 400, "Event 2 of the delivery cannot be read"),
        (told(EVENT, 7), KEY, 400, "Event 2 of the delivery cannot be read: is no JSON object"),
        (b"{", KEY, 400, "A delivery is"),
        (b"[]", KEY, 400, "A delivery is"),
        (told(*[EVENT] * (MOST_EVENTS + 1)), KEY, 400, "1,000 events at most"),
    ],
)
def test_what_is_refused_leaves_no_trace(shop, body, key, status, why):
    _, served = shop
    answered, said = deliver(served, body, key=key)
    assert answered == status
    assert why in said["error"]
    assert deliver(served, told(EVENT))[1]["added"] == 1


def test_other_sources_are_not_found(shop):
    assert deliver(shop[1], told(EVENT), path="/events/elsewhere")[0] == 404


def test_while_the_database_is_away_the_sender_is_told_to_come_again(shop, monkeypatch):
    house, served = shop

    def away(_):
        raise StorageError("locked")

    monkeypatch.setattr(type(house.database), "write", away)
    assert deliver(served, told(EVENT)) == (503, {"error": "Nothing was stored. Deliver it again."})


def test_without_a_port_or_a_secret_nothing_starts(made):
    with pytest.raises(SettingsError, match=r"Events of shop .* set port under \[web\]"):
        made("")
    with pytest.raises(CredentialsError, match="WEBHOOK_SECRET is not set"):
        made(secrets=Secrets({}))
