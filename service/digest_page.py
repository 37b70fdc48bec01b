"""A day's digest as a page that opens in any browser, light or dark, without a network."""

from datetime import date
from html import escape
from pathlib import Path
from string import Template

from bot.views.digest import quality_words
from bot.views.kpi import day_words, kpi_label, kpi_value
from domain.errors import InputError, WrongUse
from domain.outcome import Digest, Kpi, Quote
from flows.house import House
from flows.reporting import digest

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Digest of $day</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
blockquote { margin: .8rem 0; padding-left: 1rem; border-left: 4px solid #8a63d2; overflow-wrap: anywhere; }
small { opacity: .75; }
</style>
$brands
</html>
""")  # noqa: E501

_BRAND = Template("""<h1>$brand</h1>
<p>$summary</p>
<h2>KPIs of $closed</h2>
<p><small>The last day whose time to answer is over.</small></p>
<table><tr><th>KPI<th class=n>value<th class=n>of<th class=n>the day before</tr>$kpis</table>
$quality$changes$quotes""")


def write_preview(house: House, *, day: date, brand: str | None, path: Path) -> None:
    """Write the digest of one brand or of each.

    Raises:
        WrongUse: no such brand.
        InputError: the file cannot be written.
    """
    names = [b.name for b in house.brands]
    if brand is not None and brand not in names:
        raise WrongUse(f"There is no brand {brand!r}; the settings have: {', '.join(names)}.")
    digests = [digest(brand=b, day=day, house=house) for b in house.brands if brand in {None, b.name}]
    page = _PAGE.substitute(day=day.isoformat(), brands="".join(map(_brand, digests)))
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}).") from None


def _brand(shown: Digest) -> str:
    return _BRAND.substitute(
        brand=escape(f"{shown.brand} · {day_words(shown.day)}"),
        summary=escape(_summary(shown)),
        closed=escape(day_words(shown.closed_day)),
        kpis="".join(map(_row, shown.kpis, shown.kpis_before)),
        quality=f"<p>The model: {escape(quality)}</p>" if (quality := quality_words(shown)) else "",
        changes=_list("What changed", [escape(change) for change in shown.changes]),
        quotes="<h2>In their words</h2>" * bool(shown.quotes) + "".join(map(_quote, shown.quotes)),
    )


def _summary(shown: Digest) -> str:
    volume = shown.volume
    if not volume.mentions:
        return f"A quiet day: nobody wrote about {shown.brand}."
    return (
        f"{volume.mentions} mentions: {volume.negative} negative, {volume.neutral} neutral, "
        f"{volume.positive} positive, {volume.leaving} about leaving, {volume.joining} about joining. "
        f"{shown.answered + shown.open} complaints: {shown.answered} answered so far, {shown.open} open."
    )


def _row(kpi: Kpi, before: Kpi) -> str:
    of = "" if kpi.denominator is None else f"{kpi.numerator:g} / {kpi.denominator:g}"
    cells = f"<td class=n>{escape(kpi_value(kpi))}<td class=n>{of}<td class=n>{escape(kpi_value(before))}"
    return f"<tr><td>{escape(kpi_label(kpi.name))}{cells}</tr>"


def _quote(quote: Quote) -> str:
    source = f"{escape(quote.author)} · {escape(quote.sentiment)}{'? unsure' if quote.unsure else ''}"
    return f"<blockquote>{escape(quote.text)}<br><small>{source}</small></blockquote>"


def _list(title: str, items: list[str]) -> str:
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""
