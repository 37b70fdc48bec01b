"""X on a busy day, over a real socket: search, mentions, a timeline and look-ups, and the bill as X keeps it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from listeners.x.posts import id_at
from tests.busy.feeds import Feed, Payload, posts_of_x, says, text
from tests.flows.fakes import SetClock
from tests.replay import Asked, Reply, Server, json_reply

ACCOUNT: Final = "900"
"""The id of @lumora."""

# https://docs.x.com/x-api/getting-started/pricing
POST_USD: Final = Decimal("0.005")
OWN_POST_USD: Final = Decimal("0.001")
USER_USD: Final = Decimal("0.010")

GONE_EVERY, GONE_AFTER = 40, timedelta(hours=2)
"""One post in so many is deleted, so long after it was made."""

ANSWERS_EVERY: Final = 5
"""One post in so many answers an earlier one, where the recorded ones do not say."""

_KEPT: Final = ("text", "entities", "lang", "public_metrics", "possibly_sensitive", "context_annotations", "note_tweet")


@dataclass(slots=True)
class Bill:
    """What X charges: every post and user once in a UTC day, by whatever request it comes.

    `allowed` says how much may be spent of a day up to a moment; `ahead` counts the charges that pass that.
    """

    clock: SetClock
    allowed: Callable[[datetime], Decimal]
    usd: dict[date, Decimal] = field(default_factory=dict)
    ahead: int = 0
    requests: int = 0
    _charged: tuple[date | None, set[str]] = (None, set())

    def charge(self, ids: Iterable[str], *, usd: Decimal) -> Decimal:
        """Charge for these posts or users, those that were not charged today; return how much."""
        now = self.clock()
        today = now.astimezone(UTC).date()
        if self._charged[0] != today:
            self._charged = (today, set())
        new = set(ids) - self._charged[1]
        self._charged[1].update(new)
        self.usd[today] = self.usd.get(today, Decimal(0)) + len(new) * usd
        self.ahead += self.usd[today] > self.allowed(now)
        return len(new) * usd


class BusyX:
    """Feeds by what is asked for: the word of a search, `mentions` or `tweets`.

    It takes no compliance jobs from us, so that stored posts are looked up, which costs money.
    """

    def __init__(self, feeds: dict[str, Feed], *, clock: SetClock, bill: Bill) -> None:
        self.feeds, self._clock, self.bill = feeds, clock, bill
        self._places = {name: place for place, name in enumerate(feeds)}
        self.delivered: dict[str, set[int]] = {name: set() for name in feeds}
        """The numbers of the posts that were given, by feed."""
        self.told_gone: dict[str, set[int]] = {name: set() for name in feeds}
        self.server = Server(self._answer)

    def ids(self, name: str) -> "_Ids":
        """Return the ids of a feed's posts, by number."""
        return _Ids(self.feeds[name], self._places[name])

    def price_of_all(self) -> Decimal:
        """Return what reading every post would cost, their authors left out."""
        own = {"mentions", "tweets"}
        return sum(
            (feed.count * (OWN_POST_USD if name in own else POST_USD) for name, feed in self.feeds.items()), Decimal(0)
        )

    def _answer(self, asked: Asked) -> Reply:
        self.server.asked.clear()  # a day of them would be what grows
        self.bill.requests += 1
        if asked.method == "POST":
            return json_reply({"title": "Forbidden", "detail": "No jobs for this app.", "status": 403}, status=403)
        if asked.path.startswith("/2/users/by/username/"):
            self.bill.charge([f"user {ACCOUNT}"], usd=USER_USD)
            return json_reply({"data": self._user(ACCOUNT)})
        if asked.path == "/2/tweets":
            return json_reply(self._looked_up(asked.query["ids"].split(",")))
        if asked.path == "/2/tweets/search/recent":
            return json_reply(self._listing(asked, asked.query["query"].partition(" ")[0], POST_USD))
        own = asked.headers["Authorization"].startswith("OAuth ")
        return json_reply(self._listing(asked, asked.path.rpartition("/")[2], OWN_POST_USD if own else POST_USD))

    def _listing(self, asked: Asked, name: str, usd: Decimal) -> Payload:
        """Answer one page, newest first; the token of the next one is the last id of it."""
        query, feed, ids = asked.query, self.feeds[name], self.ids(name)
        token = query.get("next_token") or query.get("pagination_token")
        top = feed.until(self._clock())
        if below := token or query.get("until_id"):
            top = min(top, bisect_left(ids, int(below)))
        bottom = bisect_right(ids, int(query.get("since_id", "0")))
        numbers = range(top - 1, max(bottom, top - int(query["max_results"])) - 1, -1)
        body = self._body(name, numbers, usd)
        self.delivered[name].update(bisect_left(ids, int(post["id"])) for post in body.get("data", ()))
        body["meta"] = {"result_count": len(body.get("data", ()))}
        if numbers and numbers[-1] > bottom:
            body["meta"]["next_token"] = str(ids[numbers[-1]])
        users = {post["author_id"]: self._user(post["author_id"]) for post in body.get("data", ())}
        if users:
            body["includes"] = {"users": list(users.values())}
            self.bill.charge((f"user {one}" for one in users), usd=USER_USD)
        return body

    def _looked_up(self, wanted: list[str]) -> Payload:
        """Answer a look-up by ids, each of the feed that its last bits name."""
        body: Payload = {}
        names = list(self.feeds)
        for own in map(int, wanted):
            name = names[own & 7]
            found = self._body(name, [bisect_left(self.ids(name), own)], POST_USD)
            for key, items in found.items():
                body.setdefault(key, []).extend(items)
        return body

    def _body(self, name: str, numbers: Iterable[int], usd: Decimal) -> Payload:
        """Give these posts, charged for, and those that are gone among the errors."""
        now, posts, errors = self._clock(), [], []
        for number in numbers:
            if self.is_gone(name, number, now):
                self.told_gone[name].add(number)
                errors.append(_problem(self.ids(name)[number]))
            else:
                posts.append(self._post(name, number))
        self.bill.charge((f"post {post['id']}" for post in posts), usd=usd)
        return ({"data": posts} if posts else {}) | ({"errors": errors} if errors else {})

    def is_gone(self, name: str, number: int, now: datetime) -> bool:
        """Tell whether a post was deleted."""
        return number % GONE_EVERY == GONE_EVERY - 1 and self.feeds[name].at(number) + GONE_AFTER <= now

    def _post(self, name: str, number: int) -> Payload:
        feed, ids = self.feeds[name], self.ids(name)
        said, template = says(number, posts_of_x(), "text")
        own = str(ids[number])
        answers = any(one["type"] == "replied_to" for one in template.get("referenced_tweets") or ())
        post = {key: template[key] for key in _KEPT if key in template} | {
            "id": own,
            "edit_history_tweet_ids": [own],
            "author_id": ACCOUNT if name == "tweets" else str(1000 + feed.writer(number)),
            "conversation_id": own,
            "created_at": f"{feed.at(number):%Y-%m-%dT%H:%M:%S}.000Z",
            "text": text(number, f"@lumora {said}" if name == "mentions" else said),
        }
        if number >= ANSWERS_EVERY and (answers or (not template and number % (2 * ANSWERS_EVERY) == 0)):
            post["referenced_tweets"] = [{"type": "replied_to", "id": str(ids[number - ANSWERS_EVERY])}]
        return post

    def _user(self, user_id: str) -> Payload:
        handle = "lumora" if user_id == ACCOUNT else f"writer{user_id}"
        return {"id": user_id, "username": handle, "name": handle.title(), "public_metrics": {"followers_count": 70}}


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of a feed as a sequence; they grow with the number, and their last bits name the feed."""

    feed: Feed
    place: int

    def __len__(self) -> int:
        return self.feed.count

    def __getitem__(self, number: int) -> int:
        return id_at(self.feed.at(number)) + self.place

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(self.feed.count))


def _problem(own: int) -> dict[str, Any]:
    return {
        "resource_type": "tweet",
        "resource_id": str(own),
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }
