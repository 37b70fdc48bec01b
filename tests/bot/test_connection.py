"""The line to Slack: what breaks is said with its fix, what closes closes soon, what drops comes back."""

import http.client
import time
from urllib.parse import urlsplit

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.connection import LARGEST_REQUEST, connect_socket, serve_http
from bot.identity import SlackError
from sandbox.slack import Workspace
from tests.sandbox.running import running_slack, wait_until


def app(client=None):
    return App(client=client or WebClient(token="xoxb-1"), signing_secret="secret", token_verification_enabled=False)


@pytest.fixture
def slack():
    with running_slack(Workspace()) as running:
        yield running


@pytest.fixture
def line():
    connection = serve_http(app(), host="127.0.0.1", port=0)
    yield connection
    connection.close()


def request(line, method="POST", path=None, body=b"", **headers):
    address = urlsplit(line.address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    connection.request(method, path or address.path, body=body, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_http_server_listens_where_it_says_and_closes_soon():
    line = serve_http(app(), host="127.0.0.1", port=0)
    assert line.is_alive()
    assert request(line) == 401
    started = time.monotonic()
    line.close()
    assert time.monotonic() - started < 2
    assert not line.is_alive()
    with pytest.raises(ConnectionRefusedError):
        request(line)


def test_unsigned_and_foreign_requests_are_refused(line):
    assert request(line, body=b"payload=%7B%7D") == 401
    assert request(line, "GET") == 404
    assert request(line, path="/etc/passwd") == 404


def test_body_that_is_too_large_is_refused_unread(line):
    assert request(line, **{"content-length": str(LARGEST_REQUEST + 1)}) == 413
    assert request(line, **{"content-length": "-5"}) == 413


def test_port_in_use_is_said_with_its_fix(line):
    port = urlsplit(line.address).port
    with pytest.raises(SlackError, match=rf"Port {port} on 127\.0\.0\.1 cannot be had .* set \[slack\] port"):
        serve_http(app(), host="127.0.0.1", port=port)


def test_wrong_app_token_is_said_with_its_fix(slack):
    client = slack.client()
    with pytest.raises(SlackError, match=r"invalid_auth.*SLACK_APP_TOKEN"):
        connect_socket(app(client), app_token="xapp-wrong", client=client)


def test_unreachable_slack_is_said(slack):
    client = WebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/")
    with pytest.raises(SlackError, match="Check the network"):
        connect_socket(app(client), app_token="xapp-1", client=client)


def test_dropped_line_comes_back_and_closes_soon(slack):
    client = slack.client()
    line = connect_socket(app(client), app_token=slack.workspace.app_token, client=client)
    wait_until(lambda: slack.workspace.connections == 1)
    slack.run(slack.slack.delivery.disconnect())
    wait_until(lambda: slack.workspace.connections == 1 and line.is_alive())
    started = time.monotonic()
    line.close()
    assert time.monotonic() - started < 3
    assert not line.is_alive()
