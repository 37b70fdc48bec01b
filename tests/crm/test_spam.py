import csv
import json
from datetime import timedelta

import pytest

from crm.spam import SUSPECTED, signs, suspicion
from domain.noise import Activity
from tests.builders import author, mention
from tests.shared import shared_file

QUIET, BUSY = Activity(timedelta(minutes=10)), Activity(timedelta(minutes=10), posts=12)
WORST = author("jane12345678", followers=0)


@pytest.mark.parametrize(
    ("text", "by", "activity", "reason"),
    [
        (
            "Use my code LUM20, follow back!",
            author(),
            QUIET,
            "words that sell something, words that fish for followers",
        ),
        ("https://a.example", WORST, BUSY, "nothing but a link"),
        ("airdrop now", author(), Activity(timedelta(minutes=10), 5, 4), "the same words from this account 4 times"),
        ("airdrop now", author(), Activity(timedelta(minutes=10), 1, 1, 9), "the same words from 9 other accounts"),
    ],
)
def test_several_signs_are_a_suspicion_with_its_reasons(text, by, activity, reason):
    assert reason in (suspicion(mention(text, by=by), activity) or "")


@pytest.mark.parametrize(
    ("text", "by", "activity"),
    [
        ("Lumora is down and I am angry", WORST, BUSY),
        ("https://a.example", author(), QUIET),
        ("Give me my money back, use my code LUM20 they said", author(), QUIET),
        ("#a #b #c #d #e #f #g #h Lumora", author(), BUSY),
    ],
)
def test_no_sign_suffices_alone(text, by, activity):
    assert suspicion(mention(text, by=by), activity) is None
    assert all(sign.weight < SUSPECTED for sign in signs(mention(text, by=by), activity))


@pytest.mark.shared
@pytest.mark.parametrize(("by", "activity"), [(author(), QUIET), (WORST, BUSY)], ids=["unknown author", "worst author"])
def test_hardly_any_real_complaint_is_suspected(by, activity):
    with shared_file("data/complaints.csv").open(encoding="utf-8", newline="") as file:
        texts = [row[1] for row in csv.reader(file) if row[2:3] == ["1"]]
    rows = map(json.loads, shared_file("data/airline_sentiment.jsonl").read_text(encoding="utf-8").splitlines())
    texts += [row["text"] for row in rows if row["label"] == "negative"]
    aside = sum(suspicion(mention(text, by=by), activity) is not None for text in texts)
    assert len(texts) > 9_000
    assert aside / len(texts) <= 0.005
