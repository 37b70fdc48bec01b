"""How well Earshot hears, for whoever runs it."""

from slack_sdk.models.blocks import Block

from bot.views.elements import count, inline, line, paragraphs, when, within
from bot.views.gaps import gap_words, longer_than_a_minute
from bot.views.kpi import day_words, duration_words
from bot.views.quality import quality_lines
from domain.health import BlindSpot, Headroom, Health, StreamHealth

_STREAMS_ROOM, _GAPS_ROOM, _QUALITY_ROOM = 6000, 2000, 4000  # UTF-16 units; they share a message


def health_blocks(health: Health) -> list[Block]:
    """List every source, those that fail first, what was not read, what waits, and what classifies and how well."""
    failing_first = sorted(health.streams, key=lambda stream: (stream.failing_since is None, not stream.silent_since))
    streams = [_stream(stream, health) for stream in failing_first] or ["No stream is set up yet."]
    model = [f"Model: {inline(health.model)}"] if health.model else []
    quality = [words for each in health.quality for words in quality_lines(each)]
    return [
        line(f"*{health_text(health)}*"),
        *paragraphs(within(streams, room=_STREAMS_ROOM)),
        *paragraphs(within(_missed(health), room=_GAPS_ROOM)),
        line(_waiting(health)),
        *paragraphs(within([*model, *quality], room=_QUALITY_ROOM)),
    ]


def health_text(health: Health) -> str:
    """Say the state in one sentence."""
    failing = sum(stream.failing_since is not None for stream in health.streams)
    if failing:
        return f"{failing} of {count(len(health.streams), 'source')} cannot be read."
    silent = sum(stream.silent_since is not None for stream in health.streams)
    if silent:
        verb = "brings" if silent == 1 else "bring"
        return f"{silent} of {count(len(health.streams), 'source')} {verb} nothing, which is unusual."
    return "Some messages could not be posted." if health.messages_failed else "All is well."


def _stream(stream: StreamHealth, health: Health) -> str:
    name = f"*{inline(stream.stream)}*"
    if stream.failing_since is not None:
        error = inline(stream.last_error or "no reason given", limit=250)
        return f"🔴 {name}: failing since {when(stream.failing_since)}: {error}"
    if stream.last_read_at is None:
        return f"⚪ {name}: not read yet"
    age = duration_words(max(0.0, (health.at - stream.last_read_at).total_seconds()))
    read = f"read {age} ago, {count(stream.mentions_read, 'mention')} so far{_spend(stream)}{_usual(stream)}"
    blind = _blind_spot(stream.blind_spot) if stream.blind_spot else ""
    mark = "🟢" if stream.silent_since is None else "🟠"
    return f"{mark} {name}: {read}{_headroom(stream.headroom)}{blind}"


def _usual(stream: StreamHealth) -> str:
    silent = f", nothing since {when(stream.silent_since)}" if stream.silent_since else ""
    return f"{silent}, usually {stream.usual:,.1f} an hour at this time" if stream.usual is not None else silent


def _headroom(headroom: Headroom) -> str:
    said = ""
    if headroom.left is not None:
        of = "" if headroom.limit is None else f" of {headroom.limit:,}"
        until = f" until {when(headroom.resets_at)}" if headroom.resets_at else ""
        said += f", {headroom.left:,}{of} requests left{until}"
    return said + (f", the credentials expire {when(headroom.secret_until)}" if headroom.secret_until else "")


def _blind_spot(spot: BlindSpot) -> str:
    """Say how much of what the platform counts is stored; what other streams found may be of this search or not."""
    if not spot.expected:
        return f"; on {day_words(spot.day)} the platform counted no post"
    low = min(1.0, spot.own / spot.expected)
    high = min(1.0, (spot.own + spot.siblings) / spot.expected)
    share = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    siblings = f" and {spot.siblings:,} by other streams there" if spot.siblings else ""
    counted = f"the platform counted {count(spot.expected, 'post')}"
    return f"; on {day_words(spot.day)} {counted}, {spot.own:,} found{siblings}: {share}"


def _missed(health: Health) -> list[str]:
    gaps = [f"• {inline(g.stream)}: {when(g.since)}, {gap_words(g)}" for g in longer_than_a_minute(health.gaps)]
    return ["*Not read in the last 7 days*", *reversed(gaps)] if gaps else []


def _spend(stream: StreamHealth) -> str:
    if stream.daily_cap_usd is None:
        return f", ${stream.spent_today_usd:.2f} today" if stream.spent_today_usd else ""
    full = " (spent: it rests until midnight UTC)" if stream.rests else ""
    return f", ${stream.spent_today_usd:.2f} of ${stream.daily_cap_usd:.2f} today{full}"


def _waiting(health: Health) -> str:
    return (
        f"{count(health.open_cases, 'open case')}, {health.overdue_cases:,} overdue · "
        f"{count(health.messages_waiting, 'message')} waiting for Slack, {health.messages_failed:,} refused"
    )
