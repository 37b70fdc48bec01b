"""GitHub's lists, the newest first: its search, a repository's issues and comments, and its discussions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from domain.brand import Stream
from domain.clock import Clock
from domain.mention import Mention
from listeners.bodies import in_order, reading
from listeners.github.api import TITLE
from listeners.github.posts import Payload, discussions_in, mentions_in, seconds
from listeners.http import Http
from listeners.listing import Below, ListingPoll
from listeners.paging import Fetch, Page, Stretch

# https://docs.github.com/en/rest/search/search and https://docs.github.com/en/rest/issues: at most 100 a page
PAGE_SIZE: Final = 100

HISTORY: Final = timedelta(days=7)
"""A first poll reads so far back; issues are kept for ever."""

RECENT: Final = timedelta(days=30)
"""What is older and comes up again, because somebody commented or labelled it, is no news itself."""

_AUTHOR = (
    "author { __typename login url ... on User { databaseId } ... on Bot { databaseId } "
    "... on Organization { databaseId } ... on Mannequin { databaseId } }"
)
_POST = f"databaseId url body createdAt lastEditedAt {_AUTHOR}"

# https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions
# https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api: 20 discussions with 50
# comments of 20 replies each are some 21,000 of 500,000 nodes, and few of the 5,000 points an hour
DISCUSSIONS: Final = f"""
query ($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 20, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ endCursor hasNextPage }}
      nodes {{
        number title updatedAt {_POST}
        comments(last: 50) {{ nodes {{ {_POST} replies(last: 20) {{ nodes {{ {_POST} }} }} }} }}
      }}
    }}
  }}
}}
"""

Whole = Callable[[list[Payload], Stretch], list[Mention]]


class Listings:
    """Makes the polls of a stream's lists."""

    def __init__(self, stream: Stream, *, clock: Clock, overlap_seconds: float, max_pages: int) -> None:
        """Make no call."""
        self._stream, self._clock = stream, clock
        self._overlap, self._max_pages = overlap_seconds, max_pages

    def search(self, http: Http, query: str, *, by: str = "created", complete: Whole | None = None) -> ListingPoll:
        """Poll the search of issues and pull requests, by creation or by what came last.

        The search gives 1,000 at most; so each page is asked for by time.
        """

        def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
            below = Below.parse(token or stretch.resume)
            until = "*" if below.second is None else _written(below.second)
            asked = {"q": f"{query} {by}:{_written(self.since(stretch))}..{until}", "sort": by, "order": "desc"}
            answer = http.get("/search/issues", asked | {"per_page": PAGE_SIZE, "page": below.page + 1})
            with http.usable(), reading("The search", answer):
                items: list[Payload] = list(answer["items"])
                moments = [seconds(item[f"{by}_at"]) for item in items]
                unfinished = bool(answer.get("incomplete_results"))
            if unfinished:
                raise http.error("did not finish the search in time: a shorter query helps where this lasts.")
            with http.usable():
                mentions = mentions_in(items) if complete is None else complete(items, stretch)
            following = below.after(moments) if len(items) == PAGE_SIZE else None
            found = in_order(mentions, ()).mentions
            return Page(found, (), newest=max(moments, default=None), token=following, resume=following)

        return self._poll(fetch)

    def updated(self, http: Http, path: str, asked: Payload) -> ListingPoll:
        """Poll a list that is asked for by number of page, the last changed first.

        What changes moves to the top, so that pages only move down; what is deleted moves them up: where a poll goes on
        with what another left, it reads one page before that again.
        """

        def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
            number = int(token or stretch.resume or 1)
            again = token is None and number > 1
            items: list[Payload] = []
            for each in (number - 1, number) if again else (number,):
                bounds = {"since": _written(self.since(stretch)), "per_page": PAGE_SIZE, "page": each}
                answer = http.get(path, {"sort": "updated", "direction": "desc"} | asked | bounds)
                with http.usable(), reading("The list", answer):
                    moments = [seconds(item["updated_at"]) for item in answer]
                items += answer
            with http.usable():
                mentions = self._recent(mentions_in(items))
            following = str(number + 1) if len(moments) == PAGE_SIZE else None
            return Page(mentions, (), newest=max(moments, default=None), token=following, resume=following)

        return self._poll(fetch)

    def discussions(self, http: Http, repository: str) -> ListingPoll:
        """Poll a repository's discussions with their comments, through GraphQL; the last changed first."""
        owner, _, name = repository.partition("/")

        def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
            asked = {"owner": owner, "name": name, "after": token or stretch.resume}
            answer = http.post("", {"query": DISCUSSIONS, "variables": asked})
            with http.usable(), reading("The answer", answer):
                if errors := answer.get("errors"):
                    kinds = ", ".join(sorted({str(error.get("type") or "an error") for error in errors}))
                    raise http.error(f"answers {kinds} about the discussions of {repository}.")
                found = answer["data"]["repository"]["discussions"]
                moments = [seconds(node["updatedAt"]) for node in found["nodes"]]
                following = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
            with http.usable(), reading("The answer", answer):
                mentions = self._recent(discussions_in(answer))
            oldest = min(moments, default=None)
            if stretch.floor is None and oldest is not None and oldest < self.since(stretch):
                following = None
            newest = max(moments, default=None)
            return Page(mentions, (), newest=newest, token=following, resume=following, oldest=oldest)

        return self._poll(fetch)

    def since(self, stretch: Stretch) -> int:
        """Return the second from which on a stretch is read."""
        return int((self._clock() - HISTORY).timestamp()) if stretch.floor is None else stretch.floor

    def _recent(self, mentions: list[Mention]) -> tuple[Mention, ...]:
        since = self._clock() - RECENT
        return in_order((mention for mention in mentions if mention.posted_at >= since), ()).mentions

    def _poll(self, fetch: Fetch) -> ListingPoll:
        return ListingPoll(
            self._stream,
            fetch,
            title=TITLE,
            reach="cannot be read from there on",
            overlap_seconds=self._overlap,
            max_pages=self._max_pages,
        )


def _written(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def comments_of(http: Http, items: list[Payload], *, since: int, login: str) -> list[Any]:
    """Return the comments of an account on these issues, since a second. Raises as Http.call."""
    found: list[Any] = []
    for item in items:
        with http.usable(), reading("The issue", item):
            path = f"/repos/{item['repository_url'].partition('/repos/')[2]}/issues/{int(item['number'])}/comments"
        number = 1
        while True:
            answer = http.get(path, {"since": _written(since), "per_page": PAGE_SIZE, "page": number})
            with http.usable(), reading("The comments", answer):
                found += [c for c in answer if c["user"] and c["user"]["login"].casefold() == login.casefold()]
            if len(answer) < PAGE_SIZE:
                break
            number += 1
    return found
