"""Copies with other words around them: MinHash bands find the candidates, their shingles and the words decide."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Generic, TypeVar

from rensa import RMinHash

from crm.copies import Wording

Name = TypeVar("Name", bound=Hashable)

BANDS, ROWS = 16, 3
"""Texts that share half of their shingles meet in a band with a probability of 88 %, of 7 in 10 with one of 99.8 %."""

LEAST_ALIKE = 0.5
"""The share of all their shingles that two copies have in common at least (Jaccard)."""

MOST_ADDED = 8
"""So many words may stand before the common ones, and so many behind them."""

FEWEST_SHINGLES, MOST_WORDS = 6, 300
"""Below, one word more or less says too much; above, only the very same words are a copy."""

MOST_CANDIDATES = 20
"""Of one band so many texts are compared: of a template with a thousand variants, not all."""

_SEED = 1
_PRIMES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_PLACES = tuple(place * 0x27D4EB2F165667C5 for place in range(BANDS))
_POSITIVE = (1 << 63) - 1

_TURNING = (
    "not no never none nobody nothing nor neither cannot cant wont isnt doesnt didnt t without but however although "
    "unless except until update edit edited correction fixed solved resolved sorted works working back false fake "
    "untrue wrong lie lies lying hoax joke rumor rumour debunked cancel cancelled canceled cancelling canceling leave "
    "leaving left quit quitting switch switched switching stay staying join joined joining love loving great refund "
    "nicht kein keine nie aber doch behoben falsch"
)
TURNING = frozenset(_TURNING.split())
"""Words that may turn what was said into something else: whoever adds one says something of her own."""


def bands(said: Wording) -> tuple[int, ...]:
    """Return the keys under which near copies of a text are found (`BANDS` of 63 bits); none for a short text."""
    found = _shingles(said.words)
    if len(found) < FEWEST_SHINGLES or len(said.words) > MOST_WORDS or not said.long_enough:
        return ()
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    sketch.update(list(found))
    rows = sketch.digest()
    first, second, third = _PRIMES
    return tuple(
        [
            (one * first ^ two * second ^ three * third ^ place) & _POSITIVE
            for one, two, three, place in zip(rows[::ROWS], rows[1::ROWS], rows[2::ROWS], _PLACES, strict=True)
        ]
    )


def says_the_same(one: Wording, other: Wording) -> bool:
    """Tell whether one text copies the other: the same words side by side, with few and harmless ones around them.

    A word that was put in the place of another makes another text, be it in the middle or at an edge. The copy may
    break off before the other ends.
    """
    if alike(one, other) < LEAST_ALIKE:
        return False
    block = SequenceMatcher(None, one.words, other.words, autojunk=False).find_longest_match()
    before = one.words[: block.a], other.words[: block.b]
    after = one.words[block.a + block.size :], other.words[block.b + block.size :]
    return _harmless(*before) and (_harmless(*after) or _breaks_off(one, *after))


def alike(one: Wording, other: Wording) -> float:
    """Return the share of their shingles that two texts have in common, 0 to 1."""
    mine, theirs = _shingles(one.words), _shingles(other.words)
    common = len(mine & theirs)
    return common / (len(mine) + len(theirs) - common) if common else 0.0


def first_copied(said: Wording, candidates: Iterable[tuple[Name, Wording]]) -> Name | None:
    """Return the name of the first text that this one is a copy of."""
    return next((name for name, known in candidates if says_the_same(said, known)), None)


@dataclass(slots=True)
class Leaders(Generic[Name]):
    """Texts in memory that later ones may be copies of."""

    _first: dict[int, tuple[Name, Wording]] = field(default_factory=dict)
    _more: dict[int, list[tuple[Name, Wording]]] = field(default_factory=dict)  # hardly any two texts share a band

    def add(self, name: Name, said: Wording, keys: Sequence[int]) -> None:
        """Let a text be found by its bands."""
        entry = name, said
        for key in keys:
            if self._first.setdefault(key, entry) is not entry:
                more = self._more.setdefault(key, [])
                if len(more) < MOST_CANDIDATES:
                    more.append(entry)

    def copied(self, said: Wording, keys: Sequence[int]) -> Name | None:
        """Return the name of the text that this one is a copy of, if any."""
        met = [self._first[key] for key in keys if key in self._first]
        met += [entry for key in keys for entry in self._more.get(key, ())]
        return first_copied(said, {id(entry): entry for entry in met}.values())


def _shingles(words: Sequence[str]) -> set[str]:
    """Return what is compared as one: three words in a row."""
    return {f"{one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)}


def _harmless(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether an edge has words on one side at most, few ones, and none that turns what is said."""
    added = mine or theirs
    return not (mine and theirs) and len(added) <= MOST_ADDED and TURNING.isdisjoint(added)


def _breaks_off(said: Wording, mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether a text that was cut simply lacks the end of the other, perhaps from the middle of a word on."""
    return said.cut and (not mine or (len(mine) == 1 and bool(theirs) and theirs[0].startswith(mine[0])))
