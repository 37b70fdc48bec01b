"""A scripted GitHub: the search of issues, one repository's issues, comments and discussions, and its limits."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import github
from tests.builders import stream
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply, json_reply

_QUERY = re.compile(r"(.+) (created|updated):(\S+?)\.\.(\S+)")


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class FakeGitHub(FakePlatform):
    """Issues of lumora/app. What is gone is simply not listed any more."""

    name = "github"
    stream = stream(name="lumora on GitHub", platform="github", target='"lumora" is:issue')
    exempt: ClassVar = {
        "a_removal_is_carried": "deleted issues vanish from the search without a word",
        "a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on": "issues are found as far back as they go",
    }
    says_when_edited = False
    impossible = SourceKind.MENTIONS
    credentials_fix = "GITHUB_TOKEN"

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.comments: list[dict[str, Any]] = []
        self.discussions: list[dict[str, Any]] = []
        self.sign_in: Reply | None = None
        self.extra: dict[str, Any] = {}

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return github.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> github.Settings:
        urls = {"api_url": self.server.url, "graphql_url": f"{self.server.url}/graphql"}
        return github.Settings(**({"token": "token-canary"} | urls | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def comment(self, issue: MentionId, text: str, *, number: int, by: str = "joe", kind: str = "User") -> None:
        """Comment on an issue, now; it comes to the top of what was updated."""
        now = _iso(self.clock())
        where = issue.partition("#")[2]
        self.comments.append(
            {
                "id": number,
                "user": self._user(by) | {"type": kind},
                "body": text,
                "issue_url": f"https://api.github.com/repos/lumora/app/issues/{where}",
                "html_url": f"https://github.com/lumora/app/issues/{where}#issuecomment-{number}",
                "created_at": now,
                "updated_at": now,
            }
        )

    def is_listing(self, asked: Asked) -> bool:
        return asked.path == "/search/issues"

    def last_of_quota(self, seconds: int) -> dict[str, str]:
        return {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(self.clock().timestamp()) + seconds)}

    def refuse_sign_in(self, status: int) -> None:
        self.sign_in = self.refusal(status)

    def refusal(self, status: int, message: str = "Bad credentials") -> Reply:
        return json_reply({"message": message, "documentation_url": "https://docs.github.com/rest"}, status=status)

    def _change(self, mention: MentionId, change: Any) -> None:
        self.items = [change(i) if f"{self.name}:{i.first}" == mention else i for i in self.items]

    def _new_id(self, at: datetime) -> str:
        return f"lumora/app#{len(self.items) + 1}"

    def _other(self, asked: Asked) -> Reply:
        assert asked.headers.get("Authorization") in {"Bearer token-canary", None}
        if self.sign_in is not None:
            return self.sign_in
        if asked.path in {"/rate_limit", "/repos/lumora/app"}:
            return json_reply({})
        if asked.path == "/graphql":
            info = {"endCursor": None, "hasNextPage": False}
            return json_reply({"data": {"repository": {"discussions": {"pageInfo": info, "nodes": self.discussions}}}})
        since = asked.query.get("since", "")
        if asked.path == "/repos/lumora/app/issues":
            found = [self._issue(i) for i in self._visible() if not i.gone]
        elif asked.path == "/repos/lumora/app/issues/comments":
            found = list(self.comments)
        elif wanted := re.fullmatch(r"/repos/(lumora/app/issues/\d+)/comments", asked.path):
            found = [c for c in self.comments if c["issue_url"].endswith(wanted[1])]
        else:
            return self.refusal(404, "Not Found")
        found = sorted((f for f in found if f["updated_at"] >= since), key=lambda f: f["updated_at"], reverse=True)
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        return json_reply(found[size * (page - 1) : size * page], headers=self.headers())

    def _list(self, asked: Asked) -> Reply:
        wanted = _QUERY.fullmatch(asked.query["q"])
        assert wanted is not None, "GitHub answers 422 to such a query"
        query, by, since, until = wanted.groups()
        assert asked.query["sort"] == by
        found = [self._issue(i) for i in self._visible() if not i.gone]
        if login := re.fullmatch(r"(author|commenter):(\w+)", query):
            commented = {c["issue_url"].rpartition("/")[2] for c in self.comments if c["user"]["login"] == login[2]}
            found = [
                i
                for i in found
                if (i["user"]["login"] == login[2] if login[1] == "author" else str(i["number"]) in commented)
            ]
        key = f"{by}_at"
        found = [i for i in found if since <= i[key] and (until == "*" or i[key] <= until)]
        found.sort(key=lambda i: (i[key], i["number"]), reverse=True)
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        body = {"total_count": len(found), "incomplete_results": False} | self.extra
        reached = found[: self.depth]
        return json_reply(body | {"items": reached[size * (page - 1) : size * page]}, headers=self.headers())

    def _issue(self, item: Item) -> dict[str, Any]:
        number = int(item.id.partition("#")[2])
        touched = [c["updated_at"] for c in self.comments if c["issue_url"].endswith(f"/{number}")]
        return {
            "id": 900_000 + number,
            "number": number,
            "title": item.text,
            "body": None,
            "user": self._user(item.author),
            "repository_url": "https://api.github.com/repos/lumora/app",
            "html_url": f"https://github.com/lumora/app/issues/{number}",
            "created_at": _iso(item.at),
            "updated_at": max([_iso(item.edited_at or item.at), *touched]),
        }

    def _user(self, login: str) -> dict[str, Any]:
        return {
            "login": login,
            "id": sum(login.encode()),
            "type": "User",
            "html_url": f"https://github.com/{login}",
        }
