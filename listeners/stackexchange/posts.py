"""Turning questions, answers and comments of Stack Exchange's sites into mentions."""

import html
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from domain.mention import Author, Mention, mention_id
from listeners.bodies import Body, decode, reading, text_of
from listeners.markup import plain
from listeners.stackexchange.api import NAME, TITLE

Payload = dict[str, Any]

_LINKS: Final = ("link", "share_link")


def mentions_in(body: Body, *, site: str = "") -> list[Mention]:
    """Return the mentions of one answer; without a `site` (as in stackoverflow.com) the links in it tell.

    What the search lists are excerpts, whose posts are asked for: they are none themselves. Raises InputError.
    """
    answer = decode(body, platform=TITLE)
    with reading("The answer of Stack Exchange", answer):
        items: list[Payload] = list(answer["items"])  # type: ignore[call-overload]
    mentions = []
    for item in items:
        with reading("The post", item):
            if "excerpt" in item:
                int(item["question_id"])
                continue
            site = site or _site(items)
            mentions.append(mention_from(item, site=site))
    return mentions


def mention_from(item: Payload, *, site: str) -> Mention:
    """Convert a question (its title, and below it its text), an answer or a comment. Raises KeyError or ValueError.

    Questions and answers share their numbers, and each site counts for itself; so are accounts.
    """
    posted = _moment(item["creation_date"])
    edited = item.get("last_edit_date")
    body = plain(text_of(item["body"])) if "body" in item else ""
    if "comment_id" in item:
        thread = parent = mention_id(NAME, f"{site}/{int(item['post_id'])}")
        own, url = (
            f"{site}/comment/{int(item['comment_id'])}",
            f"https://{site}/posts/comments/{int(item['comment_id'])}",
        )
    elif "answer_id" in item:
        thread = parent = mention_id(NAME, f"{site}/{int(item['question_id'])}")
        own, url = f"{site}/{int(item['answer_id'])}", f"https://{site}/a/{int(item['answer_id'])}"
    else:
        own, url = f"{site}/{int(item['question_id'])}", f"https://{site}/q/{int(item['question_id'])}"
        thread, parent = mention_id(NAME, own), None
        body = "\n\n".join(filter(None, (html.unescape(text_of(item["title"])), body)))
    return Mention(
        id=mention_id(NAME, own),
        author=_author(item.get("owner", {}), site=site),
        text=body,
        url=url,
        posted_at=posted,
        thread_id=thread,
        reply_to=parent,
        edited_at=_moment(edited) if edited is not None else None,
    )


def _author(owner: Payload, *, site: str) -> Author:
    """Return who wrote a post. Who deleted the account has no number left, and a name that says nothing."""
    name = html.unescape(text_of(owner.get("display_name", "")))
    number = owner.get("user_id")
    # A name may be anything; none may look like an account's id, by which our own are known.
    handle = name if name and "/" not in name else f"user{number or ''}"
    return Author(
        NAME,
        f"{site}/{int(number)}" if number is not None else f"{site}/{handle}",
        handle,
        name=name,
        url=f"https://{site}/users/{int(number)}" if number is not None else "",
    )


def _site(items: list[Payload]) -> str:
    """Return whose items these are. Raises ValueError where no link tells."""
    links = [item.get(key) for item in items for key in _LINKS]
    links += [item.get("owner", {}).get("link") for item in items]
    for link in links:
        if link and (host := urlsplit(text_of(link)).hostname):
            return host
    raise ValueError("no link tells of which site it is")


def _moment(second: object) -> datetime:
    return datetime.fromtimestamp(int(str(second)), UTC)
