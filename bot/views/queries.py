"""Queries: what one would find and cost, where one cannot be read, and which are saved."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.elements import (
    count,
    fitting,
    handle,
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
from domain.query import NativeQuery, PlatformTrial, QueryTrial, Sample, SavedQuery

SEARCHES_SHOWN = 5
_BARS = "▁▂▃▄▅▆▇█"
_QUERY = 600


def trial_blocks(trial: QueryTrial) -> list[Block]:
    """Show what a query finds among the stored posts, what the platforms would be asked, and what that costs."""
    blocks: list[Block] = [line(f"*{trial_text(trial)}*"), _shown(trial.query)]
    if trial.found:
        blocks.append(line(_by_day(trial.days)))
    blocks += paragraphs(_platform(each) for each in trial.platforms)
    for sample in trial.samples:
        blocks += _sample(sample)
    cost = f"about ${trial.monthly_usd:,.2f} in 30 days" if trial.monthly_usd else "nothing that a platform charges for"
    blocks.append(
        small(
            words(
                f"Looked at {count(trial.looked_at, 'stored post')} about {inline(trial.brand)}: what no stream has "
                f"brought yet cannot be counted. Reading it would cost {cost}. Nothing is saved: "
                "`/earshot query save NAME …` does that."
            )
        )
    )
    return fitting(blocks, rest="More does not fit into a message.")


def trial_text(trial: QueryTrial) -> str:
    """Say how much a query finds."""
    return f"{count(trial.found, 'post')} of the last {len(trial.days)} days"


def query_fault_blocks(told: str, *, query: str, column: int) -> list[Block]:
    """Say why a query cannot be read, and mark the place, counted from 1."""
    start = max(0, column - 41)
    before, after = query[start : column - 1], query[column - 1 : column + 40]
    return [line(f"⚠️ {inline(told, limit=1000)}"), small(said(f"{before}▸{after}", limit=300))]


def saved_blocks(found: Sequence[SavedQuery]) -> list[Block]:
    """Show the newest version of every saved query."""
    if not found:
        return [line("No query is saved. `/earshot query save NAME …` saves one.")]
    blocks: list[Block] = [line(f"*{saved_text(found)}*")]
    for each in found:
        blocks += _version(each)
    return fitting(blocks, rest="More do not fit into a message: `python run.py query list` shows all.")


def saved_text(found: Sequence[SavedQuery]) -> str:
    """Say how many queries are saved."""
    return "1 saved query" if len(found) == 1 else f"{len(found):,} saved queries"


def versions_blocks(found: Sequence[SavedQuery]) -> list[Block]:
    """Show every version of a query, the newest first."""
    blocks: list[Block] = [line(f"*{count(len(found), 'version')}*, the newest first")]
    for each in found:
        blocks += _version(each)
    return fitting(blocks, rest="More do not fit into a message: `python run.py query history NAME` shows all.")


def version_blocks(saved: SavedQuery) -> list[Block]:
    """Say what was saved, and when it counts."""
    told = 'Streams with `saved_query = "…"` of this name read by it from the next start of Earshot on.'
    return [*_version(saved), small(words(told))]


def _version(saved: SavedQuery) -> list[Block]:
    told = f"*{inline(saved.name)}*, version {saved.version:,} · {when(saved.at)} · {who(saved.by)}"
    return [line(told), _shown(saved.text)]


def _shown(query: str) -> Block:
    return small(said(query, limit=_QUERY, lines=3))


def _by_day(days: Sequence[tuple[date, int]]) -> str:
    """Draw one bar for each day, and name the day with the most."""
    most_on, most = max(days, key=lambda day: day[1])
    bars = "".join(_BARS[-(-number * (len(_BARS) - 1) // most)] if most else _BARS[0] for _, number in days)
    return f"{days[0][0]:%d %b} {bars} {days[-1][0]:%d %b}, most on {most_on:%d %b}: {most:,}"


def _platform(trial: PlatformTrial) -> str:
    name = platform_name(trial.searches.platform)
    if trial.searches.problem:
        return f"*{inline(name)}*: {trial.kept:,} found. {inline(trial.searches.problem, limit=400)}"
    natives = trial.searches.natives
    if not natives:
        return f"*{inline(name)}*: {trial.kept:,} found."
    cost = f", about ${trial.monthly_usd:,.2f} in 30 days" if trial.monthly_usd else ""
    searches = f"{len(natives):,} search{'' if len(natives) == 1 else 'es'}"
    asked = [f"`{_code(each)}`" for each in natives[:SEARCHES_SHOWN]]
    asked += [f"and {len(natives) - SEARCHES_SHOWN:,} more"] if len(natives) > SEARCHES_SHOWN else []
    left = f" Judged here: {inline(', '.join(natives[0].left), limit=300)}." if natives[0].left else ""
    found = f"{trial.kept:,} found, {trial.read:,} read{cost}"
    return f"*{inline(name)}*: {found}. {searches}: {', '.join(asked)}.{left}"


def _code(native: NativeQuery) -> str:
    return inline(native.text, limit=300).replace("`", "'") or "…"


def _sample(sample: Sample) -> list[Block]:
    facts = f"{link(sample.url, platform_name(sample.platform))} · {when(sample.posted_at)}"
    author = handle(sample.platform, sample.author)
    return [
        quoted(sample.text, limit=200, lines=2),
        small(said(author, limit=100, empty="(unknown author)"), words(facts)),
    ]
