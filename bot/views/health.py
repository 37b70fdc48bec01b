"""How well Earshot hears, for whoever runs it."""

from slack_sdk.models.blocks import Block

from bot.views.elements import count, inline, line, paragraphs, when, within
from bot.views.kpi import duration_words
from bot.views.quality import quality_lines
from domain.health import Health, StreamHealth

_STREAMS_ROOM, _QUALITY_ROOM = 7000, 5000  # UTF-16 units; they share a message


def health_blocks(health: Health) -> list[Block]:
    """List every source, those that fail first, then what waits, then what classifies and how well it does."""
    failing_first = sorted(health.streams, key=lambda stream: stream.failing_since is None)
    streams = [_stream(stream, health) for stream in failing_first] or ["No stream is set up yet."]
    model = [f"Model: {inline(health.model)}"] if health.model else []
    quality = [words for each in health.quality for words in quality_lines(each)]
    return [
        line(f"*{health_text(health)}*"),
        *paragraphs(within(streams, room=_STREAMS_ROOM)),
        line(_waiting(health)),
        *paragraphs(within([*model, *quality], room=_QUALITY_ROOM)),
    ]


def health_text(health: Health) -> str:
    """Say the state in one sentence."""
    failing = sum(stream.failing_since is not None for stream in health.streams)
    if failing:
        return f"{failing} of {count(len(health.streams), 'source')} cannot be read."
    return "Some messages could not be posted." if health.messages_failed else "All is well."


def _stream(stream: StreamHealth, health: Health) -> str:
    name = f"*{inline(stream.stream)}*"
    if stream.failing_since is not None:
        error = inline(stream.last_error or "no reason given", limit=250)
        return f"🔴 {name}: failing since {when(stream.failing_since)}: {error}"
    if stream.last_read_at is None:
        return f"⚪ {name}: not read yet"
    age = duration_words(max(0.0, (health.at - stream.last_read_at).total_seconds()))
    return f"🟢 {name}: read {age} ago, {count(stream.mentions_read, 'mention')} so far{_spend(stream)}"


def _spend(stream: StreamHealth) -> str:
    if stream.daily_cap_usd is None:
        return f", ${stream.spent_today_usd:.2f} today" if stream.spent_today_usd else ""
    full = " (spent: it rests until midnight UTC)" if stream.spent_today_usd >= stream.daily_cap_usd else ""
    return f", ${stream.spent_today_usd:.2f} of ${stream.daily_cap_usd:.2f} today{full}"


def _waiting(health: Health) -> str:
    return (
        f"{count(health.open_cases, 'open case')}, {health.overdue_cases:,} overdue · "
        f"{count(health.messages_waiting, 'message')} waiting for Slack, {health.messages_failed:,} refused"
    )
