"""Turning GitHub's issues, pull requests, discussions and comments into mentions."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from domain.mention import Author, Mention, MentionId, mention_id
from listeners.bodies import Body, decode, reading, text_of
from listeners.github.api import NAME, TITLE
from listeners.markup import without_comments

Payload = dict[str, Any]

GHOST: Final = "10137"
"""The number of @ghost, whose name GitHub shows for accounts that are gone: https://github.com/ghost."""

_ISSUE = re.compile(r"/repos/([\w.-]+/[\w.-]+)/issues/([0-9]+)\Z")
_DISCUSSION = re.compile(r"/([\w.-]+/[\w.-]+)/discussions/([0-9]+)\Z")
_REPOSITORY = re.compile(r"/repos/([\w.-]+/[\w.-]+)\Z")


def mentions_in(body: Body) -> list[Mention]:
    """Return the mentions of one answer: a search, a list of issues or comments, or discussions. Raises InputError."""
    answer = decode(body, platform=TITLE)
    with reading("The answer of GitHub", answer):
        if isinstance(answer, list):
            items: list[Payload] = answer
        elif "data" in answer:
            return discussions_in(answer)
        else:
            items = list(answer["items"])
    mentions = []
    for item in items:
        with reading("The post", item):
            mentions.append(comment_mention(item) if "issue_url" in item else issue_mention(item))
    return mentions


def discussions_in(answer: Payload) -> list[Mention]:
    """Return the discussions of an answer of GraphQL, with their comments and replies. Raises InputError."""
    mentions: list[Mention] = []
    for discussion in answer["data"]["repository"]["discussions"]["nodes"]:
        with reading("The discussion", discussion):
            mentions += _discussion_mentions(discussion)
    return mentions


def issue_mention(issue: Payload) -> Mention:
    """Convert an issue or a pull request: its title, and below it its text. Raises KeyError or ValueError.

    That it was edited is not told: `updated_at` moves with every comment and label.
    """
    (repository,) = _found(_REPOSITORY, issue["repository_url"])
    own = _root(repository, str(int(issue["number"])))
    return Mention(
        id=own,
        author=_author(issue["user"]),
        text=_text(issue["title"], issue.get("body")),
        url=text_of(issue["html_url"]),
        posted_at=_moment(issue["created_at"]),
        thread_id=own,
    )


def comment_mention(comment: Payload) -> Mention:
    """Convert a comment on an issue or a pull request. Raises KeyError or ValueError."""
    root = _root(*_found(_ISSUE, comment["issue_url"]))
    posted, updated = _moment(comment["created_at"]), _moment(comment["updated_at"])
    return Mention(
        id=MentionId(f"{root}/{int(comment['id'])}"),
        author=_author(comment["user"]),
        text=_text(comment.get("body")),
        url=text_of(comment["html_url"]),
        posted_at=posted,
        thread_id=root,
        reply_to=root,
        edited_at=updated if updated > posted else None,
    )


def _discussion_mentions(discussion: Payload) -> Iterator[Mention]:
    root = _root(*_found(_DISCUSSION, discussion["url"]))
    yield _node_mention(discussion, own=root, root=root, parent=None, title=discussion["title"])
    for comment in discussion["comments"]["nodes"]:
        own = MentionId(f"{root}/{int(comment['databaseId'])}")
        yield _node_mention(comment, own=own, root=root, parent=root)
        for reply in comment["replies"]["nodes"]:
            answer = MentionId(f"{root}/{int(reply['databaseId'])}")
            yield _node_mention(reply, own=answer, root=root, parent=own)


def _node_mention(
    node: Payload, *, own: MentionId, root: MentionId, parent: MentionId | None, title: str | None = None
) -> Mention:
    edited = node.get("lastEditedAt")
    author = node.get("author") or {}
    user = {
        "login": author.get("login", "ghost"),
        "id": author.get("databaseId", GHOST),
        "type": author.get("__typename"),
        "html_url": author.get("url", ""),
    }
    return Mention(
        id=own,
        author=_author(user),
        text=_text(title, node.get("body")),
        url=text_of(node["url"]),
        posted_at=_moment(node["createdAt"]),
        thread_id=root,
        reply_to=parent,
        edited_at=_moment(edited) if edited else None,
    )


def _author(user: Payload | None) -> Author:
    if user is None:
        return Author(NAME, GHOST, "ghost")
    login = text_of(user["login"])
    automated = user.get("type") == "Bot" or login.endswith("[bot]")
    url = text_of(user.get("html_url") or "")
    return Author(NAME, str(int(user["id"])), login, automated=automated, url=url)


def _text(*parts: str | None) -> str:
    """Join Markdown as it was written, without the comments in which templates tell how to fill them in."""
    bare = (without_comments(text_of(part)).replace("\r\n", "\n").strip() for part in parts if part)
    return "\n\n".join(filter(None, bare))


def _found(pattern: "re.Pattern[str]", address: str) -> list[str]:
    found = pattern.search(text_of(address))
    if found is None:
        raise ValueError(f"{address[:80]} leads to no repository")
    return list(found.groups())


def _root(repository: str, number: str) -> MentionId:
    """Name a thread; issues, pull requests and discussions of a repository share their numbers."""
    return mention_id(NAME, f"{repository.lower()}#{number}")


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def seconds(written: str) -> int:
    """Return a time as GitHub writes it, in seconds since 1970."""
    return int(_moment(written).timestamp())
