"""The two buttons under a list that has more pages, and what their values say."""

from slack_sdk.models.blocks import Block

from bot.views.elements import button, buttons

EARLIER, LATER = "page_earlier", "page_later"
PAGE = 10
"""So many entries stand on one page."""


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


def showing(page: int, shown: int, total: int) -> str:
    """Say which entries of how many stand on a page; nothing where it is all of them."""
    first = page * PAGE + 1
    return f" Showing {first} to {first + shown - 1}." if page or shown < total else ""
