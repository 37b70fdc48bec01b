"""The fields of forms: each in a block of its own, under whose id the form reads it."""

from collections.abc import Mapping
from datetime import date, time

from slack_sdk.models.blocks import (
    CheckboxesElement,
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticSelectElement,
    TimePickerElement,
    UserSelectElement,
)

from bot.views.elements import BUTTON_LIMIT, plain, said, words

TEXT_LIMIT = 2000
OPTIONS_LIMIT = 10
"""https://docs.slack.dev/reference/block-kit/block-elements/: radio buttons and checkboxes have so many options."""


def text_field(
    block_id: str, label: str, *, hint: str = "", value: str = "", optional: bool = False, multiline: bool = True
) -> InputBlock:
    """Ask for a text of at most TEXT_LIMIT characters; what `value` holds already may be foreign, and is only typed."""
    element = PlainTextInputElement(
        action_id=block_id, multiline=multiline, initial_value=typeable(value) or None, max_length=TEXT_LIMIT
    )
    return _input(block_id, label, element, hint=hint, optional=optional)


def person_field(block_id: str, label: str, *, hint: str = "") -> InputBlock:
    """Ask for a person of the workspace."""
    return _input(block_id, label, UserSelectElement(action_id=block_id), hint=hint)


def day_field(block_id: str, label: str, *, value: date) -> InputBlock:
    """Ask for a day."""
    return _input(block_id, label, DatePickerElement(action_id=block_id, initial_date=value.isoformat()))


def hour_field(block_id: str, label: str, *, value: time) -> InputBlock:
    """Ask for a time of day."""
    return _input(block_id, label, TimePickerElement(action_id=block_id, initial_time=f"{value:%H:%M}"))


def choice_field(block_id: str, label: str, options: Mapping[str, str], *, chosen: str | None = None) -> InputBlock:
    """Ask for one of at most OPTIONS_LIMIT choices: words, which may be foreign, by their values, ids only."""
    shown = {value: _foreign(text, value) for value, text in list(options.items())[:OPTIONS_LIMIT]}
    element = RadioButtonsElement(
        action_id=block_id, options=list(shown.values()), initial_option=shown.get(chosen) if chosen else None
    )
    return _input(block_id, label, element)


def people_field(block_id: str, label: str, ids: tuple[str, ...], *, names: Mapping[str, str]) -> InputBlock:
    """Ask for some of at most OPTIONS_LIMIT people and groups, all of them ticked; `names` writes them in mrkdwn."""
    once = list(dict.fromkeys(ids))[:OPTIONS_LIMIT]
    options = [Option(text=words(names[each]), value=each) for each in once]
    element = CheckboxesElement(action_id=block_id, options=options, initial_options=options)
    return _input(block_id, label, element)


def menu_field(block_id: str, label: str, options: Mapping[str, str]) -> InputBlock:
    """Ask for one of many choices, the first of them chosen: words by their values."""
    shown = [_foreign(text, value) for value, text in options.items()]
    return _input(block_id, label, StaticSelectElement(action_id=block_id, options=shown, initial_option=shown[0]))


def one_of(typed: str | tuple[str, ...] | None) -> str:
    """Read a field that holds one value."""
    return typed.strip() if isinstance(typed, str) else ""


def several_of(typed: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Read a field that holds several values."""
    return typed if isinstance(typed, tuple) else ()


def typeable(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """Keep what fits into a field, as Slack counts, and what can be sent at all."""
    whole = text.encode(errors="ignore").decode().encode("utf-16-le")
    return whole[: 2 * limit].decode("utf-16-le", errors="ignore")


def _foreign(text: str, value: str) -> Option:
    return Option(text=said(text, limit=BUTTON_LIMIT, empty="…"), value=value)


def _input(block_id: str, label: str, element: object, *, hint: str = "", optional: bool = False) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=plain(label),
        element=element,  # type: ignore[arg-type]
        hint=plain(hint) if hint else None,
        optional=optional,
    )
