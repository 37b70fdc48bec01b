"""Plain cases of what once did not fit into Slack, or came to life there; drawn values found them."""

from dataclasses import replace

import pytest

from bot.desk import Answer
from bot.subjects import CaseSubject, subject_value
from bot.views.case_forms import escalate_view
from bot.views.case_menus import MORE, more_menu
from bot.views.digest import digest_blocks
from bot.views.elements import MESSAGE_BLOCKS, fitting, line, named, who
from bot.views.home import home_view
from bot.views.modal import said_view
from bot.views.reply import TEMPLATE, copy_view, reply_view
from bot.views.search import search_blocks
from bot.views.stats import stats_blocks
from bot.views.unsure import unsure_blocks
from domain.case import CaseKind, CaseState
from domain.handover import EscalationPolicy
from domain.mention import mention_id
from domain.outcome import Kpi
from domain.prediction import SENTIMENT, SWITCHING, Prediction, Predictions
from domain.reply import ReplyTemplate
from domain.setting import Setting
from domain.team import Deeds
from flows.judging import UnsurePage
from flows.lookup import Hit, SearchPage, SearchQuery
from tests import builders
from tests.bot import desk_views, files
from tests.bot.test_reply_views import sheet
from tests.bot.validation import alive, faults, texts, view_faults
from tests.builders import NOON

LONG = "W" * 4000
ADDRESS = "https://x.example/".ljust(300, "x")
CASE = subject_value(CaseSubject("case1"))


def wordy(**changes):
    """A post of which everything is too long for its place."""
    items = (
        Prediction(SENTIMENT, LONG, 0.5, True, ""),
        Prediction(SWITCHING, LONG, 0.5, True, "", rival=LONG),
    )
    mention = builders.mention(LONG, by=files.jane(LONG, name=LONG), url=ADDRESS)
    triage = replace(files.seen().triage, reason=LONG)
    return files.seen(mention=mention, brand=LONG[:80], predictions=Predictions(items), triage=triage, **changes)


def shown(blocks):
    return "\n".join(texts([block.to_dict() for block in blocks]))


def test_only_what_looks_like_an_id_of_slack_is_a_mention():
    assert who("U0MIA") == "<@U0MIA>"
    assert named("S0SOCIAL C0ALERTS") == "<!subteam^S0SOCIAL>, <#C0ALERTS>"
    for letter in "USC":
        assert named(letter * 4000) == f"{letter * 74}…"


@pytest.mark.parametrize("page", [0, 9])
def test_a_page_of_hits_fits_however_long_everything_is(page):
    case = files.case(state=CaseState.WAITING_APPROVAL, owner=LONG)
    query = SearchQuery(LONG, brand=LONG[:80], since=NOON, author=LONG, platform="reddit")
    for hits in ((Hit(wordy(copy_of="case1"), case),) * 10, (Hit(wordy(), None),) * 10):
        assert faults(search_blocks(SearchPage(hits, more=True), query, page=page, key="k" * 12)) == []


def test_a_page_of_unsure_posts_fits_however_long_everything_is_and_shows_ordinary_posts_whole():
    found = UnsurePage((wordy(),) * 10, 999)
    assert faults(unsure_blocks(found, page=3, brand=LONG[:80], judged=files.file(brand=LONG[:80]))) == []
    tweet = "word " * 56
    ordinary = UnsurePage((desk_views.unsure(mention=builders.mention(tweet)),) * 10, 10)
    assert shown(unsure_blocks(ordinary, page=0, brand="")).count(f"“{tweet.strip()}”") == 10


def test_the_stats_of_many_brands_and_people_stand_on_as_many_pages_as_they_take():
    people = [Deeds(f"U0{number:04}", 10, 7, 8, 3600.0) for number in range(60)]
    teams = [desk_views.stats(*people, brand=f"Brand {number}") for number in range(12)]
    pages: list[str] = []
    while not pages or "Next" in pages[-1]:
        page = stats_blocks(teams, page=len(pages), value="week|")
        assert faults(page) == []
        pages.append(shown(page))
    told = "\n".join(pages)
    assert [told.count(f"The team of Brand {number},") for number in range(12)] == [3] * 12
    assert told.count("*Together*") == 12
    assert told.count("• <@U0") == 12 * 60
    assert "Earlier" not in pages[0]
    assert all("Earlier" in page for page in pages[1:])
    assert "Next" not in shown(stats_blocks([desk_views.stats(*people[:25])]))


def test_what_fits_is_shown_whole():
    few = [line("x")] * MESSAGE_BLOCKS
    assert fitting(few, rest="more") == few
    cut = fitting([*few, line("x")], rest="more")
    assert len(cut) == MESSAGE_BLOCKS
    assert shown(cut).endswith("x\nmore")
    assert len(fitting([line("😀" * 1400)] * 9, rest="more")) == 5


def test_a_digest_with_a_target_for_every_kpi_and_endless_words_fits():
    kpis = tuple(Kpi(f"{LONG}_{number}", 0.5, 1, 2, "share", LONG) for number in range(20))
    score = files.scores()[1]
    scores = tuple(replace(score, target=replace(score.target, kpi=kpi.name)) for kpi in kpis)
    quote = files.quote(LONG, author=LONG, url=ADDRESS, permalink=ADDRESS, sentiment=LONG)
    digest = files.digest(brand=LONG[:80], kpis=kpis, kpis_before=kpis, scores=scores, quotes=(quote,) * 3)
    assert faults(digest_blocks(digest)) == []


def test_the_home_tab_has_room_for_every_setting_and_says_how_many_it_leaves_out():
    setting = Setting("😀" * 80, "😀" * 80, "😀" * 300, ("U0MIA",) * 40)
    home = desk_views.home(*[files.file()] * 10, mine_total=10, may_see_settings=True)
    view = home_view(home, now=NOON, settings=[setting] * 100)
    assert view_faults(view) == []
    assert "and 84 more" in shown(view.blocks)


def test_a_text_of_emoji_is_put_into_the_reply_as_far_as_the_field_takes_it():
    view = reply_view(sheet("😀" * 3000), fill="1")
    assert view_faults(view) == []
    assert view_faults(reply_view(sheet("cut \ud83d in half"), fill="1")) == []


def test_a_template_that_the_menu_has_no_room_for_is_not_chosen_in_it():
    many = tuple(ReplyTemplate(f"t{number}", f"Title {number}", "Hi") for number in range(120))
    for number, chosen in ((99, "t99"), (100, None)):
        view = reply_view(sheet(templates=many, template=f"t{number}"), fill="1")
        assert view_faults(view) == []
        (menu,) = (e for b in view.to_dict()["blocks"] for e in b.get("elements", ()) if e.get("action_id") == TEMPLATE)
        assert menu.get("initial_option", {}).get("value", "").rpartition("|")[2] == (chosen or "")


def test_a_person_whom_the_settings_name_twice_is_offered_once():
    view = escalate_view(CASE, policy=EscalationPolicy(("U0LEO", "U0LEO", "S0BOSS")))
    assert view_faults(view) == []
    (people, _) = view.to_dict()["blocks"]
    assert [option["value"] for option in people["element"]["options"]] == ["U0LEO", "S0BOSS"]


@pytest.mark.parametrize("typed", ["&" * 3000, "a\n" * 1500, "<!here> *bold* :smile:" * 100])
def test_what_was_typed_is_given_back_to_the_last_character(typed):
    view = said_view("Reply", Answer("Not now."), typed={"reply_text_1": typed, "people": ("U0MIA",)})
    assert view_faults(view) == []
    assert alive(view) == []
    back = shown(view.blocks).partition("is not lost:\n")[2]
    assert back.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\n", "") == typed.replace(
        "\n", ""
    )


@pytest.mark.parametrize(
    ("text", "as_code"),
    [("*bold* `code` :smile:", True), ("Look at https://lumora.example/help", False), ("so ``` it ends", False)],
)
def test_a_text_to_copy_stands_in_a_block_of_code_unless_it_would_end_it_or_make_a_link(text, as_code):
    view = copy_view(sheet(text))
    assert alive(view) == []
    assert (f"```\n{text}\n```" in shown(view.blocks)) is as_code
    assert text in shown(view.blocks)


def test_the_menus_of_a_card_and_of_a_reply_have_room_for_the_longest_ids():
    case_id, longest = "f" * 32, mention_id("app_store", "x" * 64)
    post = files.seen(mention=builders.mention(id=longest))
    file = replace(files.file(post, kind=CaseKind.OPPORTUNITY), case=files.case(id=case_id, kind=CaseKind.OPPORTUNITY))
    menu = more_menu(file)
    assert menu.action_id == MORE
    values = [option.value for group in menu.option_groups for option in group.options]
    assert any(longest in value for value in values)
    assert max(map(len, values)) <= 150
    template = ReplyTemplate("t" * 40, "Title", "Hi")
    assert view_faults(reply_view(sheet(file=file, post=post.mention, templates=(template,)), fill="1")) == []
