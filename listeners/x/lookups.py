"""What an answer of X leaves out and a card wants: authors that it did not include, and posts that are answered."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from domain.clock import Clock
from domain.errors import InputError, PlatformError
from listeners.bodies import reading
from listeners.x.client import Client, Settings
from listeners.x.posts import NAME, Payload

MOST: Final = 100
"""Ids of one look-up: https://docs.x.com/x-api/posts/lookup/introduction, and .../users/lookup/introduction."""

REMEMBERED: Final = timedelta(hours=1)
"""So long nothing is asked for again, found or not: X charges each once a day, and a deletion should be noticed."""

USER_FIELDS: Final = "name,public_metrics,username,verified,verified_type"
FIELDS: Final = {
    "tweet_fields": "author_id,conversation_id,created_at,entities,lang,note_tweet,referenced_tweets,withheld",
    "expansions": "author_id",
    "user_fields": USER_FIELDS,
}
"""All that a mention needs of a post, in one answer."""
PARENT_FIELDS: Final = "author_id,created_at,entities,note_tweet,withheld"

log = structlog.get_logger(__name__)


class Lookups:
    """Completes answers of X in place. `charge` says what a look-up costs. Not thread-safe."""

    def __init__(self, settings: Settings, clock: Clock, *, charge: Callable[[Payload], Decimal]) -> None:
        # A client of its own: one waits as a whole when the quota of one of its endpoints is used up.
        self._client = Client(settings, clock)
        self._settings = settings
        self._clock = clock
        self._charge = charge
        self._known: dict[str, tuple[datetime, Payload | None]] = {}

    def complete(self, answer: Payload, *, parents: bool, budget_usd: Decimal | None) -> Decimal:
        """Add to an answer who wrote its posts and, with `parents`, what they answer; return the price.

        What does not fit into the budget, and what X does not give, stays away: no post waits for it. Which of the
        posts that are answered are gone is added to its `errors`.
        """
        posts = answer.get("data") or []
        wanted = {"users": [str(post["author_id"]) for post in posts if "author_id" in post]}
        if parents:
            wanted["tweets"] = [parent for post in posts if (parent := parent_of(post))]
        spent = Decimal(0)
        for kind, ids in wanted.items():
            includes = answer.setdefault("includes", {})
            there = {str(one["id"]) for one in [*includes.get(kind, ()), *(posts if kind == "tweets" else ())]}
            missing = [one for one in dict.fromkeys(ids) if one not in there]
            if missing:
                looked, cost = self._look_up(kind, missing, None if budget_usd is None else budget_usd - spent)
                spent += cost
                answer["errors"] = [*answer.get("errors", ()), *looked]
                known = (self._known.get(f"{kind} {one}", (None, None))[1] for one in missing)
                includes[kind] = [*includes.get(kind, ()), *(one for one in known if one is not None)]
        return spent

    def _look_up(self, kind: str, ids: Sequence[str], budget_usd: Decimal | None) -> tuple[list[Payload], Decimal]:
        """Ask for what is not known, within the budget; return what X says is gone, and the price."""
        oldest = self._clock() - REMEMBERED
        self._known = {key: known for key, known in self._known.items() if known[0] > oldest}
        unknown = [one for one in ids if f"{kind} {one}" not in self._known][:MOST]
        if budget_usd is not None:
            price = self._settings.user_usd if kind == "users" else self._settings.post_usd
            unknown = unknown[: max(0, int(budget_usd / price)) if price else MOST]
        if not unknown:
            return [], Decimal(0)
        try:
            return self._ask(kind, unknown)
        except (InputError, PlatformError) as error:
            log.warning("look_up_failed", platform=NAME, kind=kind, count=len(unknown), error=str(error))
            return [], Decimal(0)

    def _ask(self, kind: str, ids: Sequence[str]) -> tuple[list[Payload], Decimal]:
        if kind == "users":
            answer = self._client.call(lambda api: api.get_users(ids=list(ids), user_fields=USER_FIELDS))
        else:
            answer = self._client.call(lambda api: api.get_tweets(list(ids), tweet_fields=PARENT_FIELDS))
        with reading("The look-up", answer):
            found = {str(one["id"]): one for one in answer.get("data") or ()}
            cost = self._charge({"includes": {kind: list(found.values())}})
            gone = list(answer.get("errors") or ())
        now = self._clock()
        self._known |= {f"{kind} {one}": (now, found.get(one)) for one in ids}
        return gone, cost


def parent_of(post: Payload) -> str | None:
    """Return the id of the post that a post answers."""
    references: Iterable[Payload] = post.get("referenced_tweets") or post.get("referenced_posts") or ()
    return next((str(one["id"]) for one in references if one["type"] == "replied_to"), None)
