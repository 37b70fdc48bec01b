"""What every evaluation reports beside the model: our keyword rules, and VADER where it is installed."""

import re
from collections.abc import Sequence

from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING, Prediction, Predictions, Reading
from domain.seams import Classify
from nlp.tasks import TASKS
from nlp.text import ModelText, model_text

KEYWORDS = "keywords"
VADER = "vader"

_POSITIVE = re.compile(
    r"\b(love|loving|great|awesome|amazing|best|good|happy|excited|thanks?|thank you|perfect|excellent|fantastic|"
    r"wonderful|nice|glad|beautiful|enjoy\w*|win|wins|won|congrat\w*|yay|fun)\b|[:;]-?[)d]|<3",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(hate\w*|worst|bad|awful|terrible|horrible|sucks?|shit\w*|fuck\w*|broken|useless|angry|sad|sorry|fail\w*|lost|"
    r"never|wrong|disgust\w*|disappoint\w*|annoy\w*|rude|scam|joke|crap|stupid|ugly|die[ds]?|kill\w*|hell|damn)\b|:-?\(",
    re.IGNORECASE,
)
_QUIT = r"(?:cancel|delet|uninstall|unsubscrib|deactivat|quit|ditch|dump|drop|leav)(?:l?ing|l?ed|e|t)?"
_LEAVING = re.compile(
    rf"\b(?:i|we|i'm|i've|we've|just|finally|have|am)\s+(?:\w+\s+)?{_QUIT}\b(?!.{{0,20}}(?:flight|order|ride|trip))|"
    r"\bnever (?:again|using|flying|buying|coming|going)\b|\blost (?:a|me as a|another) customer\b|\bgood ?bye\b|"
    r"\bswitch(?:ed|ing) (?:from|to|away)\b|\b(?:done|finished|through) with\b|\buninstall(?:ed|ing)\b|"
    r"\bclos(?:ed|ing) my account\b|\bmov(?:ed|ing) (?:away from|to rivalco)\b",
    re.IGNORECASE,
)
_CONSIDERING_LEAVING = re.compile(
    r"\b(?:might|may|thinking (?:of|about)|considering|about to|tempted to|if .{0,60}(?:will|i'll|i'm))\b.{0,30}"
    rf"\b(?:{_QUIT}|switch\w*|mov\w+)\b|\balternatives?\b|\btime to (?:find|look|switch|leave)\b|\bshopping around\b",
    re.IGNORECASE,
)
_OURS = r"\b(?:ourbrand)\b"
_JOINING = re.compile(
    r"\b(?:just (?:got|joined|bought|signed up)|signed up|joined|switched to|my new|my first|went back to)\b"
    rf".{{0,25}}{_OURS}",
    re.IGNORECASE,
)
_CONSIDERING_JOINING = re.compile(
    r"\b(?:should i (?:get|buy|try)|thinking of (?:getting|buying|joining)|tempted|want (?:a|an|to try)|"
    rf"might (?:get|try)|worth)\b.{{0,25}}{_OURS}",
    re.IGNORECASE,
)
_OFFER = r"(?:free|off|deals?|discount|months?|join us|sign up|promo|save)\b|%"
_TO_US = r"\b(?:switch|move|come|port|transfer)\w*(?: over)? to (?:us|rivalco)\b"
_RIVAL_OFFER = re.compile(
    rf"{_TO_US}.{{0,80}}(?:{_OFFER})|(?:{_OFFER}).{{0,80}}{_TO_US}|"
    r"\b(?:tired of|fed up with|sick of|leave|ditch) ourbrand\b.{0,80}\b(?:we|us|our|rivalco)\b.{0,60}"
    r"(?:free|offer|off\b|%)",
    re.IGNORECASE,
)
_SPAM = re.compile(
    r"\b(?:click here|link in bio|buy now|order now|shop now|apply now|limited time|promo code|coupons?|discount code|"
    r"giveaways?|free (?:download|shipping|trial|gift)|\w+ to win|wins? an?|(?:might|could) win|for sale|now hiring|"
    r"job (?:opening|alert)|work from home|sponsored|# ad)\b|\d+ ?% off|"
    r"^(?:rt @user\W+)?.{0,40}\b(?:join|come|get|grab|check out|watch|sign up|register|download|save|order|enter|win|"
    r"free)\b.*\bhttp\b",
    re.IGNORECASE | re.DOTALL,
)
_TROUBLE = re.compile(
    r"\b(?:not work\w*|doesn't work|isn't working|stopped working|won't|can't|cannot|couldn't|unable|"
    r"still (?:no|not|waiting|haven't)|no (?:response|reply|answer|help|signal|service)|"
    r"never (?:received|arrived|got|came)|waiting|wait(?:ed)? (?:for|over)|refund|charged|overcharged|billed|error|"
    r"crash\w*|broke|broken|faulty|defective|damaged|missing|lost|late|delay\w*|cancel(?:l)?ed|down|outage|issues?|problems?|fix|"
    r"poor|terrible|awful|worst|ridiculous|unacceptable|disappoint\w*|joke|rude|ignor\w*|hours|fail\w*|wrong|useless|"
    r"angry|annoy\w*|frustrat\w*|complain\w*)\b",
    re.IGNORECASE,
)


def keywords(readings: Sequence[Reading]) -> list[Predictions]:
    """Classify by rules; the score only says whether a rule fired."""
    return [_predictions(model_text(reading)) for reading in readings]


def vader() -> Classify | None:
    """Return VADER's sentiment with its authors' thresholds, or None where the `train` extra is not installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415
    except ImportError:
        return None
    analyser = SentimentIntensityAnalyzer()

    def classify(readings: Sequence[Reading]) -> list[Predictions]:
        return [_vader_predictions(analyser.polarity_scores(reading.text)["compound"]) for reading in readings]

    return classify


def _vader_predictions(compound: float) -> Predictions:
    label = "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
    score = (1 + abs(compound)) / 2
    return Predictions((Prediction(SENTIMENT, label, score, unsure=False, model=VADER, probabilities={label: score}),))


def _predictions(prepared: ModelText) -> Predictions:
    text = prepared.text
    return Predictions(
        (
            _prediction(SENTIMENT, _sentiment(text)),
            _prediction(SWITCHING, _switching(text), rival=prepared.rival),
            _prediction(RELEVANCE, _relevance(text)),
            _prediction(COMPLAINT, _complaint(text)),
        )
    )


def _prediction(task: str, label: str, *, rival: str | None = None) -> Prediction:
    quiet = label == TASKS[task].quiet
    score = 0.5 if quiet else 1.0
    return Prediction(task, label, score, unsure=quiet, model=KEYWORDS, rival=rival, probabilities={label: score})


def _sentiment(text: str) -> str:
    balance = len(_POSITIVE.findall(text)) - len(_NEGATIVE.findall(text))
    return "positive" if balance > 0 else "negative" if balance < 0 else "neutral"


def _switching(text: str) -> str:
    rules = (
        ("joining", _JOINING),
        ("considering_joining", _CONSIDERING_JOINING),
        ("considering_leaving", _CONSIDERING_LEAVING),
        ("leaving", _LEAVING),
    )
    return next((label for label, rule in rules if rule.search(text)), "none")


def _relevance(text: str) -> str:
    """Take offers and advertising by their words; that a name means something else, words alone hardly tell."""
    return "rival_offer" if _RIVAL_OFFER.search(text) else "spam" if _SPAM.search(text) else "about"


def _complaint(text: str) -> str:
    """Take a text for a complaint that tells of trouble and does not praise more than it curses."""
    return "complaint" if _TROUBLE.search(text) and _sentiment(text) != "positive" else "none"
