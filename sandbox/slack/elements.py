"""Owns the limits of Block Kit's interactive elements, and which block may hold which.

Figures: https://docs.slack.dev/reference/block-kit/block-elements/
"""

import re
from collections.abc import Callable
from typing import Any

from sandbox.slack.complaints import Complaints

ID_LENGTH = 255
TEXT_INPUT = 3000

_SELECTS = frozenset(f"{kind}_select" for kind in ("static", "users", "conversations", "channels", "external"))
_MULTI = frozenset(f"multi_{kind}" for kind in _SELECTS)
_CHOICES = _SELECTS | {"radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker"}
_TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})

IN_ACTIONS = _CHOICES | {"button", "overflow", "workflow_button"}
IN_SECTION = IN_ACTIONS | _MULTI | {"image"}
IN_INPUT = _CHOICES | _MULTI | _TYPED | {"rich_text_input", "file_input"}

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def check_element(
    complaints: Complaints, element: Any, pointer: str, *, allowed: frozenset[str], seen: set[str]
) -> None:
    """Check one element; `seen` gathers the action ids of its block, which must differ."""
    if not isinstance(element, dict):
        complaints.add("must be an object", pointer)
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        complaints.add(f"unsupported type: {kind}", f"{pointer}/type")
        return
    if kind == "image":
        check_image(complaints, element, pointer)
        return
    action_id = element.get("action_id")
    complaints.string(action_id, f"{pointer}/action_id", most=ID_LENGTH, required=False)
    if action_id and action_id in seen:
        complaints.add(f"action_id {action_id!r} already exists", f"{pointer}/action_id")
    seen.add(action_id or "")
    if kind in _CHECKS:
        _CHECKS[kind](complaints, element, pointer)
    complaints.text(element.get("placeholder"), f"{pointer}/placeholder", most=150, plain=True, required=False)
    complaints.number(element.get("max_selected_items"), f"{pointer}/max_selected_items", least=1, most=100)
    _check_confirm(complaints, element.get("confirm"), f"{pointer}/confirm")


def check_image(complaints: Complaints, image: dict[str, Any], pointer: str) -> None:
    """Check an image, which is a block, an element or an accessory."""
    if image.get("slack_file") is None:
        complaints.string(image.get("image_url"), f"{pointer}/image_url", most=3000)
    complaints.string(image.get("alt_text"), f"{pointer}/alt_text", most=2000)
    complaints.text(image.get("title"), f"{pointer}/title", most=2000, plain=True, required=False)


def _check_confirm(complaints: Complaints, confirm: Any, pointer: str) -> None:
    if confirm is None:
        return
    if not isinstance(confirm, dict):
        complaints.add("must be an object", pointer)
        return
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        complaints.text(confirm.get(name), f"{pointer}/{name}", most=most, plain=name != "text", required=False)
    _check_style(complaints, confirm, pointer)


def _check_style(complaints: Complaints, holder: dict[str, Any], pointer: str) -> None:
    if holder.get("style", "primary") not in ("primary", "danger"):
        complaints.add("must be one of: primary, danger", f"{pointer}/style")


def _check_button(complaints: Complaints, button: dict[str, Any], pointer: str) -> None:
    complaints.text(button.get("text"), f"{pointer}/text", most=75, plain=True)
    complaints.string(button.get("value"), f"{pointer}/value", most=2000, required=False)
    url = button.get("url")
    complaints.string(url, f"{pointer}/url", most=3000, required=False)
    if isinstance(url, str) and not url.startswith(("http://", "https://", "slack://")):
        complaints.add("must be a valid URL", f"{pointer}/url")
    _check_style(complaints, button, pointer)


def _check_options(complaints: Complaints, menu: dict[str, Any], pointer: str) -> None:
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(str(menu["type"]), 100)
    groups = menu.get("option_groups")
    if groups is None:
        _check_choices(complaints, menu.get("options"), f"{pointer}/options", most=most)
    elif menu.get("options") is not None or not str(menu["type"]).endswith("static_select"):
        complaints.add("only one of options and option_groups is allowed", f"{pointer}/option_groups")
    else:
        for number, group in enumerate(complaints.count(groups, f"{pointer}/option_groups", most=100)):
            at = f"{pointer}/option_groups/{number}"
            if not isinstance(group, dict):
                complaints.add("must be an object", at)
                continue
            complaints.text(group.get("label"), f"{at}/label", most=75, plain=True)
            _check_choices(complaints, group.get("options"), f"{at}/options", most=most)
    _check_initial(complaints, menu, pointer)


def _check_choices(complaints: Complaints, options: Any, pointer: str, *, most: int) -> None:
    for number, option in enumerate(complaints.count(options, pointer, most=most)):
        at = f"{pointer}/{number}"
        if not isinstance(option, dict):
            complaints.add("must be an object", at)
            continue
        complaints.text(option.get("text"), f"{at}/text", most=75)
        complaints.string(option.get("value"), f"{at}/value", most=150)
        complaints.text(option.get("description"), f"{at}/description", most=75, required=False)


def _check_initial(complaints: Complaints, menu: dict[str, Any], pointer: str) -> None:
    """Check that what is chosen at first is one of the choices."""
    one, several = menu.get("initial_option"), menu.get("initial_options")
    if one is not None and one not in choices(menu):
        complaints.add("must exactly match one of the options", f"{pointer}/initial_option")
    if several is not None:
        given = complaints.count(several, f"{pointer}/initial_options", most=100)
        if any(option not in choices(menu) for option in given):
            complaints.add("must exactly match one of the options", f"{pointer}/initial_options")


def _check_text_input(complaints: Complaints, field: dict[str, Any], pointer: str) -> None:
    complaints.string(field.get("initial_value"), f"{pointer}/initial_value", most=TEXT_INPUT, required=False)
    complaints.number(field.get("min_length"), f"{pointer}/min_length", least=0, most=TEXT_INPUT)
    complaints.number(field.get("max_length"), f"{pointer}/max_length", least=1, most=TEXT_INPUT)
    config = field.get("dispatch_action_config")
    if config is None:
        return
    known = {"on_enter_pressed", "on_character_entered"}
    if not isinstance(config, dict) or set(config.get("trigger_actions_on") or [""]) - known:
        complaints.add(f"must be one of: {', '.join(sorted(known))}", f"{pointer}/dispatch_action_config")


def _check_number_input(complaints: Complaints, field: dict[str, Any], pointer: str) -> None:
    if not isinstance(field.get("is_decimal_allowed"), bool):
        complaints.add("missing required field", f"{pointer}/is_decimal_allowed")
    for name in ("min_value", "max_value", "initial_value"):
        complaints.string(field.get(name), f"{pointer}/{name}", most=TEXT_INPUT, required=False)


def _check_datepicker(complaints: Complaints, field: dict[str, Any], pointer: str) -> None:
    if field.get("initial_date") is not None and not _DATE.fullmatch(str(field["initial_date"])):
        complaints.add("must match YYYY-MM-DD", f"{pointer}/initial_date")


def _check_timepicker(complaints: Complaints, field: dict[str, Any], pointer: str) -> None:
    if field.get("initial_time") is not None and not _TIME.fullmatch(str(field["initial_time"])):
        complaints.add("must match HH:mm", f"{pointer}/initial_time")


def choices(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every option of a menu, those of its groups one after another."""
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    return [option for group in groups if isinstance(group, dict) for option in group.get("options") or []]


_CHECKS: dict[str, Callable[[Complaints, dict[str, Any], str], None]] = {
    "button": _check_button,
    "static_select": _check_options,
    "multi_static_select": _check_options,
    "overflow": _check_options,
    "radio_buttons": _check_options,
    "checkboxes": _check_options,
    "plain_text_input": _check_text_input,
    "number_input": _check_number_input,
    "datepicker": _check_datepicker,
    "timepicker": _check_timepicker,
}
