"""A delivery over HTTP: answered when it is stored, refused without a trace, the same one twice stored once."""

import base64
import http.client
import json

import pytest

from config.load import parse
from config.secrets import Secrets
from domain.errors import SettingsError, StorageError
from service.assembly import build_streams, open_house
from service.inbound import serve_web
from storage import mentions
from tests.builders import NOON
from tests.flows.fakes import by_keyword
from tests.listeners.test_webhook import KEY, POST, delivery, signed

SECRETS = Secrets({"WEBHOOK_SECRET": "whsec_" + base64.b64encode(KEY).decode()})
SETTINGS = """
[database]
url = "{url}"
[[brands]]
name = "Lumora"
[[streams]]
name = "the forum"
brand = "Lumora"
platform = "webhook"
kind = "inbound"
places = ["forum"]
channel = "#alerts"
{web}
"""


def never():
    raise AssertionError("nobody asks for health here")


@pytest.fixture
def made(sqlite_url, tmp_path):
    def make(web="[web]\nport = 0", secrets=SECRETS):
        (tmp_path / "earshot.toml").write_text(SETTINGS.format(url=sqlite_url, web=web))
        settings = parse(tmp_path / "earshot.toml")
        house = open_house(settings, secrets, clock=lambda: NOON)
        streams = build_streams(settings, database=house.database)
        served = serve_web(
            settings, secrets, streams, look=never, classify=by_keyword, explain=lambda *_: None, house=house
        )
        return house, served

    return make


@pytest.fixture
def forum(made):
    house, served = made()
    yield house, served
    served.close()
    house.database.close()


def post(served, body, headers, *, path="/webhooks/forum"):
    place = served.address.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=5)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def stored(house):
    with house.database.read() as tx:
        return mentions.brands_of(tx, "webhook:forum/17")


def test_a_delivery_is_stored_once_however_often_it_comes_and_removed_when_told(forum):
    house, served = forum
    body = delivery(POST)
    for new in (1, 0):
        status, said = post(served, body, signed(body))
        assert (status, json.loads(said)["new"]) == (200, new)
    assert stored(house) == ["Lumora"]
    gone = delivery({"id": "17", "deleted": True})
    status, said = post(served, gone, signed(gone))
    assert (status, json.loads(said)["removed"]) == (200, 1)
    assert stored(house) == []


@pytest.mark.parametrize(
    ("body", "key", "status", "why"),
    [(delivery(POST), b"x" * 24, 401, "no signature"), (b"{}", KEY, 400, "`source` is missing")],
)
def test_what_is_refused_leaves_no_trace(forum, body, key, status, why):
    house, served = forum
    answered, said = post(served, body, signed(body, key=key))
    assert answered == status
    assert why in json.loads(said)["error"]
    assert stored(house) == []


def test_other_places_are_not_found(forum):
    _, served = forum
    body = delivery(POST)
    assert post(served, body, signed(body), path="/webhooks/elsewhere")[0] == 404


def test_while_the_database_is_away_the_sender_is_told_to_come_again(forum, monkeypatch):
    house, served = forum

    def away():
        raise StorageError("locked")

    monkeypatch.setattr(type(house.database), "write", lambda _: away())
    body = delivery(POST)
    status, said = post(served, body, signed(body))
    assert (status, json.loads(said)) == (503, {"error": "Nothing was stored. Deliver it again."})


def test_a_place_leads_to_one_stream_only(made):
    second = SETTINGS[SETTINGS.index("[[streams]]") : SETTINGS.index("{web}")].replace('"the forum"', '"another"')
    with pytest.raises(SettingsError, match="/webhooks/forum cannot lead to two streams: give another a place"):
        made(f"{second}[web]\nport = 0")


@pytest.mark.parametrize(
    ("web", "secrets", "why"),
    [("", SECRETS, r"set port under \[web\]"), ("[web]\nport = 0", Secrets({}), "WEBHOOK_SECRET is not set")],
)
def test_without_a_port_or_a_secret_nothing_starts(made, web, secrets, why):
    with pytest.raises(Exception, match=why) as raised:
        made(web, secrets)
    assert raised.type.__name__ in {SettingsError.__name__, "CredentialsError"}
