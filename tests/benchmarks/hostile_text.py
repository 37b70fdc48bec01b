"""How much of what strangers write comes to life in any view of the bot, or breaks one of Slack's limits."""

from tests.benchmarks.figure import Figure, none_of, progress, shown
from tests.bot.test_views import hostile_modals, hostile_views
from tests.bot.validation import alive, faults, live_formats, live_tokens, view_faults
from tests.hostile import HOSTILE


def measure() -> list[Figure]:
    """Put each hostile text into every foreign place of every view."""
    views = living = refused = 0
    with progress("texts", len(HOSTILE)) as done:
        for text in HOSTILE:
            blocks, beside = hostile_views(text)
            modals = hostile_modals(text)
            views += len(blocks) + len(beside) + len(modals)
            living += sum(len(alive(view)) for view in [*blocks, *modals])
            living += sum(len(live_tokens(line) + live_formats(line)) for line in beside)
            refused += sum(map(len, map(faults, blocks))) + sum(map(len, map(view_faults, modals)))
            done(1)
    return [
        shown("hostile texts", len(HOSTILE), "texts"),
        shown("views that they were put into, everywhere at once", views, "views"),
        none_of("live mentions, links or formatting", living),
        none_of("what Slack would refuse", refused),
    ]
