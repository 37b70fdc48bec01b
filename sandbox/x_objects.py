"""Posts and users as X API v2 writes them: only the fields that were asked for, expansions and partial errors."""

import html
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.ids import base36
from sandbox.world import Author, Post, World

DEFAULT_TWEET_FIELDS = frozenset({"id", "text", "edit_history_tweet_ids"})
DEFAULT_USER_FIELDS = frozenset({"id", "name", "username"})
PROBLEMS = "https://api.twitter.com/2/problems/"

# An expansion brings the field that it expands.
_EXPANDED_FIELD = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "entities.mentions.username": "entities",
}
_SHORT = 280
"""A longer post is cut in `text` and whole in `note_tweet`; https://docs.x.com/x-api/fundamentals/data-dictionary."""
_EDIT_WINDOW = timedelta(minutes=30)  # https://docs.x.com/x-api/fundamentals/edit-posts
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@([A-Za-z0-9_]{1,15})")
_HASHTAG = re.compile(r"(?<!\w)#(\w*[^\W\d_]\w*)")
_URL = re.compile(r"https?://[^\s|<>]+")
_JOINED = re.compile("\u200d.|[\ufe0f\U0001f3fb-\U0001f3ff]")
_LINK_CHARS = 23


def timestamp(moment: datetime) -> str:
    """Write a time as X does: whole seconds with `.000`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def mentioned_handles(text: str) -> list[str]:
    return [match[1] for match in _MENTION.finditer(text)]


def hashtags(text: str) -> list[str]:
    return [match[1] for match in _HASHTAG.finditer(text)]


def urls(text: str) -> list[str]:
    return [match[0] for match in _URL.finditer(text)]


def length(text: str) -> int:
    """Count as https://docs.x.com/fundamentals/counting-characters: links 23, emoji and wide letters 2, others 1."""
    rest, links = _URL.subn("", text)
    return _LINK_CHARS * links + sum(1 if ord(letter) < 0x1100 else 2 for letter in _JOINED.sub("", rest))


def not_found(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """Build the partial error for a post or user that is deleted or never was."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}resource-not-found",
    }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for."""

    tweet_fields: frozenset[str] = DEFAULT_TWEET_FIELDS
    user_fields: frozenset[str] = DEFAULT_USER_FIELDS
    expansions: frozenset[str] = frozenset()

    @classmethod
    def from_query(cls, *, tweet_fields: str, user_fields: str, expansions: str) -> "Wanted":
        """Read the comma-separated parameters."""
        expanded = frozenset(filter(None, expansions.split(",")))
        brought = {_EXPANDED_FIELD[name] for name in expanded if name in _EXPANDED_FIELD}
        return cls(
            tweet_fields=DEFAULT_TWEET_FIELDS | brought | set(filter(None, tweet_fields.split(","))),
            user_fields=DEFAULT_USER_FIELDS | set(filter(None, user_fields.split(","))),
            expansions=expanded,
        )


@dataclass(slots=True)
class Page:
    """The body of one answer in the making."""

    world: World
    wanted: Wanted
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    tweets: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def posts(self, posts: Iterable[Post]) -> list[dict[str, Any]]:
        """Write posts, collecting what their expansions bring."""
        data = []
        for post in posts:
            self._expand(post)
            data.append(self._tweet(post))
        return data

    def user(self, author: Author) -> dict[str, Any]:
        every = {
            "id": author.id,
            "name": author.name,
            "username": author.handle,
            "created_at": timestamp(author.created_at),
            "description": author.bio,
            "protected": False,
            "verified": author.verified,
            "verified_type": "blue" if author.verified else "none",
            "public_metrics": {
                "followers_count": author.followers,
                "following_count": 50 + author.followers % 400,
                "tweet_count": 10 + author.followers * 3,
                "listed_count": author.followers // 100,
            },
        }
        return {name: value for name, value in every.items() if name in self.wanted.user_fields}

    def body(self, **parts: Any) -> dict[str, Any]:
        """Put the answer together; empty parts are left out, as X does."""
        includes = {"users": list(self.users.values()), "tweets": list(self.tweets.values())}
        whole = {
            **parts,
            "includes": {name: values for name, values in includes.items() if values},
            "errors": self.errors,
        }
        return {name: value for name, value in whole.items() if value}

    def _expand(self, post: Post) -> None:
        expansions = self.wanted.expansions
        if "author_id" in expansions:
            self._include_user(post.author)
        if "in_reply_to_user_id" in expansions and (parent := self._parent(post)):
            self._include_user(parent.author)
        if "entities.mentions.username" in expansions:
            for handle in mentioned_handles(post.text):
                if author := self.world.author("x", handle):
                    self._include_user(author)
        if expansions & {"referenced_tweets.id", "referenced_tweets.id.author_id"}:
            for _, other_id in _references(post):
                self._include_post(other_id)

    def _include_post(self, post_id: str) -> None:
        post = self.world.find(post_id)
        if post is None or post.gone:
            self.errors.append(not_found("tweet", "referenced_tweets.id", post_id))
            return
        self.tweets[post_id] = self._tweet(post)
        if "referenced_tweets.id.author_id" in self.wanted.expansions:
            self._include_user(post.author)

    def _include_user(self, author: Author) -> None:
        self.users.setdefault(author.id, self.user(author))

    def _parent(self, post: Post) -> Post | None:
        return self.world.find(post.reply_to) if post.reply_to else None

    def _tweet(self, post: Post) -> dict[str, Any]:
        asked = self.wanted.tweet_fields
        parent = self._parent(post)
        first = self.world.find(post.versions[0]) or post
        editable_until = first.posted_at + _EDIT_WINDOW
        text = _escaped(post.text if len(post.text) <= _SHORT else f"{post.text[: _SHORT - 1]}…")
        quoted = self.world.find(post.quotes) if post.quotes else None
        link = f"https://t.co/{base36(int(post.id))[-10:]}"
        if quoted:
            text = f"{text} {link}"
        every = {
            "id": post.id,
            "text": text,
            "note_tweet": {"text": _escaped(post.text)} if len(post.text) > _SHORT else None,
            "edit_history_tweet_ids": list(post.versions),
            "author_id": post.author.id,
            "conversation_id": post.thread,
            "created_at": timestamp(post.posted_at),
            "lang": post.lang,
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "source": "X Web App",
            "in_reply_to_user_id": parent.author.id if parent else None,
            "referenced_tweets": [{"type": kind, "id": other} for kind, other in _references(post)],
            "public_metrics": self._metrics(post) if "public_metrics" in asked else None,
            "entities": self._entities(text, quoted={link: quoted}) if "entities" in asked else None,
            "edit_controls": {
                "edits_remaining": 6 - len(post.versions),
                "is_edit_eligible": not (post.reply_to or post.reposts),
                "editable_until": timestamp(editable_until),
            },
        }
        return {name: value for name, value in every.items() if name in asked and value not in (None, [], {})}

    def _metrics(self, post: Post) -> dict[str, int]:
        invented = random.Random(post.versions[0])  # noqa: S311  # scenery, not secrets
        likes = int(invented.lognormvariate(1, 1.2))
        return {
            "retweet_count": len(self.world.children(post.id, "reposts")),
            "reply_count": len(self.world.children(post.id)),
            "like_count": likes,
            "quote_count": len(self.world.children(post.id, "quotes")),
            "bookmark_count": likes // 9,
            "impression_count": 40 + likes * 60 + post.author.followers // 3,
        }

    def _entities(self, text: str, *, quoted: dict[str, Post | None]) -> dict[str, Any]:
        """Find names, tags and links in a text; a link to a quoted post says whose it is."""
        mentions = []
        for match in _MENTION.finditer(text):
            if author := self.world.author("x", match[1]):
                span = {"start": match.start(), "end": match.end()}
                mentions.append({**span, "username": author.handle, "id": author.id})
        tags = [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in _HASHTAG.finditer(text)]
        links = []
        for m in _URL.finditer(text):
            post = quoted.get(m[0])
            whole = f"https://x.com/{post.author.handle}/status/{post.id}" if post else m[0]
            link = {"url": m[0], "expanded_url": whole, "display_url": whole.split("//", 1)[1]}
            links.append({"start": m.start(), "end": m.end(), **link})
        return {name: found for name, found in (("mentions", mentions), ("hashtags", tags), ("urls", links)) if found}


def _escaped(text: str) -> str:
    """Write `&`, `<` and `>` as X does in the texts of its answers."""
    return html.escape(text, quote=False)


def _references(post: Post) -> list[tuple[str, str]]:
    kinds = (("retweeted", post.reposts), ("quoted", post.quotes), ("replied_to", post.reply_to))
    return [(kind, other) for kind, other in kinds if other]
