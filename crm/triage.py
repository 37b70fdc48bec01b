"""What one mention asks of us: a case of its own, a place in the hourly line, or a person's eye."""

from decimal import Decimal

from domain.brand import Brand
from domain.case import CaseKind, Triage, TriagePolicy, Urgency, Verdict
from domain.mention import Mention
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING, Prediction, Predictions

_KIND_OF_LABEL = {
    "negative": CaseKind.COMPLAINT,
    "leaving": CaseKind.COMPLAINT,
    "considering_leaving": CaseKind.COMPLAINT,
    "joining": CaseKind.OPPORTUNITY,
    "considering_joining": CaseKind.OPPORTUNITY,
}
_WEIGHT = {"negative": 1, "leaving": 2, "considering_leaving": 2, "joining": 0, "considering_joining": 1}
_NOT_FOR_US = {
    "not_about": Triage(Verdict.BATCH, "not about us"),
    "spam": Triage(Verdict.BATCH, "advertising"),
    "rival_offer": Triage(Verdict.REVIEW, "a rival's offer"),
}


def triage(
    mention: Mention,
    predictions: Predictions,
    *,
    brand: Brand,
    customer_value: Decimal | None,
    policy: TriagePolicy,
    suspected: str | None = None,
) -> Triage:
    """Decide about one mention of one brand.

    A complaint is negative, leaving or considering to leave; an opportunity is joining or considering to join, where
    nothing speaks of a complaint. Nothing alerts on an unsure prediction alone: it goes to a person's eye. What is
    surely not about us, or surely advertising, is no case, nor is what is `suspected` to be spam, for that reason. What
    a person said is sure, and no suspicion stands against it.
    """
    aside = _set_aside(mention, predictions, brand)
    if aside:
        return aside
    if suspected and not _judged(predictions):
        return Triage(Verdict.BATCH, f"perhaps spam: {suspected}")
    sure = _sure(predictions)
    if not sure:
        unsure = _speaking(predictions)
        if unsure:
            return Triage(Verdict.REVIEW, f"unsure: {unsure[0].label.replace('_', ' ')}")
        return Triage(Verdict.BATCH, "nothing to answer")
    deciding = _deciding(sure)
    urgency = _urgency(sure, predictions.of(COMPLAINT), mention, customer_value, policy)
    return Triage(Verdict.CASE, deciding.label.replace("_", " "), kind=_KIND_OF_LABEL[deciding.label], urgency=urgency)


def reason_to_alert(mention: Mention, predictions: Predictions, *, brand: Brand) -> Prediction | None:
    """Return the prediction that makes `triage` see a case in a mention, or None where it sees none."""
    sure = _sure(predictions)
    return _deciding(sure) if sure and _set_aside(mention, predictions, brand) is None else None


def _speaking(predictions: Predictions) -> list[Prediction]:
    """Return what speaks of a complaint or an opportunity, sure or not; intent says more than sentiment."""
    return [p for p in (predictions.of(SWITCHING), predictions.of(SENTIMENT)) if p and p.label in _KIND_OF_LABEL]


def _sure(predictions: Predictions) -> list[Prediction]:
    return [p for p in _speaking(predictions) if not p.unsure]


def _deciding(sure: list[Prediction]) -> Prediction:
    """Return what decides of the kind: the first that speaks of a complaint, or else the first."""
    return next((p for p in sure if _KIND_OF_LABEL[p.label] is CaseKind.COMPLAINT), sure[0])


def _set_aside(mention: Mention, predictions: Predictions, brand: Brand) -> Triage | None:
    """Decide without the labels of a case where author, language or a sure relevance says enough."""
    handle = mention.author.handle.casefold()
    if brand.wrote_as(mention.author):
        return Triage(Verdict.OWN, "written by our own account")
    if any(a.platform == mention.platform and a.handle.casefold() == handle for r in brand.rivals for a in r.accounts):
        return Triage(Verdict.BATCH, "written by a rival")
    if mention.repost_of is not None:
        return Triage(Verdict.BATCH, "a repost")
    if mention.author.automated:
        return Triage(Verdict.BATCH, "written by a bot")
    if not predictions.language_supported and not _judged(predictions):  # people read it themselves
        return Triage(Verdict.REVIEW, f"language not supported: {predictions.language or 'unknown'}")
    relevance = predictions.of(RELEVANCE)
    return _NOT_FOR_US.get(relevance.label) if relevance and not relevance.unsure else None


def _judged(predictions: Predictions) -> bool:
    """Tell whether a person has set any label."""
    return any(p.by for p in predictions.items)


def _urgency(
    sure: list[Prediction],
    complaint: Prediction | None,
    mention: Mention,
    customer_value: Decimal | None,
    policy: TriagePolicy,
) -> Urgency:
    points = max(_WEIGHT[p.label] for p in sure)
    asks = complaint is not None and complaint.label == "complaint" and not complaint.unsure
    points += asks and any(p.label == "negative" for p in sure)
    points += (mention.author.followers or 0) >= policy.high_reach
    points += customer_value is not None and customer_value >= policy.high_value
    return list(Urgency)[min(points, 3)]
