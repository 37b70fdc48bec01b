"""Owns the views.* methods: trigger ids are exchanged for modals, and stale hashes refused."""

from typing import Any

from sandbox.slack import modals
from sandbox.slack.calls import Call, Method
from sandbox.slack.limits import TIER_4
from sandbox.slack.workspace import SlackError


def open_view(call: Call) -> dict[str, Any]:
    """Open a modal; the trigger id lives for three seconds and serves once."""
    trigger = call.delivery.use_trigger(call.text("trigger_id"))
    return {"view": modals.open_modal(call.workspace, trigger.user_id, _view(call))}


def push_view(call: Call) -> dict[str, Any]:
    """Put a modal on top of the one in which the trigger id was made."""
    trigger = call.delivery.use_trigger(call.text("trigger_id"))
    if not trigger.in_view:
        raise SlackError("not_found")
    return {"view": modals.push_modal(call.workspace, trigger.user_id, _view(call))}


def update_view(call: Call) -> dict[str, Any]:
    known = modals.open_view(call.workspace, view_id=call.args.get("view_id"), external_id=call.args.get("external_id"))
    if known is None:
        raise SlackError("not_found")
    _check_hash(call, known)
    return {"view": modals.update_modal(call.workspace, known, _view(call))}


def publish_view(call: Call) -> dict[str, Any]:
    user = call.user("user_id")
    _check_hash(call, call.workspace.homes.get(user.id))
    return {"view": modals.publish_home(call.workspace, user.id, _view(call))}


def _view(call: Call) -> Any:
    return call.structure("view", "invalid_arguments")


def _check_hash(call: Call, known: modals.View | None) -> None:
    if known is not None and call.args.get("hash") not in (None, "", known["hash"]):
        raise SlackError("hash_conflict")


METHODS = {
    "views.open": Method(open_view, per_minute=TIER_4),
    "views.push": Method(push_view, per_minute=TIER_4),
    "views.update": Method(update_view, per_minute=TIER_4),
    "views.publish": Method(publish_view, per_minute=TIER_4),
}
