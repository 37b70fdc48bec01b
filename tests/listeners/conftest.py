"""Nothing in these tests may leave the machine."""

import socket

import pytest


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Let sockets connect to 127.0.0.1 only, and resolve no other name."""
    connect = socket.socket.connect

    def guarded(self, address):
        assert address[0] == "127.0.0.1", f"a test reached for {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
