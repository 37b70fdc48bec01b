"""Why a reply needs a second person's eye before it is public."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from domain.case import CaseFile
from domain.prediction import SWITCHING
from domain.reply import ReplyPolicy, Risk, RiskKind

LEGAL_WORDS = (
    *("refund", "refunds", "refunded", "lawyer", "lawyers", "attorney", "sue", "sued", "lawsuit", "court"),
    *("compensation", "compensate", "liable", "liability", "guarantee", "guaranteed", "warranty", "damages"),
    *("legal", "contract", "breach", "GDPR", "data protection"),
    *("Anwalt", "Klage", "Erstattung", "Entschädigung", "Haftung", "Garantie", "DSGVO"),
)
"""What is asked about where the settings name no words of their own."""

HIGH_VALUE = "high"
"""The band of crm.identity.value_band that counts."""

_SITE = re.compile(r"(?:https?://|(?<![\w@.])www\.)[^\s<>\"]+|(?<![\w@.-])(?:[\w-]+\.)+[a-z]{2,24}(?=/)", re.IGNORECASE)


def risks_of(text: str, file: CaseFile, policy: ReplyPolicy) -> tuple[Risk, ...]:
    """Return the risks of answering a case with this text that the settings ask about, each kind once."""
    return tuple(risk for risk in _all_risks(text, file, policy) if risk.kind in policy.approve)


def _all_risks(text: str, file: CaseFile, policy: ReplyPolicy) -> Iterator[Risk]:
    said = [s.predictions.of(SWITCHING) for s in file.mentions]
    labels = [p.label.replace("_", " ") for p in said if p and not p.unsure and p.label != "none"]
    if labels:
        yield Risk(RiskKind.SWITCHING, labels[-1])
    if (file.author.followers or 0) >= policy.approve_reach:
        yield Risk(RiskKind.REACH, f"{file.author.followers:,}")
    if words := _legal_words(text, policy):
        yield Risk(RiskKind.LEGAL, ", ".join(words))
    if file.customer is not None and file.customer.value_band == HIGH_VALUE:
        yield Risk(RiskKind.VALUE, HIGH_VALUE)
    if sites := _foreign_sites(text, policy.sites):
        yield Risk(RiskKind.LINK, ", ".join(sites))


def _legal_words(text: str, policy: ReplyPolicy) -> list[str]:
    """Return the words of the list that stand in a text, whole and in any case."""
    words = policy.legal_words or LEGAL_WORDS
    found = {match.casefold() for match in _pattern(words).findall(_folded(text))}
    return [word for word in words if _folded(word) in found]


def _foreign_sites(text: str, known: tuple[str, ...]) -> list[str]:
    return sorted({host for found in _SITE.findall(text) if (host := _host(found)) and not _is_known(host, known)})


def _host(found: str) -> str:
    try:
        return (urlsplit(found if "://" in found else f"//{found}").hostname or "").removeprefix("www.")
    except ValueError:
        return found[:80]  # no address that we understand leads to a site that we know


def _is_known(host: str, known: tuple[str, ...]) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in (site.casefold() for site in known))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted({re.escape(_folded(word)) for word in words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)")
