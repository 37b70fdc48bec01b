"""Every view over generated values: within Slack's limits to the last nested object, and nothing foreign comes to life.

A few hundred values are drawn in all, or as many as EARSHOT_GENERATED says; `python -m tests.benchmarks views` counts.
"""

import os
import pkgutil
from importlib import import_module
from inspect import getmembers, isfunction

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

import bot.views
from tests.bot.generated.views import VIEWS
from tests.bot.validation import alive, faults, live_formats, live_tokens, text_faults, view_faults

DRAWN = int(os.environ.get("EARSHOT_GENERATED", "400"))


def view_functions():
    """Everything in bot.views that shows blocks, a modal or a home tab."""
    for module in pkgutil.iter_modules(bot.views.__path__, "bot.views."):
        for name, function in getmembers(import_module(module.name), isfunction):
            if function.__module__ == module.name and name.endswith(("_blocks", "_view")) and name[0] != "_":
                yield function


def test_no_view_is_left_out():
    assert set(view_functions()) - {view.of for view in VIEWS.values()} == set()


@pytest.mark.parametrize("name", VIEWS)
@settings(
    max_examples=-(-DRAWN // len(VIEWS)),
    deadline=None,
    database=None,
    derandomize=DRAWN <= 400,  # the same values in each run; the full figure draws others every time
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_is_shown_slack_takes_it_and_nothing_foreign_lives(name, data):
    view = VIEWS[name]
    args, kwargs = data.draw(view.arguments)
    shown = view.of(*args, **kwargs)
    assert (view_faults(shown) if isinstance(shown, View) else faults(shown)) == []
    assert alive(shown) == []
    for line in view.beside(*args, **kwargs):
        assert live_tokens(line) + live_formats(line) == []
        assert text_faults(line) == []
        line.encode()
