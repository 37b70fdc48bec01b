"""Which texts are copies of one another: the same words, whatever the case, marks, links and names around them."""

import hashlib
import re
import unicodedata

SHORTEST = 40
"""Shorter texts are no copies: many people write "Lumora is down" by themselves."""

_SHARED_BY = re.compile(r"^\s*rt\s+@\w+\s*:", re.IGNORECASE)
_ASIDE = re.compile(r"https?://\S+|(?<!\w)(?:@|u/)[\w.-]+")
_WORD = re.compile(r"\w+")


def normalised(text: str) -> str:
    """Return the words of a text, folded, without links, accounts, marks and emoji."""
    plain = _ASIDE.sub(" ", _SHARED_BY.sub(" ", unicodedata.normalize("NFKC", text)))
    return " ".join(_WORD.findall(plain.casefold()))


def fingerprint(text: str) -> str | None:
    """Return what copies of a text have in common (32 hex digits); None for a text too short to be one."""
    words = normalised(text)
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest() if len(words) >= SHORTEST else None
