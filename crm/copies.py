"""Which texts are copies of one another: the same words in the same order, whatever somebody put around them."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

SHORTEST = 40
"""Shorter texts are no copies: many people write "Lumora is down" by themselves."""

_SHARED_BY = re.compile(r"^\s*rt\s+@\w+\s*:", re.IGNORECASE)
_ASIDE = re.compile(r"https?://\S+|(?<!\w)(?:@|u/)[\w.-]+", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_WORD_OR_TAG = re.compile(r"#?\w+")
_CUT = re.compile(r"(?:…|\.\.\.)\s*$|(?:…|\.\.\.)\s*https?://\S+\s*$")
_SALUTATION = re.compile(
    r"\W*(?:hi|hey|hello|hiya|heya|dear|hallo|liebes|good (?:morning|afternoon|evening|day))(?: \w+){1,2} ?[,!:\n]",
    re.IGNORECASE,
)
_OPENING_WORDS = (
    "hi hey hello hiya heya yo dear hallo moin so well ok okay ugh argh grr omg omfg wow wtf smh lol fyi psa rt via "
    "folks guys everyone everybody team there peeps attention please pls plz sorry honestly seriously"
)
_OPENINGS = frozenset(_OPENING_WORDS.split()) | {
    "good morning", "good afternoon", "good evening", "good day", "hi all", "hey all", "hello all", "rt this",
    "retweet this", "share this", "guten morgen", "guten tag", "as title", "heads up",
}  # fmt: skip
_CLOSING_WORDS = (
    "please pls plz bitte thanks thx thankyou danke cheers regards rt retweet repost smh lol ugh wtf omg folks guys "
    "everyone everybody via"
)
_CLOSINGS = frozenset(_CLOSING_WORDS.split()) | {
    "thank you", "please help", "pls help", "please rt", "pls rt", "please retweet", "please share", "pls share",
    "rt this",
    "retweet this", "share this", "in advance", "best regards", "kind regards", "please fix", "pls fix", "any ideas",
    "any help", "anyone else", "spread the",
}  # fmt: skip


def normalised(text: str) -> str:
    """Return the words of a text, folded, without links, accounts, marks and emoji."""
    return " ".join(_WORD.findall(_plain(text).casefold()))


@dataclass(frozen=True)
class Wording:
    """What a text says: its words in their order, without greeting, sign-off, links, accounts, hashtags at its end.

    `cut` says that the text ends in dots, as a shared post does whose platform shortens it.
    """

    words: tuple[str, ...]
    cut: bool = False

    @cached_property
    def long_enough(self) -> bool:
        """Whether other texts may be copies of this one."""
        return sum(map(len, self.words)) + len(self.words) > SHORTEST

    @property
    def fingerprint(self) -> str | None:
        """What texts with the very same words have in common (32 hex digits); None for one too short to be copied."""
        if not self.long_enough:
            return None
        return hashlib.blake2b(" ".join(self.words).encode(), digest_size=16).hexdigest()


def wording(text: str) -> Wording:
    """Return what a text says."""
    plain = _plain(text)
    if greeted := _SALUTATION.match(plain):
        plain = plain[greeted.end() :]
    found = _WORD_OR_TAG.findall(plain.casefold())
    first, last = 0, len(found)
    while first < last and (taken := _taken(found[first : min(first + 2, last)], _OPENINGS)):
        first += taken
    while first < last and (
        taken := 1 if found[last - 1][0] == "#" else _taken(found[max(first, last - 2) : last], _CLOSINGS, at_end=True)
    ):
        last -= taken
    said = found[first:last]
    words = [word.lstrip("#") for word in said] if "#" in plain else said
    return Wording(tuple(words), cut=("…" in text or "..." in text) and _CUT.search(text[-300:]) is not None)


def _plain(text: str) -> str:
    composed = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _ASIDE.sub(" ", _SHARED_BY.sub(" ", composed))


def _taken(words: list[str], phrases: frozenset[str], *, at_end: bool = False) -> int:
    """Tell how many words at the edge are a phrase of these: two, one or none."""
    if len(words) == 2 and " ".join(words) in phrases:
        return 2
    return int(words[-1 if at_end else 0] in phrases)
