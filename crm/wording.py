"""The words of a reply: templates and their variables, what may not be sent as it is, and what a machine has sent."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from domain.case import CaseFile
from domain.reply import ReplyPolicy, ReplyTemplate

VARIABLES: Mapping[str, str] = {
    "author": "the author's name, or the handle where there is none",
    "handle": "the author's handle as the platform writes it, as in @jane",
    "brand": "our brand",
    "agent": "the first name of whoever answers",
    "link": "the brand's page of help, from the settings",
    "rival": "the brand that the author comes from or goes to",
}
"""What stands in braces in a template, and what takes its place."""

_VARIABLE = re.compile(r"\{([A-Za-z_]+)\}")
_JOINERS = "\u200c\u200d"
_EMOJI_TAGS = range(0xE0020, 0xE0080)


def fill(template: ReplyTemplate, values: Mapping[str, str]) -> str:
    """Put values in the place of variables; one without a value stays in braces, which `text_faults` finds."""
    return _VARIABLE.sub(lambda found: values.get(found[1], "").strip() or found[0], template.text)


def variables_in(text: str) -> tuple[str, ...]:
    """Return what stands in braces, each once."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def bare_text(template: ReplyTemplate) -> str:
    """Return a template's text without its variables: no reply made of it is shorter."""
    return _VARIABLE.sub("", template.text)


def fits(template: ReplyTemplate, file: CaseFile) -> bool:
    """Tell whether a template is meant for such a case."""
    case = file.case
    wanted = (template.platforms, case.platform), (template.brands, case.brand), (template.kinds, case.kind.value)
    return all(not named or actual in named for named, actual in wanted)


def text_faults(text: str) -> tuple[str, ...]:
    """Say why a text may not be sent as it is, whatever the platform."""
    faults = []
    if not text.strip():
        faults.append("The reply has no text: write one.")
    if left := variables_in(text):
        names = ", ".join(f"{{{name}}}" for name in left)
        faults.append(f"{names}: fill this in, or take it out.")
    if any(_hidden(char) for char in text):
        faults.append("The reply holds characters that nobody sees: type it anew, or paste it as plain text.")
    return tuple(faults)


def length_fault(length: int, limit: int) -> str | None:
    """Say that a text is too long, by the platform's counting."""
    if length <= limit:
        return None
    return f"The reply is {length:,} characters long and {limit:,} are allowed: shorten it by {length - limit:,}."


def digest_of(text: str) -> str:
    """Seal a text: whatever differs in one byte has another digest."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_automatic(text: str, policy: ReplyPolicy) -> bool:
    """Tell whether an answer of our account is one of the texts that a machine sends, white space and case aside."""
    folded = _folded(text)
    for marker in policy.automatic:
        start = _folded(marker.removesuffix("..."))
        if folded == start or (marker.endswith("...") and folded.startswith(start)):
            return True
    return False


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _hidden(char: str) -> bool:
    """Tell whether a character could make a text look other than it is; emoji and some scripts need the joiners."""
    if char in _JOINERS or ord(char) in _EMOJI_TAGS:
        return False
    return unicodedata.category(char) in {"Cf", "Cs", "Co"} or (
        unicodedata.category(char) == "Cc" and char not in "\n\t"
    )
