"""The language gate marks what the model cannot read, and doubts rather than rejects."""

import json

import pytest

from nlp import language
from nlp.text import clean
from tests.shared import shared_file

GATE = language.gate(frozenset({"en"}))


def english_only(text):
    return GATE(clean(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ich kündige meinen Vertrag, der Kundendienst ist furchtbar", "de"),
        ("je ne suis pas content du service, je résilie", "fr"),
        ("No puedo entrar a mi cuenta desde ayer", "es"),
        ("アプリが動かない", "ja"),
        ("Привет", "ru"),
        ("Merkwürdiger Traum!", "de"),
        ("@user @user Tô muito contente #MasterChefBR 😂😂", "pt"),
        ("bhai ye app kaam nahi kar raha hai", "hi"),
    ],
)
def test_other_languages_are_marked(text, code):
    assert (english_only(text).code, english_only(text).supported) == (code, False)


@pytest.mark.parametrize(
    "text", ["", "ok", "merci", "😂😂😂", "@someone #tag https://x.example", "smh no cap", "Netflix suxxx"]
)
def test_text_that_does_not_tell_is_not_rejected(text):
    assert english_only(text).supported


def test_english_is_told():
    assert english_only("I have been waiting for an hour and nobody answers").code == "en"


def test_no_list_of_languages_lifts_the_gate():
    found = language.gate(frozenset())("No puedo entrar a mi cuenta desde ayer")
    assert (found.code, found.supported) == ("es", True)


def test_names_and_tags_are_no_evidence():
    assert english_only("#Kundendienst @vielen_dank https://beispiel.example/hallo ourbrand").code is None


def test_a_model_of_several_languages_is_doubted_only_beyond_them():
    several = language.gate(frozenset({"en", "de", "hi"}))
    assert several("Ich kündige meinen Vertrag, der Kundendienst ist furchtbar").supported
    assert several("bhai ye app kaam nahi kar raha hai").supported
    assert not several("je ne suis pas content du service, je résilie").supported


@pytest.mark.shared
def test_few_english_posts_are_marked_and_most_others():
    marked: dict[str, list[bool]] = {}
    for row in map(json.loads, shared_file("data/sentiment_multilingual.jsonl").open(encoding="utf-8")):
        if row["split"] == "val":
            marked.setdefault(row["lang"], []).append(not english_only(row["text"]).supported)
    share = {language: sum(found) / len(found) for language, found in marked.items()}
    assert share["english"] <= 0.003
    least = {"arabic": 0.99, "spanish": 0.98, "french": 0.97, "italian": 0.94, "portuguese": 0.9, "german": 0.87}
    assert {name: share[name] for name, wanted in least.items() if share[name] < wanted} == {}
