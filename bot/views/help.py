"""What can be typed, made from the list of verbs."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.desk import Verb
from bot.views.elements import line, paragraphs


def help_blocks(commands: Mapping[str, Sequence[Verb]]) -> list[Block]:
    """List each command's verbs with an example."""
    lines = [
        f"• `{command} {verb.usage}`: {verb.help}, as in `{command} {verb.example}`"
        for command, verbs in commands.items()
        for verb in verbs
    ]
    cards = (
        "On a card: *Claim* makes it yours, *Resolve* closes it, *Not us* takes it out of every figure, *Reopen* "
        "brings it back, *Open post* leads to where you answer. I notice the answer by myself."
    )
    return [line(f"*{help_text()}*"), *paragraphs(lines), line(cards)]


def help_text() -> str:
    """Introduce the bot."""
    return "I am Earshot: I listen to what people say about us and tell you what wants an answer."
