"""What judges the views sees each fault: a judge that sees nothing would pass everything."""

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OptionGroup,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.views.elements import plain, when, words
from tests.bot.validation import alive, faults, live_formats, live_tokens, text_faults, view_faults
from tests.builders import NOON
from tests.hostile import FORMATS, LINKS, PINGS


def menu(*options: Option, **changes) -> ActionsBlock:
    menu = StaticSelectElement(placeholder=plain("Menu"), action_id="menu", options=list(options), **changes)
    return ActionsBlock(elements=[menu])


def field(**changes) -> InputBlock:
    return InputBlock(label=plain("Text"), element=PlainTextInputElement(action_id="text", **changes))


def modal(*blocks, **changes) -> View:
    return View(**({"type": "modal", "title": plain("Title"), "blocks": list(blocks)} | changes))


SAID = SectionBlock(text=words("said"))
ONE = Option(text=plain("One"), value="one")


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (menu(ONE, Option(text=plain("Two"), value="one")), "share a value"),
        (menu(Option(text=words("*One*"), value="one")), "are not plain text"),
        (menu(Option(text=plain("One"), value="x" * 151)), "150"),
        (menu(Option(text=plain("x" * 76), value="one")), "75"),
        (menu(ONE, initial_option=Option(text=plain("Two"), value="two")), "must exactly match"),
        (menu(*[Option(text=plain("One"), value=str(number)) for number in range(101)]), "100"),
        (SectionBlock(text=plain(" \n")), "white space"),
        (SectionBlock(text=plain("😀" * 1501)), "less than 3001"),
        (SectionBlock(text=words("\ud800")), "cannot be sent"),
        (ContextBlock(elements=[words("x")] * 11), "10"),
        (ActionsBlock(elements=[ButtonElement(text=plain("x"), action_id="twice")] * 2), "already exists"),
        (ActionsBlock(elements=[ButtonElement(text=plain("x"), action_id="id", value="x" * 2001)]), "2000"),
        (field(), "unsupported type: input"),
    ],
)
def test_a_fault_in_a_message_is_seen_however_deep_it_lies(block, fault):
    assert any(fault in found for found in faults([SAID, block]))


def test_a_message_that_is_too_long_in_all_is_seen_though_each_of_its_blocks_is_not():
    long = SectionBlock(text=words("x" * 2900))
    assert faults([long] * 4) == []
    assert faults([long] * 5) == ["14500 characters in all"]
    assert any("50 items" in found for found in faults([SAID] * 51))


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (modal(SAID, title=plain("x" * 25)), "24"),
        (modal(SAID, private_metadata="x" * 3001), "3000"),
        (modal(SAID, callback_id="x" * 256), "255"),
        (modal(SAID, external_id="x" * 256), "external_id"),
        (modal(*[SAID] * 101), "100"),
        (modal(field()), "/view/submit"),
        (modal(field(initial_value="xxx", max_length=2), submit=plain("Send")), "longer than 2"),
        (modal(*[SectionBlock(block_id="twice", text=words("x"))] * 2), "already exists"),
        (modal(*[SectionBlock(text=words("😀" * 1500))] * 15), "bytes"),
        (modal(SAID, type="home"), "additional property: title"),
    ],
)
def test_a_fault_in_a_modal_is_seen(view, fault):
    assert any(fault in found for found in view_faults(view))


def test_what_is_good_has_no_fault():
    groups = [OptionGroup(label=plain("Group"), options=[ONE])]
    picker = StaticSelectElement(placeholder=plain("Menu"), action_id="menu", option_groups=groups)
    assert faults([SAID, menu(ONE), ActionsBlock(elements=[picker])]) == []
    assert view_faults(modal(SAID, field(initial_value="xx", max_length=2), submit=plain("Send"))) == []


@pytest.mark.parametrize("text", [text for text in PINGS + LINKS if text.startswith("<") and text.endswith(">")])
def test_every_token_of_a_stranger_is_seen_to_live(text):
    assert live_tokens(f"before {text} after") != []


def test_our_own_tokens_are_none():
    ours = f"<@U0MIA> <!subteam^S0SOCIAL> <#C0ALERTS> {when(NOON)} <https://x.com/jane/status/7?a=1&amp;b=2|Open post>"
    assert live_tokens(ours) == []
    assert live_formats(ours) == []


@pytest.mark.parametrize(
    "text", [*FORMATS[:5], ":smile:", "&gt; quote", "a\n&gt;&gt;&gt; b", "see https://evil.example"]
)
def test_formatting_of_a_stranger_is_seen(text):
    assert live_formats(text) != []
    assert alive([SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))]) != []


def test_a_block_of_code_formats_nothing_and_still_holds_no_link():
    assert live_formats("```\n*bold* :smile:\n> quote\n```") == []
    assert live_formats("```\nsee https://evil.example\n```") == ["://"]
    assert live_formats("```\n```block``` *bold*\n```") != []


def test_text_that_slack_would_read_for_links_or_emoji_is_seen():
    assert alive([SectionBlock(text=MarkdownTextObject(text="said"))]) == ["makes links"]
    assert alive([SectionBlock(text=PlainTextObject(text="said", emoji=True))]) == ["makes emoji"]
    assert alive([SAID, SectionBlock(text=plain("*bold* > :smile:".replace(">", "&gt;")))]) == []


@pytest.mark.parametrize("text", ["", " ", "x" * 4000])
def test_a_text_for_notifications_says_something_and_is_not_endless(text):
    assert text_faults(text) != []
    assert text_faults("said") == []
