import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.wording import VARIABLES, digest_of, fill, fits, is_automatic, length_fault, text_faults, variables_in
from domain.case import CaseKind
from domain.reply import ReplyPolicy, ReplyTemplate
from tests.bot import files


def test_variables_are_filled_in_and_the_missing_stay_in_braces():
    filled = fill(ReplyTemplate("t", "T", "{author}, {link} {link} {author}"), {"author": "Jane", "link": " "})
    assert filled == "Jane, {link} {link} Jane"
    assert text_faults(filled) == ("{link}: fill this in, or take it out.",)


def test_what_a_value_holds_in_braces_is_not_filled_in_but_a_fault():
    filled = fill(ReplyTemplate("t", "T", "{author}"), {"author": "{agent}", "agent": "Mia"})
    assert filled == "{agent}"
    assert text_faults(filled)


@given(st.text(), st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.text()))
def test_a_text_without_faults_has_no_variable_left(text, values):
    filled = fill(ReplyTemplate("t", "T", text), values)
    if not text_faults(filled):
        assert variables_in(filled) == ()


@pytest.mark.parametrize("text", ["Grüße 👋🏽", "می‌خواهم", "a\nb\tc", "{ }", "{1}", "x {not a name} y"])
def test_ordinary_texts_have_no_faults(text):
    assert text_faults(text) == ()


def test_a_template_is_offered_where_it_fits():
    complaint = files.file()
    assert fits(ReplyTemplate("t", "T", "x"), complaint)
    assert fits(ReplyTemplate("t", "T", "x", platforms=("x",), brands=("Lumora",), kinds=("complaint",)), complaint)
    assert not fits(ReplyTemplate("t", "T", "x", platforms=("reddit",)), complaint)
    assert not fits(ReplyTemplate("t", "T", "x", brands=("Helio",)), complaint)
    assert not fits(ReplyTemplate("t", "T", "x", kinds=("complaint",)), files.file(kind=CaseKind.OPPORTUNITY))


def test_the_length_is_right_up_to_the_limit():
    assert length_fault(280, 280) is None
    assert length_fault(281, 280) == "The reply is 281 characters long and 280 are allowed: shorten it by 1."


@given(st.text(), st.text())
def test_two_texts_have_one_digest_only_where_they_are_the_same(one, other):
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_automatic_texts_are_known_whole_or_by_their_beginning():
    policy = ReplyPolicy(automatic=("Thanks!...", "We are closed."))
    assert is_automatic(" THANKS! We will answer", policy)
    assert is_automatic("We are  closed.", policy)
    assert not is_automatic("We are closed. Sorry, Jane.", policy)
    assert not is_automatic("Hi. Thanks!", policy)
    assert not is_automatic("", ReplyPolicy())
