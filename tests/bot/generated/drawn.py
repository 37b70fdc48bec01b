"""What the drawn views have in common: a view function, its arguments, and the texts beside what it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.bot.generated.words import (
    DAYS,
    NAMED,
)

Shown = list[Block] | View


@dataclass(frozen=True, slots=True)
class Drawn:
    """A view function with what it is called with, and the texts that go beside what it shows."""

    of: Callable[..., Shown]
    arguments: st.SearchStrategy[tuple[tuple[Any, ...], dict[str, Any]]]
    beside: Callable[..., list[str]]


def drawn(of: Callable[..., Shown], *args: Any, beside: Callable[..., list[str]] | None = None, **kwargs: Any) -> Drawn:
    arguments = st.tuples(st.tuples(*args), st.fixed_dictionaries(kwargs))
    return Drawn(of, arguments, beside or (lambda *_, **__: []))


PERIOD: dict[str, st.SearchStrategy[Any]] = {"brand": NAMED, "since": DAYS, "until": DAYS}
PAGES = st.integers(0, 1000)
KEYS = st.text("abcdef0123456789-_", min_size=12, max_size=12)
