"""Owns what the inputs of a view or message hold: Slack's `state.values`, and how a person fills them.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.blocks import elements_of
from sandbox.slack.elements import TEXT_INPUT, choices

State = dict[str, dict[str, dict[str, Any]]]
"""What every input holds, by block id and action id, as `{"type": ..., "value" | "selected_...": ...}`."""

_PICKED = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
"""Under which key Slack reports what an element holds."""

_ACTION_KEYS = ("type", "action_id", "text", "value", "style", "placeholder", "confirm", "url")
_REQUIRED = "Please complete this required field."
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class NoSuchThing(Exception):  # it names what is missing
    """A person tried something with a user, channel, message, view, action or choice that is not there."""


def interactive(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Give every element that a person can use, with its block."""
    for block in blocks:
        for element in elements_of(block):
            if "action_id" in element:
                yield block, element


def find(
    blocks: list[dict[str, Any]], action_id: str, block_id: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the element with this action id, in this block if one is named, and its block.

    Raises:
        NoSuchThing: there is none.
    """
    for block, element in interactive(blocks):
        if element["action_id"] == action_id and block_id in (None, block["block_id"]):
            return block, element
    known = sorted({element["action_id"] for _, element in interactive(blocks)})
    raise NoSuchThing(f"there is no action {action_id}; there are {', '.join(known) or 'none'}")


def first_state(blocks: list[dict[str, Any]], kept: State | None = None) -> State:
    """Return what the inputs hold at first, or what they held in `kept` under the same block id and action id.

    https://docs.slack.dev/reference/views/modal-views says that an update preserves such entries.
    """
    state: State = {}
    for block, element in interactive(blocks):
        kind, key = element["type"], _PICKED.get(element["type"])
        if key is None:
            continue
        held = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
        if held is None or held["type"] != kind or not _still_offered(element, held[key]):
            held = {"type": kind, key: _initial(element, key)}
        state.setdefault(block["block_id"], {})[element["action_id"]] = held
    return state


def fill(blocks: list[dict[str, Any]], state: State, values: Mapping[str, Any], offered: Mapping[str, Any]) -> State:
    """Return the state after a person has filled inputs.

    `values` has an action id or block id as its key and a text, the value of an option, an id, a date, or a list of
    them; None empties the input. A mapping by action id names the block first. `offered` are options of external
    menus by value.

    Raises:
        NoSuchThing: there is no such input, or it has no such choice.
    """
    filled = {block_id: dict(inputs) for block_id, inputs in state.items()}
    for name, value in values.items():
        entries = value.items() if isinstance(value, Mapping) else [(None, value)]
        for action_id, entry in entries:
            block, element = _named(blocks, name, action_id)
            held = {"type": element["type"], _PICKED[element["type"]]: _picked(element, entry, offered)}
            filled[block["block_id"]][element["action_id"]] = held
    return filled


def action_of(block: dict[str, Any], element: dict[str, Any], held: dict[str, Any], ts: str) -> dict[str, Any]:
    """Return the entry of `actions` in a block_actions payload; `held` is what the element holds now."""
    kept = {key: element[key] for key in element if key in _ACTION_KEYS or key.startswith("initial_option")}
    return kept | {"block_id": block["block_id"], "action_ts": ts} | held


def chosen(element: dict[str, Any], value: Any, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an element holds once a person has used it; nothing for a button."""
    kind = element["type"]
    if kind == "button":
        return {}
    if kind == "overflow":
        return {"type": kind, "selected_option": _option(element, value, offered)}
    return {"type": kind, _PICKED[kind]: _picked(element, value, offered)}


def unacceptable(view: dict[str, Any]) -> dict[str, str]:
    """Return what Slack's own form objects to before it submits, by block id: empty required fields, wrong lengths."""
    errors: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        key = _PICKED.get(element["type"])
        held = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {}).get(key)
        if held in (None, []):
            if key and not block.get("optional"):
                errors[block["block_id"]] = _REQUIRED
        elif complaint := _complaint(element, held):
            errors[block["block_id"]] = complaint
    return errors


def _complaint(element: dict[str, Any], held: Any) -> str:
    """Say what is wrong with an entry; empty when nothing is."""
    if element["type"] == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", TEXT_INPUT)
        if len(held) < least:
            return f"Please enter at least {least} characters; it has {len(held)}."
        if len(held) > most:
            return f"Please enter at most {most} characters; it has {len(held)}."
    if element["type"] == "number_input":
        return _number_complaint(element, held)
    limit = element.get("max_selected_items")
    return f"Please choose no more than {limit}." if limit and len(held) > limit else ""


def _number_complaint(element: dict[str, Any], held: str) -> str:
    if not _NUMBER.fullmatch(held) or ("." in held and not element["is_decimal_allowed"]):
        return f"Please enter a {'' if element['is_decimal_allowed'] else 'whole '}number."
    if element.get("min_value") is not None and float(held) < float(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if element.get("max_value") is not None and float(held) > float(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return ""


def _named(blocks: list[dict[str, Any]], name: str, action_id: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    inputs = [(block, element) for block, element in interactive(blocks) if element["type"] in _PICKED]
    if action_id is not None:
        found = [(b, e) for b, e in inputs if (b["block_id"], e["action_id"]) == (name, action_id)]
    else:
        found = [(b, e) for b, e in inputs if name in (b["block_id"], e["action_id"])]
    if len(found) != 1:
        known = ", ".join(f"{b['block_id']}/{e['action_id']}" for b, e in inputs) or "none"
        problem = "names more than one input" if found else "names no input"
        raise NoSuchThing(f"{name!r} {problem}; there are (block/action): {known}")
    return found[0]


def _initial(element: dict[str, Any], key: str) -> Any:
    name = "initial_value" if key == "value" else key.replace("selected_", "initial_")
    return element.get(name, [] if key.endswith("s") else None)


def _still_offered(element: dict[str, Any], held: Any) -> bool:
    if "options" not in element and "option_groups" not in element:
        return True
    picked = held if isinstance(held, list) else [held]
    return all(option is None or option in choices(element) for option in picked)


def _picked(element: dict[str, Any], value: Any, offered: Mapping[str, Any]) -> Any:
    """Return an entry in the form in which Slack reports it."""
    key = _PICKED[element["type"]]
    if key == "value":
        return str(value) if value not in (None, "") else None
    if key.endswith("s"):
        several = [value] if isinstance(value, str) else list(value or [])
        return [_option(element, each, offered) for each in several] if key == "selected_options" else several
    if value in (None, ""):
        return None
    return _option(element, value, offered) if key == "selected_option" else value


def _option(element: dict[str, Any], value: Any, offered: Mapping[str, Any]) -> dict[str, Any]:
    options = choices(element)
    if "external" in element["type"]:
        first = [element.get("initial_option"), *element.get("initial_options", [])]
        options = [*offered.values(), *(each for each in first if each)]
    for option in options:
        if option["value"] == value:
            return dict(option)
    raise NoSuchThing(f"action {element['action_id']} has no option {value!r}")
