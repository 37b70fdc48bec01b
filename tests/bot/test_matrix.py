"""Everything that people can do in Slack, by everybody, in every state of a case.

What is permitted and possible has its effect; anything else is refused with a reason, and nothing has changed.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count, repeat
from sqlite3 import Connection
from typing import Any

import pytest

from bot import actions, commands, forms, shortcuts
from bot.actions import BUTTONS
from bot.commands import LOOK_UP, PAGES, VERBS
from bot.forms import FORMS
from bot.shortcuts import SHORTCUTS
from bot.subjects import CaseSubject, MessageSubject, subject_value
from bot.views import (
    approval,
    card,
    case_forms,
    case_menus,
    customer,
    forget,
    home,
    kpi,
    linking,
    muting,
    paging,
    reply,
)
from bot.views.blind_check import SKIP, START, answer_id
from bot.views.case_menus import choice_value
from bot.views.elements import who
from bot.views.unsure import judge_id, judge_value
from crm.access import PERMITTED
from crm.snoozing import Rest
from domain.blind_check import QUESTIONS
from domain.case import CaseState
from domain.errors import Refused
from domain.person import Action, Role
from domain.preference import DirectKind
from flows.customer_links import Known
from flows.judging import Judgement
from tests.bot.floor import PEOPLE, POST, REFUSALS, ROLES, UNSURE, Floor, furnish, open_floor
from tests.builders import NOON

EVERY = " ".join(CaseState)
ALIVE = EVERY.replace("removed", "")
OPEN = "new claimed snoozed waiting_approval"
_serial = count(1)


@dataclass(frozen=True)
class Row:
    """What a handler is given, in which states it may do something, and whether that shows in the database.

    Names in braces stand for the ids of what is there. Whoever is named in `never` is refused though her role permits
    it. `view` is the kind of view that a button stands in, if it is no message.
    """

    states: str = EVERY
    given: str = "{case}"
    changes: bool = True
    fields: dict[str, Any] = field(default_factory=dict)
    never: str = ""
    view: str = ""


def picked(value):
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def ticked(*values):
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


def typed(value):
    return {"type": "plain_text_input", "value": value}


OPENS: dict[str, Any] = {"changes": False}
IN_REPLY: dict[str, Any] = {"view": "modal", "fields": {f"{reply.TEXT}_1": typed("We look into it.")}}
ON_CASE, IN_FORM = "case|{case}", "{case}|{post}|"
ROWS_OF_A_KPI = kpi.evidence_value("complaints", "Lumora", NOON.date(), NOON.date() + timedelta(days=1))
ANSWERABLE, ALIVE_AND_OURS = "new snoozed", ALIVE.replace("dismissed", "")
TOLD = {linking.KNOWN: picked(Known.TOLD)}
BUTTON_ROWS: dict[tuple[str, str], Row] = {
    (card.CLAIM, ""): Row("new snoozed"),
    (card.RESOLVE, ""): Row(f"{OPEN} answered"),
    (card.NOT_US, ""): Row(f"{OPEN} answered resolved"),
    (card.REOPEN, ""): Row("answered resolved dismissed"),
    (card.WAKE, ""): Row("snoozed"),
    (card.OPEN_POST, ""): Row(**OPENS),
    **{(case_menus.SNOOZE, rest): Row("new claimed") for rest in Rest},
    (case_menus.SNOOZE, case_menus.UNTIL): Row("new claimed", **OPENS),
    (case_menus.MORE, case_menus.ASSIGN): Row("new claimed snoozed", **OPENS),
    (case_menus.MORE, case_menus.ESCALATE): Row(OPEN, **OPENS),
    (case_menus.MORE, case_menus.LINK): Row(ALIVE, **OPENS),
    (case_menus.MORE, case_menus.PRODUCT): Row(ALIVE, **OPENS),
    (case_menus.MORE, case_menus.LEAD): Row(ALIVE_AND_OURS, **OPENS),
    (case_menus.MORE, case_menus.CORRECT): Row(ALIVE_AND_OURS, f"{{case}}|sentiment|positive|{POST.id}"),
    **{(case_menus.MORE, mute): Row(ALIVE) for mute in case_menus.AUTHOR_MUTES},
    (case_menus.MORE, case_menus.MUTE_TOPIC): Row(ALIVE, **OPENS),
    (card.SHOW_CARD, ""): Row(**OPENS),
    (card.REPLY, ""): Row(ANSWERABLE),
    (reply.TEMPLATE, ""): Row(ANSWERABLE, IN_FORM + "sorry", **IN_REPLY),
    (reply.PREVIEW, ""): Row(ANSWERABLE, IN_FORM, **IN_REPLY),
    (reply.OUTSIDE, ""): Row(ANSWERABLE, IN_FORM, **IN_REPLY),
    (approval.APPROVE, ""): Row("waiting_approval", "{draft}", never="crm_admin"),  # who wrote it
    (approval.CHANGES, ""): Row("waiting_approval", "{draft}", never="crm_admin", **OPENS),
    (approval.WITHDRAW, ""): Row("waiting_approval", "{draft}", never="social_expert"),  # who did not
    (approval.EDIT, ""): Row(ANSWERABLE),
    **{(judge_id(each), ""): Row(given=judge_value(UNSURE.id, "Lumora", page=0, filtered=False)) for each in Judgement},
    (muting.UNMUTE, ""): Row(given="{mute}"),
    (kpi.EVIDENCE, ""): Row(given=ROWS_OF_A_KPI, **OPENS),
    (forget.PICK_PERSON, ""): Row(given="{offer}", **OPENS),
    (forget.FORGET, ""): Row(given="{offer}"),
    (forget.KEEP, ""): Row(given="{offer}"),
    (forget.HOW_FAR, ""): Row(given="{receipt}", **OPENS),
    (home.REFRESH, ""): Row(given="", view="home", **OPENS),
    (home.PREFERENCES, ""): Row(given="", view="home", fields={home.PREFERENCES: ticked(DirectKind.AWAKE.value)}),
    (customer.PICK, ""): Row(given="{jane}", **OPENS),
    (customer.LINK_ACCOUNT, ""): Row(given="{jane}", **OPENS),
    (customer.UNLINK_ACCOUNT, ""): Row(given="{roe}", **OPENS),
    (customer.ADD_NOTE, ""): Row(given="{jane}", **OPENS),
    (START, ""): Row(given="check1", **OPENS),
    (SKIP, ""): Row(given="{item}", **OPENS),
    **{
        (answer_id(task, label), ""): Row(given="{item}", **OPENS)
        for task, labels in QUESTIONS.items()
        for label in labels
    },
}
PAGE_ROWS = {
    "queue": Row(given="queue|0|", **OPENS),
    "search": Row(given="search|0|{search}", **OPENS),
    "unsure": Row(given="unsure|0|", **OPENS),
    "leads": Row(given="leads|0| ", **OPENS),
    "mutes": Row(given="mutes|0|", **OPENS),
    "kpi": Row(given="kpi|0|week|complaints", **OPENS),
    "evidence": Row(given=f"evidence|0|{ROWS_OF_A_KPI}", **OPENS),
    "stats": Row(given="stats|0|week|", **OPENS),
    "audit": Row(given="audit|0|", **OPENS),
}
"""Two buttons turn the pages of every list."""

FORM_ROWS = {
    reply.REPLY_FORM: Row(ANSWERABLE, IN_FORM, fields=IN_REPLY["fields"]),
    approval.CHANGES_FORM: Row(
        "waiting_approval", "{draft}", fields={approval.NOTE: typed("shorter")}, never="crm_admin"
    ),
    muting.TOPIC_FORM: Row(ALIVE, ON_CASE, fields={muting.TOPIC: typed("price rise"), muting.LAST: picked("1d")}),
    case_forms.SNOOZE_FORM: Row(
        "new claimed",
        ON_CASE,
        fields={
            case_forms.DAY: {"type": "datepicker", "selected_date": "2026-03-09"},
            case_forms.HOUR: {"type": "timepicker", "selected_time": "09:30"},
        },
    ),
    case_forms.ASSIGN_FORM: Row(
        "new claimed snoozed",
        ON_CASE,
        fields={case_forms.PERSON: {"type": "users_select", "selected_user": ROLES[Role.SOCIAL_EXPERT]}},
    ),
    case_forms.ESCALATE_FORM: Row(
        OPEN,
        ON_CASE,
        fields={
            case_forms.PEOPLE: {"type": "checkboxes", "selected_options": [{"value": "U0LEO"}]},
            case_forms.REASON: typed("the press asks"),
        },
    ),
    case_forms.PRODUCT_FORM: Row(ALIVE, ON_CASE, fields={case_forms.NOTE: typed("again")}),
    case_forms.LEAD_FORM: Row(
        ALIVE_AND_OURS,
        ON_CASE,
        fields={case_forms.INTEREST: picked("ready"), case_forms.NOTE: typed(None)},
    ),
    linking.SEARCH_FORM: Row(EVERY, ON_CASE, False, {linking.TEXT: typed("jane@example.com")}),
    linking.LINK_FORM: Row(ALIVE, ON_CASE, fields={linking.CUSTOMER: picked("{jane}"), **TOLD}),
    linking.ACCOUNT_FORM: Row(
        given="{jane}", fields={linking.PLATFORM: picked("x"), linking.HANDLE: typed("@jane_d"), **TOLD}
    ),
    linking.UNLINK_FORM: Row(given="", fields={linking.LINK: picked("{link}")}),
    linking.NOTE_FORM: Row(given="{jane}", fields={linking.NOTE: typed("asked for a call")}),
}
ON_A_LINE = {
    f"{case_forms.POST_FORM} {shortcut.callback_id}": Row(
        ALIVE, f"{shortcut.callback_id}|Lumora", False, {case_forms.POST: picked(POST.id)}
    )
    for shortcut in SHORTCUTS
}
"""One form goes on with each shortcut, for a post that is listed without a case."""

SHORTCUT_ROWS = {
    "link_customer": Row(ALIVE, "{ts}", **OPENS),
    "create_lead": Row(ALIVE_AND_OURS, "{ts}", **OPENS),
    "send_to_product": Row(ALIVE, "{ts}", **OPENS),
}
VERB_ROWS = {
    "help": Row(given="", **OPENS),
    "queue": Row(given="", **OPENS),
    "mine": Row(given="", **OPENS),
    "search": Row(given="lumora", **OPENS),
    "unsure": Row(given="", **OPENS),
    "leads": Row(given="", **OPENS),
    "why": Row(given=POST.id, **OPENS),
    "mute": Row(given="@jane 2h"),
    "unmute": Row(given="outage"),
    "query": Row(given="test lumora", **OPENS),
    "kpi": Row(given="", **OPENS),
    "stats": Row(given="", **OPENS),
    "health": Row(given="", **OPENS),
    "audit": Row(given="", **OPENS),
    "forget": Row(given="@kim"),
    "": Row(given="jane@example.com", **OPENS),
}


@dataclass(frozen=True)
class Deed:
    """One thing to be done: `do` does it as a user, on a floor."""

    name: str
    action: Action
    row: Row
    do: Any


def filled(value, ids):
    """Put the ids in."""
    if isinstance(value, dict):
        return {key: filled(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value


def press(button, row):
    def do(floor, user):
        value = filled(row.given, floor.ids)
        stamp = {"action_ts": f"1772625900.{next(_serial):06d}"}
        if button.choice:
            value = choice_value(button.choice, value)
        chosen = button.choice or button.action_id == reply.TEMPLATE
        action = stamp | ({"selected_option": {"value": value}} if chosen else {"value": value})
        body = {"user": {"id": user}, "actions": [action], "trigger_id": "t1"} | place_of(row, floor.ids)
        actions._handler(button.action_id, floor.desk)(body, floor.respond)
        if row.view:
            floor.raise_refusal()

    return do


def place_of(row, ids):
    """Say where a button was pressed: on a message in the channel, or in a view."""
    if not row.view:
        return {"container": {"type": "message", "channel_id": "C0ALERTS", "is_ephemeral": False}}
    return {"container": {"type": "view", "view_id": "V1"}, "view": view_of(row, ids) | {"type": row.view}}


def view_of(row, ids):
    """Fill a view in."""
    return {
        "id": f"V{next(_serial)}",
        "hash": "h",
        "title": {"text": "A form"},
        "private_metadata": filled(row.given, ids),
        "state": {"values": {block: {block: filled(each, ids)} for block, each in row.fields.items()}},
    }


def submit(form, row):
    def do(floor, user):
        view = view_of(row, floor.ids)
        floor.said.append(forms._submitted(form, {"view": view, "user": {"id": user}}, floor.desk))

    return do


def use(shortcut, row):
    def do(floor, user):
        body = {
            "user": {"id": user},
            "channel": {"id": "C0ALERTS"},
            "message_ts": filled(row.given, floor.ids),
            "message": {"text": "Lumora is down"},
            "trigger_id": "t1",
        }
        shortcuts._handler(shortcut, floor.desk)(body, floor.respond)

    return do


def command(verb, row):
    def do(floor, user):
        floor.said.append(commands._answer(verb, row.given, {"user_id": user}, floor.desk))

    return do


def deeds():
    """Everything that is registered; a handler without a row in this file's tables fails here."""
    for button in BUTTONS:
        if button.action_id in {paging.EARLIER, paging.LATER}:
            for name, paged in PAGES.items():
                turned = PAGE_ROWS[name]
                yield Deed(f"{button.action_id} {name}", paged.action, turned, press(button, turned))
            continue
        row = BUTTON_ROWS[button.action_id, button.choice]
        yield Deed(f"{button.action_id} {button.choice}".strip(), button.action, row, press(button, row))
    for form in FORMS:
        if form.callback_id == case_forms.POST_FORM:
            for shortcut in SHORTCUTS:
                name = f"{form.callback_id} {shortcut.callback_id}"
                yield Deed(name, shortcut.action, ON_A_LINE[name], submit(form, ON_A_LINE[name]))
            continue
        row = FORM_ROWS[form.callback_id]
        yield Deed(form.callback_id, form.action, row, submit(form, row))
    for shortcut in SHORTCUTS:
        row = SHORTCUT_ROWS[shortcut.callback_id]
        yield Deed(f"shortcut {shortcut.callback_id}", shortcut.action, row, use(shortcut, row))
    for verb in (*VERBS, LOOK_UP):
        yield Deed(f"command {verb.name}", verb.action, VERB_ROWS[verb.name], command(verb, VERB_ROWS[verb.name]))


DEEDS = {deed.name: deed for deed in deeds()}
MENU_RESET = frozenset({("messages", "revision"), ("messages", "shown_revision")})
"""A menu of a card is put back also when the choice was refused: that shows the same card once more."""


@dataclass(frozen=True)
class Scene:
    """A floor with a case in one state, and all that is stored there at first."""

    floor: Floor
    kept: Connection
    rows: dict[str, Any]

    def set(self) -> Floor:
        """Put everything in its place again."""
        self.floor.restore(self.kept)
        return self.floor


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """Furnish a floor for each state."""
    folder, made = tmp_path_factory.mktemp("floors"), {}
    for state in CaseState:
        floor = open_floor(folder / f"{state}.db")
        furnish(floor, state)
        made[state] = Scene(floor, floor.keep(folder / f"{state}-kept.db"), floor.dump(without=MENU_RESET))
    yield made
    for scene in made.values():
        scene.kept.close()
        scene.floor.close()


def permitted(name, deed):
    return any(name == role.value and role in PERMITTED[deed.action] for role in Role)


WALK = [
    pytest.param(name, state, id=f"{name}-{state}")
    for name, deed in DEEDS.items()
    for state in CaseState
    if state is CaseState.NEW or deed.row.states != EVERY  # what has nothing to do with a case is walked once
]


@pytest.mark.parametrize(("name", "state"), WALK)
def test_what_is_permitted_and_possible_is_done_and_anything_else_changes_nothing(scenes, name, state):
    deed, scene = DEEDS[name], scenes[state]
    possible = state.value in deed.row.states.split()
    for person, user in PEOPLE.items():
        floor = scene.set()
        before = floor.writes()
        if not permitted(person, deed):
            with pytest.raises(Refused, match="You may not"):
                deed.do(floor, user)
            assert floor.writes() == before, person
            assert (floor.windows.opened, floor.said) == ([], []), person
            assert "Lumora" not in str(floor.windows.homes), person
        elif not possible or person == deed.row.never:
            with pytest.raises(Refused, match=REFUSALS):
                deed.do(floor, user)
            assert floor.writes() == before or floor.dump(without=MENU_RESET) == scene.rows, person
            assert floor.windows.opened == [], person
        else:
            deed.do(floor, user)
            if deed.row.changes:
                assert floor.writes() != before, person
                assert floor.dump(without=MENU_RESET) != scene.rows, person
            elif deed.action is not Action.OPEN_POST:
                assert floor.windows.opened or floor.windows.homes or floor.said, person


def test_who_may_not_see_the_queue_is_told_where_a_card_is_and_nothing_that_is_on_it(scenes):
    floor = scenes[CaseState.NEW].set()
    DEEDS[card.SHOW_CARD].do(floor, PEOPLE["leadership"])
    (told,) = floor.said
    assert "for the roles crm_admin, engagement_expert, social_expert only" in told["text"]
    assert f"archives/C0ALERTS/p{floor.ids['ts'].replace('.', '')}|It is in its channel>" in told["text"]
    assert "blocks" not in told
    floor = scenes[CaseState.NEW].set()
    DEEDS[card.SHOW_CARD].do(floor, PEOPLE["engagement_expert"])
    assert "Lumora is down" in str(floor.said)


def test_everybody_is_somebody():
    assert set(PEOPLE) >= {role.value for role in Role} | {"guest", "external", "deactivated", "no role"}
    assert all(PERMITTED[deed.action] for deed in DEEDS.values()), "nothing is open to nobody"
    assert {who(user) for user in PEOPLE.values()}


def able(name):
    """Return a state and a person in which and by whom something can be done."""
    deed = DEEDS[name]
    person = next(each for each in PEOPLE if permitted(each, deed) and each != deed.row.never)
    return CaseState(deed.row.states.split()[0]), PEOPLE[person]


@pytest.mark.parametrize(
    "name", [name for name, deed in DEEDS.items() if deed.row.changes and not name.startswith("command")]
)
def test_the_same_click_or_form_delivered_three_times_has_one_effect(scenes, name, monkeypatch):
    state, user = able(name)
    floor = scenes[state].set()
    monkeypatch.setattr("tests.bot.test_matrix._serial", repeat(1))
    DEEDS[name].do(floor, user)
    once = floor.dump(without=MENU_RESET)
    for _ in range(2):
        with suppress(Refused):  # some say that it is done already
            DEEDS[name].do(floor, user)
    assert floor.dump(without=MENU_RESET) == once


def test_a_message_that_is_not_ours_is_quoted_for_product_and_for_a_lead(scenes):
    floor = replace(scenes[CaseState.NEW].set())
    floor.ids = floor.ids | {"ts": "1.000002"}
    for name in ("send_to_product", "create_lead"):
        DEEDS[f"shortcut {name}"].do(floor, PEOPLE["social_expert"])
        view = floor.windows.opened[-1]
        assert view["private_metadata"] == subject_value(MessageSubject("C0ALERTS", "1.000002"))
        assert "Lumora is down" in str(view)
    with pytest.raises(Refused, match="A link needs the account of somebody outside"):
        DEEDS["shortcut link_customer"].do(floor, PEOPLE["social_expert"])
    assert subject_value(CaseSubject("a")) == "case|a"
