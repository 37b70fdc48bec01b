"""Owns files: the upload in three steps, how a file is shown to the app, and how a browser gets it."""

import mimetypes
import struct
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.calls import Call, Method
from sandbox.slack.limits import TIER_4
from sandbox.slack.workspace import File, Message, SlackError, Workspace

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}
"""What a browser may show, by how such files begin; everything else is only handed over as a download."""


def file_json(workspace: Workspace, file: File) -> dict[str, Any]:
    """Show a file as https://docs.slack.dev/reference/objects/file-object says."""
    address = f"{workspace.origin}/slack/files/{file.id}/{file.name}"
    suffix = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    media = image_type(file) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    shown: dict[str, Any] = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": media,
        "filetype": {"jpeg": "jpg"}.get(suffix, suffix),
        "pretty_type": suffix.upper(),
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(channel.kind == "public_channel" for channel, _ in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": address,
        "url_private_download": f"{address}?download=1",
        "permalink": address,
        "comments_count": 0,
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
        "media_display_type": "unknown",
    }
    if file.alt_text:
        shown["alt_txt"] = file.alt_text
    if image_type(file):
        width, height = _png_size(file.content or b"")
        shown |= {"thumb_360": address, "original_w": width, "original_h": height} if width else {"thumb_360": address}
    return shown


def image_type(file: File) -> str:
    """Return the media type of a picture that a browser may show; empty for everything else."""
    return next((kind for start, kind in _IMAGES.items() if (file.content or b"").startswith(start)), "")


def files_of(workspace: Workspace, message: Message) -> list[dict[str, Any]]:
    """Show the files of a message."""
    return [file_json(workspace, workspace.files[file_id]) for file_id in message.files]


def _png_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels; zeros for other pictures."""
    if not content.startswith(b"\x89PNG") or len(content) < 24:
        return 0, 0
    width, height = struct.unpack(">II", content[16:24])
    return width, height


# The Web API


def upload_url(call: Call) -> dict[str, Any]:
    """First of three steps of an upload; the second is a POST of the bytes to the address."""
    try:
        length = int(call.text("length"))
    except ValueError:
        raise SlackError("invalid_arguments") from None
    workspace = call.workspace
    file = File(workspace.new_id("F"), call.text("filename"), workspace.bot.id, int(workspace.now()), length)
    file.alt_text = str(call.args.get("alt_txt") or "")
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.origin}/slack/upload/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> dict[str, Any]:
    """Third step: names the uploaded files and shares them into a channel, as one message of the app."""
    files = []
    for entry in call.structure("files", "invalid_arguments") or []:
        file = call.workspace.files.get(entry.get("id"))
        if file is None or file.content is None:
            raise SlackError("file_not_found")
        file.title = entry.get("title") or file.name
        files.append(file)
    if call.args.get("channel_id"):
        _share(call, files)
    return {"files": [file_json(call.workspace, file) for file in files]}


def _share(call: Call, files: list[File]) -> None:
    workspace = call.workspace
    channel = workspace.channels.get(call.text("channel_id"))
    if channel is None or workspace.bot.id not in channel.members:
        raise SlackError("channel_not_found")
    thread_ts = call.args.get("thread_ts")
    if thread_ts and channel.find(str(thread_ts)) is None:
        raise SlackError("invalid_arguments")
    text = str(call.args.get("initial_comment") or "")
    message = Message(workspace.next_ts(), workspace.bot.id, text, by_app=True, thread_ts=thread_ts)
    message.files = [file.id for file in files]
    for file in files:
        file.shares.append((channel, message))
    workspace.post(channel, message)


def info(call: Call) -> dict[str, Any]:
    """Show one file, and where it was shared."""
    file = call.workspace.files.get(call.text("file"))
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    shares: dict[str, dict[str, list[dict[str, Any]]]] = {}
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    names = {
        "public_channel": ("public", "channels"),
        "private_channel": ("private", "groups"),
        "im": ("private", "ims"),
    }
    for channel, message in file.shares:
        scope, listing = names[channel.kind]
        entry = {"ts": message.ts, "channel_name": channel.name, "team_id": call.workspace.team_id}
        if message.thread_ts:
            entry["thread_ts"] = message.thread_ts
        shares.setdefault(scope, {}).setdefault(channel.id, []).append(entry)
        places[listing].append(channel.id)
    shown = file_json(call.workspace, file) | places | {"shares": shares}
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), per_minute=TIER_4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), per_minute=TIER_4),
    "files.info": Method(info, ("files:read",), per_minute=TIER_4),
}


# The addresses of files


@dataclass(frozen=True, slots=True)
class FileServer:
    """Takes the bytes of uploads and gives them back. Unlike Slack's, a `url_private` opens without a token."""

    workspace: Workspace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/slack/upload/{file}", self.upload),
            web.get("/slack/files/{file}/{name}", self.download),
        ]

    async def upload(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        file.content = await _content(request)
        file.size = len(file.content)
        return web.Response(text=f"OK - {file.size}")

    async def download(self, request: web.Request) -> web.Response:
        """Serve pictures as such, and everything else as a download that no browser opens by itself."""
        file = self.workspace.files.get(request.match_info["file"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
        if not image_type(file) or request.query.get("download"):
            headers["Content-Disposition"] = "attachment"
        media = image_type(file) or "application/octet-stream"
        return web.Response(body=file.content, content_type=media, headers=headers)


async def _content(request: web.Request) -> bytes:
    """Read the bytes of an upload, which may come bare or as a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        return value.file.read() if isinstance(value, web.FileField) else b""
    return b""
