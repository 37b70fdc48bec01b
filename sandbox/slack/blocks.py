"""Owns Block Kit's limits: finds what Slack would refuse in the blocks of a message or view.

Figures: https://docs.slack.dev/reference/block-kit/
The limit over all text is not documented: https://github.com/slackapi/bolt-js/issues/2509
"""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.slack.complaints import Complaints
from sandbox.slack.elements import ID_LENGTH, IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, check_image

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
TOTAL_TEXT = 13_200

_OPAQUE = frozenset({"file", "rich_text", "table", "video", "context_actions"})
"""Block types that are let through without a look inside."""


def block_errors(blocks: Any, *, most: int = MESSAGE_BLOCKS, at: str = "/blocks", inputs: bool = False) -> list[str]:
    """Return what Slack would refuse; an empty list means that the blocks are good.

    `at` is the JSON pointer of the list; `inputs` says whether input blocks may be in it, as in a view.
    """
    complaints = Complaints()
    seen: set[str] = set()
    for number, block in enumerate(complaints.count(blocks, at, most=most, least=0)):
        pointer = f"{at}/{number}"
        if not isinstance(block, dict):
            complaints.add("must be an object", pointer)
            continue
        block_id = block.get("block_id")
        complaints.string(block_id, f"{pointer}/block_id", most=ID_LENGTH, required=False)
        if block_id and block_id in seen:
            complaints.add(f"block_id {block_id!r} already exists", f"{pointer}/block_id")
        seen.add(block_id or "")
        kind = block.get("type")
        if kind in _BLOCKS and (inputs or kind != "input"):
            _BLOCKS[kind](complaints, block, pointer)
        elif kind not in _OPAQUE:
            complaints.add(f"unsupported type: {kind}", f"{pointer}/type")
    return complaints.errors


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the elements of a block, wherever its type keeps them."""
    held = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    return [element for element in held if isinstance(element, dict)]


def _check_header(complaints: Complaints, block: dict[str, Any], pointer: str) -> None:
    complaints.text(block.get("text"), f"{pointer}/text", most=150, plain=True)


def _check_context(complaints: Complaints, block: dict[str, Any], pointer: str) -> None:
    for number, element in enumerate(complaints.count(block.get("elements"), f"{pointer}/elements", most=10)):
        at = f"{pointer}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_image(complaints, element, at)
        else:
            complaints.text(element, at, most=3000)


def _check_actions(complaints: Complaints, block: dict[str, Any], pointer: str) -> None:
    seen: set[str] = set()
    for number, element in enumerate(complaints.count(block.get("elements"), f"{pointer}/elements", most=25)):
        check_element(complaints, element, f"{pointer}/elements/{number}", allowed=IN_ACTIONS, seen=seen)


def _check_markdown(complaints: Complaints, block: dict[str, Any], pointer: str) -> None:
    complaints.string(block.get("text"), f"{pointer}/text", most=12_000)


def _check_section(complaints: Complaints, block: dict[str, Any], pointer: str) -> None:
    if block.get("text") is None and not block.get("fields"):
        complaints.add("must provide text or fields", pointer)
    complaints.text(block.get("text"), f"{pointer}/text", most=3000, required=False)
    if block.get("fields") is not None:
        for number, item in enumerate(complaints.count(block["fields"], f"{pointer}/fields", most=10)):
            complaints.text(item, f"{pointer}/fields/{number}", most=2000)
    if block.get("accessory") is not None:
        check_element(complaints, block["accessory"], f"{pointer}/accessory", allowed=IN_SECTION, seen=set())


def _check_input(complaints: Complaints, block: dict[str, Any], pointer: str) -> None:
    complaints.text(block.get("label"), f"{pointer}/label", most=2000, plain=True)
    complaints.text(block.get("hint"), f"{pointer}/hint", most=2000, plain=True, required=False)
    check_element(complaints, block.get("element"), f"{pointer}/element", allowed=IN_INPUT, seen=set())


_BLOCKS: dict[Any, Callable[[Complaints, dict[str, Any], str], None]] = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "input": _check_input,
    "image": check_image,
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
