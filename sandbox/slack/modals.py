"""Owns views and where they are shown: what a view may be, the stack of open modals of each person, their home tabs.

https://docs.slack.dev/reference/views/ and https://docs.slack.dev/surfaces/modals
"""

import json
from typing import Any

from sandbox.slack.blocks import VIEW_BLOCKS, block_errors
from sandbox.slack.chat import name_parts
from sandbox.slack.complaints import Complaints
from sandbox.slack.state import first_state
from sandbox.slack.workspace import SlackError, Workspace

STACK = 3
VIEW_BYTES = 250_000

View = dict[str, Any]


def view_errors(view: dict[str, Any], *, kind: str) -> list[str]:
    """Return what Slack would refuse in a `modal` or `home` view; an empty list means that the view is good."""
    complaints = Complaints()
    if view.get("type") != kind:
        complaints.add(f"must be a {kind} view", "/view/type")
    if kind == "modal":
        complaints.text(view.get("title"), "/view/title", most=24, plain=True)
        complaints.text(view.get("submit"), "/view/submit", most=24, plain=True, required=_has_input(view))
        complaints.text(view.get("close"), "/view/close", most=24, plain=True, required=False)
    else:
        for name in ("title", "submit", "close"):
            if view.get(name) is not None:
                complaints.add(f"additional property: {name}", "/view")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        value = view.get(name)
        complaints.string(value or None, f"/view/{name}", most=most, required=False)
    return complaints.errors + block_errors(view.get("blocks"), most=VIEW_BLOCKS, at="/view/blocks", inputs=True)


def open_modal(workspace: Workspace, user_id: str, view: Any) -> View:
    """Show a modal to a person; one that was open gives way to it."""
    made = _made(workspace, view, kind="modal")
    workspace.views[user_id] = [made]
    workspace.publish({"type": "views", "user": user_id})
    return made


def push_modal(workspace: Workspace, user_id: str, view: Any) -> View:
    """Put a view on top of the person's open ones."""
    stack = workspace.views[user_id]
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK:
        raise SlackError("push_limit_reached")
    made = _made(workspace, view, kind="modal")
    made |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
    stack.append(made)
    workspace.publish({"type": "views", "user": user_id})
    return made


def update_modal(workspace: Workspace, known: View, view: Any) -> View:
    """Replace an open view where it stands; inputs whose block id and action id stay keep what was entered."""
    made = _made(workspace, view, kind="modal", known=known)
    for user_id, stack in workspace.views.items():
        for index, each in enumerate(stack):
            if each["id"] == known["id"]:
                stack[index] = made
                workspace.publish({"type": "views", "user": user_id})
    return made


def publish_home(workspace: Workspace, user_id: str, view: Any) -> View:
    """Show a person their home tab."""
    if not workspace.granted.home:
        raise SlackError("not_enabled")
    made = _made(workspace, view, kind="home", known=workspace.homes.get(user_id))
    workspace.homes[user_id] = made
    workspace.publish({"type": "home", "user": user_id})
    return made


def close_modals(workspace: Workspace, user_id: str, view_ids: set[str]) -> None:
    """Take views away from a person; those that are closed already are passed over."""
    stack = workspace.views[user_id]
    stack[:] = [view for view in stack if view["id"] not in view_ids]
    workspace.publish({"type": "views", "user": user_id})


def open_view(workspace: Workspace, *, view_id: Any = None, external_id: Any = None) -> View | None:
    """Return an open modal by one of its ids."""
    for stack in workspace.views.values():
        for view in stack:
            if view_id == view["id"] or (external_id and external_id == view["external_id"]):
                return view
    return None


def _made(workspace: Workspace, view: Any, *, kind: str, known: View | None = None) -> View:
    """Check a view and add what Slack adds; `known` is the view that it replaces."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] must provide an object"]})
    errors = view_errors(view, kind=kind)
    if errors:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in errors]})
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    twin = open_view(workspace, external_id=view.get("external_id"))
    if twin and (known is None or twin["id"] != known["id"]):
        raise SlackError("duplicate_external_id")
    name_parts(workspace, view["blocks"])
    view_id = known["id"] if known else workspace.new_id("V")
    return {
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        **view,
        "id": view_id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "root_view_id": known["root_view_id"] if known else view_id,
        "previous_view_id": known["previous_view_id"] if known else None,
        "state": {"values": first_state(view["blocks"], known["state"]["values"] if known else None)},
        "hash": f"{workspace.next_ts()}.{workspace.new_secret()[:8]}",
    }


def _has_input(view: dict[str, Any]) -> bool:
    blocks = view.get("blocks")
    return isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
