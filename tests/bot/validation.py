"""What Slack would refuse or bring to life in a message or view: limits, to the last nested object, and live tokens."""

import json
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from sandbox.slack.blocks import MESSAGE_BLOCKS, TOTAL_TEXT, block_errors, total_text
from sandbox.slack.modals import VIEW_BYTES, view_errors

_NEVER_OURS = r"(?!\w*0123456789)"
"""The ids of hostile texts: tests use no such id themselves."""

OUR_TOKENS = re.compile(
    r"<!date\^\d+\^\{date_short_pretty\} at \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>"
    rf"|<@{_NEVER_OURS}[UW][A-Z0-9]+>"
    rf"|<!subteam\^{_NEVER_OURS}S[A-Z0-9]+>"
    rf"|<#{_NEVER_OURS}[CG][A-Z0-9]+>"
    r"|<https?://[^<>|\s]+\|[A-Za-z_ ]+>"
)
"""Every `<...>` that a view may write; the words of a link are ours and hold letters only."""

_FORMATS = re.compile(
    r"(?<!\w)(?:\*bold\*|_italic_|~strike~|`code`)(?!\w)|```block|:(?:smile|rotating_light|\+1):|^&gt;",
    re.MULTILINE,
)
"""What the hostile texts would have formatted, as Slack reads it in mrkdwn; no view quotes or writes an address so."""

_CODE = re.compile(r"```\n(?:(?!```).)*\n```", re.DOTALL)
"""A block of code that a view writes: no mark and no name of an emoji does anything in it."""

TEXT_LIMIT = 4000
"""Slack cuts longer texts: https://docs.slack.dev/reference/methods/chat.postMessage#truncating."""


def faults(blocks: list[Block], *, most: int = MESSAGE_BLOCKS, inputs: bool = False) -> list[str]:
    """Return all that the SDK's own validators, asked of every nested object, and Slack's limits object to.

    `most` is how many blocks may stand there: VIEW_BLOCKS in a modal or home, where `inputs` are allowed.
    """
    if found := [str(fault) for block in blocks for fault in _sdk_faults(block)]:
        return found
    dicts = _widened([block.to_dict() for block in blocks])
    found = block_errors(dicts, most=most, inputs=inputs) + list(_ours(dicts))
    if total_text(dicts) > TOTAL_TEXT:
        found.append(f"{total_text(dicts)} characters in all")
    return found


def view_faults(view: View) -> list[str]:
    """Return the same for a modal or a home tab. Slack documents no limit over all its text, but one over its size."""
    if found := [str(fault) for fault in _sdk_faults(view)]:
        return found
    shown = view.to_dict()
    widened = _widened(shown)
    found = view_errors(widened, kind=view.type) + list(_ours(widened))
    if (size := len(json.dumps(shown).encode())) > VIEW_BYTES:
        found.append(f"{size} bytes")
    return found


def text_faults(text: str) -> list[str]:
    """Say what is wrong with a text for notifications."""
    return [] if text.strip() and len(text) < TEXT_LIMIT else [f"a text of {len(text)} characters"]


def live(dicts: Any) -> list[str]:
    """Return what Slack would bring to life in blocks though no view wrote it."""
    return [token for text in texts(dicts) for token in live_tokens(text)]


def live_tokens(text: str) -> list[str]:
    """Return the angle brackets that are not ours; a stray ampersand counts too, since it could start an entity."""
    rest = OUR_TOKENS.sub("", text)
    return re.findall(r"<[^>]*>?|>|&(?!amp;|lt;|gt;)", rest)


def live_formats(mrkdwn: str) -> list[str]:
    """Return what would be formatted, or be a link, though only the hostile texts of the tests hold it."""
    rest = OUR_TOKENS.sub("", mrkdwn)
    return [found[0] for found in _FORMATS.finditer(_CODE.sub("", rest))] + re.findall("://", rest)


def alive(shown: list[Block] | View) -> list[str]:
    """Return whatever foreign in blocks or a view comes to life: tokens, links, formatting, emoji names."""
    dicts = shown.to_dict() if isinstance(shown, View) else [block.to_dict() for block in shown]
    found = live(dicts)
    for each in text_objects(dicts):
        if each["type"] == "mrkdwn":
            found += live_formats(each.get("text", ""))
            found += [] if each.get("verbatim") is True else ["makes links"]
        elif each.get("emoji") is not False:
            found.append("makes emoji")
    return found


def texts(node: Any) -> Iterator[str]:
    """Give every string that is shown."""
    for text_object in text_objects(node):
        yield text_object.get("text", "")


def text_objects(node: Any) -> Iterator[dict[str, Any]]:
    """Give every text object."""
    for each in _objects(node):
        if each.get("type") in {"plain_text", "mrkdwn"}:
            yield each


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Give every object, those within others too."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from _objects(item)


def _ours(dicts: Any) -> Iterator[str]:
    """Find what neither the SDK nor the sandbox looks for."""
    try:
        json.dumps(dicts, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        yield f"cannot be sent: {error}"
    for each in _objects(dicts):
        kind = each.get("type")
        if kind in {"plain_text", "mrkdwn"} and not each.get("text", "").strip():
            yield "a text of white space, or none"
        if kind == "plain_text_input" and len(each.get("initial_value", "")) > each.get("max_length", 3000):
            yield f"initial_value is longer than {each['max_length']}"
        if "option_groups" in each or "options" in each:
            yield from _option_faults(each)


def _option_faults(menu: dict[str, Any]) -> Iterator[str]:
    """https://docs.slack.dev/reference/block-kit/composition-objects/option-object."""
    groups = [group["options"] for group in menu.get("option_groups", [])]
    options = [option for group in [menu.get("options", []), *groups] for option in group]
    values = [option["value"] for option in options]
    if menu.get("type") and len(set(values)) < len(values):
        yield f"options of {menu['action_id']} share a value"
    if menu.get("type") == "static_select" and any(option["text"]["type"] != "plain_text" for option in options):
        yield f"options of {menu['action_id']} are not plain text"


def _widened(node: Any) -> Any:
    """Write each character that is two UTF-16 units as two, since Slack counts units."""
    if isinstance(node, dict):
        return {name: _widened(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_widened(item) for item in node]
    return re.sub("[^\0-\uffff]", "xx", node) if isinstance(node, str) else node


def _sdk_faults(node: Any) -> Iterator[SlackObjectFormationError]:
    if isinstance(node, JsonObject):
        try:
            node.validate_json()
        except SlackObjectFormationError as error:
            yield error
        for value in vars(node).values():
            yield from _sdk_faults(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _sdk_faults(item)
