"""How a text is written before the model reads it: the same function in training and in serving."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from domain.prediction import BrandName, Reading

BRAND_WORD = "ourbrand"
RIVAL_WORD = "rivalco"
MAX_CHARACTERS = 2_000  # the model reads some 128 tokens; the rest of a long post would only cost time

_URL = re.compile(r"(?:https?://|www\.)\S+|\{link\}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@\w[\w.]*(?<!\.)(?:@[\w.-]+\w)?")
_TAG = re.compile(r"(?<![\w#&])#(\w+)")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
_STRETCHED = re.compile(r"(\D)\1{3,}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SYMBOLS = re.compile(r"[^\x00-\u218f]")
_JOINT = r"[\s_.\-]*"  # what people put, or leave out, between the words of a name
_POSSESSIVE = r"(?:['’]?s|['’])?"
_MIN_INNER = 4  # a shorter name inside a longer handle or tag is more often chance than the brand


@dataclass(frozen=True, slots=True)
class ModelText:
    """A text as the model reads it, with the rival that it names (the one moved to or from, else the first).

    `words` is what the author wrote, cleaned and masked, before strangers' names and emoji are put into English.
    """

    text: str
    rival: str | None
    brand_named: bool
    words: str


def model_text(reading: Reading) -> ModelText:
    """Mask the names of brand and rivals, then normalise. Never fails, whatever the text."""
    text = clean(reading.text)
    brand_named = False
    if reading.brand is not None:
        text, brand_named = _mask(text, reading.brand, BRAND_WORD)
    rivals: list[str] = []
    for index, rival in enumerate(reading.rivals):
        text, named = _mask(text, rival, f"{RIVAL_WORD}{index}x")
        if named:
            rivals.append(f"{RIVAL_WORD}{index}x")
    rival_name = None
    if rivals:
        token = _foremost(text, rivals)
        rival_name = reading.rivals[int(token.removeprefix(RIVAL_WORD)[:-1])].name
        text = re.sub(rf"{RIVAL_WORD}\d+x", RIVAL_WORD, text)
    return ModelText(normalise(text), rival_name, brand_named, text)


def places(text: str, name: BrandName) -> list[tuple[int, int]]:
    """Return where a text names a brand, as start and end of each place; places may overlap."""
    patterns = [pattern for spelling in _spellings(name) for pattern in spelling.patterns]
    return [match.span() for pattern in patterns for match in pattern.finditer(text)]


def clean(text: str) -> str:
    """Cut to what is read, undo HTML escapes and typographic variants, drop what cannot be seen."""
    text = unicodedata.normalize("NFKC", html.unescape(text[:MAX_CHARACTERS]))
    text = _URL.sub(" http ", text)
    return text if text.isascii() else _BEYOND_ASCII.sub(lambda match: _visible(match[0]), text)


def normalise(text: str) -> str:
    """Write strangers' handles as `@user`, tags and emoji as words, and stretched letters short."""
    if "@" in text:
        text = _HANDLE.sub("@user", text)
    if "#" in text:
        text = _TAG.sub(lambda match: "# " + _CAMEL.sub(" ", match[1]), text)
    if not text.isascii():
        text = _SYMBOLS.sub(lambda match: _spoken(match[0]), text)
    return " ".join(_STRETCHED.sub(r"\1\1\1", text).split())


@lru_cache(maxsize=4096)
def _visible(character: str) -> str:
    """Return nothing for what cannot be seen: format characters, surrogates, variation selectors."""
    unseen = unicodedata.category(character) in ("Cf", "Cs") or "\ufe00" <= character <= "\ufe0f"
    return "" if unseen else character


@lru_cache(maxsize=4096)
def _spoken(character: str) -> str:
    """Return an emoji's name in words, and any other character as it is."""
    if unicodedata.category(character) not in ("So", "Sk"):
        return character
    name = unicodedata.name(character, "").lower()
    return "" if name.startswith(("emoji modifier", "regional indicator")) else f" {name} "


def _mask(text: str, name: BrandName, word: str) -> tuple[str, bool]:
    masked, folded = text, _folded(text)
    for spelling in _spellings(name):
        if not all(part in folded for part in spelling.parts):
            continue
        for pattern in spelling.patterns:
            masked = pattern.sub(partial(_masked, word), masked)
        folded = _folded(masked)
    return masked, masked != text


def _folded(text: str) -> str:
    """Return the text so that what `re.IGNORECASE` takes for an ASCII letter is that letter in lower case.

    Two characters that survive `clean` are taken for an i beside I; in lower case one of them would be two characters.
    """
    return text.lower() if text.isascii() else text.replace("\u0130", "i").replace("\u0131", "i").lower()


def _masked(word: str, match: re.Match[str]) -> str:
    """Return the mask, between what else a tag says: `#DeleteName` is `# Delete <mask>`."""
    around = match.groupdict()
    if around.get("before") is None:
        return f" {word} "
    return f"# {_CAMEL.sub(' ', around['before'])} {word} {_CAMEL.sub(' ', around['after'])} "


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One name to look for. Every match of `patterns` holds all `parts`, and few texts do."""

    parts: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1024)
def _spellings(name: BrandName) -> tuple[_Spelling, ...]:
    """Return what to look for; longer names first, so that `X Music` goes before `X`."""
    names = {clean(n).strip().lstrip("@#") for n in (name.name, *name.aliases)}
    return tuple(_spelling(plain) for plain in sorted((n for n in names if n), key=lambda n: (-len(n), n)))


def _spelling(plain: str) -> _Spelling:
    parts = [p for p in re.split(r"[\s_.\-]+|(?<=[a-z])(?=[A-Z])", plain) if p] or [plain]
    return _Spelling(
        tuple(part.lower() for part in parts if part.isascii()),
        tuple(re.compile(pattern, flags) for pattern, flags in _patterns(plain, [re.escape(part) for part in parts])),
    )


def _patterns(plain: str, words: list[str]) -> Iterator[tuple[str, re.RegexFlag]]:
    solid, spaced = "_?".join(words), _JOINT.join(words)
    inner = len(plain) >= _MIN_INNER
    if inner:  # @AskName, @NameSupport, @name@server
        yield rf"(?<!\w)@\w*{solid}\w*(?:@[\w.-]+\w)?{_POSSESSIVE}(?!\w)", re.IGNORECASE
    yield rf"(?<!\w)[@#]?{spaced}{_POSSESSIVE}(?!\w)", re.IGNORECASE
    if inner:  # #DeleteName, then NamePremium and MyName
        yield rf"(?<!\w)#(?P<before>\w*?){solid}(?P<after>\w*)", re.IGNORECASE
        capital = _JOINT.join(w[:1].upper() + w[1:] for w in words)
        yield rf"(?<!\w){capital}(?=[A-Z][a-z])|(?<=[a-z]){capital}(?!\w)", re.NOFLAG


def _foremost(text: str, tokens: list[str]) -> str:
    """Return the rival that stands after a word of moving, else the first in the text."""
    moved = re.search(rf"\b(?:to|from|with|for|join(?:ed|ing)?|tr(?:y|ied|ying))\s+({'|'.join(tokens)})\b", text)
    return moved[1] if moved else min(tokens, key=text.index)
