"""The inbound server: what it answers, and what it refuses before it is read."""

import http.client
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from domain.errors import EarshotError
from web.server import LARGEST_BODY, MOST_AT_ONCE, Response, serve


def broken(_request):
    raise RuntimeError("no")


@pytest.fixture
def asked():
    return []


@pytest.fixture
def server(asked):
    def echo(request):
        asked.append(request)
        return Response(200, request.body or b"hello", "text/x-test")

    served = serve(
        {("GET", "/hello"): echo, ("POST", "/hook"): echo, ("GET", "/broken"): broken}, host="127.0.0.1", port=0
    )
    yield served
    served.close()


def ask(server, method, path, body=None, headers=None):
    line = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=5)
    line.request(method, path, body=body, headers=headers or {})
    answer = line.getresponse()
    read = answer.read()
    line.close()
    return answer.status, read


def raw(server, sent):
    host, port = urlsplit(server.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(sent)
        return line.recv(1000).split(b"\r\n")[0]


def test_a_route_gets_method_path_query_headers_and_body(server, asked):
    assert ask(server, "POST", "/hook?from=there", b"{}", {"X-Signature": "abc"}) == (200, b"{}")
    (request,) = asked
    assert (request.method, request.path, request.query, request.body) == ("POST", "/hook", "from=there", b"{}")
    assert request.headers["x-signature"] == "abc"


def test_head_is_get_without_the_body(server, asked):
    assert ask(server, "HEAD", "/hello") == (200, b"")
    assert asked[0].method == "GET"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/hello/", 404), ("POST", "/hello", 405), ("GET", "/hook", 405), ("PUT", "/hook", 405)],
)
def test_what_has_no_route_is_refused(server, method, path, status):
    assert ask(server, method, path)[0] == status


def test_a_handler_that_fails_is_a_500_and_the_next_request_is_answered(server):
    assert ask(server, "GET", "/broken") == (500, b"Internal Server Error\n")
    assert ask(server, "GET", "/hello")[0] == 200


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "-1", "1e3", "٣", "9" * 400])
def test_a_body_that_is_too_large_or_of_no_size_is_refused_unread(server, asked, length):
    head = f"POST /hook HTTP/1.0\r\nContent-Length: {length}\r\n\r\n".encode()
    assert raw(server, head).split()[1] == b"413"
    assert asked == []


def test_who_hangs_up_in_the_middle_leaves_a_line_and_no_traceback(server, capsys):
    host, port = urlsplit(server.address).netloc.split(":")
    with capture_logs() as logs:
        line = socket.create_connection((host, int(port)), timeout=5)
        line.sendall(b"POST /hook HTTP/1.1\r\nContent-Length: 9\r\n\r\nab")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()  # with a reset
        assert ask(server, "GET", "/hello")[0] == 200
        for _ in range(100):
            if logs:
                break
            threading.Event().wait(0.02)
    assert [entry["event"] for entry in logs] == ["request_broken"]
    assert "Traceback" not in capsys.readouterr().err


def test_a_body_of_chunks_is_refused(server):
    assert raw(server, b"POST /hook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").split()[1] == b"411"


def test_requests_are_answered_side_by_side_and_one_too_many_is_told_to_come_back():
    inside, leave = threading.Semaphore(0), threading.Event()

    def wait(_request):
        inside.release()
        leave.wait(10)
        return Response()

    server = serve({("GET", "/wait"): wait}, host="127.0.0.1", port=0)
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        waiting = [pool.submit(ask, server, "GET", "/wait") for _ in range(MOST_AT_ONCE)]
        for _ in waiting:
            assert inside.acquire(timeout=10)
        assert ask(server, "GET", "/wait")[0] == 503
        leave.set()
        assert {each.result()[0] for each in waiting} == {200}
    server.close()


def test_a_port_that_is_taken_is_an_error_that_says_what_to_do(server):
    port = int(server.address.rpartition(":")[2])
    with pytest.raises(EarshotError, match=r"set \[web\] port"):
        serve({}, host="127.0.0.1", port=port)
