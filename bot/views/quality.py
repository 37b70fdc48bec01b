"""How well the model does in daily use, in words."""

from bot.views.elements import count, inline
from crm.live_figures import corrected
from domain.quality import Estimate, LiveFigure, Quality

_NAMES = {
    "complaint": "complaint cards",
    "negative": "negative",
    "leave": "leaving",
    "join": "joining",
    "relevance": "about us",
}


def quality_lines(quality: Quality) -> list[str]:
    """List every figure with what it was computed from; nothing where nobody has judged or corrected anything yet."""
    lines = []
    if quality.judged:
        looked = f"{quality.judged} of {count(quality.drawn, 'post')} of the last {quality.weeks} weeks"
        lines.append(f"*{inline(quality.brand)}, by blind checks*: {looked} judged")
        lines += [f"• {_NAMES[f.name]}: {_figure(f)}" for f in quality.figures]
    if quality.cards:
        lines.append(f"*{inline(quality.brand)}, corrected by people*: {_corrected(quality)}")
    return lines


def quality_summary(quality: Quality, *, called: int) -> str:
    """Say in one line what matters to leadership, empty where there is nothing; it holds nothing foreign.

    `called` is how many posts the model itself made a complaint of: its precision and recall are meant of these, and
    not of what is left after people have corrected it.
    """
    parts = []
    figure = quality.of("complaint")
    if quality.judged and figure:
        parts.append(
            f"By {quality.judged} posts judged blind in {quality.weeks} weeks, complaints have {_brief(figure)}."
        )
        truly = corrected(called, figure)
        if truly is not None and called:
            parts.append(f"The {count(called, 'post')} that it called complaints stand for about {truly:,.0f}.")
    if quality.cards:
        parts.append(f"Corrected by people: {_corrected(quality)}.")
    return " ".join(parts)


def _brief(figure: LiveFigure) -> str:
    precision = _share("precision", figure.precision, figure.hits, figure.flagged)
    return f"{precision}, {_share('recall', figure.recall, figure.hits, figure.true)}"


def _figure(figure: LiveFigure) -> str:
    precision = _share("precision", figure.precision, figure.hits, figure.flagged, interval=True)
    return f"{precision} · {_share('recall', figure.recall, figure.hits, figure.true, interval=True)}"


def _share(name: str, estimate: Estimate | None, part: int, whole: int, *, interval: bool = False) -> str:
    if estimate is None:
        return f"{name} no figure yet (0 of 0)"
    between = f"; 95% between {estimate.low:.0%} and {estimate.high:.0%}" if interval else ""
    return f"{name} {estimate.value:.0%} ({part:,} of {whole:,} judged, weighted{between})"


def _corrected(quality: Quality) -> str:
    return f"{quality.corrected:,} of {count(quality.cards, 'card')}"
