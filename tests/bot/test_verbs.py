"""The day's verbs through signed HTTP, a real database and the sandbox's Slack."""

from dataclasses import replace

import pytest

from bot.commands.queries import unquoted
from bot.views.card import CLAIM, SHOW_CARD
from bot.views.elements import PLATFORM_NAMES
from bot.views.muting import UNMUTE
from bot.views.paging import EARLIER, LATER
from bot.views.unsure import judge_id
from flows.carding import Origin
from flows.filing import file_mentions
from flows.judging import Judgement
from storage import audit, mentions
from tests import builders
from tests.bot.office import shown
from tests.bot.validation import live
from tests.builders import NOON
from tests.sandbox.running import wait_until


def put(at_work, *posts, guess=None):
    """File posts as a stream would, without cards."""
    said = guess or builders.predictions("negative")
    with at_work.house.database.write() as tx:
        file_mentions(
            tx,
            [(post, at_work.house.brands[0], said) for post in posts],
            origin=Origin(stream="s", alert=False, channels={}),
            house=at_work.house,
        )


def several(number, text="down", **changes):
    return [
        builders.mention(f"{text} {n}", number=100 + n, by=builders.author(f"user{n}", **changes))
        for n in range(number)
    ]


def press(at_work, name, action_id, message, *, nth=0, option=None):
    """Press the nth button of this id, or choose an option of the nth menu."""
    found = [
        (block["block_id"], element)
        for block in message.blocks
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
        if element.get("action_id") == action_id
    ]
    block_id, _ = found[nth]
    work = at_work.slack.slack.interactions.click(
        at_work.people[name].id, at_work.alerts.id, message.ts, action_id, block_id=block_id, option=option
    )
    at_work.slack.run(work)


def test_queue_is_narrowed_by_words(at_work):
    put(at_work, *several(2), guess=builders.predictions("positive", "joining"))
    put(at_work, builders.mention("Lumora down", number=300, by=builders.author("mo", platform="reddit")))
    assert "4 cases waiting" in shown(at_work.type("mia", "/earshot queue"))
    assert "2 cases of the kind opportunity waiting" in shown(at_work.type("mia", "/earshot queue opportunities"))
    assert "2 cases of the kind complaint waiting" in shown(at_work.type("mia", "/earshot queue complaints"))
    assert "1 case on Reddit waiting" in shown(at_work.type("mia", "/earshot queue platform:reddit"))
    assert "You have no open case." in shown(at_work.type("mia", "/earshot queue mine"))
    answer = at_work.type("mia", "/earshot queue platform:myspace").text
    assert f"no platform of ours: {', '.join(PLATFORM_NAMES)}" in answer


def test_show_card_opens_the_card_beside_the_list_and_its_buttons_act(at_work):
    listed = at_work.type("mia", "/earshot queue")
    press(at_work, "mia", SHOW_CARD, listed)
    wait_until(lambda: len(at_work.alerts.ephemeral) == 2)
    card = at_work.alerts.ephemeral[-1]
    assert "1 case waiting" in shown(listed)
    assert at_work.buttons(card)[0] == "Claim"
    press(at_work, "mia", CLAIM, card)
    wait_until(lambda: "Claimed" in shown(card))
    assert at_work.case().case.owner == at_work.people["mia"].id
    wait_until(lambda: "Claimed" in shown(at_work.card()))


def test_mine_lists_what_i_claimed(at_work):
    assert "You have no open case." in shown(at_work.type("mia", "/earshot mine"))
    at_work.click("mia", CLAIM)
    wait_until(lambda: at_work.case().case.owner)
    assert "1 case of yours waiting" in shown(at_work.type("mia", "/earshot mine"))
    assert "You have no open case." in shown(at_work.type("ben", "/earshot mine"))


def test_search_finds_words_phrases_and_authors(at_work):
    put(at_work, builders.mention("The price will rise, a rise in price", number=201, by=builders.author("ann")))
    put(at_work, builders.mention("Another price rise", number=202, by=builders.author("bob")))
    assert "2 posts found" in shown(at_work.type("mia", "/earshot search price rise"))
    phrase = shown(at_work.type("mia", '/earshot search "price rise"'))
    assert "1 post found* for “price rise”" in phrase
    assert "Another price rise" in phrase
    assert "case: *New*" in phrase
    by_ann = shown(at_work.type("mia", "/earshot search author:@ann"))
    assert "1 post found* for by ann, the latest first" in by_ann
    assert "Nothing found for “price rise” on Reddit" in shown(
        at_work.type("mia", "/earshot search price rise platform:reddit")
    )
    nothing = shown(at_work.type("mia", "/earshot search unicorn brand:Lumora since:7d"))
    assert "Nothing found for “unicorn” about Lumora since" in nothing
    assert "leave a filter out" in nothing
    assert "Say what to look for" in at_work.type("mia", "/earshot search").text
    assert "is no time" in at_work.type("mia", "/earshot search x since:soon").text


def test_search_pages_without_the_words_in_its_buttons(at_work):
    put(at_work, *several(23, text="outage"))
    answer = at_work.type("mia", "/earshot search outage")
    assert at_work.buttons(answer)[-1:] == ["Next"]
    assert "outage" not in str([b for b in answer.blocks if b["type"] == "actions"])
    press(at_work, "mia", LATER, answer)
    wait_until(lambda: "Page 2" in shown(answer))
    press(at_work, "mia", LATER, answer)
    wait_until(lambda: "Page 3" in shown(answer))
    assert at_work.buttons(answer) == ["Earlier"]
    press(at_work, "mia", EARLIER, answer)
    wait_until(lambda: "Page 2" in shown(answer))
    assert "Page 2" in shown(at_work.type("mia", "/earshot search outage 2"))


def test_what_is_muted_is_listed_and_ended(at_work):
    assert "Nothing is muted." in shown(at_work.type("mia", "/earshot mute"))
    answer = shown(at_work.type("mia", '/earshot mute "Price rise" 2h brand:Lumora'))
    assert "Topic *price rise* about Lumora until" in answer
    assert "Author *@jane on X* about all brands" in shown(at_work.type("mia", "/earshot mute @jane 1d"))
    listed = at_work.type("ben", "/earshot mute")
    assert "2 things muted" in shown(listed)
    press(at_work, "ben", UNMUTE, listed)
    wait_until(lambda: "1 thing muted" in shown(listed))
    assert "Nothing is muted." in shown(at_work.type("mia", "/earshot unmute @jane"))
    for wrong, told in {
        "mute @jane": "Say for how long",
        "mute 2h": "Say what to mute",
        "mute @nobody 2h": "Nobody called nobody",
        "mute @jane 90d": "to 30 days",
        "unmute @jane": "“@jane” is not muted",
        "mute x 0h": "no time at all",
    }.items():
        assert told in at_work.type("mia", f"/earshot {wrong}").text
    assert "You may not mute" in at_work.type("leo", "/earshot mute").text


def test_a_handle_is_muted_on_the_platform_that_is_named(at_work):
    put(at_work, builders.mention("hello", number=301, by=builders.author("jane", platform="reddit")))
    assert "several platforms (reddit, x)" in at_work.type("mia", "/earshot mute @jane 2h").text
    assert "Author *u/jane on Reddit*" in shown(at_work.type("mia", "/earshot mute u/jane 2h"))
    assert "Author *@jane on X*" in shown(at_work.type("mia", "/earshot mute x:jane 2h"))


def test_unsure_posts_are_judged_and_a_complaint_gets_its_card(at_work):
    posts = several(12, text="well done")
    put(at_work, *posts, guess=builders.predictions("negative", unsure=True))
    answer = at_work.type("mia", "/earshot unsure")
    assert "12 posts wait for a person's eye.* Showing 1 to 10" in shown(answer)
    press(at_work, "mia", judge_id(Judgement.COMPLAINT), answer)
    wait_until(lambda: "11 posts wait" in shown(answer))
    assert "It is a case about *Lumora* now" in shown(answer)
    at_work.post()
    wait_until(lambda: sum(message.by_app for message in at_work.alerts.messages) == 2)
    card = at_work.alerts.messages[-1]
    assert "negative (said by" in shown(card)
    assert "found it among the unsure posts" in shown(card)
    press(at_work, "mia", judge_id(Judgement.NOTHING), answer)
    wait_until(lambda: "10 posts wait" in shown(answer))
    with at_work.house.database.read() as tx:
        assert mentions.unsure_count(tx, brand="Lumora") == 10


def test_a_post_that_was_judged_meanwhile_is_not_judged_again(at_work):
    put(at_work, *several(2), guess=builders.predictions("negative", unsure=True))
    mine, bens = at_work.type("mia", "/earshot unsure"), at_work.type("ben", "/earshot unsure")
    press(at_work, "mia", judge_id(Judgement.NOTHING), mine)
    wait_until(lambda: "1 post waits" in shown(mine))
    press(at_work, "ben", judge_id(Judgement.COMPLAINT), bens)
    wait_until(lambda: "does not wait any more" in at_work.alerts.ephemeral[-1].text)


def test_stats_name_people_to_the_team_and_sums_only_to_leadership(at_work):
    at_work.click("mia", CLAIM)
    wait_until(lambda: at_work.case().case.owner)
    mia = f"<@{at_work.people['mia'].id}>"
    team = shown(at_work.type("mia", "/earshot stats today"))
    assert f"• {mia}: 1 claimed, 0 answered, 0 resolved" in team
    led = shown(at_work.type("leo", "/earshot stats"))
    assert "*Together*: 1 claimed" in led
    assert mia not in led
    assert "“soon” is no period" in at_work.type("leo", "/earshot stats soon").text
    assert "more than one period" in at_work.type("leo", "/earshot stats week month").text


def test_audit_is_for_crm_admins_and_shows_ids_only(at_work):
    at_work.click("mia", CLAIM)
    wait_until(lambda: at_work.case().case.owner)
    mia = at_work.people["mia"].id
    answer = shown(at_work.type("ada", "/earshot audit"))
    assert "The chain is whole: 1 entry." in answer
    assert "#1 · " in answer
    assert f"<@{mia}> · claim `{at_work.case_id or ''}" in answer or "claim" in answer
    assert "jane" not in answer
    by_mia = shown(at_work.type("ada", f"/earshot audit <@{mia}|mia>"))
    assert "*1 entry*" in by_mia
    assert "*0 entries*" in shown(at_work.type("ada", "/earshot audit case nothing"))
    assert "I do not understand" in at_work.type("ada", "/earshot audit @mia").text
    for name in ("mia", "leo"):
        assert "You may not read the audit log" in at_work.type(name, "/earshot audit").text


def test_audit_pages_no_further_than_the_last_so_many(at_work):
    with at_work.house.database.write() as tx:
        for number in range(30):
            audit.append(tx, at=NOON, actor="U0MIA", action="claim", subject=f"c{number}", secret=at_work.house.secret)
    answer = at_work.type("ada", "/earshot audit last 15")
    assert "*15 entries*, the latest first. Showing 1 to 10" in shown(answer)
    press(at_work, "ada", LATER, answer)
    wait_until(lambda: "Showing 11 to 15" in shown(answer))
    assert at_work.buttons(answer) == ["Earlier"]


def test_audit_says_where_the_chain_is_broken(at_work):
    house = replace(at_work.house, secret=b"another")
    with house.database.write() as tx:
        audit.append(tx, at=NOON, actor="U0EVE", action="claim", subject="c1", secret=house.secret)
    assert "The chain is broken at entry 1." in shown(at_work.type("ada", "/earshot audit"))


@pytest.mark.parametrize("verb", ["queue", "mine", "search x", "unsure", "mute", "stats", "audit", "help", "kpi"])
def test_every_answer_stays_inside_slacks_limits(at_work, verb):
    """The sandbox refuses what Slack would; then no answer comes."""
    put(at_work, *several(40, text="x < & > <!channel> " * 30, name="<@U0BEN> *n*"))
    put(at_work, *several(12, text="y"), guess=builders.predictions("negative", unsure=True))
    name = "ada"
    answer = at_work.type(name, f"/earshot {verb}")
    assert len(answer.blocks) <= 50
    assert live(answer.blocks) == []


def test_a_query_is_tried_saved_and_told(at_work):
    put(at_work, *several(3, text="Lumora price"))
    tried = shown(at_work.type("mia", '/earshot query test "@brand (price OR cost)"'))
    assert "3 posts of the last 30 days" in tried
    assert "Lumora price 2" in tried
    assert "Nothing is saved" in tried
    assert "version 1" in shown(at_work.type("mia", '/earshot query save prices "price rise" followers:>1000'))
    assert "1 saved query" in shown(at_work.type("ben", "/earshot query list"))
    history = shown(at_work.type("ben", "/earshot query history prices"))
    assert '"price rise" followers:&gt;1000' in history
    assert at_work.people["mia"].id in history


def test_a_query_that_cannot_be_read_is_marked_where(at_work):
    told = shown(at_work.type("mia", "/earshot query test lumora or price"))
    assert "Column 8: write OR in capitals" in told
    assert "lumora ▸or price" in told
    assert "Say what to do with a query" in shown(at_work.type("mia", "/earshot query"))
    assert "Did you mean `/earshot query test lumora`?" in shown(at_work.type("mia", "/earshot query tets lumora"))
    assert "none of our brands" in shown(at_work.type("mia", "/earshot query test brand:Helio lumora"))
    assert "1 post" in shown(at_work.type("mia", '/earshot query test brand:"Lumora" lumora'))
    assert "You may not try queries" in shown(at_work.type("leo", "/earshot query test lumora"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lumora price", "lumora price"),
        ('"price rise"', '"price rise"'),
        ("“price rise”", '"price rise"'),
        ('"lumora OR vidora"', "lumora OR vidora"),
        ('"lumora -spam"', "lumora -spam"),
        ('"lumora" OR "vidora"', '"lumora" OR "vidora"'),
        ('`lumora "price rise"`', 'lumora "price rise"'),
    ],
)
def test_quotation_marks_around_a_whole_query_are_taken_off(typed, meant):
    assert unquoted(typed) == meant
