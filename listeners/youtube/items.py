"""Turning YouTube's videos, comments and replies into mentions."""

import html
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import Author, Mention, MentionId, mention_id
from listeners.bodies import Body, decode, reading, text_of
from listeners.markup import plain
from listeners.youtube.units import NAME, TITLE

SITE: Final = "https://www.youtube.com"

Payload = dict[str, Any]

_CHANNEL = re.compile(r"UC[\w-]{22}")


def mentions_in(body: Body) -> list[Mention]:
    """Return the mentions of one answer about threads, comments, videos, or of the search. Raises InputError."""
    answer = decode(body, platform=TITLE)
    with reading("The answer of YouTube", answer):
        convert = _KINDS[answer["kind"]]  # type: ignore[call-overload]
        items = list(answer["items"])  # type: ignore[call-overload]
    mentions: list[Mention] = []
    for item in items:
        with reading("The item", item):
            mentions += convert(item)
    return mentions


def thread_mentions(thread: Payload, replies: Iterable[Payload] | None = None) -> list[Mention]:
    """Convert a top comment and replies to it, those given or those that came with it. Raises as `comment_mention`."""
    top = thread["snippet"]["topLevelComment"]
    video, channel = (thread["snippet"].get(key) or top["snippet"].get(key) for key in ("videoId", "channelId"))
    inlined = thread.get("replies", {}).get("comments", ())
    comments = [top, *(inlined if replies is None else replies)]
    return [comment_mention(comment, video=video, channel=channel) for comment in comments]


def comment_mention(comment: Payload, *, video: str | None = None, channel: str | None = None) -> Mention:
    """Convert a comment; a reply listed by itself does not say below which video. Raises KeyError or ValueError."""
    snippet = comment["snippet"]
    own, parent = text_of(comment["id"]), snippet.get("parentId")
    posted, updated = (_moment(snippet[key]) for key in ("publishedAt", "updatedAt"))
    original = snippet.get("textOriginal")
    author = _author(snippet)
    return Mention(
        id=_id(own),
        author=author,
        text=text_of(original).strip() if original is not None else plain(text_of(snippet["textDisplay"])),
        url=_address(own, snippet.get("videoId") or video, snippet.get("channelId") or channel or author.user_id),
        posted_at=posted,
        thread_id=_id(parent) if parent else _id(own),
        reply_to=_id(parent) if parent else None,
        edited_at=updated if updated > posted else None,
    )


def video_mention(video: Payload, *, escaped: bool = False) -> Mention:
    """Convert a video: its title, and below it its description. The search has them `escaped`, and cut short."""
    own = text_of(video["id"]["videoId"] if isinstance(video["id"], dict) else video["id"])
    snippet = video["snippet"]
    words = [text_of(snippet[key]).strip() for key in ("title", "description")]
    language = snippet.get("defaultLanguage") or snippet.get("defaultAudioLanguage")
    channel = text_of(snippet["channelId"])
    name = text_of(snippet["channelTitle"])
    return Mention(
        id=_id(own),
        author=Author(NAME, channel, _handle(name) or channel, name=name, url=f"{SITE}/channel/{channel}"),
        text="\n\n".join(html.unescape(each) if escaped else each for each in words if each),
        url=f"{SITE}/watch?v={own}",
        posted_at=_moment(snippet["publishedAt"]),
        thread_id=_id(own),
        language=text_of(language).partition("-")[0].lower() if language else None,
    )


def _found_videos(result: Payload) -> list[Mention]:
    return [video_mention(result, escaped=True)] if "videoId" in result["id"] else []


_KINDS: Final[dict[str, Callable[[Payload], list[Mention]]]] = {
    "youtube#commentThreadListResponse": thread_mentions,
    "youtube#commentListResponse": lambda comment: [comment_mention(comment)],
    "youtube#videoListResponse": lambda video: [video_mention(video)],
    "youtube#searchListResponse": _found_videos,
}


def _author(snippet: Payload) -> Author:
    """Return who wrote a comment; the channel's id is lasting, the name is a handle since 2023, with its @."""
    name = text_of(snippet["authorDisplayName"])
    channel = text_of(snippet.get("authorChannelId", {}).get("value", ""))
    handle = _handle(name)
    url = f"{SITE}/channel/{channel}" if channel else ""
    return Author(NAME, channel or handle, handle or channel, name=name.removeprefix("@"), url=url)


def _handle(name: str) -> str:
    """Return the handle; one that looks like a channel's id keeps its @, or it could pass for an account of ours."""
    bare = name.removeprefix("@")
    return f"@{bare}" if _CHANNEL.fullmatch(bare) else bare


def _address(comment: str, video: str | None, channel: str) -> str:
    return f"{SITE}/watch?v={video}&lc={comment}" if video else f"{SITE}/channel/{channel}?lc={comment}"


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def seconds(written: str) -> int:
    """Return a time as YouTube writes it, in seconds since 1970."""
    return int(_moment(written).timestamp())


def _id(own: str) -> MentionId:
    return mention_id(NAME, text_of(own))
