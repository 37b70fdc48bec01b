"""How much of what is drawn at random breaks one of Slack's limits in a view, or comes to life there."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from slack_sdk.models.views import View

from tests.benchmarks.figure import Figure, at_least, none_of, progress, shown
from tests.bot.generated.drawn import Drawn
from tests.bot.generated.views import VIEWS
from tests.bot.validation import alive, faults, live_formats, live_tokens, text_faults, view_faults

INPUTS = 10_000


def measure() -> list[Figure]:
    """Draw as many values for one view as for another, but where a view has not so many."""
    found: Counter[str] = Counter()
    with progress("values", INPUTS) as done:
        for number, view in enumerate(VIEWS.values()):
            _draw(view, -(-(INPUTS - found["drawn"]) // (len(VIEWS) - number)), found, done)
    return [
        shown("view functions", len({view.of for view in VIEWS.values()}), "functions"),
        at_least("generated values shown", found["drawn"], INPUTS, "values"),
        none_of("live mentions, links or formatting", found["alive"]),
        none_of("what Slack would refuse", found["refused"]),
    ]


def _draw(view: Drawn, times: int, found: Counter[str], done: Callable[[int], None]) -> None:
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(view.arguments)
    def look(drawn):
        args, kwargs = drawn
        made = view.of(*args, **kwargs)
        found["drawn"] += 1
        refused = view_faults(made) if isinstance(made, View) else faults(made)
        found["refused"] += len(refused)
        found["alive"] += 0 if refused else len(alive(made))  # what the SDK refuses, it does not write
        for line in view.beside(*args, **kwargs):
            found["refused"] += len(text_faults(line))
            found["alive"] += len(live_tokens(line) + live_formats(line))
        done(1)

    look()
