"""A scripted forum: its list of all new posts, and what else is asked of one."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import discourse
from listeners.discourse.posts import bare
from tests.builders import stream
from tests.listeners.fakes.payloads import post
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply, json_reply


class FakeDiscourse(FakePlatform):
    """A forum in which everybody opens a topic, without saying more than its title. Its key is ours."""

    name = "discourse"
    exempt: ClassVar = {
        "the_last_call_of_a_quota_is_the_last": "a forum does not tell how much of a quota is left",
        "a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on": "the list reaches back to the first post",
    }
    page_size = 50
    impossible = SourceKind.MENTIONS
    credentials_fix = "DISCOURSE_API_KEY"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.other: dict[str, Reply] = {}
        self.stream = stream(
            name="the forum", platform="discourse", kind=SourceKind.NEW, target="", places=(self.server.url,)
        )

    def handle_of(self, author: str) -> str:
        return f"{author}@{bare(self.server.url)}"

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return discourse.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> discourse.Settings:
        values = {
            "closed_url": self.server.url,
            "api_key": "secret-canary",
            "api_username": "earshot",
            "places": (self.server.url,),
        }
        return discourse.Settings(**(values | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith(("/posts.json", "/activity.json", "/search.json"))

    def refuse_sign_in(self, status: int) -> None:
        self._other = lambda asked: self.refusal(status)  # type: ignore[method-assign]

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return json_reply({"errors": [message], "error_type": "not_logged_in"}, status=status)

    def _new_id(self, at: datetime) -> str:
        return f"{bare(self.server.url)}/{1001 + len(self.items)}/1"

    def _other(self, asked: Asked) -> Reply:
        if asked.path in self.other:
            return self.other[asked.path]
        if asked.path.startswith("/t/"):
            posts = [self._post(item) for item in self.items if asked.path == f"/t/{self._number(item)}/1.json"]
            return json_reply({"post_stream": {"posts": posts}})
        if asked.path == "/session/current.json":
            return json_reply({"current_user": {"id": 5, "username": "earshot"}})
        return self.refusal(404)

    def _list(self, asked: Asked) -> Reply:
        if asked.path == "/search.json":
            return self._search(asked)
        below = int(asked.query.get("before", 1 << 40))
        listed = [item for item in self._visible() if self._number(item) < below]
        page = sorted(listed, key=lambda item: -self._number(item))[: self.page_size]
        posts = [self._post(item) for item in page]
        return json_reply(
            posts if asked.path.endswith("/activity.json") else {"latest_posts": posts}, headers=self.headers()
        )

    def _search(self, asked: Asked) -> Reply:
        start = (int(asked.query["page"]) - 1) * self.page_size
        found = sorted(self._visible(), key=lambda item: (item.at, self._number(item)), reverse=True)
        page = found[start : start + self.page_size]
        told = ("id", "username", "created_at", "topic_id", "post_number")
        results = [{name: self._post(item)[name] for name in told} | {"blurb": item.text[:10]} for item in page]
        more = len(found) > start + self.page_size or None
        return json_reply({"posts": results, "grouped_search_result": {"more_full_page_results": more}})

    def _number(self, item: Item) -> int:
        return int(item.id.split("/")[1])

    def _post(self, item: Item) -> dict[str, Any]:
        return post(
            id=self._number(item),
            username=item.author,
            created_at=f"{item.at:%Y-%m-%dT%H:%M:%S}.000Z",
            updated_at=f"{item.edited_at or item.at:%Y-%m-%dT%H:%M:%S}.000Z",
            cooked="<p>(post deleted by author)</p>" if item.gone else "",
            post_number=1,
            topic_id=self._number(item),
            topic_title=item.text,
            version=2 if item.edited_at else 1,
            user_deleted=item.gone,
        )
