"""A scripted site of Stack Exchange: questions with one tag, answers to them, comments, and a search for excerpts."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.brand import SourceKind, Stream
from domain.mention import MentionId
from domain.seams import Poll
from listeners import stackexchange
from tests.builders import stream
from tests.listeners.platforms import FakePlatform, Item
from tests.replay import Asked, Reply, json_reply

SITE = "stackoverflow.com"


class FakeStackExchange(FakePlatform):
    """Its questions, the last active first. What is gone is simply not listed any more."""

    name = "stackexchange"
    stream = stream(
        name="lumora on SO", platform="stackexchange", kind=SourceKind.NEW, target="lumora;lumora-api", places=(SITE,)
    )
    exempt: ClassVar = {
        "a_removal_is_carried": "deleted posts vanish from the lists without a word",
        "a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on": "questions are listed as far back as they go",
    }
    impossible = SourceKind.MENTIONS
    credentials_fix = "STACKEXCHANGE_KEY"

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.answers: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.sign_in: Reply | None = None
        self.wrapper: dict[str, dict[str, Any]] = {}
        """What the answers to a path have beside their items."""

    def poll(self, stream: Stream | None = None, **settings: Any) -> Poll:
        return stackexchange.connect(self.settings(**settings), stream or self.stream, clock=self.clock)

    def settings(self, **changes: Any) -> stackexchange.Settings:
        values = {"key": "token-canary", "api_url": self.server.url, "places": (SITE,)}
        return stackexchange.Settings(**(values | changes))

    def edit(self, mention: MentionId, text: str) -> None:
        self._change(mention, lambda item: replace(item, text=text, edited_at=self.clock()))

    def answer(self, question: MentionId, text: str, *, number: int, by: int = 42) -> None:
        """Answer a question, now; it comes to the top."""
        now = int(self.clock().timestamp())
        self.answers.append(
            {
                "answer_id": number,
                "question_id": int(question.rpartition("/")[2]),
                "owner": {"user_id": by, "display_name": "Joe", "link": f"https://{SITE}/users/{by}/joe"},
                "body": f"<p>{text}</p>",
                "creation_date": now,
                "last_activity_date": now,
            }
        )

    def is_listing(self, asked: Asked) -> bool:
        return asked.path == "/2.3/questions"

    def last_of_quota(self, seconds: int) -> dict[str, str]:
        return {"quota_remaining": "0"}

    def refuse_sign_in(self, status: int) -> None:
        self.sign_in = self.refusal(status)

    def refusal(self, status: int, message: str = "No.") -> Reply:
        return json_reply({"error_id": status, "error_message": message, "error_name": "denied"}, status=status)

    def _change(self, mention: MentionId, change: Any) -> None:
        self.items = [change(i) if f"{self.name}:{i.first}" == mention else i for i in self.items]

    def _new_id(self, at: datetime) -> str:
        return f"{SITE}/{70_000_000 + len(self.items)}"

    def _wrapped(self, path: str, items: list[dict[str, Any]], *, more: bool = False) -> Reply:
        body = {"items": items, "has_more": more, "quota_max": 10_000, "quota_remaining": 9_950}
        return json_reply(body | self.wrapper.get(path, {}))

    def _other(self, asked: Asked) -> Reply:
        assert asked.query["site"] == SITE
        if self.sign_in is not None:
            return self.sign_in
        path = asked.path.removeprefix("/2.3")
        if path == "/info":
            return self._wrapped(path, [{}])
        if path == "/search/excerpts":
            excerpts = [self._excerpt("question", self._question(i)) for i in self._visible()]
            return self._wrapped(path, excerpts + [self._excerpt("answer", each) for each in self.answers])
        first, ids, *rest = path.strip("/").split("/")
        if first == "users":
            mine = {"answers": self.answers, "comments": self.comments}.get(rest[0], [])
            return self._wrapped(path, [each for each in mine if each["owner"]["user_id"] == int(ids)])
        assert asked.query["filter"] == "withbody"
        wanted = {int(each) for each in ids.split(";")}
        if rest == ["answers"]:
            least = int(asked.query["min"])
            found = [a for a in self.answers if a["question_id"] in wanted and a["last_activity_date"] >= least]
            return self._wrapped("/answers", found)
        if first == "answers":
            return self._wrapped(path, [a for a in self.answers if a["answer_id"] in wanted])
        return self._wrapped(path, [q for i in self._visible() if (q := self._question(i))["question_id"] in wanted])

    def _list(self, asked: Asked) -> Reply:
        query = asked.query
        assert (query["sort"], query["order"], query["filter"]) == ("activity", "desc", "withbody")
        found = [self._question(i) for i in self._visible() if not i.gone]
        least, most = int(query["min"]), int(query.get("max", 1 << 40))
        found = [q for q in found if least <= q["last_activity_date"] <= most]
        found.sort(key=lambda q: (q["last_activity_date"], q["question_id"]), reverse=True)
        size, page = int(query["pagesize"]), int(query["page"])
        body: dict[str, Any] = {
            "items": found[size * (page - 1) : size * page],
            "has_more": len(found) > size * page,
            "quota_remaining": int(self.headers().get("quota_remaining", "9950")),
        }
        return json_reply(body | self.wrapper.get("/questions", {}))

    def _question(self, item: Item) -> dict[str, Any]:
        number = int(item.id.rpartition("/")[2])
        answers = [a["last_activity_date"] for a in self.answers if a["question_id"] == number]
        by = sum(item.author.encode())
        question = {
            "question_id": number,
            "title": item.text,
            "body": "",
            "owner": {"user_id": by, "display_name": item.author, "link": f"https://{SITE}/users/{by}/{item.author}"},
            "link": f"https://{SITE}/questions/{number}/a-title",
            "creation_date": int(item.at.timestamp()),
            "last_activity_date": max(int((item.edited_at or item.at).timestamp()), *answers, 0),
            "answer_count": len(answers),
        }
        return question | ({"last_edit_date": int(item.edited_at.timestamp())} if item.edited_at else {})

    def _excerpt(self, kind: str, post: dict[str, Any]) -> dict[str, Any]:
        kept = {key: post[key] for key in ("question_id", "answer_id", "creation_date") if key in post}
        return kept | {"item_type": kind, "excerpt": "some &hellip; words"}
