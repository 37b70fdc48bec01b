"""Labelled text: reads the files of ../shared/data, our own labels of them, and our invented posts, as examples."""

import csv
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import InputError
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING, BrandName, Reading
from nlp.tasks import TASKS

# Sources whose terms allow development and evaluation only: they never train weights that ship.
NON_COMMERCIAL = ("airline_crowdflower", "twcs_")
HELD_OUT_PERCENT = 15  # of our own labels and of the complaints: they are the dev set of relevance and complaint
TRAINING = Path(__file__).parent / "training"
WRITTEN = TRAINING / "written.txt"
LABELS = TRAINING / "labels.csv"
_RELEVANCE_OF_KIND = {"customer": "about", "news": "about", "ad": "spam", "rival_offer": "rival_offer"}
_POLARITY = {"-1": "negative", "0": "neutral", "1": "positive"}
_SXSW_BRAND = re.compile(r"\b(iphone|ipad|apple|google|android)\b", re.IGNORECASE)
_ADDRESSEE = re.compile(r"@(\w+)")


@dataclass(frozen=True, slots=True)
class Example:
    """One reading with what is known of it: labels by task. No labels: only a teacher can say more.

    `group` is what a held-out fit leaves out whole (the industry); `source` its origin.
    """

    reading: Reading
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    group: str = ""
    weight: float = 1.0

    @property
    def may_train(self) -> bool:
        """Whether the terms of the origin allow it in weights that ship."""
        return not self.source.startswith(NON_COMMERCIAL)


def development(data: Path) -> list[Example]:
    """Read what is measured and never trained on: validation tweets, non-commercial posts, our held-out labels."""
    posts = [e for e in switching(data / "switching_train.jsonl") if not e.may_train]
    own = [*labelled(data), *complaints(data / "complaints.csv")]
    return [*sentiment(data / "sentiment_dev.jsonl"), *posts, *(e for e in own if _held_out(e))]


def training(data: Path) -> tuple[list[Example], list[Example], list[Example]]:
    """Read what trains: labelled tweets, labelled posts about brands, and posts for a teacher to label.

    No text of `development` is among them, whoever labelled it.
    """
    kept = {text_key(e.reading.text) for e in development(data)}
    posts = [
        *switching(data / "switching_train.jsonl"),
        *labelled(data),
        *written(),
        *complaints(data / "complaints.csv"),
        *targets(data / "target_sentiment_dong2014_train.raw"),
        *aspects(data / "aspect_mams_train.xml"),
    ]
    groups = (sentiment(data / "sentiment_train.jsonl"), posts, without_labels(data))
    tweets, posts, unlabelled = ([e for e in group if text_key(e.reading.text) not in kept] for group in groups)
    return tweets, posts, unlabelled


def _held_out(example: Example) -> bool:
    return int(text_key(example.reading.text), 16) % 100 < HELD_OUT_PERCENT


def sentiment(path: Path) -> list[Example]:
    """Read `sentiment_train.jsonl` or `sentiment_dev.jsonl`: tweets with no brand."""
    return [Example(Reading(row["text"]), {SENTIMENT: row["label"]}, source="semeval") for row in _json_rows(path)]


def switching(path: Path) -> list[Example]:
    """Read `switching_train.jsonl` or a file of its shape: one row per text and target brand."""
    return [
        Example(
            _reading(row["text"], row["target"], row.get("rival")),
            _labels(row),
            source=row.get("source", ""),
            group=row.get("industry", ""),
            weight=1.0 if row.get("certain", True) else 0.5,
        )
        for row in _json_rows(path)
    ]


def _labels(row: Mapping[str, str]) -> dict[str, str]:
    relevance = _RELEVANCE_OF_KIND.get(row.get("kind", ""))
    return {SWITCHING: row["label"]} | ({RELEVANCE: relevance} if relevance else {})


def complaints(path: Path) -> list[Example]:
    """Read `complaints.csv`: tweets to companies, complaint or not, by industry."""
    found = []
    for _, text, label, industry in _csv_lines(path):
        addressee = _ADDRESSEE.search(text)
        reading = _reading(text, addressee[1] if addressee else None)
        found.append(Example(reading, {COMPLAINT: TASKS[COMPLAINT].spellings[label]}, "complaints", industry))
    return found


def targets(path: Path) -> list[Example]:
    """Read `target_sentiment_dong2014_train.raw`: sentiment towards what stands for `$T$`."""
    lines = _text(path).split("\n")
    triples = zip(lines[0::3], lines[1::3], lines[2::3], strict=False)
    return [
        Example(_reading(text.replace("$T$", target), target), {SENTIMENT: _POLARITY[polarity.strip()]}, "dong2014")
        for text, target, polarity in triples
    ]


def aspects(path: Path) -> list[Example]:
    """Read `aspect_mams_*.xml`: sentences whose several targets are judged differently."""
    return [
        Example(
            _reading(sentence.findtext("text", ""), term.get("term")), {SENTIMENT: term.get("polarity", "")}, "mams"
        )
        for sentence in ET.fromstring(_text(path)).iter("sentence")  # noqa: S314 - a file that the trainer chose
        for term in sentence.iter("aspectTerm")
    ]


def without_labels(data: Path) -> list[Example]:
    """Read texts that name brands and are labelled for other questions than ours: a teacher says what it thinks."""
    sanders = _csv_rows(data / "relevance_sanders.csv")
    found = [Example(_reading(row["TweetText"], row["Topic"]), source="sanders") for row in sanders]
    for row in _csv_rows(data / "brand_emotion_sxsw.csv"):
        named = _SXSW_BRAND.search(row["tweet_text"] or "")
        if named:
            found.append(Example(_reading(row["tweet_text"], named[1]), source="sxsw"))
    for row in _csv_rows(data / "comparative_compsent19.csv"):
        if row["domain"] == "brands":
            pair = (row["object_a"], row["object_b"])
            found += [Example(_reading(row["sentence"], *order), source="compsent") for order in (pair, pair[::-1])]
    return found


def labelled(data: Path, *, path: Path = LABELS) -> list[Example]:
    """Join our own labels, which hold no text, with the texts of `data` that they are about, by hash.

    Raises:
        InputError: a file of `data` cannot be read, or a label's text is in none of them.
    """
    texts = {text_key(text): (text, source) for text, source in _all_texts(data)}
    found = []
    for row in csv.DictReader(_text(path).splitlines()):
        if row["text_sha256"] not in texts:
            raise InputError(f"{path} has a label for the text {row['text_sha256']}, which is in no file of {data}.")
        text, source = texts[row["text_sha256"]]
        labels = {task: row[task] for task in TASKS if row[task]}
        weight = 1.0 if row["certain"] == "1" else 0.5
        found.append(Example(_reading(text, row["target"], row["rival"]), labels, f"labelled {source}", weight=weight))
    return found


def text_key(text: str) -> str:
    """Return the hash under which our labels know a text; white space does not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def written(path: Path = WRITTEN) -> list[Example]:
    """Read our own invented posts; a post that also names a rival is a second example, seen from the rival."""
    ours, theirs = BrandName("Northwind"), BrandName("Contoso")
    found, industry = [], ""
    for line in _text(path).split("\n"):
        if line.startswith("["):
            industry = line.strip("[]")
        elif line and not line.startswith("#"):
            *columns, text = line.split(" | ", 5)
            text = text.replace("{B}", ours.name).replace("{R}", theirs.name)
            from_ours, from_theirs, feeling, relevance, complaint = columns
            labels = {SWITCHING: from_ours, SENTIMENT: feeling, RELEVANCE: relevance, COMPLAINT: complaint}
            sides = [(labels, ours, theirs), ({SWITCHING: from_theirs}, theirs, ours)]
            for said, brand, rival in sides:
                known = {task: TASKS[task].spellings.get(label, label) for task, label in said.items() if label != "-"}
                if known:
                    found.append(Example(Reading(text, brand, (rival,)), known, source="written", group=industry))
    return found


def _reading(text: str, target: str | None, rival: str | None = None) -> Reading:
    return Reading(text, BrandName(target) if target else None, (BrandName(rival),) if rival else ())


def _all_texts(data: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of the files that our own labels speak of, with its source."""
    yield from ((row["text"], "semeval") for row in _json_rows(data / "sentiment_train.jsonl"))
    yield from ((line[1], "complaints") for line in _csv_lines(data / "complaints.csv"))
    yield from ((row["TweetText"], "sanders") for row in _csv_rows(data / "relevance_sanders.csv"))
    yield from ((row["tweet_text"] or "", "sxsw") for row in _csv_rows(data / "brand_emotion_sxsw.csv"))
    yield from ((row["sentence"], "compsent") for row in _csv_rows(data / "comparative_compsent19.csv"))
    yield from ((e.reading.text, "dong2014") for e in targets(data / "target_sentiment_dong2014_train.raw"))


def _json_rows(path: Path) -> Iterator[dict[str, str]]:
    for line in _text(path).split("\n"):
        if line:
            try:
                yield json.loads(line)
            except ValueError as error:
                raise InputError(f"{path} is not JSON lines: {error}. {_FOLDER}") from error


def _csv_rows(path: Path) -> Iterable[dict[str, str]]:
    return csv.DictReader(_text(path).splitlines(keepends=True))


def _csv_lines(path: Path) -> Iterable[list[str]]:
    return csv.reader(_text(path).splitlines(keepends=True))


_FOLDER = "Give the folder of labelled text."


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. {_FOLDER}") from error
