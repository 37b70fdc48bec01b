"""Everything that people can do in Slack, by everybody, in every state of a case.

What is permitted and possible has its effect; anything else is refused with a reason, and nothing has changed.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from bot import actions, commands, forms, shortcuts
from bot.actions import BUTTONS
from bot.commands import LOOK_UP, VERBS
from bot.forms import FORMS
from bot.shortcuts import SHORTCUTS
from bot.subjects import CaseSubject, MessageSubject, subject_value
from bot.views import card, case_forms, case_menus, customer, linking, paging
from bot.views.blind_check import SKIP, START, answer_id
from bot.views.case_menus import choice_value
from bot.views.elements import who
from crm.access import PERMITTED
from crm.snoozing import Rest
from domain.blind_check import QUESTIONS
from domain.case import CaseState
from domain.errors import Refused
from domain.person import Action, Role
from flows.customer_links import Known
from tests.bot.floor import PEOPLE, POST, ROLES, copied, furnish, open_floor

EVERY = " ".join(CaseState)
ALIVE = EVERY.replace("removed", "")
OPEN = "new claimed snoozed waiting_approval"
_serial = count(1)


@dataclass(frozen=True)
class Row:
    """What a handler is given, in which states it may do something, and whether that shows in the database.

    Names in braces stand for the ids of what is there.
    """

    states: str = EVERY
    given: str = "{case}"
    changes: bool = True
    fields: dict[str, Any] = field(default_factory=dict)


def picked(value):
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def typed(value):
    return {"type": "plain_text_input", "value": value}


OPENS: dict[str, Any] = {"changes": False}
ON_CASE = "case|{case}"
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
    (case_menus.MORE, case_menus.LEAD): Row(ALIVE.replace("dismissed", ""), **OPENS),
    (case_menus.MORE, case_menus.MUTE): Row(ALIVE, "{case}|24"),
    (case_menus.MORE, case_menus.CORRECT): Row(
        ALIVE.replace("dismissed", ""), f"{{case}}|sentiment|positive|{POST.id}"
    ),
    (paging.EARLIER, ""): Row(given="queue|0|", **OPENS),
    (paging.LATER, ""): Row(given="queue|0|", **OPENS),
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
FORM_ROWS = {
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
        ALIVE.replace("dismissed", ""),
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
    "create_lead": Row(ALIVE.replace("dismissed", ""), "{ts}", **OPENS),
    "send_to_product": Row(ALIVE, "{ts}", **OPENS),
}
VERB_ROWS = {
    "help": Row(given="", **OPENS),
    "queue": Row(given="", **OPENS),
    "kpi": Row(given="", **OPENS),
    "health": Row(given="", **OPENS),
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
            action = stamp | {"selected_option": {"value": choice_value(button.choice, value)}}
        else:
            action = stamp | {"value": value}
        body = {
            "user": {"id": user},
            "actions": [action],
            "container": {"type": "message", "channel_id": "C0ALERTS", "is_ephemeral": False},
            "trigger_id": "t1",
        }
        actions._handler(button.action_id, floor.desk)(body, floor.respond)

    return do


def submit(form, row):
    def do(floor, user):
        view = {
            "id": f"V{next(_serial)}",
            "hash": "h",
            "title": {"text": "A form"},
            "private_metadata": filled(row.given, floor.ids),
            "state": {"values": {block: {block: filled(each, floor.ids)} for block, each in row.fields.items()}},
        }
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


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """A database for each state, and the ids in it."""
    folder = tmp_path_factory.mktemp("floors")
    made = {}
    for state in CaseState:
        path = folder / f"{state}.db"
        floor = open_floor(path)
        floor.desk.house.database.migrate()
        floor.close()
        made[state] = path, furnish(path, state)
    return made


def permitted(name, deed):
    return any(name == role.value and role in PERMITTED[deed.action] for role in Role)


WALK = [
    pytest.param(name, state, id=f"{name}-{state}")
    for name, deed in DEEDS.items()
    for state in CaseState
    if state is CaseState.NEW or deed.row.states != EVERY  # what has nothing to do with a case is walked once
]


@pytest.mark.parametrize(("name", "state"), WALK)
def test_what_is_permitted_and_possible_is_done_and_anything_else_changes_nothing(templates, tmp_path, name, state):
    deed, (template, ids) = DEEDS[name], templates[state]
    possible = state.value in deed.row.states.split()
    floor = open_floor(copied(template, tmp_path / "refused.db"), ids)
    before, before_reset = floor.dump(), floor.dump(without=MENU_RESET)
    for number, (person, user) in enumerate(PEOPLE.items()):
        if not permitted(person, deed):
            with pytest.raises(Refused, match="You may not"):
                deed.do(floor, user)
            assert floor.dump() == before, person
            assert (floor.windows.opened, floor.said) == ([], []), person
        elif not possible:
            with pytest.raises(Refused, match=r"You cannot|owns this|gone|not known"):
                deed.do(floor, user)
            assert floor.dump(without=MENU_RESET) == before_reset, person
            assert floor.windows.opened == [], person
            before = floor.dump()
        else:
            fresh = open_floor(copied(template, tmp_path / f"{number}.db"), ids)
            deed.do(fresh, user)
            if deed.row.changes:
                assert fresh.dump(without=MENU_RESET) != before_reset, person
            elif deed.action is not Action.OPEN_POST:
                assert fresh.windows.opened or fresh.said, person
            fresh.close()
    floor.close()


def test_everybody_is_somebody():
    assert set(PEOPLE) >= {role.value for role in Role} | {"guest", "external", "deactivated", "no role"}
    assert all(PERMITTED[deed.action] for deed in DEEDS.values()), "nothing is open to nobody"
    assert {who(user) for user in PEOPLE.values()}


@pytest.mark.parametrize("name", [name for name, deed in DEEDS.items() if deed.row.changes and name in FORM_ROWS])
def test_the_same_form_delivered_three_times_has_one_effect(templates, tmp_path, name, monkeypatch):
    template, ids = templates[CaseState.NEW]
    floor = open_floor(copied(template, tmp_path / "once.db"), ids)
    monkeypatch.setattr("tests.bot.test_matrix._serial", iter([1] * 3))
    DEEDS[name].do(floor, PEOPLE["social_expert"])
    once = floor.dump(without=MENU_RESET)
    for _ in range(2):
        DEEDS[name].do(floor, PEOPLE["social_expert"])
    assert floor.dump(without=MENU_RESET) == once
    floor.close()


@pytest.mark.parametrize(
    "name",
    [name for name, deed in DEEDS.items() if deed.row.changes and name not in FORM_ROWS and "new" in deed.row.states],
)
def test_the_same_click_delivered_three_times_has_one_effect(templates, tmp_path, name, monkeypatch):
    template, ids = templates[CaseState.NEW]
    floor = open_floor(copied(template, tmp_path / "once.db"), ids)
    monkeypatch.setattr("tests.bot.test_matrix._serial", iter([1] * 3))
    DEEDS[name].do(floor, PEOPLE["social_expert"])
    once = floor.dump(without=MENU_RESET)
    for _ in range(2):
        DEEDS[name].do(floor, PEOPLE["social_expert"])
    assert floor.dump(without=MENU_RESET) == once
    floor.close()


def test_a_message_that_is_not_ours_is_quoted_for_product_and_for_a_lead(templates, tmp_path):
    template, ids = templates[CaseState.NEW]
    floor = open_floor(copied(template, tmp_path / "quoted.db"), ids | {"ts": "1.000002"})
    for name in ("send_to_product", "create_lead"):
        DEEDS[f"shortcut {name}"].do(floor, PEOPLE["social_expert"])
        view = floor.windows.opened[-1]
        assert view["private_metadata"] == subject_value(MessageSubject("C0ALERTS", "1.000002"))
        assert "Lumora is down" in str(view)
    with pytest.raises(Refused, match="A link needs the account of somebody outside"):
        DEEDS["shortcut link_customer"].do(floor, PEOPLE["social_expert"])
    assert subject_value(CaseSubject("a")) == "case|a"
    floor.close()
