"""A scripted instance of Mastodon: the timeline of a hashtag, and what else is asked of one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import mastodon
from listeners.mastodon.statuses import id_of
from tests.builders import stream
from tests.listeners.fakes.payloads import HOST, account, status
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply, json_reply


class FakeMastodon(FakePlatform):
    """The timeline of #lumora. What is gone is simply not listed any more."""

    name = "mastodon"
    stream = stream(name="#lumora", platform="mastodon", kind=SourceKind.SEARCH, target="#lumora")
    exempt: ClassVar = {
        "a_removal_is_carried": "deleted posts vanish from the timelines; only who asks for the post itself is told",
        "a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on": "timelines reach back to the first post",
    }
    page_size = 40
    impossible = SourceKind.COMMENTS
    credentials_fix = "MASTODON_ACCESS_TOKEN"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ids: dict[MentionId, str] = {}
        self.other: dict[str, Reply] = {}

    def handle_of(self, author: str) -> str:
        return f"{author}@{HOST}"

    def publish(
        self, text: str, *, author: str = "jane", ago: timedelta = timedelta(0), late=timedelta(0)
    ) -> MentionId:
        number = super().publish(text, author=author, ago=ago, late=late).partition(":")[2]
        mention = id_of(status(number, author=author)["uri"])
        self.ids[mention] = number
        return mention

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return mastodon.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> mastodon.Settings:
        return mastodon.Settings(**({"api_url": self.server.url, "access_token": "token-canary"} | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def is_listing(self, asked: Asked) -> bool:
        return "/timelines/" in asked.path or asked.path.endswith(("/notifications", "/statuses"))

    def out_of_quota(self, seconds: int) -> Reply:
        return json_reply({"error": "Too many requests"}, status=429, headers=self.last_of_quota(seconds))

    def last_of_quota(self, seconds: int) -> dict[str, str]:
        reset = self.clock() + timedelta(seconds=seconds)
        return {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{reset:%Y-%m-%dT%H:%M:%S.%f}Z"}

    def refuse_sign_in(self, code: int) -> None:
        self._other = lambda asked: self.refusal(code)  # type: ignore[method-assign]

    def refusal(self, code: int, message: str = "No.") -> Reply:
        return json_reply({"error": message}, status=code)

    def _new_id(self, at: datetime) -> str:
        return str((int(at.timestamp() * 1000) << 16) + len(self.items))

    def _change(self, mention: MentionId, change: Any) -> None:
        super()._change(MentionId(f"{self.name}:{self.ids[mention]}"), change)

    def _other(self, asked: Asked) -> Reply:
        if asked.path in self.other:
            return self.other[asked.path]
        if asked.path.endswith("/lookup"):
            return json_reply(account(asked.query["acct"].partition("@")[0], id="900"))
        if asked.path.endswith("/verify_credentials"):
            return json_reply(account("lumora"))
        return self.refusal(404, "Record not found")

    def _list(self, asked: Asked) -> Reply:
        below = int(asked.query.get("max_id", 1 << 63))
        found = [i for i in sorted(self._visible(), key=lambda i: -int(i.id)) if int(i.id) < below and not i.gone]
        page = found[: int(asked.query["limit"])]
        entries = [self._entry(i, asked) for i in page]
        links = {"Link": f'<{self.server.url}{asked.path}?max_id={page[-1].id}>; rel="next"'} if page else {}
        return json_reply(entries, headers=self.headers() | links)

    def _entry(self, item: Item, asked: Asked) -> dict[str, Any]:
        written = status(
            item.id,
            author=item.author,
            created_at=f"{item.at:%Y-%m-%dT%H:%M:%S}.000Z",
            edited_at=f"{item.edited_at:%Y-%m-%dT%H:%M:%S}.000Z" if item.edited_at else None,
            content=f"<p>{item.text}</p>",
        )
        if asked.path.endswith("/notifications"):
            return {"id": item.id, "type": "mention", "created_at": written["created_at"], "status": written}
        return written
