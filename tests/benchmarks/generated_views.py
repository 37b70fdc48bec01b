"""How much of what is drawn at random breaks one of Slack's limits in a view, or comes to life there."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings

from tests.benchmarks.figure import Figure, at_least, none_of, progress
from tests.bot.test_generated_views import VIEWS, View
from tests.bot.validation import faults, live, live_tokens

INPUTS = 10_000


def measure() -> list[Figure]:
    """Draw as many values for one view as for another."""
    found: Counter[str] = Counter()
    with progress("values", INPUTS) as done:
        for view in VIEWS.values():
            _draw(view, -(-INPUTS // len(VIEWS)), found, done)
    return [
        at_least("generated values shown", found["drawn"], INPUTS, "values"),
        none_of("live mentions or links", found["alive"]),
        none_of("what Slack would refuse", found["refused"]),
    ]


def _draw(view: View, times: int, found: Counter[str], done: Callable[[int], None]) -> None:
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(view.values)
    def look(value):
        blocks = view.blocks(value)
        found["drawn"] += 1
        found["refused"] += len(faults(blocks))
        found["alive"] += len(live([block.to_dict() for block in blocks]))
        found["alive"] += sum(len(live_tokens(line)) for line in view.beside(value))
        done(1)

    look()
