"""The hourly lines: what needed no card, and what waits for a person's eye."""

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.elements import byline, count, inline, line, platform_name, said, small, when, words
from bot.views.labels import intent_words, relevance_words, sentiment_words
from domain.case import SeenMention
from domain.message import BatchLine, MessageKind
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING


def batch_blocks(batch: BatchLine) -> list[Block]:
    """Sum up the period in one line and show some of its posts."""
    blocks: list[Block] = [line(f"{_summary(batch)}, {when(batch.since)} to {when(batch.until)}.")]
    blocks += [small(words(_facts(seen, batch.kind)), said(_one_line(seen), limit=300)) for seen in batch.shown]
    hidden = batch.total - len(batch.shown)
    if hidden > 0:
        where = ": `/earshot unsure`" if batch.kind is MessageKind.REVIEW else ""
        blocks.append(small(words(f"and {hidden:,} more{where}")))
    return blocks


def batch_text(batch: BatchLine) -> str:
    """Say the line for notifications."""
    return f"{_summary(batch)}."


def _summary(batch: BatchLine) -> str:
    posts, brand = count(batch.total, "post"), inline(batch.brand)
    if batch.kind is MessageKind.REVIEW:
        verb = "waits" if batch.total == 1 else "wait"
        return f"🤔 {posts} about *{brand}* {verb} for a person's eye"
    quiet = batch.total - batch.late
    asleep = f"💤 {count(quiet, 'post')} about *{brand}* without anything to answer"
    if not batch.late:
        return asleep
    late = f"⏳ {count(batch.late, 'post')} about *{brand}* read too late for a card, in `/earshot queue`"
    return f"{late}; {asleep}" if quiet else late


def _facts(seen: SeenMention, kind: MessageKind) -> str:
    mention = seen.mention
    facts = [link(mention.url, platform_name(mention.platform)), sentiment_words(seen.predictions.of(SENTIMENT))]
    relevance = seen.predictions.of(RELEVANCE)
    doubt = relevance_words(relevance)
    if kind is MessageKind.REVIEW:
        facts += [intent_words(seen.predictions.of(SWITCHING)), inline(seen.triage.reason)]
        doubt = doubt if relevance and relevance.unsure else None  # a sure one is the reason that has been given
    if seen.late:
        facts += [inline(seen.triage.reason), "too old for a card when it was read"]
    if doubt:
        facts.append(doubt)
    return " · ".join(facts)


def _one_line(seen: SeenMention) -> str:
    return f"{byline(seen.mention.author)}: “{seen.mention.text[:400]}”"
