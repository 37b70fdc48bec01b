"""The rules of the blind check: when it falls due, which posts are drawn, and what is asked next."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from domain.blind_check import QUESTIONS, Candidate, Drawn
from domain.brand import Brand
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING

SIZE = 20
PERIOD = timedelta(days=7)

CALLING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        SENTIMENT: ("negative",),
        SWITCHING: ("considering_leaving", "leaving", "considering_joining", "joining"),
        COMPLAINT: ("complaint",),
    }
)
"""The labels by which the model calls a post a complaint or switching."""


def due(now: datetime, brand: Brand) -> tuple[date, datetime]:
    """Return the Monday of the brand's present week, and when its check falls due: at the hour of the digest, in UTC.

    The check draws from the seven days before that moment, however late it is made.
    """
    today = now.astimezone(brand.time_zone).date()
    monday = today - timedelta(days=today.weekday())
    return monday, datetime.combine(monday, brand.digest_at, tzinfo=brand.time_zone).astimezone(UTC)


def draw(candidates: Sequence[Candidate], *, seed: str, size: int = SIZE) -> list[Drawn]:
    """Draw half from what the model called and half from the rest; where one is short the other fills up.

    In each part every post is equally likely, and the same seed draws the same from the same posts, in whichever order
    these come. The order of the result tells nothing of the parts.
    """
    called, rest = ([c for c in candidates if c.called is wanted] for wanted in (True, False))
    half = size // 2
    of_called = min(len(called), max(half, size - len(rest)))
    drawn = [*_first(called, of_called, seed), *_first(rest, min(len(rest), size - of_called), seed)]
    return sorted(drawn, key=lambda one: _lot(f"{seed} order", one.mention_id))


def next_question(answers: Mapping[str, str]) -> str | None:
    """Return the task to be asked next, None where all is said: of what is not about us, nothing more is asked."""
    if answers.get(RELEVANCE, "about") != "about":
        return None
    return next((task for task in QUESTIONS if task not in answers), None)


def _first(part: Sequence[Candidate], count: int, seed: str) -> list[Drawn]:
    lots = sorted(part, key=lambda one: _lot(seed, one.mention_id))
    return [Drawn(one.mention_id, one.called, count / len(part)) for one in lots[:count]]


def _lot(seed: str, mention_id: str) -> bytes:
    return hashlib.blake2b(f"{seed}|{mention_id}".encode(), digest_size=16).digest()
