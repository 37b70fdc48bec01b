"""Foreign text: harmless, within its limits, and otherwise left as it was."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escaping import escape, link, units, web_url
from tests.hostile import HOSTILE


def test_special_characters_are_escaped_and_read_back_as_written():
    assert escape("a & b <!channel> &lt;", limit=100) == "a &amp; b &lt;!channel&gt; &amp;lt;"


@given(text=st.text() | st.sampled_from(HOSTILE), limit=st.integers(1, 200), lines=st.integers(1, 4))
def test_result_keeps_its_limits_and_never_ends_inside_an_entity(text, limit, lines):
    shown = escape(text, limit=limit, lines=lines)
    assert units(shown) <= limit
    assert shown.count("\n") < lines
    assert "<" not in shown
    assert ">" not in shown
    assert escape(html.unescape(shown), limit=10_000, lines=lines) == shown, "only whole entities stand in it"
    assert units(shown) == len(shown.encode("utf-16-le")) // 2


@given(text=st.text() | st.sampled_from(HOSTILE))
def test_nothing_invisible_is_left_to_hide_behind(text):
    shown = escape(text, limit=3000, lines=50)
    bad = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - set("\n\u200c\u200d")
    assert not bad


def test_ordinary_text_of_any_script_is_left_alone():
    for text in (
        "Ça va? Größe 5 €",
        "日本語のテキスト",
        "नमस्ते दुनिया",
        "สวัสดีครับ",
        "شكرا جزيلا",
        "👩‍👩‍👧‍👦 👍🏽 ❤️",
        "می‌خواهم",
    ):
        assert escape(text, limit=100) == text


def test_too_many_marks_on_one_letter_are_cut():
    assert escape("Z" + "\u0335" * 60 + "a", limit=100) == "Z" + "\u0335" * 4 + "a"


def test_lines_beyond_the_last_are_joined():
    assert escape("a\n\n\nb\r\nc\u2028d", limit=100, lines=2) == "a\nb c d"
    assert escape("a\nb", limit=100) == "a b"


def test_cut_text_says_so():
    assert escape("abcdef", limit=4) == "abc…"
    assert escape("ab&cd", limit=6) == "ab…"
    assert escape("abc", limit=3) == "abc"


def test_markup_is_disarmed_where_slack_reads_it_and_words_keep_their_underscores():
    shown = escape("*a* _b_ ~c~ `d` :boom: see https://x.example/a_b jane_doe 3*4", limit=200, markup=True)
    assert shown == "∗a∗ ＿b＿ ∼c∼ ˋdˋ ∶boom∶ see x.example/a_b jane_doe 3*4"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("voilàhttps://evil.example", "voilàevil.example"),
        ("1https://evil.example", "1evil.example"),
        ("https:a:////evil.example", "https∶//evil.example"),
    ],
)
def test_no_address_is_left_where_its_scheme_follows_a_letter_or_appears_once_another_is_taken_out(text, shown):
    assert escape(text, limit=200, markup=True) == shown


def test_a_text_that_begins_like_a_quotation_quotes_nothing():
    assert escape("> 5 > 4\n>>> all", limit=200, lines=2, markup=True) == "＞ 5 &gt; 4\n＞＞＞ all"
    assert escape("> 5", limit=200) == "&gt; 5"


@pytest.mark.parametrize(
    "url", ["https://x.com/jane/status/1", "http://127.0.0.1:8080/x?a=1&b=2#c", "https://x.com/%20a"]
)
def test_web_addresses_pass_unchanged(url):
    assert web_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "x.com/a", "javascript:alert(1)", "data:text/html,x", "ftp://x.com", "https://", "https:///a", "//x.com/a",
        "https://bank.example@evil.example", "https://x.com/a b", "https://x.com/\n", "https://x.com/\u202e", "http://[::1",
        "https://x.com:99999/", "https://x.com/" + "a" * 3000,
    ],
)  # fmt: skip
def test_everything_else_is_no_address(url):
    assert web_url(url) is None
    assert link(url, "words") == "words"


def test_link_never_eats_up_the_room_of_a_message():
    longest = "https://x.example/".ljust(300, "x")
    assert link(longest, "post") == f"<{longest}|post>"
    assert link(f"{longest}x", "post") == "post"
    assert link("https://x.example/?".ljust(290, "&"), "post") == "post"


def test_link_cannot_be_broken_out_of():
    assert link("https://x.com/a|b>c?d=1&e=<!channel>", "post") == (
        "<https://x.com/a%7Cb%3Ec?d=1&amp;e=%3C!channel%3E|post>"
    )
    assert link("https://xn--e1afmkfd.example/ü", "post") == "<https://xn--e1afmkfd.example/%C3%BC|post>"


def test_a_colon_of_ours_ends_no_emoji_of_a_strangers():
    assert f"{escape('look :+1', limit=99, markup=True)}: new" == "look ∶+1: new"
    assert escape("x:31", limit=99, markup=True) == "x:31"
