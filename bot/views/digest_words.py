"""What a digest says, in sentences without any markup, for Slack and for the page.

They hold names from the settings and words of strangers: escape them where they are shown.
"""

from collections.abc import Sequence

from bot.views.elements import count, handle, platform_name
from bot.views.kpi import day_words, kpi_label, kpi_value, standing_words
from bot.views.quality import quality_summary
from crm.daily import LOOK_BACK
from crm.kpis import LOWER_IS_BETTER
from domain.digest import Digest, Mover, Quote
from domain.outcome import Kpi
from domain.scorecard import SPAN_DAYS, Score
from domain.volume import Voice

UP, DOWN, SAME, NONE = "▲", "▼", "=", "•"

Marked = tuple[str, str]
"""An arrow and its sentence."""

_HEADLINES = ("response_rate", "first_response_median", "sla_kept", "net_sentiment", "identity_coverage")
_NEITHER = frozenset({"complaints", "opportunities", "not_us", "mentions"})
_MOVERS = 5


def headline(digest: Digest) -> str:
    """Say how the day was, in one sentence."""
    mentions, complaints = digest.volume.mentions, digest.answered + digest.open
    if not mentions:
        return f"A quiet day: nobody wrote about {digest.brand}. This is where the KPIs stand."
    change = f"{mentions - digest.volume_before.mentions:+,} against the day before"
    if not complaints:
        return f"{count(mentions, 'mention')} ({change}), and not one complaint."
    so_far = f"{digest.answered:,} answered so far, {digest.open:,} open."
    return f"{count(mentions, 'mention')} ({change}), {count(complaints, 'complaint')}: {so_far}"


def breakdown(digest: Digest) -> list[str]:
    """Say what was said, on one line; nothing on a quiet day."""
    v = digest.volume
    if not v.mentions:
        return []
    parts = [
        f"{v.negative:,} negative, {v.neutral:,} neutral, {v.positive:,} positive",
        f"{v.leaving:,} about leaving, {v.joining:,} about joining",
    ]
    if v.review:
        parts.append(f"{v.review:,} unsure or otherwise left to a person's eye")
    if v.not_us:
        parts.append(f"{v.not_us:,} not about us and counted nowhere else")
    return [f"{'; '.join(parts)}."]


def kpi_lines(digest: Digest) -> list[Marked]:
    """Say the KPIs that leadership steers by: against the day before, and against their targets."""
    before = {kpi.name: kpi for kpi in digest.kpis_before}
    return [_kpi(kpi, before.get(kpi.name), digest) for kpi in digest.kpis if _is_major(kpi, digest)]


def minor_kpis(digest: Digest) -> str:
    """Say all other KPIs on one line."""
    others = [
        f"{kpi_label(kpi.name)} {_value(kpi)}"
        for kpi in digest.kpis
        if not _is_major(kpi, digest) and kpi.value is not None
    ]
    return f"Also: {' · '.join(others)}" if others else "Every KPI is above."


def change_words(kpi: Kpi, before: Kpi | None) -> Marked:
    """Say where a KPI went since the period before: an arrow, and whether that is good."""
    if before is None or before.value is None or kpi.value is None:
        return NONE, ""
    if kpi_value(kpi) == kpi_value(before):
        return SAME, "unchanged"
    up = kpi.value > before.value
    if kpi.name in _NEITHER:
        return UP if up else DOWN, ""
    return UP if up else DOWN, "better" if up != (kpi.name in LOWER_IS_BETTER) else "worse"


def target_words(kpi: Kpi, scores: Sequence[Score]) -> str:
    """Say how a KPI stands against its target over the last weeks, empty where it has none."""
    score = next((score for score in scores if score.target.kpi == kpi.name), None)
    return f"{kpi_value(score.present)} over {SPAN_DAYS} days, {standing_words(score)}" if score else ""


def baseline_words(digest: Digest) -> str:
    """Say what the day is compared with, empty where nothing is known."""
    movement = digest.movement
    if not movement.days:
        return ""
    if movement.same_weekday:
        return f"against the mean of the last {movement.days} {digest.day:%A}s"
    return f"against the mean of the {'day' if movement.days == 1 else f'{movement.days} days'} before"


def movement_lines(digest: Digest) -> list[Marked]:
    """Say what moved most."""
    if not digest.movement.days:
        return [(NONE, "There are no earlier days to compare with yet.")] if digest.volume.mentions else []
    if not digest.movement.movers:
        return [(NONE, "Nothing moved much.")] if digest.volume.mentions else []
    movers = digest.movement.movers[: _MOVERS if digest.volume.mentions else 1]  # on a quiet day all fell to nothing
    return [(UP if m.now > m.usual else DOWN, _mover(m)) for m in movers]


def topics_words(digest: Digest) -> str:
    """Say which words are new in what complaints and switchers write; empty where none stand out."""
    if not digest.topics:
        return ""
    shown = (
        f"“{topic.words}” ({count(topic.posts, 'post')} by {topic.authors:,} people, {topic.before:,} before)"
        for topic in digest.topics
    )
    return f"Words that stand out from the {LOOK_BACK} days before, in complaints and switching: {', '.join(shown)}"


def voice_words(digest: Digest) -> str:
    """Say the share of voice with how it was counted, empty where there is none."""
    if digest.voices:
        return _compared(digest.voices)
    voice = digest.voice
    if voice is None:
        return ""
    rivals = ", ".join(f"{name} {number:,}" for name, number in voice.rivals[:5])
    return (
        f"Share of voice: {voice.value:.0%}, from {count(voice.ours, 'post')} about us and those that name a rival "
        f"({rivals}), of all that our searches found"
    )


def _compared(voices: Sequence[Voice]) -> str:
    """Say what streams that compare heard of us and of rivals: all together, then each."""
    together = next((voice for voice in voices if voice.rival is None and voice.share is not None), None)
    head = f" {together.share:.0%}, over {_sources(together)} of both sides." if together else ""
    each = [
        f"{voice.share:.0%} against {voice.rival} ({voice.ours:,} posts of ours, {voice.theirs:,} of theirs; "
        f"{_sources(voice)})"
        for voice in voices
        if voice.rival is not None and voice.share is not None
    ]
    return f"Share of voice:{head} {', '.join(each)}".rstrip() if together or each else ""


def _sources(voice: Voice) -> str:
    named = (source.partition(" ") for source in voice.sources)
    return ", ".join(f"{platform_name(platform)} {kind}" for platform, _, kind in named)


def wins_words(digest: Digest) -> str:
    """Say what went well, empty where nothing did."""
    won = digest.wins
    parts = [
        (won.complaints_answered, count(won.complaints_answered, "complaint") + " answered"),
        (won.resolved_after_answer, f"{won.resolved_after_answer:,} answered and then resolved"),
        (won.opportunities_answered, _plural(won.opportunities_answered, "opportunity", "opportunities") + " answered"),
        (won.joining, _plural(won.joining, "person", "people") + " joining or thinking of it"),
        (won.praise, count(won.praise, "post") + " of praise"),
    ]
    return ", ".join(words for number, words in parts if number)


def unanswered_words(digest: Digest) -> str:
    """Say how many complaints wait at the moment of the digest."""
    waiting = digest.unanswered
    if not waiting.total:
        return "nothing. Every complaint has its answer."
    urgencies = ", ".join(f"{number:,} {urgency.value}" for urgency, number in waiting.by_urgency)
    return f"{count(waiting.total, 'complaint')} of all days ({urgencies}); the oldest:"


def quote_words(quote: Quote) -> str:
    """Say what the post is, as far as the model or a person knows."""
    mood = f"{quote.sentiment}? unsure" if quote.unsure else quote.sentiment
    return mood if quote.switching is None else f"{mood} · {quote.switching.replace('_', ' ')}"


def quoted_author(quote: Quote) -> str:
    """Write the handle of who is quoted as her platform does."""
    return handle(quote.mention_id.partition(":")[0], quote.author)


def quality_words(digest: Digest) -> str:
    """Say how well the model does and what its complaints are worth, empty where nobody has looked yet."""
    return quality_summary(digest.quality, called=digest.called) if digest.quality else ""


def page_title(digest: Digest) -> str:
    """Name the day."""
    return f"{digest.brand} · {digest.day:%A}, {day_words(digest.day)}"


def _is_major(kpi: Kpi, digest: Digest) -> bool:
    return kpi.name in _HEADLINES or any(score.target.kpi == kpi.name for score in digest.scores)


def _kpi(kpi: Kpi, before: Kpi | None, digest: Digest) -> Marked:
    mark, verdict = change_words(kpi, before)
    parts = [f"{kpi_label(kpi.name)}: {_value(kpi)}"]
    if before is not None:
        parts.append(f"before {kpi_value(before)}" + (f": {verdict}" if verdict else ""))
    if target := target_words(kpi, digest.scores):
        parts.append(target)
    return mark, " · ".join(parts)


def _value(kpi: Kpi) -> str:
    if kpi.denominator is None or kpi.numerator is None:
        return kpi_value(kpi)
    return f"{kpi_value(kpi)} ({kpi.numerator:,.0f} of {kpi.denominator:,.0f})"


def _mover(mover: Mover) -> str:
    change = f" ({(mover.now - mover.usual) / mover.usual:+.0%})" if mover.usual else ""
    usual = f"{mover.usual:,.0f}" if mover.usual >= 10 else f"{mover.usual:,.1f}".removesuffix(".0")
    judged = {True: ", worse", False: ", better", None: ""}[mover.worse]
    return f"{_named(mover.what)}: {mover.now:,}, usually {usual}{change}{judged}"


def _named(what: str) -> str:
    head, _, platform = what.rpartition("mentions on ")
    return f"{head}mentions on {platform_name(platform)}" if what.startswith("mentions on ") else what


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
