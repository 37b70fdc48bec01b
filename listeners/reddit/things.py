"""What Reddit's API answers, turned into mentions and removals; pure. Reddit calls its objects things."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from domain.mention import Author, Mention, MentionId, Removal, mention_id
from listeners.bodies import Body, Found, decode, in_order, reading, text_of

NAME = "reddit"
Payload = dict[str, Any]

COMMENT, SUBMISSION = "t1", "t3"
"""The kinds of things that are public posts, and the beginnings of their full names."""

SITE = "https://www.reddit.com"

_GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
"""What stands in the place of a text, or of an author, that is gone."""

_FULL_NAME = re.compile(r"t[13]_[0-9a-z]+")
_THREAD_IN_PATH = re.compile(r"/comments/([0-9a-z]+)/")
_TITLE_IN_PATH = re.compile(r"(/comments/[0-9a-z]+)/[^/]+/")


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole response body: a listing, a submission with its comments, an inbox, one thing, a created comment.

    Bodies without public posts (subreddits, users, private messages, tokens, errors) give nothing. A thing that is
    deleted or removed, or whose author deleted the account, is a removal.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    answer = decode(body, platform="Reddit")
    with reading("The response body of Reddit", answer):
        things = list(_things(answer))
    mentions, removals = [], []
    for kind, thing in things:
        with reading("The comment" if kind == COMMENT else "The submission", thing):
            if is_gone(thing):
                removals.append(Removal(_id_of(thing), seen_at))
            elif kind == COMMENT:
                mentions.append(mention_from_comment(thing))
            else:
                mentions.append(mention_from_submission(thing))
    return in_order(mentions, removals)


def mention_from_comment(comment: Payload) -> Mention:
    """Convert a comment of a listing, a tree or an inbox. Raises KeyError, TypeError or ValueError if malformed."""
    parent = comment["parent_id"]
    return Mention(
        id=_id_of(comment),
        author=_author_of(comment),
        text=_text(comment, "body"),
        url=SITE + _path(comment),
        posted_at=_moment(comment["created_utc"]),
        thread_id=mention_id(NAME, _thread(comment)),
        reply_to=mention_id(NAME, _checked(parent)),
        edited_at=_edited_at(comment),
    )


def mention_from_submission(submission: Payload) -> Mention:
    """Convert a submission: its title, and below it its text. Raises KeyError, TypeError or ValueError if malformed."""
    own = _id_of(submission)
    text = "\n\n".join(filter(None, (_text(submission, "title"), _text(submission, "selftext"))))
    crossposted = submission.get("crosspost_parent")
    return Mention(
        id=own,
        author=_author_of(submission),
        text=text,
        url=SITE + _without_title(submission["permalink"]),
        posted_at=_moment(submission["created_utc"]),
        thread_id=own,
        repost_of=mention_id(NAME, _checked(crossposted)) if crossposted else None,
        edited_at=_edited_at(submission),
    )


def is_gone(thing: Payload) -> bool:
    """Tell whether a thing was deleted or removed, or lost its author: Reddit asks to delete all three."""
    author = thing.get("author")
    return (
        author is None
        or author in _GONE
        or thing.get("removed_by_category") is not None
        or thing.get("body", thing.get("selftext")) in _GONE
    )


def _things(answer: object) -> Iterator[tuple[str, Payload]]:
    """Walk a body for its comments and submissions."""
    waiting = [answer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
            continue
        if not isinstance(item, dict):
            raise TypeError(f"it holds a {type(item).__name__} where a thing was expected")
        kind, data = item.get("kind"), item.get("data") or {}
        if kind in (COMMENT, SUBMISSION):
            yield kind, data
            waiting.append(data.get("replies") or [])
        elif kind == "Listing":
            waiting.append(data["children"])
        elif "json" in item:  # what posting a comment and loading more comments answer
            waiting.append((item["json"].get("data") or {}).get("things") or [])


def _author_of(thing: Payload) -> Author:
    """Return who wrote a thing. A moderator's badge is no sign of a machine; of AutoModerator Reddit itself says so."""
    handle = text_of(thing["author"])
    return Author(
        platform=NAME,
        user_id=str(thing.get("author_fullname") or handle.casefold()),  # names never change hands; old bodies lack ids
        handle=handle,
        automated=handle == "AutoModerator",
        url=f"{SITE}/user/{handle}",
    )


def _text(thing: Payload, key: str) -> str:
    """Return a text. A body that was fetched without `raw_json=1` has entities in it, twice in the HTML beside it."""
    text = text_of(thing.get(key) or "")
    beside = thing.get("body_html") or thing.get("selftext_html") or ""
    return html.unescape(text) if beside.startswith("&lt;") else text


def _thread(comment: Payload) -> str:
    """Return the submission's full name; a comment in an inbox names it only in the path of its context."""
    if link := comment.get("link_id"):
        return _checked(link)
    found = _THREAD_IN_PATH.search(comment["context"])
    return f"{SUBMISSION}_{found[1]}" if found else _checked(comment["parent_id"])


def _path(comment: Payload) -> str:
    if written := comment.get("permalink") or comment.get("context"):
        return _without_title(written)
    thread, own = _thread(comment).partition("_")[2], _checked(comment["name"]).partition("_")[2]
    return f"/r/{text_of(comment['subreddit'])}/comments/{thread}/_/{own}/"


def _without_title(permalink: object) -> str:
    """Return a permalink without the words of the title, which would outlive a deleted submission in every comment."""
    return _TITLE_IN_PATH.sub(r"\1/_/", text_of(permalink).partition("?")[0], count=1)


def _id_of(thing: Payload) -> MentionId:
    return mention_id(NAME, _checked(thing["name"]))


def _checked(full_name: object) -> str:
    if not (isinstance(full_name, str) and _FULL_NAME.fullmatch(full_name)):
        raise ValueError(f"{str(full_name)[:40]!r} is no full name of a comment or submission")
    return full_name


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _edited_at(thing: Payload) -> datetime | None:
    """Return when it was edited; False is never, and True a time before Reddit kept it."""
    edited = thing.get("edited")
    return None if edited is None or isinstance(edited, bool) else _moment(edited)
