"""How texts and queries are cut into words: the one place that says which spellings are the same.

NFKC, then case-folded, then NFKC again (`Ｌumora` and `LUMORA` are `lumora`), without characters that nobody sees.
A word is a run of letters, digits and `_` with the marks on them. A letter of a script that puts no spaces between
words (Chinese, Japanese, Thai and others), or of Korean, is a word of its own, so that a name is found inside a
sentence. Accents count: `café` is not `cafe`. `#` and `@` right before a word, and not behind another, mark it:
`#lumora` is found as `lumora` and as `#lumora`.
"""

import re
import unicodedata
from typing import Final

MAX_CHARACTERS: Final = 40_000
"""So much of a text is looked at; the longest posts of the platforms that we know are no longer."""

_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Hangul, Kana, Han."""
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u0900-\u0963\u0966-\u0d7f"
)
"""Latin, Cyrillic, Hebrew and Arabic marks; the scripts of India whole, but for what ends their sentences."""
_RUN = rf"(?:[^\W{_ALONE}]|[{_MARKS}])+"
_ASCII_WORD = re.compile(r"[a-z0-9_]+")
_ASCII_MARKED = re.compile(r"(?<![a-z0-9_])[#@][a-z0-9_]+|[a-z0-9_]+")
_MARKED = re.compile(rf"(?<!\w)[#@]{_RUN}|(?<!\w)[#@][{_ALONE}]|{_RUN}|[{_ALONE}]")
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")

_LINK = re.compile(r"(?:https?://|(?<![\w.@])www\.)[^\s<>\"'\u200b\u2026\u3001\u3002\uff0c]+", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, marked ones with their mark."""
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        folded = text.lower()
        return (_ASCII_MARKED if "#" in folded or "@" in folded else _ASCII_WORD).findall(folded)
    return _MARKED.findall(folded_text(text))


def is_marked(word: str) -> bool:
    """Tell whether a word carries `#` or `@`."""
    return word[0] in "#@"


def folded_text(text: str) -> str:
    """Return a text as it is compared."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return unicodedata.normalize("NFKC", plain.casefold())


def links_of(text: str) -> list[str]:
    """Return the addresses in a text, in lower case without scheme, `www.` and what ends a sentence."""
    return [bare_link(found) for found in _LINK.findall(text[:MAX_CHARACTERS])]


def bare_link(address: str) -> str:
    """Write an address as addresses are compared: `https://www.Lumora.example/Plans/` is `lumora.example/plans`."""
    return address.lower().partition("://")[2 if "://" in address else 0].removeprefix("www.").rstrip(".,;:!?)]}/’”")


def bare_handle(handle: str) -> str:
    """Write a handle as handles are compared: without `@`, `/u/` or `u/`, in lower case."""
    return handle.casefold().removeprefix("@").removeprefix("/").removeprefix("u/")
