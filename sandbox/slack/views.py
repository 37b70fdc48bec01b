"""Owns the views.* methods: stores modals and home tabs, and guards trigger ids. The page does not show them yet."""

from typing import Any

from sandbox.slack.blocks import VIEW_BLOCKS, block_errors
from sandbox.slack.calls import Call, Method
from sandbox.slack.limits import TIER_4
from sandbox.slack.workspace import SlackError


def open_view(call: Call) -> dict[str, Any]:
    """Open a modal; the trigger id lives for three seconds and serves once."""
    call.delivery.use_trigger(call.text("trigger_id"))
    view = _stored(call, "modal")
    call.workspace.views[view["id"]] = view
    return {"view": view}


def push_view(call: Call) -> dict[str, Any]:
    return open_view(call)


def update_view(call: Call) -> dict[str, Any]:
    known = next(
        (
            view
            for view in call.workspace.views.values()
            if call.args.get("view_id") == view["id"]
            or (view["external_id"] and call.args.get("external_id") == view["external_id"])
        ),
        None,
    )
    if known is None:
        raise SlackError("not_found")
    if call.args.get("hash") not in (None, "", known["hash"]):
        raise SlackError("hash_conflict")
    view = _stored(call, "modal") | {"id": known["id"]}
    call.workspace.views[known["id"]] = view
    return {"view": view}


def publish_view(call: Call) -> dict[str, Any]:
    user = call.user("user_id")
    view = _stored(call, "home")
    call.workspace.homes[user.id] = view
    return {"view": view}


def _stored(call: Call, kind: str) -> dict[str, Any]:
    """Check a view and add what Slack adds."""
    view = call.structure("view", "invalid_arguments")
    errors = []
    if not isinstance(view, dict) or view.get("type") != kind:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] must be a {kind} view"]})
    if kind == "modal" and not 1 <= len((view.get("title") or {}).get("text", "")) <= 24:
        errors.append("title must be 1 to 24 characters [json-pointer:/view/title]")
    errors += block_errors(view.get("blocks"), most=VIEW_BLOCKS)
    if len(str(view.get("private_metadata", ""))) > 3000:
        errors.append("must be less than 3001 characters [json-pointer:/view/private_metadata]")
    if errors:
        messages = [f"[ERROR] {error}" for error in errors]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})
    workspace = call.workspace
    view_id = workspace.new_id("V")
    return {
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **view,
        "id": view_id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "root_view_id": view_id,
        "previous_view_id": None,
        "state": {"values": {}},
        "hash": f"{workspace.next_ts()}.{workspace.new_secret()[:8]}",
    }


METHODS = {
    "views.open": Method(open_view, per_minute=TIER_4),
    "views.push": Method(push_view, per_minute=TIER_4),
    "views.update": Method(update_view, per_minute=TIER_4),
    "views.publish": Method(publish_view, per_minute=TIER_4),
}
