"""HTML as platforms and feeds write it, and as people read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.markup import plain

CASES = {
    "plain words": ("plain words", "plain words"),
    "entities": ("Fish &amp; chips &lt;3 &#8364;5 &nbsp;now", "Fish & chips <3 €5 now"),
    "paragraphs": ("<p>One\n line</p><p class='x'>two</p>", "One line\n\ntwo"),
    "lines": ("one<br>two<br/>three", "one\ntwo\nthree"),
    "a list": ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
    "code keeps its lines": ("<pre><code>a\n  b</code></pre>", "a\nb"),
    "a link shows its words": ('see <a href="https://a.example/b">our page</a>', "see our page"),
    "a short link is completed": (
        '<a href="https://a.example/long/way">https://a.example/lo...</a>',
        "https://a.example/long/way",
    ),
    "a short link without its scheme": ("<a href='https://a.example/way'>a.example/w…</a>!", "https://a.example/way!"),
    "scripts and styles": ("safe<script>if (a < b) alert('<p>')</script> text<style>p {}</style>", "safe text"),
    "comments": ("a<!-- <p>b</p> -->c", "ac"),
    "a comment without an end": ("a<!-- b", "a"),
    "a script without an end": ("a<script>b", "a"),
    "signs that are no tags": ("1 < 2 and a > b <3", "1 < 2 and a > b <3"),
    "a sign within an attribute": ('<img alt="a > b">c', "c"),
    "a picture's own end": ("a<svg/>b", "ab"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_reader_sees_the_words(case):
    markup, words = CASES[case]
    assert plain(markup) == words


@given(st.text(alphabet="<>/!-ap\"'= \n&;#x1script", max_size=200))
def test_any_markup_becomes_some_text(markup):
    assert plain(markup) == plain(markup).strip()
