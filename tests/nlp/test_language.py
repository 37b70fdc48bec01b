"""The language gate marks what the model cannot read, and doubts rather than rejects."""

import pytest

from nlp.language import gate

ENGLISH_ONLY = gate(frozenset({"en"}))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ich kündige meinen Vertrag, der Kundendienst ist furchtbar", "de"),
        ("je ne suis pas content du service, je résilie", "fr"),
        ("No puedo entrar a mi cuenta desde ayer", "es"),
        ("アプリが動かない", "ja"),
        ("Привет", "ru"),
    ],
)
def test_other_languages_are_marked(text, code):
    assert (ENGLISH_ONLY(text).code, ENGLISH_ONLY(text).supported) == (code, False)


@pytest.mark.parametrize(
    "text", ["", "ok", "merci", "😂😂😂", "@someone #tag https://x.example", "smh no cap", "Netflix suxxx"]
)
def test_text_that_does_not_tell_is_not_rejected(text):
    assert ENGLISH_ONLY(text).supported


def test_english_is_told():
    assert ENGLISH_ONLY("I have been waiting for an hour and nobody answers").code == "en"


def test_no_list_of_languages_lifts_the_gate():
    found = gate(frozenset())("No puedo entrar a mi cuenta desde ayer")
    assert (found.code, found.supported) == ("es", True)
