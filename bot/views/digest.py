"""The daily digest for leadership: the KPIs against their targets, what changed, and three voices."""

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.elements import count, header, inline, line, paragraphs, quoted, said, small, words
from bot.views.kpi import day_words, kpi_line
from bot.views.quality import quality_summary
from domain.outcome import Digest, Quote


def digest_blocks(digest: Digest) -> list[Block]:
    """Show a brand's day."""
    blocks: list[Block] = [header(f"{digest.brand} · {digest.day:%A}, {day_words(digest.day)}")]
    blocks += paragraphs(_summary(digest))
    blocks.append(line(f"*KPIs of {day_words(digest.closed_day)}*, the last day whose time to answer is over"))
    before = {kpi.name: kpi for kpi in digest.kpis_before}
    blocks += paragraphs(f"• {kpi_line(kpi, before.get(kpi.name))}" for kpi in digest.kpis)
    if quality := quality_words(digest):
        blocks.append(line(f"*The model:* {quality}"))
    if digest.changes:
        blocks += paragraphs(["*What changed*", *(f"• {inline(change, limit=300)}" for change in digest.changes[:10])])
    if digest.quotes:
        blocks.append(line("*In their words*"))
        for quote in digest.quotes[:3]:
            blocks += _quote(quote)
    return blocks


def digest_text(digest: Digest) -> str:
    """Say the digest for notifications."""
    return f"{inline(digest.brand)}, {day_words(digest.day)}: {' '.join(_summary(digest))}"


def quality_words(digest: Digest) -> str:
    """Say how well the model does and what the day's complaints are worth, empty where nobody has looked yet."""
    return quality_summary(digest.quality, complaints=digest.answered + digest.open) if digest.quality else ""


def _summary(digest: Digest) -> list[str]:
    now, before = digest.volume, digest.volume_before
    if not now.mentions:
        return [f"A quiet day: nobody wrote about {inline(digest.brand)}."]
    heard = (
        f"{count(now.mentions, 'mention')} ({now.mentions - before.mentions:+,} against the day before): "
        f"{now.negative:,} negative, {now.neutral:,} neutral, {now.positive:,} positive; "
        f"{now.leaving:,} about leaving, {now.joining:,} about joining"
        + (f"; {now.review:,} unsure or otherwise left to a person's eye." if now.review else ".")
    )
    complaints = digest.answered + digest.open
    if not complaints:
        return [heard, "Not one complaint."]
    return [heard, f"{count(complaints, 'complaint')}: {digest.answered:,} answered so far, {digest.open:,} open."]


def _quote(quote: Quote) -> list[Block]:
    links = [link(quote.url, "post")]
    sentiment = f"{inline(quote.sentiment)}? unsure" if quote.unsure else inline(quote.sentiment)
    if quote.permalink:
        links.append(link(quote.permalink, "card"))
    return [
        quoted(quote.text, limit=600, lines=6),
        small(said(quote.author, limit=150, empty="(unknown)"), words(f"{sentiment} · {' · '.join(links)}")),
    ]
