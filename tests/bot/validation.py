"""What Slack would refuse or bring to life in a message: limits, checked to the last nested object, and live tokens."""

import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import Block

from sandbox.slack.blocks import MESSAGE_BLOCKS, TOTAL_TEXT, block_errors, total_text

OUR_TOKENS = re.compile(
    r"<!date\^\d+\^\{date_short_pretty\} at \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>"
    r"|<@[UW][A-Z0-9]+>"
    r"|<https?://[^<>|\s]+\|[^<>|]+>"
)
"""Every `<...>` that a view may write."""


def faults(blocks: list[Block], *, most: int = MESSAGE_BLOCKS, inputs: bool = False) -> list[str]:
    """Return all that the SDK's own validators, asked of every nested object, and Slack's limits object to.

    `most` is how many blocks may stand there: VIEW_BLOCKS in a modal or home, where `inputs` are allowed.
    """
    found = [str(fault) for block in blocks for fault in _sdk_faults(block)]
    dicts = _widened([block.to_dict() for block in blocks])
    found += block_errors(dicts, most=most, inputs=inputs)
    if total_text(dicts) > TOTAL_TEXT:
        found.append(f"{total_text(dicts)} characters in all")
    return found


def live(dicts: Any) -> list[str]:
    """Return what Slack would bring to life in blocks though no view wrote it."""
    return [token for text in texts(dicts) for token in live_tokens(text)]


def live_tokens(text: str) -> list[str]:
    """Return the angle brackets that are not ours; a stray ampersand counts too, since it could start an entity."""
    rest = OUR_TOKENS.sub("", text)
    return re.findall(r"<[^>]*>?|>|&(?!amp;|lt;|gt;)", rest)


def texts(node: Any) -> Iterator[str]:
    """Give every string that is shown."""
    for text_object in text_objects(node):
        yield text_object["text"]


def text_objects(node: Any) -> Iterator[dict[str, Any]]:
    """Give every text object."""
    if isinstance(node, dict):
        if node.get("type") in {"plain_text", "mrkdwn"}:
            yield node
        for value in node.values():
            yield from text_objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from text_objects(item)


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
