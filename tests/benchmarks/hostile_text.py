"""How much of what strangers write comes to life in any view of the bot, or breaks one of Slack's limits."""

from tests.benchmarks.figure import Figure, none_of, progress, shown
from tests.bot.test_views import hostile_views
from tests.bot.validation import faults, live, live_tokens
from tests.hostile import HOSTILE


def measure() -> list[Figure]:
    """Put each hostile text into every foreign place of every view."""
    views = alive = refused = 0
    with progress("texts", len(HOSTILE)) as done:
        for text in HOSTILE:
            blocks, beside = hostile_views(text)
            views += len(blocks) + len(beside)
            alive += sum(len(live([block.to_dict() for block in view])) for view in blocks)
            alive += sum(len(live_tokens(line)) for line in beside)
            refused += sum(len(faults(view)) for view in blocks)
            done(1)
    return [
        shown("hostile texts", len(HOSTILE), "texts"),
        shown("views that they were put into, everywhere at once", views, "views"),
        none_of("live mentions or links", alive),
        none_of("what Slack would refuse", refused),
    ]
