"""The menus of a card: how long it rests, and all that has no button of its own."""

from collections.abc import Mapping
from datetime import timedelta

from slack_sdk.models.blocks import StaticSelectElement

from bot.views.elements import menu
from bot.views.labels import label_words
from crm.lifecycle import Step, offered, possible
from crm.snoozing import Rest
from domain.case import CaseFile, CaseKind
from domain.person import Action
from domain.prediction import CORRECTABLE, SENTIMENT, SWITCHING

SNOOZE, MORE = "case_snooze", "case_more"
ASSIGN, LINK, ESCALATE, PRODUCT, LEAD, MUTE, CORRECT, UNTIL = (
    "assign",
    "link",
    "escalate",
    "product",
    "lead",
    "mute",
    "correct",
    "until",
)
MUTE_DAY, MUTE_WEEK, MUTE_TOPIC = "mute_day", "mute_week", "mute_topic"
"""The choices of the menus: the value of one begins with its name."""

AUTHOR_MUTES = {MUTE_DAY: timedelta(days=1), MUTE_WEEK: timedelta(weeks=1)}

_RESTS = {
    Rest.HOUR: "in 1 hour",
    Rest.THREE_HOURS: "in 3 hours",
    Rest.MORNING: "next working morning",
    Rest.WEEK: "next week",
}
_CORRECTIONS = {"Sentiment is": SENTIMENT, "Intent is": SWITCHING}
_CASE = {
    ASSIGN: "Assign …",
    LINK: "Link to customer …",
    ESCALATE: "Escalate …",
    PRODUCT: "Send to product …",
    LEAD: "Create lead …",
}
_MUTES = {MUTE_DAY: "This author for a day", MUTE_WEEK: "This author for a week", MUTE_TOPIC: "A topic …"}
_ACTIONS = {
    LINK: Action.LINK_CUSTOMER,
    ESCALATE: Action.ESCALATE,
    PRODUCT: Action.SEND_TO_PRODUCT,
    LEAD: Action.CREATE_LEAD,
}


def snooze_menu(case_id: str) -> StaticSelectElement:
    """Offer how long the case may rest; "next" is read when it is chosen."""
    rests = {text: choice_value(rest, case_id) for rest, text in _RESTS.items()}
    return menu("Snooze", action_id=SNOOZE, groups={"Comes back": rests | {"at …": choice_value(UNTIL, case_id)}})


def more_menu(file: CaseFile) -> StaticSelectElement:
    """Offer what the state allows, mutes, and every label for the post whose labels the card shows."""
    case = file.case
    of_case = {text: choice_value(choice, case.id) for choice, text in _CASE.items() if _fits(choice, file)}
    groups: dict[str, Mapping[str, str]] = {"Case": of_case} if of_case else {}
    if file.mentions:
        groups["Mute"] = {text: choice_value(choice, case.id) for choice, text in _MUTES.items()}
    if file.calling and offered(Action.CORRECT, case):
        mention_id = file.calling.mention.id
        for title, task in _CORRECTIONS.items():
            groups[title] = {
                label_words(task, label): choice_value(CORRECT, f"{case.id}|{task}|{label}|{mention_id}")
                for label in CORRECTABLE[task]
            }
    return menu("More", action_id=MORE, groups=groups)


def _fits(choice: str, file: CaseFile) -> bool:
    if choice == ASSIGN:
        return possible(Step.ASSIGN, file.case)
    if choice == LEAD and file.case.kind is not CaseKind.OPPORTUNITY:
        return False
    return offered(_ACTIONS[choice], file.case)


def choice_value(choice: str, rest: str) -> str:
    """Write a choice into a menu's value; `rest` holds ids only."""
    return f"{choice}|{rest}"


def read_choice(value: str) -> tuple[str, str]:
    """Read what `choice_value` wrote."""
    choice, _, rest = value.partition("|")
    return choice, rest
