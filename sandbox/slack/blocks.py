"""Owns Block Kit's limits: finds what Slack would refuse in the blocks of a message or view.

Figures: https://docs.slack.dev/reference/block-kit/
The limit over all text is not documented: https://github.com/slackapi/bolt-js/issues/2509
"""

from collections.abc import Callable, Iterator
from typing import Any

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
TOTAL_TEXT = 13_200
ID_LENGTH = 255

_OPAQUE = frozenset({"file", "input", "rich_text", "table", "video", "context_actions"})
"""Block types that are let through without a look inside."""

_PICKERS = frozenset(
    f"{prefix}{kind}_select" for prefix in ("", "multi_") for kind in ("users", "conversations", "channels", "external")
)
_OTHER_ELEMENTS = _PICKERS | {"datepicker", "timepicker", "datetimepicker", "workflow_button"}


class _Check:
    """Collects complaints in Slack's words, each with a JSON pointer."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def complain(self, what: str, pointer: str) -> None:
        self.errors.append(f"{what} [json-pointer:{pointer}]")

    def string(self, value: Any, pointer: str, *, most: int, required: bool = True) -> None:
        if value is None and not required:
            return
        if not isinstance(value, str):
            self.complain("must be a string" if value is not None else "missing required field", pointer)
        elif not value and required:
            self.complain("must be more than 0 characters", pointer)
        elif len(value) > most:
            self.complain(f"must be less than {most + 1} characters", pointer)

    def text(self, value: Any, pointer: str, *, most: int, plain: bool = False, required: bool = True) -> None:
        if value is None and not required:
            return
        if not isinstance(value, dict):
            self.complain("must provide a text object", pointer)
            return
        if value.get("type") not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            self.complain(f"unsupported text type: {value.get('type')}", f"{pointer}/type")
        self.string(value.get("text"), f"{pointer}/text", most=most)

    def count(self, value: Any, pointer: str, *, most: int, least: int = 1) -> list[Any]:
        if not isinstance(value, list):
            self.complain("must provide an array", pointer)
            return []
        if len(value) < least:
            self.complain(f"no less than {least} items required", pointer)
        if len(value) > most:
            self.complain(f"no more than {most} items allowed", pointer)
        return value


def block_errors(blocks: Any, *, most: int = MESSAGE_BLOCKS) -> list[str]:
    """Return what Slack would refuse; an empty list means that the blocks are good."""
    check = _Check()
    seen: set[str] = set()
    for number, block in enumerate(check.count(blocks, "/blocks", most=most, least=0)):
        pointer = f"/blocks/{number}"
        if not isinstance(block, dict):
            check.complain("must be an object", pointer)
            continue
        block_id = block.get("block_id")
        check.string(block_id, f"{pointer}/block_id", most=ID_LENGTH, required=False)
        if block_id and block_id in seen:
            check.complain(f"block_id {block_id!r} already exists", f"{pointer}/block_id")
        seen.add(block_id or "")
        _check_block(check, block, pointer)
    return check.errors


def _check_block(check: _Check, block: dict[str, Any], pointer: str) -> None:
    kind = block.get("type")
    if kind in _BLOCKS:
        _BLOCKS[kind](check, block, pointer)
    elif kind not in _OPAQUE:
        check.complain(f"unsupported type: {kind}", f"{pointer}/type")


def _check_header(check: _Check, block: dict[str, Any], pointer: str) -> None:
    check.text(block.get("text"), f"{pointer}/text", most=150, plain=True)


def _check_context(check: _Check, block: dict[str, Any], pointer: str) -> None:
    for number, element in enumerate(check.count(block.get("elements"), f"{pointer}/elements", most=10)):
        at = f"{pointer}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            _check_image(check, element, at)
        else:
            check.text(element, at, most=3000)


def _check_actions(check: _Check, block: dict[str, Any], pointer: str) -> None:
    seen: set[str] = set()
    for number, element in enumerate(check.count(block.get("elements"), f"{pointer}/elements", most=25)):
        _check_element(check, element, f"{pointer}/elements/{number}", seen)


def _check_markdown(check: _Check, block: dict[str, Any], pointer: str) -> None:
    check.string(block.get("text"), f"{pointer}/text", most=12_000)


def _check_section(check: _Check, block: dict[str, Any], pointer: str) -> None:
    if block.get("text") is None and not block.get("fields"):
        check.complain("must provide text or fields", pointer)
    check.text(block.get("text"), f"{pointer}/text", most=3000, required=False)
    if block.get("fields") is not None:
        for number, item in enumerate(check.count(block["fields"], f"{pointer}/fields", most=10)):
            check.text(item, f"{pointer}/fields/{number}", most=2000)
    if block.get("accessory") is not None:
        _check_element(check, block["accessory"], f"{pointer}/accessory", set(), image=True)


def _check_image(check: _Check, block: dict[str, Any], pointer: str) -> None:
    """Check an image, which is a block, an element or an accessory."""
    if block.get("slack_file") is None:
        check.string(block.get("image_url"), f"{pointer}/image_url", most=3000)
    check.string(block.get("alt_text"), f"{pointer}/alt_text", most=2000)
    check.text(block.get("title"), f"{pointer}/title", most=2000, plain=True, required=False)


def _check_element(check: _Check, element: Any, pointer: str, seen: set[str], *, image: bool = False) -> None:
    if not isinstance(element, dict):
        check.complain("must be an object", pointer)
        return
    kind = element.get("type")
    if image and kind == "image":
        _check_image(check, element, pointer)
        return
    action_id = element.get("action_id")
    check.string(action_id, f"{pointer}/action_id", most=ID_LENGTH, required=False)
    if action_id and action_id in seen:
        check.complain(f"action_id {action_id!r} already exists", f"{pointer}/action_id")
    seen.add(action_id or "")
    if kind == "button":
        _check_button(check, element, pointer)
    elif kind in ("static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes"):
        _check_options(check, element, pointer)
    elif kind not in _OTHER_ELEMENTS:
        check.complain(f"unsupported type: {kind}", f"{pointer}/type")


def _check_button(check: _Check, element: dict[str, Any], pointer: str) -> None:
    check.text(element.get("text"), f"{pointer}/text", most=75, plain=True)
    check.string(element.get("value"), f"{pointer}/value", most=2000, required=False)
    check.string(element.get("url"), f"{pointer}/url", most=3000, required=False)
    url = element.get("url")
    if isinstance(url, str) and not url.startswith(("http://", "https://", "slack://")):
        check.complain("must be a valid URL", f"{pointer}/url")
    if element.get("style", "primary") not in ("primary", "danger"):
        check.complain("must be one of: primary, danger", f"{pointer}/style")
    confirm = element.get("confirm")
    if confirm is not None:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            check.text(confirm.get(name), f"{pointer}/confirm/{name}", most=most, plain=name != "text", required=False)


def _check_options(check: _Check, element: dict[str, Any], pointer: str) -> None:
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(str(element["type"]), 100)
    groups = element.get("option_groups")
    if groups is None:
        _check_choices(check, element.get("options"), f"{pointer}/options", most=most)
    elif element.get("options") is not None or not str(element["type"]).endswith("static_select"):
        check.complain("only one of options and option_groups is allowed", f"{pointer}/option_groups")
    else:
        for number, group in enumerate(check.count(groups, f"{pointer}/option_groups", most=100)):
            at = f"{pointer}/option_groups/{number}"
            if not isinstance(group, dict):
                check.complain("must be an object", at)
                continue
            check.text(group.get("label"), f"{at}/label", most=75, plain=True)
            _check_choices(check, group.get("options"), f"{at}/options", most=most)
    _check_initial(check, element, pointer)
    check.text(element.get("placeholder"), f"{pointer}/placeholder", most=150, plain=True, required=False)


def _check_choices(check: _Check, options: Any, pointer: str, *, most: int) -> None:
    for number, option in enumerate(check.count(options, pointer, most=most)):
        at = f"{pointer}/{number}"
        if not isinstance(option, dict):
            check.complain("must be an object", at)
            continue
        check.text(option.get("text"), f"{at}/text", most=75)
        check.string(option.get("value"), f"{at}/value", most=150)


def _check_initial(check: _Check, element: dict[str, Any], pointer: str) -> None:
    """Check that what is chosen at first is one of the choices."""
    initial = element.get("initial_option")
    if initial is not None and initial not in choices(element):
        check.complain("must exactly match one of the options", f"{pointer}/initial_option")


def choices(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every option of a menu, those of its groups one after another."""
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    return [option for group in groups if isinstance(group, dict) for option in group.get("options") or []]


_BLOCKS: dict[Any, Callable[[_Check, dict[str, Any], str], None]] = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "image": _check_image,
    "markdown": _check_markdown,
    "divider": lambda *_: None,
}


def total_text(blocks: list[dict[str, Any]]) -> int:
    """Return the characters of every text in the blocks."""
    return sum(len(text) for block in blocks for text in _texts(block))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
