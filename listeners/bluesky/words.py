"""Which posts of a whole network a stream wants: those in which one of its words or phrases occurs."""

import csv
import re
from typing import Final

_UNSPACED: Final = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"  # Chinese, Japanese, Korean
)
"""Scripts that write words without spaces between them, or join particles to them."""

_LETTER = rf"[^\W{_UNSPACED}]"
"""What makes a longer word of a word beside it."""


def phrases_of(query: str) -> tuple[str, ...]:
    """Return the words and phrases that a query separates by commas; `"quotes"` may stand around each."""
    (cells,) = csv.reader([query.replace("\n", " ")], skipinitialspace=True)
    return tuple(phrase for cell in cells if (phrase := " ".join(cell.split())))


def pattern_of(query: str) -> re.Pattern[str] | None:
    """Return what is searched in a case-folded text: any of the phrases, as words of their own; None for no phrase.

    `lumora` is found in `#Lumora`, `@lumora.example`, `LUMORA's` and `Lumoraで`, not in `Illumorate`. The phrases are
    taken literally, so that the search takes a time that grows with the text's length only.
    """
    phrases = sorted(map(str.casefold, phrases_of(query)), key=len, reverse=True)
    return re.compile("|".join(map(_alone, phrases))) if phrases else None


def _alone(phrase: str) -> str:
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, phrase) else ""
    after = rf"(?!{_LETTER})" if re.match(_LETTER, phrase[-1]) else ""
    return before + r"\s+".join(map(re.escape, phrase.split())) + after
