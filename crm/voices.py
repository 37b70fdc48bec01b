"""Share of voice: which sources listen for us and for a rival alike, and what they heard of both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.brand import SourceKind, Stream
from domain.volume import Voice


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sources, as in `x search`, that hear us and each of these rivals; `rival` None compares with all."""

    rival: str | None
    rivals: tuple[str, ...]
    sources: tuple[str, ...]


def comparisons(streams: Iterable[Stream], brand: str) -> list[Comparison]:
    """Find what compares: with all rivals that are listened to, by the sources common to all, then with each of them.

    A rival's stream compares with one of ours on the same platform and of the same kind. What accounts write
    themselves compares nothing.
    """
    listening = [s for s in streams if s.brand == brand and s.kind is not SourceKind.OWN_POSTS]
    ours = {s.source for s in listening if s.rival is None}
    theirs: dict[str, set[str]] = {}
    for stream in listening:
        if stream.rival is not None and stream.source in ours:
            theirs.setdefault(stream.rival, set()).add(stream.source)
    if not theirs:
        return []
    each = [Comparison(rival, (rival,), tuple(sorted(sources))) for rival, sources in sorted(theirs.items())]
    common = set.intersection(*theirs.values())
    together = [Comparison(None, tuple(sorted(theirs)), tuple(sorted(common)))] if common else []
    return together + each


def compared_sources(streams: Iterable[Stream], brand: str) -> frozenset[str]:
    """Return the sources whose posts are noted on our side, because a rival is listened to by the same."""
    return frozenset(source for one in comparisons(streams, brand) for source in one.sources)


def total(days: Iterable[Sequence[Voice]]) -> tuple[Voice, ...]:
    """Add up what was heard in several periods, all rivals together first."""
    found: dict[str | None, Voice] = {}
    for voice in (voice for day in days for voice in day):
        before = found.get(voice.rival, Voice(voice.rival, 0, 0, ()))
        sources = tuple(sorted({*before.sources, *voice.sources}))
        found[voice.rival] = Voice(voice.rival, before.ours + voice.ours, before.theirs + voice.theirs, sources)
    return tuple(sorted(found.values(), key=lambda voice: (voice.rival is not None, voice.rival or "")))
