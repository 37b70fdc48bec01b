"""The pages of a list: what stands on one, the two buttons under it, and what their values say."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.views.elements import button, buttons, text_size

EARLIER, LATER = "page_earlier", "page_later"
PAGE = 10
"""So many entries stand on one page."""

BLOCKS_LIMIT, TEXT_LIMIT = 46, 12_500
"""What the parts on one page have together at most, in UTF-16 units: Slack takes 50 blocks with 13,200 in all."""


def page_buttons(name: str, *, page: int, more: bool, rest: str = "") -> list[Block]:
    """Lead from a page of the list `name`, counted from 0, to its neighbours; `rest` holds ids only."""
    row = []
    if page > 0:
        row.append(button("Earlier", action_id=EARLIER, value=page_value(name, page - 1, rest)))
    if more:
        row.append(button("Next", action_id=LATER, value=page_value(name, page + 1, rest)))
    return buttons(row)


def page_value(name: str, page: int, rest: str = "") -> str:
    """Write a page of a list into a button's value."""
    return f"{name}|{page}|{rest}"


def read_page(value: str) -> tuple[str, int, str]:
    """Read what `page_value` wrote."""
    name, _, rest = value.partition("|")
    page, _, rest = rest.partition("|")
    return name, int(page), rest


def on_pages(parts: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """Put parts that stay whole on as few pages as Slack takes; each page has at least one."""
    pages: list[list[Block]] = [[]]
    room = TEXT_LIMIT
    for part in parts:
        size = sum(text_size(block.to_dict()) for block in part)
        if pages[-1] and (size > room or len(pages[-1]) + len(part) > BLOCKS_LIMIT):
            pages.append([])
            room = TEXT_LIMIT
        pages[-1] += part
        room -= size
    return pages


def showing(page: int, shown: int, total: int, *, most: int = PAGE) -> str:
    """Say which entries of how many stand on a page, which holds so many; nothing where it is all of them."""
    first = page * most + 1
    return f" Showing {first} to {first + shown - 1}." if shown and (page or shown < total) else ""
