"""Scripted comments below the videos of one channel, a search, and the reasons for which YouTube refuses."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import youtube
from tests.builders import stream
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply, json_reply

CHANNEL = "UClumora00000000000000aa"
INLINED = 5


class FakeYouTube(FakePlatform):
    """Threads on one video; `replies` by their thread, `videos` for the search. What is gone is not listed any more."""

    name = "youtube"
    stream = stream(name="our channel", platform="youtube", kind=SourceKind.COMMENTS, target="", places=(CHANNEL,))
    exempt: ClassVar = {
        "a_removal_is_carried": "deleted comments vanish from the list without a word",
        "the_last_call_of_a_quota_is_the_last": "YouTube does not tell how much of the quota is left",
        "a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on": "comments are listed as far back as they go",
    }
    no_secrets: ClassVar = {"api_key": ""}
    impossible = SourceKind.OWN_POSTS
    credentials_fix = "YOUTUBE_API_KEY"

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.replies: dict[str, list[dict[str, Any]]] = {}
        self.videos: list[dict[str, Any]] = []
        self.stale: set[str] = set()
        self.disabled: set[str] = set()
        self.sign_in: Reply | None = None

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return youtube.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> youtube.Settings:
        values = {
            "api_key": "token-canary",
            "api_url": self.server.url,
            "overlap_seconds": 600.0,  # an hour's would reach over all that these tests publish
        }
        return youtube.Settings(**(values | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def reply(self, thread: MentionId, text: str, *, author: str = "joe", channel: str = "") -> MentionId:
        """Answer a comment, now."""
        top = thread.partition(":")[2]
        known = self.replies.setdefault(top, [])
        own = f"{top}.{len(known)}"
        snippet = self._snippet(text, author, self.clock(), self.clock()) | {"parentId": top}
        if channel:
            snippet["authorChannelId"] = {"value": channel}
        known.append({"kind": "youtube#comment", "id": own, "snippet": snippet})
        return MentionId(f"youtube:{own}")

    def upload(self, video: str, title: str, *, ago: Any) -> None:
        """Publish a video that the search finds."""
        self.videos.append(
            {
                "id": video,
                "snippet": {
                    "publishedAt": f"{self.clock() - ago:%Y-%m-%dT%H:%M:%SZ}",
                    "channelId": "UCsomebody00000000000000",
                    "channelTitle": "A reviewer",
                    "title": title,
                    "description": "All that I know.",
                    "defaultAudioLanguage": "en-GB",
                },
            }
        )

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/commentThreads")

    def refuse_sign_in(self, status: int) -> None:
        self.sign_in = self.refusal(status)

    def refusal(self, status: int, message: str = "No.", reason: str = "forbidden") -> Reply:
        return json_reply(
            {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}, status=status
        )

    def _new_id(self, at: datetime) -> str:
        return f"Ug{len(self.items):06x}"

    def _other(self, asked: Asked) -> Reply:
        assert asked.headers.get("X-Goog-Api-Key") == "token-canary"
        if self.sign_in is not None:
            return self.sign_in
        if asked.path.endswith("/comments"):
            replies = self.replies[asked.query["parentId"]][::-1]
            return json_reply({"kind": "youtube#commentListResponse", "items": replies})
        if asked.path.endswith("/search"):
            after, before = (asked.query.get(key) for key in ("publishedAfter", "publishedBefore"))
            found = [
                v
                for v in self.videos
                if after <= v["snippet"]["publishedAt"] and (not before or v["snippet"]["publishedAt"] < before)
            ]
            found.sort(key=lambda v: v["snippet"]["publishedAt"], reverse=True)
            items = [v | {"id": {"kind": "youtube#video", "videoId": v["id"]}} for v in found[:50]]
            return json_reply({"kind": "youtube#searchListResponse", "items": items})
        wanted = asked.query["id"].split(",")
        if asked.path.endswith("/videos"):
            items = [v for v in self.videos if v["id"] in wanted]
            return json_reply({"kind": "youtube#videoListResponse", "items": items})
        assert asked.path.endswith("/channels")
        return json_reply({"kind": "youtube#channelListResponse", "items": [{"id": CHANNEL}]})

    def _list(self, asked: Asked) -> Reply:
        assert asked.headers.get("X-Goog-Api-Key") == "token-canary"
        video = asked.query.get("videoId", "")
        if video in self.disabled:
            return self.refusal(403, reason="commentsDisabled")
        found = sorted((i for i in self._visible() if not i.gone), key=lambda i: (i.at, i.id), reverse=True)
        token = asked.query.get("pageToken")
        if token in self.stale:
            return self.refusal(400, reason="invalidPageToken")
        ids = [item.id for item in found]
        start = ids.index(token) + 1 if token else 0
        page = found[start : start + int(asked.query["maxResults"])]
        body: dict[str, Any] = {
            "kind": "youtube#commentThreadListResponse",
            "items": [self._thread(i, video or "v1") for i in page],
        }
        if start + len(page) < len(found):
            body["nextPageToken"] = page[-1].id
        return json_reply(body, headers=self.headers())

    def _thread(self, item: Item, video: str) -> dict[str, Any]:
        top = {"id": item.id, "snippet": self._snippet(item.text, item.author, item.at, item.edited_at or item.at)}
        thread: dict[str, Any] = {
            "kind": "youtube#commentThread",
            "id": item.id,
            "snippet": {
                "videoId": video,
                "topLevelComment": top,
                "totalReplyCount": len(self.replies.get(item.id, ())),
            },
        }
        if replies := self.replies.get(item.id):
            thread["replies"] = {"comments": replies[-INLINED:]}
        return thread

    def _snippet(self, text: str, author: str, at: datetime, updated: datetime) -> dict[str, Any]:
        return {
            "authorDisplayName": f"@{author}",
            "authorChannelUrl": f"http://www.youtube.com/@{author}",
            "authorChannelId": {"value": f"UC{author}"},
            "textDisplay": text,
            "publishedAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "updatedAt": f"{updated:%Y-%m-%dT%H:%M:%SZ}",
            "likeCount": 3,
        }
