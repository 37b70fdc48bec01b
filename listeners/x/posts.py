"""What X's API v2 answers, turned into mentions and removals; pure."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.errors import InputError
from domain.mention import Author, Context, Mention, MentionId, Removal, mention_id
from listeners.bodies import Body, Found, decode, in_order, reading, text_of

NAME = "x"
Payload = dict[str, Any]

_EPOCH_MS = 1288834974657
"""X's ids carry the milliseconds since this moment in all but their last 22 bits."""
_FIRST_TIMED_ID = 29_700_859_247
"""The ids before it (November 2010) were counted, and carry no time."""

# X names the kind of content where a post has too few words to tell; its other codes are BCP 47, three of them old.
_NO_LANGUAGE = frozenset({"art", "qam", "qct", "qht", "qme", "qst", "und", "zxx"})
_OLD_LANGUAGES = {"in": "id", "iw": "he", "ji": "yi"}

_WITHHELD_EVERYWHERE = frozenset({"XX", "XY"})
"""All countries; all countries, by a copyright claim. https://docs.x.com/x-api/fundamentals/data-dictionary"""
_BADGES = frozenset({"blue", "business", "government"})

_NAMED = re.compile(r"(?<![A-Za-z0-9_@/])@([A-Za-z0-9_]{1,20})(?![A-Za-z0-9_@])")
_POST_LINK = re.compile(r"https?://(?:\w+\.)?(?:x|twitter)\.com/([A-Za-z0-9_]{1,20})/status/(\d+)", re.IGNORECASE)


def id_at(moment: datetime) -> int:
    """Return the smallest id that a post of this moment can have."""
    milliseconds = (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return max(0, milliseconds - _EPOCH_MS) << 22


def moment_of(post_id: int) -> datetime:
    """Return when the post with this id was made, to the millisecond."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=(post_id >> 22) + _EPOCH_MS)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else a body tells about its posts: users and posts by id, and the first version of every edited post."""

    users: Mapping[str, Payload] = field(default_factory=dict)
    posts: Mapping[str, Payload] = field(default_factory=dict)
    firsts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Payload) -> "Surroundings":
        """Collect them. A post that stands in `data` too is the same one."""
        includes = body.get("includes") or {}
        posts = {_id_of(post): post for post in [*(includes.get("tweets") or ()), *_posts(body)]}
        histories = [_history(post) for post in posts.values()]
        firsts = {version: history[0] for history in histories for version in history}
        return cls({str(user["id"]): user for user in includes.get("users") or ()}, posts, firsts)

    def mention_id(self, post_id: str) -> MentionId:
        """Return the id of the mention that a version of a post belongs to."""
        return mention_id(NAME, self.firsts.get(post_id, post_id))

    def newest(self, post: Payload) -> Payload:
        """Return the newest version of a post that is at hand."""
        return next((self.posts[version] for version in reversed(_history(post)) if version in self.posts), post)


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole response body: search, timelines, look-ups, a created post, a stream's line, a compliance line.

    The posts of `data` are mentions; `includes` only completes them. Bodies without posts (users, counts, lists, jobs,
    errors) give nothing. All versions of an edited post are one mention, named by the first, with the newest text.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    answer = decode(body, platform="X")
    if isinstance(answer, list):
        raise InputError("A response body of X is a JSON object, not an array: give each body on a line of its own.")
    with reading("The response body of X", answer):
        around = Surroundings.of(answer)
        removals = [Removal(around.mention_id(gone), seen_at) for gone in _gone(answer)]
    mentions = []
    for post in _posts(answer):
        with reading("The post", post):
            newest = around.newest(post)
            if _withheld(newest):
                removals.append(Removal(around.mention_id(_id_of(post)), seen_at))
            else:
                mentions.append(mention_from_post(newest, around=around))
    return in_order(mentions, removals)


def mention_from_post(post: Payload, *, around: Surroundings) -> Mention:
    """Convert one post. Raises KeyError, TypeError or ValueError where it is malformed."""
    post_id, history = _id_of(post), _history(post)
    author = author_of(post, around=around)
    referenced = {
        reference["type"]: str(reference["id"])
        for reference in post.get("referenced_tweets") or post.get("referenced_posts") or ()
    }
    edited = post_id != history[0]
    conversation = str(post.get("conversation_id") or post_id)
    language = post.get("lang") or "und"
    return Mention(
        id=mention_id(NAME, history[0]),
        author=author,
        text=_text(post, original=around.posts.get(referenced.get("retweeted", "")), around=around),
        url=f"https://x.com/{author.handle or 'i/web'}/status/{post_id}",
        posted_at=_created(around.posts.get(history[0], {"id": history[0]})),
        # The conversation that an edited post starts is named by the version that was answered.
        thread_id=mention_id(NAME, history[0]) if conversation in history else around.mention_id(conversation),
        reply_to=around.mention_id(referenced["replied_to"]) if "replied_to" in referenced else None,
        repost_of=around.mention_id(referenced["retweeted"]) if "retweeted" in referenced else None,
        language=None if language in _NO_LANGUAGE else _OLD_LANGUAGES.get(language, language),
        edited_at=_created(post) if edited else None,
        summons=() if "retweeted" in referenced else _summons(post, quoted=referenced.get("quoted"), around=around),
        context=_context(post, around.posts.get(referenced.get("replied_to", "")), around=around),
    )


def author_of(post: Payload, *, around: Surroundings) -> Author:
    """Return who wrote a post, as far as the body tells.

    Without the expansion `author_id` the handle is empty; without that field the author is somebody of whom nothing
    is known but this post, so that no two strangers are taken for one. X has no field that tells automated accounts.
    """
    user_id = str(post.get("author_id") or f"author-of-{_history(post)[0]}")
    user = around.users.get(user_id, {})
    handle = text_of(user.get("username", ""))
    followers = (user.get("public_metrics") or {}).get("followers_count")
    return Author(
        platform=NAME,
        user_id=user_id,
        handle=handle,
        name=text_of(user.get("name", "")),
        followers=followers if isinstance(followers, int) else None,
        verified=bool(user.get("verified")) or user.get("verified_type") in _BADGES,
        url=f"https://x.com/{handle}" if handle else "",
    )


def entities_of(post: Payload) -> list[Payload]:
    """Return what X found in a text, and in the whole of a long one."""
    long = post.get("note_tweet") or post.get("note_post") or {}
    return [found for found in (post.get("entities"), long.get("entities")) if found]


def _context(post: Payload, parent: Payload | None, *, around: Surroundings) -> Context | None:
    """Return what a post answers. Its author's name stands in the answer, so that no look-up need be paid for."""
    if parent is None or _withheld(parent):
        return None
    author = author_of(parent, around=around)
    if not author.handle:
        named = (one for found in entities_of(post) for one in found.get("mentions") or ())
        handle = next((text_of(one["username"]) for one in named if str(one.get("id")) == author.user_id), "")
        author = replace(author, handle=handle)
    return Context(author, _text(parent, original=None, around=around))


def _withheld(post: Payload) -> bool:
    return bool(_WITHHELD_EVERYWHERE.intersection((post.get("withheld") or {}).get("country_codes") or ()))


def _summons(post: Payload, *, quoted: str | None, around: Surroundings) -> tuple[str, ...]:
    """Return whom a post names, and whose post it quotes, each once.

    The author of a quoted post stands in the link to it, so that no expansion need be paid for.
    """
    found = entities_of(post)
    named = [text_of(one["username"]) for each in found for one in each.get("mentions") or ()]
    if not found:
        named = _NAMED.findall(_text(post, original=None, around=around))
    for each in found:
        links = (_POST_LINK.match(link.get("expanded_url") or "") for link in each.get("urls") or ())
        named += [link[1] for link in links if link and link[2] == quoted]
    if quoted is not None and quoted in around.posts:
        named.append(author_of(around.posts[quoted], around=around).handle)
    return tuple({handle.casefold(): handle for handle in named if handle}.values())


def _text(post: Payload, *, original: Payload | None, around: Surroundings) -> str:
    """Return the whole text: of a long post, and of the post that a repost quotes with its end cut off."""
    if original is not None:
        handle = author_of(original, around=around).handle
        if handle:
            return f"RT @{handle}: {_text(original, original=None, around=around)}"
    long = post.get("note_tweet") or post.get("note_post") or {}
    return text_of(html.unescape(long.get("text") or post["text"]))


def _created(post: Payload) -> datetime:
    written = post.get("created_at")
    if written is None:
        if int(_id_of(post)) < _FIRST_TIMED_ID:
            raise KeyError("created_at")
        return moment_of(int(post["id"])).replace(microsecond=0)  # as exactly as X writes it
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError(f"`created_at` is {written}, without a time zone")
    return moment.astimezone(UTC)


def _id_of(post: Payload) -> str:
    post_id = str(post["id"])
    if not (post_id.isascii() and post_id.isdecimal()):
        raise ValueError(f"`id` is {post_id[:40]!r}, which is no id of X")
    return post_id


def _history(post: Payload) -> list[str]:
    """Return the ids of all versions, oldest first. X answers with another name than its OpenAPI description gives."""
    versions = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids") or (post["id"],)
    return [str(version) for version in versions]


def _posts(body: Payload) -> list[Payload]:
    """Return the posts of `data`: the objects with a text that are no direct messages."""
    data = body.get("data") or []
    if not isinstance(data, list | dict):
        raise TypeError(f"`data` is a {type(data).__name__}, neither an object nor an array")
    items = data if isinstance(data, list) else [data]
    for item in items:
        if not isinstance(item, dict):
            raise TypeError(f"`data` holds a {type(item).__name__} instead of an object")
    return [item for item in items if "text" in item and "event_type" not in item]


def _gone(body: Payload) -> list[str]:
    """Return the ids of posts that the body says are gone: partial errors, and lines of a compliance job on posts."""
    problems = [
        str(problem.get("resource_id") or problem.get("value"))
        for problem in body.get("errors") or ()
        if problem.get("resource_type") in ("tweet", "post")
        and str(problem.get("type", "")).endswith(("/resource-not-found", "/not-authorized-for-resource"))
    ]
    if body.get("action") == "delete" and body.get("reason") != "scrub_geo":
        problems.append(_id_of(body))
    return [post_id for post_id in problems if post_id.isascii() and post_id.isdecimal()]
