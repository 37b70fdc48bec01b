"""The digest's chart: complaints and answers of two weeks, the response rate, and what was said."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.digest import ChartDay

if TYPE_CHECKING:  # matplotlib takes half a second to import and is needed once a day
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, which colour-blind people can tell apart, on a light card of its own: the card looks the same
# on a light and a dark page, and each colour stands out from it by at least 3:1 (WCAG 2.2, 1.4.11).
_CARD, _INK, _QUIET = "#fbfaf7", "#1d1c1d", "#5c5c5c"
_BLUE, _RED, _GREEN, _GREY, _PURPLE = "#0072b2", "#d55e00", "#00835f", "#8b8b8b", "#a3558a"
_FONT = "DejaVu Sans"
_SIZE = (6.4, 6.6)  # inches
_DPI = 130
_TITLE, _LABEL = 13, 11  # points: about 10 and 8 pixels on a phone that is 360 wide


def digest_chart(days: Sequence[ChartDay], *, target: float | None) -> bytes:
    """Draw the days, oldest first, as a PNG of 832 x 858 pixels; the same days give the same bytes.

    `target` is that of the response rate in [0, 1]. The brand is not drawn: the font cannot write every name.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=_SIZE, dpi=_DPI, facecolor="none")
    FigureCanvasAgg(figure)
    _card(figure)
    grid = figure.add_gridspec(
        3, 1, height_ratios=(3.2, 2.2, 1.8), left=0.1, right=0.95, top=0.925, bottom=0.085, hspace=0.42
    )
    complaints, rates, said = (figure.add_subplot(grid[row]) for row in range(3))
    _complaints(complaints, days)
    _rates(rates, days, target)
    _said(said, days)
    for axes in (complaints, rates, said):
        _calm(axes, days, dates=axes is said)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    return picture.getvalue()


def alt_text(days: Sequence[ChartDay], *, brand: str, target: float | None) -> str:
    """Say in words what the chart shows, in at most 1,000 characters."""
    answered, waiting = sum(day.answered for day in days), sum(day.open for day in days)
    closed = [day for day in days if day.rate is not None]
    told = f"{answered + waiting:,} complaints, {answered:,} of them answered and {waiting:,} open."
    parts = [f"{brand[:100]}, the {len(days)} days to {days[-1].day.isoformat()}: {told}"]
    most = max(days, key=lambda day: day.answered + day.open)
    if most.answered + most.open:
        parts.append(f"Most on {most.day.isoformat()}: {most.answered + most.open:,}.")
    if closed:
        last = closed[-1]
        low, high = min(day.rate or 0 for day in closed), max(day.rate or 0 for day in closed)
        parts.append(
            f"The response rate of closed days lies between {low:.0%} and {high:.0%}, last {last.rate:.0%} on "
            f"{last.day.isoformat()}" + (f"; the target is {target:.0%}." if target is not None else ".")
        )
    negative, neutral, positive = (sum(getattr(d, n) for d in days) for n in ("negative", "neutral", "positive"))
    if total := negative + neutral + positive:
        parts.append(
            f"Of {total:,} mentions {negative / total:.0%} are negative, {neutral / total:.0%} neutral and "
            f"{positive / total:.0%} positive."
        )
    return " ".join(parts)


def _card(figure: "Figure") -> None:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415

    rounded = "round,pad=0,rounding_size=0.03"
    figure.add_artist(
        FancyBboxPatch(
            (0.003, 0.003),
            0.994,
            0.994,
            boxstyle=rounded,
            transform=figure.transFigure,
            facecolor=_CARD,
            edgecolor="#c9c7c1",
            zorder=-1,
        )
    )


def _complaints(axes: "Axes", days: Sequence[ChartDay]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    places, answered, waiting = range(len(days)), [day.answered for day in days], [day.open for day in days]
    axes.bar(places, answered, width=0.7, color=_BLUE)
    axes.bar(places, waiting, width=0.7, bottom=answered, color=_RED, edgecolor=_CARD, hatch="///", linewidth=0)
    _title(axes, "Complaints", (("answered", _BLUE), ("open", _RED)))
    highest = max(answered[n] + waiting[n] for n in places)
    axes.set_ylim(0, max(highest * 1.1, 4))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    if not highest:
        _nothing(axes, "no complaints", 0.45)


def _rates(axes: "Axes", days: Sequence[ChartDay], target: float | None) -> None:
    places = [n for n, day in enumerate(days) if day.rate is not None]
    rates = [100 * (days[n].rate or 0.0) for n in places]
    axes.plot(places, rates, color=_PURPLE, linewidth=2.5, marker="o", markersize=6)
    _title(axes, "Response rate of closed days, %", (("rate", _PURPLE), *((("target", _INK),) if target else ())))
    axes.set_ylim(0, 105)
    axes.set_yticks([0, 50, 100])
    if target is not None:
        axes.axhline(100 * target, color=_INK, linewidth=1.6, linestyle=(0, (5, 3)))
    if rates:
        axes.annotate(
            f"{rates[-1]:.0f}",
            (places[-1], rates[-1]),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=_PURPLE,
            fontsize=_LABEL,
            fontweight="bold",
            fontfamily=_FONT,
            bbox={"facecolor": _CARD, "edgecolor": "none", "pad": 1.5},  # else the target's line may cross it out
        )
    else:
        _nothing(axes, "no closed day with a complaint yet", 0.6)


def _said(axes: "Axes", days: Sequence[ChartDay]) -> None:
    totals = [max(day.negative + day.neutral + day.positive, 1) for day in days]
    floor = [0.0] * len(days)
    for name, colour in (("negative", _RED), ("neutral", _GREY), ("positive", _GREEN)):
        shares = [100 * getattr(day, name) / total for day, total in zip(days, totals, strict=True)]
        axes.bar(range(len(days)), shares, width=0.7, bottom=floor, color=colour)
        floor = [low + share for low, share in zip(floor, shares, strict=True)]
    _title(axes, "Sentiment, %", (("negative", _RED), ("neutral", _GREY), ("positive", _GREEN)))
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100])
    if not any(floor):
        _nothing(axes, "nothing was said", 0.45)


def _title(axes: "Axes", words: str, key: Sequence[tuple[str, str]]) -> None:
    """Write the title over the panel's left, and at its right what each colour means."""
    axes.set_title(words, loc="left", color=_INK, fontsize=_TITLE, fontweight="bold", fontfamily=_FONT, pad=9)
    place = 1.0
    for name, colour in reversed(key):
        axes.annotate(
            f"{'╌' if name == 'target' else '■'} {name}",
            (place, 1.0),
            xycoords="axes fraction",
            xytext=(0, 9),
            textcoords="offset points",
            ha="right",
            color=_QUIET if colour == _GREY else colour,
            fontsize=_LABEL,
            fontfamily=_FONT,
        )
        place -= 0.045 + 0.0215 * len(name)


def _nothing(axes: "Axes", words: str, height: float) -> None:
    axes.text(
        0.5, height, words, transform=axes.transAxes, ha="center", color=_QUIET, fontsize=_LABEL, fontfamily=_FONT
    )  # fmt: skip


def _calm(axes: "Axes", days: Sequence[ChartDay], *, dates: bool) -> None:
    """Leave only what is needed to read the panel; of the dates every second one, the last among them."""
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    axes.grid(axis="y", color="#e2e0da", linewidth=0.8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#a9a7a1")
    axes.set_xlim(-0.6, len(days) - 0.4)
    places = [n for n in range(len(days)) if (len(days) - 1 - n) % 2 == 0]
    axes.set_xticks(places)
    axes.set_xticklabels([_date(days, n, first=n == places[0]) for n in places] if dates else [])
    axes.tick_params(length=0, colors=_QUIET, labelsize=_LABEL)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontfamily(_FONT)


def _date(days: Sequence[ChartDay], place: int, *, first: bool) -> str:
    """Write a date under the bars, with the month where it is new."""
    day = days[place].day
    month = f" {day:%b}" if first or day.month != days[place - 2].day.month else ""
    return f"{day:%a}\n{day.day}{month}"
