"""What one mention asks of us: a case of its own, a place in the hourly line, or a person's eye."""

from decimal import Decimal

from domain.brand import Brand
from domain.case import CaseKind, Triage, TriagePolicy, Urgency, Verdict
from domain.mention import Mention
from domain.prediction import SENTIMENT, SWITCHING, Prediction, Predictions

_KIND_OF_LABEL = {
    "negative": CaseKind.COMPLAINT,
    "leaving": CaseKind.COMPLAINT,
    "considering_leaving": CaseKind.COMPLAINT,
    "joining": CaseKind.OPPORTUNITY,
    "considering_joining": CaseKind.OPPORTUNITY,
}
_WEIGHT = {"negative": 1, "leaving": 2, "considering_leaving": 2, "joining": 0, "considering_joining": 1}


def triage(
    mention: Mention, predictions: Predictions, *, brand: Brand, customer_value: Decimal | None, policy: TriagePolicy
) -> Triage:
    """Decide about one mention of one brand.

    A complaint is negative, leaving or considering to leave; an opportunity is joining or considering to join, where
    nothing speaks of a complaint. Nothing alerts on an unsure prediction alone: it goes to a person's eye. What a
    person said is sure.
    """
    aside = _set_aside(mention, predictions, brand)
    if aside:
        return aside
    speaking = [p for p in (predictions.of(SWITCHING), predictions.of(SENTIMENT)) if p and p.label in _KIND_OF_LABEL]
    sure = [p for p in speaking if not p.unsure]
    if not sure:
        if speaking:
            return Triage(Verdict.REVIEW, f"unsure: {speaking[0].label.replace('_', ' ')}")
        return Triage(Verdict.BATCH, "nothing to answer")
    kinds = {_KIND_OF_LABEL[p.label] for p in sure}
    kind = CaseKind.COMPLAINT if CaseKind.COMPLAINT in kinds else CaseKind.OPPORTUNITY
    urgency = _urgency(sure, mention, customer_value, policy)
    return Triage(Verdict.CASE, sure[0].label.replace("_", " "), kind=kind, urgency=urgency)


def _set_aside(mention: Mention, predictions: Predictions, brand: Brand) -> Triage | None:
    """Decide without the labels where the author or the language says enough."""
    handle = mention.author.handle.casefold()
    if brand.owns(mention.platform, handle):
        return Triage(Verdict.OWN, "written by our own account")
    if any(a.platform == mention.platform and a.handle.casefold() == handle for r in brand.rivals for a in r.accounts):
        return Triage(Verdict.BATCH, "written by a rival")
    if mention.repost_of is not None:
        return Triage(Verdict.BATCH, "a repost")
    if mention.author.automated:
        return Triage(Verdict.BATCH, "written by a bot")
    if not predictions.language_supported and not any(p.by for p in predictions.items):  # people read it themselves
        return Triage(Verdict.REVIEW, f"language not supported: {predictions.language or 'unknown'}")
    return None


def _urgency(sure: list[Prediction], mention: Mention, customer_value: Decimal | None, policy: TriagePolicy) -> Urgency:
    points = max(_WEIGHT[p.label] for p in sure)
    points += (mention.author.followers or 0) >= policy.high_reach
    points += customer_value is not None and customer_value >= policy.high_value
    return list(Urgency)[min(points, 3)]
