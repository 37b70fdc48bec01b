"""What a search of the posts found."""

from slack_sdk.models.blocks import Block, SectionBlock

from bot.escaping import link
from bot.views.card import STATE_NAMES, show_card
from bot.views.elements import (
    byline,
    count,
    inline,
    line,
    platform_name,
    quoted,
    said,
    small,
    when,
    who,
    words,
)
from bot.views.labels import sentiment_words
from bot.views.paging import page_buttons
from domain.prediction import SENTIMENT
from flows.lookup import Hit, SearchPage, SearchQuery

SEARCH = "search"


def search_blocks(found: SearchPage, query: SearchQuery, *, page: int, key: str) -> list[Block]:
    """Show one page of hits, counted from 0; `key` finds the search again."""
    if not found.hits:
        return [line(f"Nothing{' more' if page else ''} found for {_asked(query)}."), small(words(_advice(query)))]
    blocks: list[Block] = [line(f"*{search_text(found, page)}* for {_asked(query)}, the latest first.")]
    for hit in found.hits:
        blocks += _hit(hit)
    return blocks + page_buttons(SEARCH, page=page, more=found.more, rest=key)


def search_text(found: SearchPage, page: int) -> str:
    """Say how much was found; the words stay out of notifications."""
    if not found.hits:
        return "Nothing found"
    return f"Page {page + 1}" if page or found.more else f"{count(len(found.hits), 'post')} found"


def _hit(hit: Hit) -> list[Block]:
    mention, case = hit.seen.mention, hit.case
    shown = quoted(mention.text, limit=300, lines=3)
    facts = [
        link(mention.url, platform_name(mention.platform)),
        when(mention.posted_at),
        inline(hit.seen.brand, limit=80),
        sentiment_words(hit.seen.predictions.of(SENTIMENT)),
    ]
    if case:
        owner = f" by {who(case.owner)}" if case.owner else ""
        facts.append(f"{'a copy of a case' if hit.seen.copy_of else 'case'}: *{STATE_NAMES[case.state]}*{owner}")
    else:
        facts.append(f"no case: {inline(hit.seen.triage.reason)}")
    return [
        SectionBlock(text=shown.text, accessory=show_card(case.id) if case else None),
        small(said(byline(mention.author), limit=200, empty="(unknown author)"), words(" · ".join(facts))),
    ]


def _asked(query: SearchQuery) -> str:
    """Repeat what was looked for."""
    asked = [f"“{inline(query.words.replace('_', ' '), limit=200)}”"] if query.words else []
    asked += [f"by {inline(query.author)}"] if query.author else []
    asked += [f"on {platform_name(query.platform)}"] if query.platform else []
    asked += [f"about {inline(query.brand)}"] if query.brand else []
    asked += [f"since {when(query.since)}"] if query.since else []
    return " ".join(asked)


def _advice(query: SearchQuery) -> str:
    narrowed = any((query.author, query.platform, query.brand, query.since))
    wider = "leave a filter out, or " if narrowed else ""
    return (
        f"A post must have every word, whole; cases and accents do not matter. To find more, {wider}name fewer words."
    )
