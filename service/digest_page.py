"""A day's digest as a page that opens in any browser, light or dark, without a network."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from html import escape
from pathlib import Path
from string import Template

from bot.escaping import web_url
from bot.views.digest_words import (
    NONE,
    Marked,
    baseline_words,
    breakdown,
    change_words,
    headline,
    movement_lines,
    page_title,
    quality_words,
    quote_words,
    quoted_author,
    target_words,
    topics_words,
    unanswered_words,
    voice_words,
    wins_words,
)
from bot.views.elements import platform_name
from bot.views.gaps import gaps_sentence
from bot.views.kpi import correction_lines, day_words, kpi_label, kpi_value
from domain.brand import Brand
from domain.digest import Digest, DigestChart, Quote, WaitingCase
from domain.errors import InputError
from domain.outcome import Kpi
from flows.digest import chart, digest
from flows.house import House
from service.brands import chosen

_PAGE = Template((Path(__file__).parent / "digest_page.html").read_text(encoding="utf-8"))


def write_preview(house: House, *, day: date, brand: str | None, path: Path) -> None:
    """Write the digest of one brand or of each.

    Raises:
        WrongUse: no such brand.
        InputError: the file cannot be written.
    """
    brands = "".join(_brand(each, day, house) for each in chosen(house, brand))
    try:
        path.write_text(_PAGE.substitute(day=day.isoformat(), brands=brands), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}).") from None


def _brand(brand: Brand, day: date, house: House) -> str:
    return digest_html(digest(brand=brand, day=day, house=house), chart(brand=brand, day=day, house=house))


def digest_html(shown: Digest, picture: DigestChart) -> str:
    """Write one brand's digest as HTML; whatever is foreign in it is escaped."""
    before = {kpi.name: kpi for kpi in shown.kpis_before}
    small = [f"The model: {quality}" if (quality := quality_words(shown)) else ""]
    small.append(f"Audit log's head: {shown.audit_head}" if shown.audit_head else "")
    parts = (
        f"<h1>{escape(page_title(shown))}</h1>",
        f"<p class=lead>{escape(headline(shown))}",
        *(f"<p>{escape(line)}" for line in breakdown(shown)),
        f"<h2>KPIs of {escape(day_words(shown.closed_day))}</h2>",
        "<p><small>The last day whose time to answer is over.</small>",
        f"<table>{_HEAD}{''.join(_row(kpi, before.get(kpi.name), shown) for kpi in shown.kpis)}</table>",
        _list(map(escape, correction_lines(shown.corrections))),
        f"<p>⚠️ {escape(missed)}." if (missed := gaps_sentence(shown.gaps)) else "",
        _picture(picture),
        _changes(shown),
        f"<p><b>Wins:</b> {escape(won)}." if (won := wins_words(shown)) else "",
        "<h2>In their words</h2>" * bool(shown.quotes) + "".join(map(_quote, shown.quotes)),
        f"<h2>Still unanswered</h2><p>{escape(_sentence(unanswered_words(shown)))}",
        _list(map(_waiting, shown.unanswered.oldest)),
        *(f"<p><small>{escape(line)}</small>" for line in small if line),
    )
    return f"<article>{''.join(parts)}</article>\n"


_HEAD = "<tr><th>KPI<th class=n>value<th class=n>from<th class=n>day before<th><th>target</tr>"


def _row(kpi: Kpi, before: Kpi | None, shown: Digest) -> str:
    mark, verdict = change_words(kpi, before)
    of = "" if kpi.denominator is None else f"{kpi.numerator:,.0f} of {kpi.denominator:,.0f}"
    earlier = "" if before is None else kpi_value(before)
    numbers = "".join(f"<td class=n>{escape(text)}" for text in (kpi_value(kpi), of, earlier))
    judged = f"<td class='{verdict or 'same'}'>{mark} {verdict}"
    return f"<tr><td>{escape(kpi_label(kpi.name))}{numbers}{judged}<td>{escape(target_words(kpi, shown.scores))}</tr>"


def _picture(picture: DigestChart) -> str:
    data, words = b64encode(picture.png).decode(), escape(picture.alt_text)
    return f'<figure><img src="data:image/png;base64,{data}" alt="{words}"><figcaption>{words}</figcaption></figure>'


def _changes(shown: Digest) -> str:
    others = (text for text in (topics_words(shown), voice_words(shown)) if text)
    items = [*map(_moved, movement_lines(shown)), *map(escape, others)]
    if not items:
        return ""
    baseline = f"<p><small>{escape(_sentence(baseline_words(shown)))}.</small>" if shown.movement.days else ""
    return f"<h2>What changed and why</h2>{baseline}{_list(items)}"


def _moved(line: Marked) -> str:
    mark, text = line
    return escape(text) if mark == NONE else f"{mark} {escape(text)}"


def _quote(quote: Quote) -> str:
    links = [_link(quote.url, "post"), _link(quote.permalink or "", "card")]
    source = " · ".join([escape(quoted_author(quote)), escape(quote_words(quote)), *filter(None, links)])
    return f"<blockquote>{escape(quote.text)}<br><small>{source}</small></blockquote>"


def _waiting(case: WaitingCase) -> str:
    since = f"{case.urgency.value} on {platform_name(case.platform)}, since {case.posted_at:%Y-%m-%d %H:%M} UTC"
    return " · ".join(filter(None, [escape(since), _link(case.permalink or "", "card")]))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _link(url: str, label: str) -> str:
    target = web_url(url)
    return f'<a href="{escape(target)}" rel="noreferrer">{label}</a>' if target else ""


def _list(items: Iterable[str]) -> str:
    shown = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{shown}</ul>" if shown else ""
