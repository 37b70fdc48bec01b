"""The digest as a page: all that Slack shows, in one file, and nothing of a stranger's that comes to life."""

import re
from dataclasses import replace

import pytest

from bot.views.digest_words import breakdown, headline, kpi_lines, movement_lines, topics_words, voice_words, wins_words
from domain.digest import Movement, Mover, Topic, VoiceShare
from service.digest_page import _PAGE, digest_html
from tests.bot import files
from tests.browser import open_page
from tests.hostile import HOSTILE


def page(shown, picture=None):
    return _PAGE.substitute(day="2026-03-04", brands=digest_html(shown, picture or files.chart()))


def test_the_page_says_all_that_slack_says():
    shown = files.digest(quality=files.quality())
    html = page(shown).replace("&#x27;", "'")
    sentences = [headline(shown), *breakdown(shown), topics_words(shown), voice_words(shown), wins_words(shown)]
    sentences += [text for _, text in movement_lines(shown)]
    assert [said for said in sentences if said not in html] == []
    for mark, text in kpi_lines(shown):
        name, value = text.split(" · ")[0].split(": ")
        assert name in html
        assert value.split(" (")[0] in html
        assert mark in html
    for words in (*(q.text for q in shown.quotes), shown.audit_head, "18 complaints of all days", "posts judged blind"):
        assert words in html


def test_a_quiet_day_says_so_on_the_page():
    html = page(files.quiet_digest())
    assert "A quiet day: nobody wrote about Lumora." in html
    assert "Nothing. Every complaint has its answer." in html
    assert "What changed" not in html


def test_the_page_needs_no_network():
    html = page(files.digest())
    assert re.findall(r"(?:src|href)=\"(?!https://(?:x\.com|lumora\.slack\.com)/|data:image/png;base64,)", html) == []
    assert "<script" not in html
    assert 'src="data:image/png;base64,iVBORw==" alt="Two weeks"' in html


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_of_a_strangers_becomes_html(text):
    quote = files.quote(text, author=text, url=text, sentiment=text, permalink=text, switching=text)
    shown = files.digest(
        brand=text,
        quotes=(quote,),
        topics=(Topic(text, 9, 9, 0),),
        movement=Movement(4, same_weekday=True, movers=(Mover(text, 9, 1.0),)),
        voice=VoiceShare(9, ((text, 1),)),
        unanswered=replace(files.unanswered(), oldest=(replace(files.unanswered().oldest[0], permalink=text),)),
        audit_head=text,
    )
    tags = re.findall(r"<[^>]*>", digest_html(shown, files.chart(alt_text=text)))
    harmless = {"article", "h1", "h2", "p", "b", "small", "table", "tr", "td", "th", "figure", "img", "figcaption"}
    assert set(re.findall(r"</?(\w+)", " ".join(tags))) <= harmless | {"ul", "li", "blockquote", "br", "a"}
    assert not any(re.search(r"\son\w+\s*=|javascript:", re.sub(r'"[^"]*"', "", tag), re.IGNORECASE) for tag in tags)
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', "".join(tags))).lower()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_it_light_and_dark(tmp_path, dark):
    from charts.digest import digest_chart

    picture = files.chart(png=digest_chart(files.chart_days(), target=0.25))
    path = tmp_path / "digest.html"
    path.write_text(page(files.digest(), picture), encoding="utf-8")
    with open_page(path.as_uri()) as shown:
        shown.resize(820, 900, dark=dark)
        assert shown.evaluate("document.querySelector('img').naturalWidth") == 832
        ground = shown.evaluate("getComputedStyle(document.querySelector('.better')).color")
        assert ground == ("rgb(79, 208, 165)" if dark else "rgb(0, 105, 76)")
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert shown.complaints == []
