"""The home tab in the sandbox's Slack: what each person sees there, and what buttons and forms do in it."""

import pytest

from bot.home import draw
from bot.views.card import RESOLVE, SHOW_CARD
from bot.views.case_forms import PERSON
from bot.views.case_menus import MORE
from bot.views.home import OPEN_HOURS_ONLY, PREFERENCES, REFRESH, home_view
from bot.views.muting import UNMUTE
from domain.preference import DirectKind, Preferences
from domain.setting import Setting
from flows import preferring, responding
from flows.home import stale_homes
from flows.removing import remove
from flows.responding import Click
from sandbox.slack.modals import view_errors
from storage import preferences
from tests.bot import desk_views, files
from tests.bot.validation import live, texts
from tests.builders import NOON
from tests.sandbox.running import wait_until


def home(at_work, name):
    """Open somebody's home tab, and return what stands there."""
    user = at_work.people[name].id
    before = at_work.slack.workspace.homes.get(user)
    at_work.slack.run(at_work.slack.slack.interactions.open_home(user))
    wait_until(lambda: at_work.slack.workspace.homes.get(user) not in (None, before))
    return words(at_work, name)


def words(at_work, name):
    return "\n".join(texts(at_work.slack.workspace.homes[at_work.people[name].id]["blocks"]))


def tap(at_work, name, action_id, value=None, *, modal=False):
    """Use a button or menu of the home tab, or of the modal on top."""
    user, workspace = at_work.people[name].id, at_work.slack.workspace
    view = workspace.views[user][-1] if modal else workspace.homes[user]
    at_work.slack.run(at_work.slack.slack.interactions.click_view(user, view["id"], action_id, value))


def top(at_work, name):
    stack = at_work.slack.workspace.views[at_work.people[name].id]
    return "\n".join(texts(stack[-1]["blocks"])) if stack else ""


def claim(at_work, name="mia"):
    person = at_work.desk.people.person(at_work.people[name].id)
    responding.claim(Click(at_work.case_id, person), house=at_work.house)


def test_home_shows_my_cases_the_team_and_my_preferences(at_work):
    claim(at_work)
    shown = home(at_work, "mia")
    for expected in (
        "My cases", "*Claimed* by", "open post", "*Lumora*: 1 open case", "KPIs since Monday", "*Response rate*",
        "🟢 How Earshot hears: All is well.",
        "What Earshot tells me directly", "Somebody assigned me a case", "Nothing is muted.",
    ):  # fmt: skip
        assert expected in shown
    assert "Settings" not in shown


def test_a_removed_post_leaves_the_home_tabs_that_show_it(at_work):
    claim(at_work)
    (shown,) = at_work.case().mentions
    assert shown.mention.text[:20] in home(at_work, "mia")
    assert stale_homes(house=at_work.house) == []
    with at_work.house.database.write() as tx:
        remove(tx, shown.mention.id, house=at_work.house)
    assert stale_homes(house=at_work.house) == [at_work.people["mia"].id]
    draw(at_work.desk.people.person(at_work.people["mia"].id), at_work.desk)
    assert shown.mention.text[:20] not in words(at_work, "mia")
    assert stale_homes(house=at_work.house) == []


def test_leaders_see_sums_and_no_case(at_work):
    shown = home(at_work, "leo")
    assert "*Lumora*: 1 open case, 1 without an owner" in shown
    for missing in ("My cases", "down again", "Muted"):
        assert missing not in shown


@pytest.mark.parametrize("name", ["nia", "gus"])
def test_whoever_has_no_role_is_told_kindly_whom_to_ask(at_work, name):
    shown = home(at_work, name)
    assert f"Please ask <@{at_work.people['ada'].id}>" in shown
    assert "Lumora" not in shown
    tap(at_work, name, REFRESH)
    wait_until(lambda: "You may not see Earshot's home tab" in top(at_work, name))


def test_admins_alone_see_the_settings_with_their_keys():
    settings = [Setting("Role social_expert", "[roles] social_expert", "", ("U0MIA",))]
    for seen_by, expected in ((desk_views.ADMIN, True), (desk_views.home(), False)):
        shown = "\n".join(texts(home_view(seen_by, now=NOON, settings=settings).to_dict()["blocks"]))
        assert ("*Role social_expert*: <@U0MIA>  `[roles] social_expert`" in shown) == expected


def test_card_opens_from_home_in_a_modal_whose_buttons_act_and_redraw_it(at_work):
    claim(at_work)
    home(at_work, "mia")
    tap(at_work, "mia", SHOW_CARD)
    wait_until(lambda: "*Claimed*" in top(at_work, "mia"))
    assert "down again" in top(at_work, "mia")
    tap(at_work, "mia", RESOLVE, modal=True)
    wait_until(lambda: "*Resolved*" in top(at_work, "mia"))
    wait_until(lambda: "You have no open case." in words(at_work, "mia"))
    wait_until(lambda: "*Resolved*" in str(at_work.card().blocks))


def test_form_opens_on_top_of_the_card_and_leads_back_to_it_as_it_is_then(at_work):
    claim(at_work)
    home(at_work, "mia")
    tap(at_work, "mia", SHOW_CARD)
    wait_until(lambda: "*Claimed*" in top(at_work, "mia"))
    stack = at_work.slack.workspace.views[at_work.people["mia"].id]
    tap(at_work, "mia", MORE, f"assign|{at_work.case_id}", modal=True)
    wait_until(lambda: len(stack) == 2)
    title = stack[-1]["title"]["text"]
    at_work.submit("mia", title, **{PERSON: at_work.people["ben"].id})
    wait_until(lambda: f"*Claimed* by <@{at_work.people['ben'].id}>" in "\n".join(texts(stack[0]["blocks"])))
    wait_until(lambda: "You have no open case." in words(at_work, "mia"))


def test_what_cannot_be_done_is_said_on_top_of_the_card_and_the_card_is_redrawn(at_work):
    claim(at_work)
    home(at_work, "mia")
    tap(at_work, "mia", SHOW_CARD)
    wait_until(lambda: "*Claimed*" in top(at_work, "mia"))
    person = at_work.desk.people.person(at_work.people["ben"].id)
    responding.resolve(Click(at_work.case_id, person), house=at_work.house)
    tap(at_work, "mia", RESOLVE, modal=True)
    wait_until(lambda: "You cannot resolve this: it is resolved now." in top(at_work, "mia"))
    stack = at_work.slack.workspace.views[at_work.people["mia"].id]
    wait_until(lambda: "*Resolved*" in "\n".join(texts(stack[0]["blocks"])))


def chosen(at_work, name):
    with at_work.house.database.read() as tx:
        return preferences.of(tx, at_work.people[name].id)


def test_preferences_are_kept_as_they_are_ticked(at_work):
    home(at_work, "mia")
    kept = [kind.value for kind in DirectKind if kind is not DirectKind.DUE_SOON]
    tap(at_work, "mia", PREFERENCES, [*kept, OPEN_HOURS_ONLY])
    expected = Preferences(frozenset({DirectKind.DUE_SOON}), open_hours_only=True)
    wait_until(lambda: chosen(at_work, "mia") == expected)
    tap(at_work, "mia", PREFERENCES, [])
    wait_until(lambda: chosen(at_work, "mia") == Preferences(frozenset(DirectKind)))
    assert chosen(at_work, "ben") == Preferences()
    home(at_work, "mia")


def test_somebody_who_wants_no_message_gets_none(at_work):
    ben = at_work.desk.people.person(at_work.people["ben"].id)
    mia = at_work.desk.people.person(at_work.people["mia"].id)
    preferring.prefer(Preferences(frozenset({DirectKind.ASSIGNED})), person=ben, house=at_work.house)
    responding.assign(Click(at_work.case_id, mia), to=ben, house=at_work.house)
    assert at_work.direct("ben") == []
    responding.assign(Click(at_work.case_id, ben), to=mia, house=at_work.house)
    assert len(at_work.direct("mia")) == 1


def test_mute_ends_by_its_button_at_home(at_work):
    at_work.type("mia", "/earshot mute outage 2h")
    assert "Topic *outage*" in home(at_work, "mia")
    tap(at_work, "mia", UNMUTE)
    wait_until(lambda: "Nothing is muted." in words(at_work, "mia"))
    assert at_work.slack.workspace.views[at_work.people["mia"].id] == []


def test_the_same_event_delivered_twice_draws_once(at_work, monkeypatch):
    drawn = []
    monkeypatch.setattr("bot.home.draw", lambda person, desk: drawn.append(person.user_id))
    event = {"type": "app_home_opened", "user": at_work.people["mia"].id, "tab": "home", "channel": "D1"}
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": at_work.slack.workspace.team_id, "event": event}
    for _ in range(3):
        at_work.deliver("events_api", body)
    at_work.deliver("events_api", body | {"event_id": "Ev2"})
    wait_until(lambda: len(drawn) == 2)


def test_home_says_what_is_wrong_where_it_cannot_be_drawn(at_work, monkeypatch):
    def broken(**_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("bot.home.home", broken)
    shown = home(at_work, "mia")
    assert "Something went wrong (ref " in shown
    assert "secret" not in shown


def test_the_fullest_home_is_inside_slacks_limits():
    full = desk_views.home(
        *[files.answered_file()] * 10,
        mine_total=400,
        team=desk_views.home().team * 30,
        kpis=tuple((f"Brand {n}", files.kpis()) for n in range(40)),
        mutes=(desk_views.mute("topic " * 40),) * 60,
        may_see_settings=True,
    )
    settings = [Setting("Stream " * 9, "[[streams]]", "search: x " * 90, ("U0MIA",) * 300)] * 300
    view = home_view(full, now=NOON, settings=settings).to_dict()
    assert view_errors(view, kind="home") == []
    assert len(view["blocks"]) <= 100
    assert live(view["blocks"]) == []
    assert len(str(view).encode()) < 250_000
