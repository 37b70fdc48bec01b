"""What platforms say of one post, with invented content: name only what matters."""

from typing import Any

HOST = "social.example"


def account(name: str = "jane", **changes: Any) -> dict[str, Any]:
    values = {
        "id": str(sum(name.encode())),
        "username": name,
        "acct": name,
        "display_name": name.title(),
        "bot": False,
        "url": f"https://{HOST}/@{name}",
        "uri": f"https://{HOST}/users/{name}",
        "followers_count": 7,
    }
    return values | changes


def status(number: str = "4001", *, author: str = "jane", **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": number,
        "created_at": "2026-09-01T12:00:00.000Z",
        "in_reply_to_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://{HOST}/users/{author}/statuses/{number}",
        "url": f"https://{HOST}/@{author}/{number}",
        "edited_at": None,
        "content": "<p>Lumora is down</p>",
        "reblog": None,
        "account": account(author),
        "mentions": [],
    }
    return values | changes


def post(**changes: Any) -> dict[str, Any]:
    values = {
        "id": 15,
        "name": "Jane",
        "username": "jane",
        "user_id": 7,
        "created_at": "2026-09-01T12:00:00.000Z",
        "updated_at": "2026-09-01T12:00:00.000Z",
        "cooked": "<p>Lumora is down</p>",
        "post_number": 2,
        "post_type": 1,
        "reply_to_post_number": None,
        "topic_id": 11,
        "topic_slug": "a-title",
        "topic_title": "A title",
        "version": 1,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    }
    return values | changes
