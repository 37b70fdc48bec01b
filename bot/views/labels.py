"""What the model or a person says of a post, in words."""

from bot.views.elements import inline, who
from domain.prediction import SWITCHING, Prediction

INTENT = {
    "none": "no sign of switching",
    "considering_leaving": "thinks of leaving us",
    "leaving": "is leaving us",
    "considering_joining": "thinks of joining us",
    "joining": "is joining us",
}
_RELEVANCE = {"not_about": "not about us", "spam": "advertising", "rival_offer": "a rival's offer"}
_REASONS_SHOWN = 3


def sentiment_words(prediction: Prediction | None) -> str:
    """Say a sentiment with its confidence."""
    return _guess(inline(prediction.label, limit=60), prediction) if prediction else "not known"


def intent_words(prediction: Prediction | None) -> str:
    """Say a switching intent with the rival and the confidence."""
    if prediction is None:
        return "not known"
    said_of_it = INTENT.get(prediction.label, inline(prediction.label, limit=60))
    if prediction.rival and prediction.label != "none":
        toward = "from" if prediction.label.endswith("joining") else "to"
        said_of_it += f", {toward} *{inline(prediction.rival, limit=80)}*"
    return _guess(said_of_it, prediction)


def relevance_words(prediction: Prediction | None) -> str | None:
    """Say why a post may be none of our business; None where the model takes it for ours."""
    said_of_it = _RELEVANCE.get(prediction.label) if prediction else None
    return _perhaps(said_of_it, prediction) if prediction and said_of_it else None


def complaint_words(prediction: Prediction | None) -> str | None:
    """Say that an answer is asked for; None where it is not."""
    return _perhaps("asks for an answer", prediction) if prediction and prediction.label == "complaint" else None


def _perhaps(text: str, prediction: Prediction) -> str:
    return f"{'perhaps ' if prediction.unsure else ''}{text} ({_source(prediction)})"


def because(prediction: Prediction | None) -> str:
    """Quote the words that moved a prediction; nothing where nobody asked for them."""
    if prediction is None or prediction.reasons is None:
        return ""
    quotes = [inline(reason, limit=120) for reason in prediction.reasons[:_REASONS_SHOWN]]
    told = " … ".join(f"“{quote}”" for quote in quotes if quote)
    return f"\nbecause of: {told}" if told else "\nno single words stand out"


def _guess(text: str, prediction: Prediction) -> str:
    source = _source(prediction)
    return f"{text}? unsure, {source}" if prediction.unsure else f"{text} ({source})"


def _source(prediction: Prediction) -> str:
    return f"{prediction.score:.0%}" if prediction.by is None else f"said by {who(prediction.by)}"


def label_words(task: str, label: str) -> str:
    """Say a label of a task in words."""
    return INTENT[label] if task == SWITCHING else label
