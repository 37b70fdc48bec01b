"""The daily digest for leadership: a screen of how the day was, what changed and why, and what waits."""

from datetime import timedelta

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.digest_words import (
    NONE,
    baseline_words,
    breakdown,
    headline,
    kpi_lines,
    minor_kpis,
    movement_lines,
    page_title,
    quality_words,
    quote_words,
    quoted_author,
    topics_words,
    unanswered_words,
    voice_words,
    wins_words,
)
from bot.views.elements import (
    buttons,
    fitting,
    header,
    inline,
    line,
    paragraphs,
    platform_name,
    quoted,
    said,
    small,
    when,
    who,
    words,
)
from bot.views.gaps import gaps_sentence
from bot.views.kpi import correction_lines, day_words, evidence_button
from domain.digest import Digest, Quote, WaitingCase


def digest_blocks(digest: Digest) -> list[Block]:
    """Show a brand's day."""
    blocks: list[Block] = [header(page_title(digest))]
    blocks += paragraphs([f"*{inline(headline(digest), limit=400)}*", *map(_ours, breakdown(digest))])
    title = f"*KPIs of {day_words(digest.closed_day)}*, the last day whose time to answer is over"
    blocks += paragraphs([title, *(f"{mark} {_ours(text)}" for mark, text in kpi_lines(digest))])
    blocks.append(small(words(_ours(minor_kpis(digest), limit=1900))))
    blocks += [small(words(_ours(text, limit=600))) for text in correction_lines(digest.corrections, most=3)]
    if missed := gaps_sentence(digest.gaps):
        blocks.append(small(words(f"⚠️ {_ours(missed, limit=900)}")))
    until = digest.closed_day + timedelta(days=1)
    blocks += buttons([evidence_button("response_rate", digest.brand, digest.closed_day, until)])
    blocks += _changes(digest)
    if digest.quotes:
        blocks.append(line("*In their words*"))
        for quote in digest.quotes[:3]:
            blocks += _quote(quote)
    blocks += _unanswered(digest)
    return fitting([*blocks, *_small_print(digest)], rest="More does not fit into a message.")


def digest_text(digest: Digest) -> str:
    """Say the digest for notifications."""
    return f"{inline(digest.brand)}, {day_words(digest.day)}: {_ours(' '.join([headline(digest), *breakdown(digest)]))}"


def _changes(digest: Digest) -> list[Block]:
    lines = [f"{'' if mark == NONE else '• '}{mark} {_ours(text)}" for mark, text in movement_lines(digest)]
    lines += [f"• {_ours(text, limit=800)}" for text in (topics_words(digest), voice_words(digest)) if text]
    baseline = f", {baseline_words(digest)}" if digest.movement.days else ""
    lines = [f"*What changed and why*{baseline}", *lines] if lines else []
    if won := wins_words(digest):
        lines.append(f"*Wins*: {_ours(won)}")
    return paragraphs(lines)


def _unanswered(digest: Digest) -> list[Block]:
    total = unanswered_words(digest)
    return paragraphs([f"*Still unanswered*: {_ours(total)}", *(f"• {_waiting(c)}" for c in digest.unanswered.oldest)])


def _waiting(case: WaitingCase) -> str:
    age = f"{inline(case.urgency.value)} on {inline(platform_name(case.platform))}, since {when(case.posted_at)}"
    owner = f", with {who(case.owner)}" if case.owner else ", nobody has claimed it"
    return age + owner + (f" · {link(case.permalink, 'card')}" if case.permalink else "")


def _quote(quote: Quote) -> list[Block]:
    links = [link(quote.url, "post")]
    if quote.permalink:
        links.append(link(quote.permalink, "card"))
    return [
        quoted(quote.text, limit=600, lines=6),
        small(said(quoted_author(quote), limit=150), words(f"{inline(quote_words(quote))} · {' · '.join(links)}")),
    ]


def _small_print(digest: Digest) -> list[Block]:
    lines = [f"*The model*: {quality}"] if (quality := quality_words(digest)) else []
    if digest.audit_head:
        lines.append(f"Audit log's head: `{inline(digest.audit_head)}`")
    return [small(*map(words, lines))] if lines else []


def _ours(text: str, *, limit: int = 400) -> str:
    """Escape a sentence that may hold foreign names."""
    return inline(text, limit=limit)
