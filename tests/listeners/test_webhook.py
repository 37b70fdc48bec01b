"""Deliveries by a signed webhook: who may deliver, and what a delivery becomes."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, InputError, SettingsError
from listeners import webhook
from tests.builders import NOON, stream

KEY = b"k" * 24
SETTINGS = webhook.Settings("whsec_" + base64.b64encode(KEY).decode())
POST = {
    "id": "17",
    "text": "Lumora is awful",
    "url": "https://forum.example/17",
    "author": {"id": "u1", "handle": "jane", "name": "Jane", "followers": 12},
    "posted_at": "2026-03-04T11:59:00+00:00",
    "thread": 16,
    "reply_to": 16,
}


def delivery(*posts, **changes):
    return json.dumps({"source": "forum", "posts": list(posts)} | changes).encode()


def signed(body, *, at=NOON, key=KEY, number="msg_1"):
    """Sign as any sender of Standard Webhooks does."""
    told = str(int(at.timestamp()))
    mac = hmac.new(key, f"{number}.{told}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": number,
        "webhook-timestamp": told,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def test_while_a_secret_is_changed_the_old_and_the_new_one_are_good():
    new, body = bytes(range(40, 72)), delivery(POST)
    both = webhook.Settings(" ".join(base64.b64encode(key).decode() for key in (KEY, new)))
    assert "accepted" in webhook.check(both)
    for key in (KEY, new):
        webhook.verify(both, signed(body, key=key), body, now=NOON)
    with pytest.raises(CredentialsError, match="no signature"):
        webhook.verify(both, signed(body, key=b"x" * 32), body, now=NOON)


def test_a_signed_delivery_is_accepted_also_while_keys_are_changed():
    body = delivery(POST)
    webhook.verify(SETTINGS, signed(body), body, now=NOON)
    headers = signed(body)
    headers["webhook-signature"] = f"v1,AAAA v1a,BBBB {headers['webhook-signature']}"
    webhook.verify(SETTINGS, headers, body, now=NOON + timedelta(minutes=4))


BODY = delivery(POST)


@pytest.mark.parametrize(
    ("headers", "body", "why"),
    [
        ({}, BODY, "webhook-timestamp is missing"),
        (signed(BODY) | {"webhook-timestamp": "soon"}, BODY, "webhook-timestamp is missing"),
        (signed(BODY) | {"webhook-timestamp": "9" * 12}, BODY, "webhook-timestamp is missing"),
        (signed(BODY) | {"webhook-timestamp": "9" * 11}, BODY, "minutes away from our clock"),
        (signed(BODY) | {"webhook-timestamp": "١٧٧٢٦٢٥٦٠٠"}, BODY, "webhook-timestamp is missing"),
        (signed(BODY, at=NOON - timedelta(minutes=6)), BODY, "5 minutes away"),
        (signed(BODY, at=NOON + timedelta(minutes=6)), BODY, "5 minutes away"),
        (signed(BODY, key=b"x" * 24), BODY, "no signature"),
        (signed(BODY), BODY + b" ", "no signature"),
        (signed(BODY) | {"webhook-id": "msg_2"}, BODY, "no signature"),
        (signed(BODY) | {"webhook-signature": ""}, BODY, "no signature"),
        (signed(BODY) | {"webhook-signature": "v2," + signed(BODY)["webhook-signature"][3:]}, BODY, "no signature"),
        (signed(BODY) | {"webhook-signature": "v1,\u00e4"}, BODY, "no signature"),
    ],
)
def test_whatever_else_is_refused_with_the_reason(headers, body, why):
    with pytest.raises(CredentialsError, match=why):
        webhook.verify(SETTINGS, headers, body, now=NOON)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="])
def test_a_weak_secret_is_no_secret(secret):
    with pytest.raises(CredentialsError, match="WEBHOOK_SECRET is not set, or is no whsec_"):
        webhook.check(webhook.Settings(secret))
    assert "accepted" in webhook.check(SETTINGS)
    assert KEY.decode() not in repr(SETTINGS)


def test_a_delivery_becomes_mentions_oldest_first_and_removals():
    early = POST | {"id": 16, "posted_at": "2026-03-04T12:00:00+02:00", "thread": None, "reply_to": None, "url": ""}
    found = webhook.mentions_from_response(delivery(POST, early, {"id": "15", "deleted": True}), seen_at=NOON)
    first, second = found.mentions
    assert (first.id, first.thread_id, first.posted_at.hour) == ("webhook:forum/16", "webhook:forum/16", 10)
    assert (second.id, second.thread_id, second.reply_to) == ("webhook:forum/17", first.id, first.id)
    assert (second.author.key, second.author.handle, second.author.followers) == ("webhook:forum/u1", "jane", 12)
    assert [removal.mention_id for removal in found.removals] == ["webhook:forum/15"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "is not JSON"),
        (b"[]", "The delivery without an id cannot be read"),
        (delivery(POST, source="a/b"), "`source` is a short name"),
        (delivery(*[POST] * 101), "100 posts at most, and this has 101"),
        (delivery({"id": "1"}), "`author` is missing"),
        (delivery(POST | {"posted_at": "2026-03-04T11:59:00"}), "has no time zone"),
        (delivery(POST | {"posted_at": "yesterday"}), "The post 17 cannot be read"),
        (delivery(POST | {"url": "javascript:alert(1)"}), "whole address"),
        (delivery(POST | {"id": ""}), "1 to 200 characters"),
        (delivery(POST | {"text": None}), "a text was expected"),
        (delivery(POST | {"author": "jane"}), "The post 17 cannot be read"),
        (delivery("post"), "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why(body, why):
    with pytest.raises(InputError, match=why):
        webhook.mentions_from_response(body, seen_at=NOON)


def test_it_cannot_be_polled():
    with pytest.raises(SettingsError, match="use inbound"):
        webhook.connect(SETTINGS, stream(platform="webhook", kind=SourceKind.SEARCH), clock=lambda: NOON)
