"""The posts and authors of every platform of the sandbox: one shared world, held in memory."""

import random
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from domain.clock import Clock
from sandbox.ids import IDS, PLATFORMS, SEQUENCE_BITS, NewPost, Platform, snowflake

Gone = Literal["", "deleted", "removed"]


@dataclass(frozen=True, slots=True)
class Author:
    """An account; its `id` is as `sandbox.ids` makes it."""

    platform: Platform
    id: str
    handle: str
    name: str
    created_at: datetime
    followers: int
    verified: bool = False
    bio: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One version of a post. `id` is as `sandbox.ids` makes it: `t3_` (submission) or `t1_` (comment) on Reddit.

    `thread` is the id of the post that began the conversation. An edit on X makes a new id and `versions` lists
    all of them, oldest first; elsewhere the id stays. `order` grows with time and is unique within a platform.
    """

    platform: Platform
    id: str
    order: int
    author: Author
    text: str
    posted_at: datetime
    visible_at: datetime
    thread: str
    reply_to: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    title: str = ""
    community: str = ""
    lang: str = "en"
    edited_at: datetime | None = None
    gone: Gone = ""
    versions: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether no later version replaced this one."""
        return self.versions[-1] == self.id


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to post. `late` keeps it out of sight for that long after its id and time are given."""

    platform: Platform
    author: str
    text: str
    reply_to: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    title: str = ""
    community: str = ""
    lang: str = "en"
    late: timedelta = timedelta(0)


class World:
    """All posts and authors. Thread-safe; subscribers are called outside the lock, in the writer's thread."""

    def __init__(self, *, clock: Clock, seed: int = 0) -> None:
        self._clock = clock
        self._seed = seed
        self._lock = threading.RLock()
        self._authors: dict[tuple[Platform, str], Author] = {}
        self._posts: dict[str, Post] = {}
        self._orders: dict[Platform, list[int]] = {platform: [] for platform in PLATFORMS}
        self._ids: dict[Platform, list[str]] = {platform: [] for platform in PLATFORMS}
        self._children: dict[str, list[str]] = {}
        self._sequence = 0
        self._subscribers: list[Callable[[Post], None]] = []

    def now(self) -> datetime:
        return self._clock()

    def subscribe(self, callback: Callable[[Post], None]) -> None:
        """Call back with every post that is added, edited or deleted from now on."""
        self._subscribers.append(callback)

    def introduce(
        self,
        platform: Platform,
        handle: str,
        *,
        name: str = "",
        followers: int | None = None,
        verified: bool = False,
        bio: str = "",
        created_at: datetime | None = None,
    ) -> Author:
        """Return the account of that handle, made on first sight; what is not given is invented from the seed."""
        with self._lock:
            if known := self._authors.get((platform, handle.casefold())):
                return known
            invented = random.Random(f"{self._seed}:{platform}:{handle}")  # noqa: S311  # scenery, not secrets
            since = created_at or datetime(2012, 1, 1, tzinfo=UTC) + timedelta(hours=invented.randrange(100_000))
            number = snowflake(since, invented.randrange(1 << SEQUENCE_BITS))
            author = Author(
                platform=platform,
                id=IDS[platform].account(number, handle),
                handle=handle,
                name=name or handle,
                created_at=since.replace(microsecond=0),
                followers=int(invented.lognormvariate(5, 1.4)) if followers is None else followers,
                verified=verified,
                bio=bio,
            )
            self._authors[platform, handle.casefold()] = author
            return author

    def author(self, platform: Platform, handle: str) -> Author | None:
        """Find an account by its handle, in any case."""
        with self._lock:
            return self._authors.get((platform, handle.casefold()))

    def author_by_id(self, platform: Platform, author_id: str) -> Author | None:
        with self._lock:
            return next((a for a in self._authors.values() if a.platform == platform and a.id == author_id), None)

    def add(self, draft: Draft, *, at: datetime | None = None) -> Post:
        """Publish a draft, now or with an earlier time of its own.

        Raises:
            KeyError: the draft answers, quotes or reposts a post that never was.
        """
        posted_at = at or self._clock()
        author = self.introduce(draft.platform, draft.author)
        with self._lock:
            for other in filter(None, (draft.reply_to, draft.quotes, draft.reposts)):
                self._posts[other]  # a wrong reference fails here, before anything is stored
            self._sequence += 1
            order = snowflake(posted_at, self._sequence)
            made_of = NewPost(author.id, order, self._sequence, is_answer=draft.reply_to is not None)
            post_id = IDS[draft.platform].post(made_of)
            post = Post(
                platform=draft.platform,
                id=post_id,
                order=order,
                author=author,
                text=self._text(draft, author),
                posted_at=posted_at,
                visible_at=posted_at + draft.late,
                thread=self._posts[draft.reply_to].thread if draft.reply_to else post_id,
                reply_to=draft.reply_to,
                quotes=draft.quotes,
                reposts=draft.reposts,
                title=draft.title,
                community=self._posts[draft.reply_to].community if draft.reply_to else draft.community,
                lang=draft.lang,
                versions=(post_id,),
            )
            self._store(post)
            for parent in filter(None, (draft.reply_to, draft.quotes, draft.reposts)):
                self._children.setdefault(parent, []).append(post_id)
        self._tell(post)
        return post

    def edit(self, post_id: str, text: str) -> Post:
        """Change the text of a post and return its current version."""
        now = self._clock()
        with self._lock:
            old = self._current(post_id)
            if not IDS[old.platform].new_when_edited:
                post = replace(old, text=text, edited_at=now)
                self._posts[old.id] = post
            else:
                self._sequence += 1
                order = snowflake(now, self._sequence)
                versions = (*old.versions, str(order))
                post = replace(
                    old,
                    id=str(order),
                    order=order,
                    text=text,
                    posted_at=now,
                    visible_at=now,
                    edited_at=now,
                    versions=versions,
                )
                for earlier in old.versions:
                    self._posts[earlier] = replace(self._posts[earlier], versions=versions)
                self._store(post)
        self._tell(post)
        return post

    def delete(self, post_id: str, *, by_moderator: bool = False) -> Post:
        """Take a post away with all its versions; its id stays known, as on the platforms."""
        with self._lock:
            gone: Gone = "removed" if by_moderator else "deleted"
            for version in self._current(post_id).versions:
                self._posts[version] = replace(self._posts[version], gone=gone)
            post = self._current(post_id)
        self._tell(post)
        return post

    def find(self, post_id: str) -> Post | None:
        """Return this very version of a post, deleted ones included, late ones only once they are visible."""
        with self._lock:
            post = self._posts.get(post_id)
        return post if post and post.visible_at <= self._clock() else None

    def newest_first(self, platform: Platform, *, above: int = 0, below: int | None = None) -> Iterator[Post]:
        """Give the current, visible, undeleted posts with `above` < order < `below`."""
        now = self._clock()
        with self._lock:
            start = bisect_right(self._orders[platform], above)
            end = None if below is None else bisect_left(self._orders[platform], below)
            ids = self._ids[platform][start:end]
        for post_id in reversed(ids):
            with self._lock:
                post = self._posts[post_id]
            if post.visible_at <= now and post.is_current and not post.gone:
                yield post

    def children(self, post_id: str, kind: Literal["reply_to", "quotes", "reposts"] = "reply_to") -> list[Post]:
        """Return what answers, quotes or reposts a post, oldest first, deleted ones included."""
        now = self._clock()
        with self._lock:
            posts = [self._posts[child] for child in self._children.get(post_id, ())]
        return [post for post in posts if getattr(post, kind) == post_id and post.visible_at <= now]

    def count(self, platform: Platform) -> int:
        """Return how many posts were ever made, each once however often it was edited."""
        with self._lock:
            return sum(self._posts[post_id].is_current for post_id in self._ids[platform])

    def _current(self, post_id: str) -> Post:
        return self._posts[self._posts[post_id].versions[-1]]

    def _text(self, draft: Draft, author: Author) -> str:
        """Return the text as the platform stores it: X puts the handle before a reply and RT before a repost."""
        if draft.platform == "x" and draft.reposts:
            original = self._posts[draft.reposts]
            return f"RT @{original.author.handle}: {original.text}"[:140]
        if draft.platform == "x" and draft.reply_to:
            parent = self._posts[draft.reply_to].author
            if parent != author and f"@{parent.handle}".casefold() not in draft.text.casefold():
                return f"@{parent.handle} {draft.text}"
        return draft.text

    def _store(self, post: Post) -> None:
        place = bisect_left(self._orders[post.platform], post.order)
        self._orders[post.platform].insert(place, post.order)
        self._ids[post.platform].insert(place, post.id)
        self._posts[post.id] = post

    def _tell(self, post: Post) -> None:
        for callback in self._subscribers:
            callback(post)
