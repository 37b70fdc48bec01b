"""What platforms say of their quota, in their own headers."""

from datetime import UTC, datetime

import pytest
import requests

from domain.health import Headroom
from listeners.calls import headroom_of


def answer(**headers):
    response = requests.Response()
    response.headers.update({f"x-ratelimit-{name}": value for name, value in headers.items()})
    return response


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (
            {"remaining": "59", "limit": "60", "reset": "1772625600"},
            Headroom(59, 60, datetime(2026, 3, 4, 12, tzinfo=UTC)),
        ),
        ({"remaining": "59", "limit": "60", "reset": "300"}, Headroom(59, 60, None)),  # seconds from now, or what else
        ({"remaining": "299", "limit": "300", "reset": "2026-03-04T12:00:00.000Z"}, Headroom(299, 300, None)),
        ({"remaining": "99.0"}, Headroom()),
        ({"remaining": "-1", "reset": "9" * 30}, Headroom()),
        ({}, Headroom()),
    ],
)
def test_headers_are_read_where_they_are_plain_and_left_where_not(headers, said):
    assert headroom_of(answer(**headers), "x-ratelimit") == said
