"""What can be typed, made from the list of verbs."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.desk import Verb
from bot.views.elements import line, paragraphs, small, words
from crm.access import roles_for
from domain.person import Role


def help_blocks(commands: Mapping[str, Sequence[Verb]]) -> list[Block]:
    """List each command's verbs with an example."""
    lines = [
        f"• `{command} {verb.usage}`: {verb.help}, as in `{command} {verb.example}`"
        for command, verbs in commands.items()
        for verb in verbs
    ]
    cards = (
        "On a card: *Claim* makes it yours, *Reply* answers in public, *Resolve* closes it, *Snooze* lets it rest, "
        "*Not us* says that it is not about us, so that nobody is late with it, *Reopen* brings it back, *More* holds "
        "the rest: assign, escalate, link, correct, mute. *Open post* leads to the post. "
        "I notice answers that you give there by myself."
    )
    more = "These are the commands that you may use. `/earshot help queue` tells more of one."
    return [line(f"*{help_text()}*"), *paragraphs(lines), line(cards), small(words(more))]


def help_text() -> str:
    """Introduce the bot."""
    return "I am Earshot: I listen to what people say about us and tell you what wants an answer."


def verb_blocks(command: str, verb: Verb) -> list[Block]:
    """Tell of one verb: how to write it, two examples, who may use it."""
    examples = " or ".join(f"`{f'{command} {example}'.strip()}`" for example in (verb.example, verb.also))
    roles = roles_for(verb.action)
    everybody = len(roles.split(", ")) == len(Role)
    return [
        line(f"*`{f'{command} {verb.usage}'.strip()}`*"),
        line(f"{verb.help[:1].upper()}{verb.help[1:]}. For instance {examples}."),
        small(words("For everybody with a role." if everybody else f"For the roles {roles}.")),
    ]
