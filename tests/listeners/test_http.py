"""What all platforms over plain HTTP have in common, where a server means ill."""

import socket
import threading
from datetime import timedelta

import pytest

from domain.errors import PlatformError
from listeners.http import Http, back_at
from tests.builders import NOON


def clock():
    return NOON


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("60", timedelta(minutes=1)),
        ("9" * 30, timedelta(days=1)),
        ("9" * 5000, timedelta(days=1)),
        ("Wed, 04 Mar 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("Wed, 04 Mar 9999 12:01:00 GMT", timedelta(days=1)),
    ],
)
def test_no_server_silences_us_for_more_than_a_day(header, wait):
    assert back_at(429, header, clock=clock) == NOON + wait


@pytest.mark.parametrize("header", ["soon", "-5", "Wed, 99 Mar 2026 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_a_header_that_says_nothing_asks_for_no_wait(header):
    assert back_at(503, header, clock=clock) is None


@pytest.mark.parametrize(
    ("head", "drop"), [(b"Transfer-Encoding: chunked", b"1\r\nx\r\n"), (b"Content-Length: 9999", b"x")]
)
def test_an_answer_that_drips_in_is_given_up(head, drop):
    enough = threading.Event()

    def drip(server):
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
            while not enough.wait(0.02):
                try:
                    connection.sendall(drop)
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,), daemon=True)
        dripping.start()
        http = Http("rss", "A feed", f"http://127.0.0.1:{server.getsockname()[1]}", clock=clock, timeout_seconds=0.05)
        try:
            with pytest.raises(PlatformError, match=r"did not answer whole within 0\.3 s"):
                http.call("GET", "/feed.xml")
        finally:
            enough.set()
            dripping.join()
