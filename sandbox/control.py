"""The sandbox's own routes under /control: write, edit and delete posts, switch faults, see counts."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Protocol

from aiohttp import web

from sandbox.ids import PLATFORMS, Platform
from sandbox.slack import Slack
from sandbox.world import Draft, Post, World


class Switches(Protocol):
    """The fault switches of Slack or of a platform."""

    def add(self, kind: str, *, target: str, times: int | None, probability: float, seconds: float) -> None: ...

    def clear(self) -> None: ...


class Control:
    """Answers with JSON; a wrong request is a 400 that says what is missing."""

    def __init__(
        self,
        world: World,
        slack: Slack,
        *,
        faults: Mapping[str, Switches],
        accounts: Mapping[Platform, str],
        community: str,
    ) -> None:
        self._world = world
        self._slack = slack
        self._workspace = slack.workspace
        self._faults = faults
        self._accounts = accounts
        self._community = community

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/state", self.state),
            web.get("/control/posts", self.posts),
            web.post("/control/posts", self.write),
            web.post("/control/edit", self.edit),
            web.post("/control/delete", self.delete),
            web.post("/control/faults", self.switch),
            web.post("/control/slack", self.trouble_slack),
            web.post("/control/people", self.change_people),
        ]

    async def state(self, _: web.Request) -> web.Response:
        """Count posts, messages and connections; name the brand's accounts and subreddit."""
        messages = Counter({channel.name: len(channel.messages) for channel in self._workspace.channels.values()})
        return web.json_response(
            {
                "posts": {platform: self._world.count(platform) for platform in PLATFORMS},
                "messages": dict(messages),
                "connections": self._workspace.connections,
                "accounts": dict(self._accounts),
                "community": self._community,
            }
        )

    async def posts(self, request: web.Request) -> web.Response:
        """Show the newest posts: `?platform=x&limit=50`."""
        platforms = [p for p in PLATFORMS if request.query.get("platform", p) == p]
        limit = int(request.query.get("limit", "50"))
        newest = [post for p in platforms for post in islice(self._world.newest_first(p), limit)]
        newest.sort(key=lambda post: post.posted_at, reverse=True)
        return web.json_response([_shown(post) for post in newest[:limit]])

    async def write(self, request: web.Request) -> web.Response:
        """Post: `{platform, author, text, reply_to?, quotes?, title?, community?, lang?, late_seconds?}`."""
        body = await _json(request, "platform", "author", "text")
        fields = ("platform", "author", "text", "reply_to", "quotes", "title", "community", "lang")
        if body["platform"] not in PLATFORMS:
            raise _wrong(f"no platform {body['platform']!r}; use one of {', '.join(PLATFORMS)}")
        late = timedelta(seconds=float(body.get("late_seconds", 0)))
        try:
            post = self._world.add(Draft(**{f: body[f] for f in fields if f in body}, late=late))
        except KeyError as missing:
            raise _wrong(f"no post has the id {missing}") from missing
        return web.json_response(_shown(post))

    async def edit(self, request: web.Request) -> web.Response:
        """Edit: `{id, text}`."""
        body = await _json(request, "id", "text")
        return web.json_response(_shown(self._world.edit(self._known(body["id"]), body["text"])))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete: `{id, by_moderator?}`."""
        body = await _json(request, "id")
        by_moderator = bool(body.get("by_moderator", False))
        return web.json_response(_shown(self._world.delete(self._known(body["id"]), by_moderator=by_moderator)))

    async def switch(self, request: web.Request) -> web.Response:
        """Fault on: `{platform, kind, target?, times?, probability?, seconds?}`; all off: `{platform, clear}`."""
        body = await _json(request, "platform")
        faults = self._faults.get(body["platform"])
        if faults is None:
            raise _wrong(f"no platform {body['platform']!r}; use one of {', '.join(self._faults)}")
        if body.get("clear"):
            faults.clear()
            return web.json_response({"ok": True})
        settings = {f: body[f] for f in ("target", "times", "probability", "seconds") if f in body}
        try:
            faults.add(str(body.get("kind", "")), **settings)
        except ValueError as wrong:
            raise _wrong(str(wrong)) from wrong
        return web.json_response({"ok": True})

    async def trouble_slack(self, request: web.Request) -> web.Response:
        """Trouble that is not a fault of single calls: `{do: disconnect | revoke_token | restore_token}`."""
        body = await _json(request, "do")
        match body["do"]:
            case "disconnect":
                await self._slack.delivery.disconnect()
            case "revoke_token":
                self._workspace.revoke_token()
            case "restore_token":
                self._workspace.restore_token()
            case other:
                raise _wrong(f"cannot do {other!r}; use disconnect, revoke_token or restore_token")
        return web.json_response({"ok": True})

    async def change_people(self, request: web.Request) -> web.Response:
        """Change a role while the bot runs: `{do: join | leave | deactivate | reactivate, user, group?}`.

        `user` is a name or id, `group` a handle or id; `join` and `leave` need it.
        """
        body = await _json(request, "do", "user")
        user = next((u for u in self._workspace.users.values() if body["user"] in (u.id, u.name)), None)
        if user is None:
            raise _wrong(f"no user {body['user']!r}")
        match body["do"]:
            case "join" | "leave":
                groups = self._workspace.groups.values()
                group = next((g for g in groups if body.get("group") in (g.id, g.handle)), None)
                if group is None:
                    raise _wrong(f"no user group {body.get('group')!r}; use {', '.join(g.handle for g in groups)}")
                self._workspace.set_member(group.id, user.id, member=body["do"] == "join")
            case "deactivate" | "reactivate":
                self._workspace.set_active(user.id, active=body["do"] == "reactivate")
            case other:
                raise _wrong(f"cannot do {other!r}; use join, leave, deactivate or reactivate")
        return web.json_response({"ok": True})

    def _known(self, post_id: str) -> str:
        if self._world.find(post_id) is None:
            raise _wrong(f"no post has the id {post_id!r}")
        return post_id


def _shown(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "platform": post.platform,
        "author": post.author.handle,
        "text": post.text,
        "title": post.title,
        "community": post.community,
        "posted_at": post.posted_at.isoformat(),
        "thread": post.thread,
        "reply_to": post.reply_to,
        "gone": post.gone,
        "edited": post.edited_at is not None,
    }


def _wrong(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=message)


async def _json(request: web.Request, *required: str) -> dict[str, Any]:
    """Read a JSON object; the content type is required, so that no foreign web page can send one unasked."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")
    try:
        body = await request.json()
    except ValueError as wrong:
        raise _wrong("the body is not JSON") from wrong
    missing = [name for name in required if not isinstance(body, dict) or name not in body]
    if missing:
        raise _wrong(f"the body needs {', '.join(missing)}")
    fields: dict[str, Any] = body
    return fields
