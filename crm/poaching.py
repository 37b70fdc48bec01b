"""Whether a post is a rival's try to win our customers: by whom, to whom, with which call and which offer.

The words are English, German, Spanish and French.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.attribution import masked
from domain.brand import Brand
from domain.case import CaseKind, Triage, TriagePolicy, Urgency, Verdict
from domain.mention import Mention
from domain.poaching import Approached
from domain.prediction import RELEVANCE, Predictions

_NUMBER = (
    r"\b(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|first|ein(?:en)?|zwei|drei|sechs)"
)
_TIME = r"(?:days?|weeks?|months?|years?|tage?|wochen?|monate?n?|jahre?|d[ií]as?|semanas?|mes(?:es)?|jours?|mois)"
_FREE = r"(?:free|on us|on the house|for nothing|at no cost|half price|for the price of|gratis|kostenlos|geschenkt)"
_MONEY = r"[£$€] ?\d[\d.,]*"
_OFFERS = (
    rf"(?:your |the )?{_NUMBER} (?:\w+ ){{0,3}}?{_TIME}(?: \w+){{0,4}}? {_FREE}(?: \w+)?",
    rf"{_NUMBER} (?:free|gratis|kostenlose?n?) (?:\w+ )?{_TIME}",
    rf"{_NUMBER} mois (?:offerts|gratuits)",
    r"(?:free|kostenlose[rn]?) (?:\w+ )?(?:trial|month|year|week|probe\w*|testen)",
    rf"first (?:\w+ ){{1,4}}?(?:(?:is|are)|'s|’s)? ?{_FREE}",
    r"(?:is|are|'s|’s|\w{3,}) on (?:us|the house)",
    r"\b(?:get|give|giving|gives|start|watch\w*|eat|premium|is|it's|months?) (?:\w+ ){0,5}?free\b",
    r"for (?:free|nothing)\b|free of charge|at (?:no|zero) cost|pay nothing|cost nothing",
    rf"{_MONEY} (?:off|credit|cash ?back|extra|voucher|part exchange)|\d[\d.,]* ?[£$€] (?:rabatt|gutschein)",
    r"\d{1,3} ?% (?:off|discount|less|rabatt|de descuento|de r[ée]duction)|\bhalf (?:price|off)",
    rf"(?:get|pocket|earn|pay you|add|give you) (?:up to )?(?:an extra )?{_MONEY}",
    (
        r"(?:pay|cover|waiv\w+|refund) (?:up to )?(?:[£$€]?\d[\d.,]* of )?(?:off )?(?:your|the|any|up to) "
        r"(?:[£$€]?\w+ ){0,2}?(?:exit|cancellation|registration|switching|first|joining|fees?|bills?|three)(?: \w+)?"
    ),
    r"(?:match|beat|honou?r)(?:es|s)? (?:your|it|any|whatever)\b(?: \w+){0,2}",
    r"\b(?:no|zero|0 ?%) (?:transfer |booking |maker |registration )?(?:fees?|commission)",
    rf"trade in any\b|from {_MONEY}|for {_MONEY} a (?:month|year)|knock (?:[£$€]?\d+%?|\w+ percent) off",
    r"cash ?back|promo(?:tion)? code|discount code|voucher|(?:do you|make you|cut you) a deal",
    r"\b(?:rabatt|gutschein|descuento|code promo)\b",
)
_CODE = re.compile(
    r"\b(?i:(?:promo |discount |voucher |trial |invite |rabatt)?codes?|text|use|mit)[: ]+[“\"']?([A-Z][A-Z0-9]{3,})\b"
)
_CALLS = (
    (
        r"\b(?:switch|move|come|jump|port|migrate|transfer|change|hop)\b(?: \w+){0,4}? (?:over )?"
        r"(?:to|across to|into) (?:us|rivalco|the)"
    ),
    r"\b(?:come (?:over|across|home)|welcome (?:home|over|aboard)|we'?(?:ll|d)(?: \w+){0,2} (?:have|take) you)",
    r"(?:^|[.!?:,] |\b(?:time to|just|please|and) )(?:leave|ditch|dump|drop|quit|escape) (?:your )?ourbrand",
    (
        r"\b(?:bring|show|send|forward|swap|trade in|import|link|move)\b (?:us |in )?(?:your|any|an|a|back)?"
        r"(?: \w+){0,2} ?ourbrand"
    ),
    r"\bjoin (?:us|rivalco)|\b(?:dm|message|text|call) us\b|just send (?:us )?a dm|\bdrop us\b",
    (
        r"\bourbrand (?:customers?|users?|members?|drivers?|riders?|refugees|fans|listeners|investors|cardholders?|"
        r"crowd|regulars|subscribers?|shoppers?)\b(?=[^.]*(?:rivalco|\bwe\b|\bus\b))"
    ),
    (
        r"\b(?:tired|sick|fed up|had enough|bored|stuck|still (?:paying|on|with)|stranded|leaving|cancelled|moving off|"
        r"lost|losing|out of contract|not happy|booked|gold|unused|ended|why pay)\b[^.?!]*ourbrand[^.?!]*\?"
    ),
    (
        r"\b(?:we'll|we’ll|we will|rivalco will|rivalco(?: is| are)? (?:gives?|giving)) (?:\w+ )?"
        r"(?:you|your|all|everyone|anyone|pay|match|honou?r|take|beat)\b"
    ),
    r"\beverybody who (?:comes|came|is coming) from ourbrand|\bex ourbrand|\bfrom ourbrand today",
    r"\b(?:wechsel\w*|komm\w*|geh\w*)\b(?: \w+){0,3}? zu (?:uns|rivalco)",
    r"\bpásate a|\bc[aá]mbiate a|\bpassez (?:chez|à) ",
)
_OFFER = re.compile("|".join(f"(?:{one})" for one in _OFFERS), re.IGNORECASE)
_CALL = re.compile("|".join(f"(?:{one})" for one in _CALLS), re.IGNORECASE)
_SHOWN = 3
_SIGNS_OF_STRANGERS = 2
_READ = 1_500
"""So many characters are looked through: an offer does not hide behind pages, and hostile text must not take long."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a post by somebody else has of a try to win our customers.

    `rival` is the one whose account wrote it, None for a stranger; `offers` are the post's own words.
    """

    rival: str | None
    names_us: bool
    names_rival: bool
    calls: bool
    offers: tuple[str, ...]


def signs_of(mention: Mention, *, brand: Brand) -> Signs:
    """Read a post's signs; where it is neither by a rival nor names both, nobody needs to know what it calls for."""
    said = " ".join(masked(mention.text[:_READ], brand).split())
    rival = brand.rival_of(mention.platform, mention.author.handle)
    names_us, names_rival = "ourbrand" in said, "rivalco" in said
    if rival is None and not (names_us and names_rival):
        return Signs(None, names_us, names_rival, calls=False, offers=())
    return Signs(
        rival=rival.name if rival else None,
        names_us=names_us,
        names_rival=names_rival,
        calls=_CALL.search(said) is not None,
        offers=tuple(offers_in(mention.text)),
    )


def offers_in(text: str) -> list[str]:
    """Quote what a post offers, codes first, each once."""
    text = text[:_READ]
    found = [f"code {code}" for code in _CODE.findall(text)]
    found += [" ".join(match.group().split()) for match in _OFFER.finditer(text)]
    return list(dict.fromkeys(found))[:_SHOWN]


def is_suspect(signs: Signs, predictions: Predictions, mention: Mention) -> bool:
    """Tell whether it is worth asking whom a post speaks to: most are written by nobody's rival and offer nothing."""
    if mention.repost_of is not None:
        return False
    return signs.rival is not None or _offered_by_stranger(signs, predictions, mention)


def poaching(
    signs: Signs,
    approached: Sequence[Approached],
    predictions: Predictions,
    mention: Mention,
    *,
    policy: TriagePolicy,
) -> Triage | None:
    """Decide whether a post courts our customers, and how urgent that is; None where it does not.

    A rival's account does wherever it answers or names one of ours, and where it names us together with an offer or a
    call to come over. A stranger does who names us and the rival, where two speak for it: a call, an offer, and a model
    that is sure of a rival's offer.
    """
    if not is_suspect(signs, predictions, mention):
        return None
    if signs.rival and not (approached or (signs.names_us and (signs.offers or signs.calls))):
        return None
    urgency = list(Urgency)[min(_points(signs, approached, mention, policy), 3)]
    return Triage(Verdict.CASE, _reason(signs, approached), kind=CaseKind.POACHING, urgency=urgency)


def _offered_by_stranger(signs: Signs, predictions: Predictions, mention: Mention) -> bool:
    if mention.author.automated or not (signs.names_us and signs.names_rival):
        return False
    relevance = predictions.of(RELEVANCE)
    is_sure = relevance is not None and relevance.label == "rival_offer" and not relevance.unsure
    return signs.calls + bool(signs.offers) + is_sure >= _SIGNS_OF_STRANGERS


def _points(signs: Signs, approached: Sequence[Approached], mention: Mention, policy: TriagePolicy) -> int:
    """Weigh whom it reaches and what is at stake: those whom it speaks to, or else everybody who follows its author."""
    reach = max((one.author.followers or 0 for one in approached), default=mention.author.followers or 0)
    value = max((one.value for one in approached if one.value is not None), default=None)
    points = int(bool(approached)) + bool(value is not None and value >= policy.high_value)
    return points + (reach >= policy.high_reach) - (not signs.offers and not signs.calls)


def _reason(signs: Signs, approached: Sequence[Approached]) -> str:
    return "; ".join(_reasons(signs, approached))


def _reasons(signs: Signs, approached: Sequence[Approached]) -> Iterable[str]:
    who = f"an account of {signs.rival}" if signs.rival else "a stranger"
    if any(one.post for one in approached):
        of_ours = "a customer of ours" if any(one.grade and one.post for one in approached) else "a post about us"
        yield f"{who} answers {of_ours}"
    elif approached:
        yield f"{who} names a customer of ours"
    else:
        yield f"{who} names us"
    if signs.calls:
        yield "calls to come over"
    if signs.offers:
        yield f"offers {', '.join(f'“{offer}”' for offer in signs.offers)}"
