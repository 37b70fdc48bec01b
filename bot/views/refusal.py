"""Refusals that name a person: who owns a case, who is writing to it, who was quicker."""

from bot.escaping import link
from bot.views.elements import inline, when, who
from domain.errors import AlreadyOwned, AnsweredAlready, BeingAnswered, EarshotError


def refusal_words(error: EarshotError) -> str:
    """Say why something was not done, in mrkdwn."""
    match error:
        case AlreadyOwned():
            return f"{who(error.owner)} owns this case already."
        case BeingAnswered():
            return f"{who(error.holder)} is writing a reply to this since {when(error.since)}."
        case AnsweredAlready():
            answered = f"{who(error.responder)} {link(error.url, 'answered')} this {when(error.at)}"
            return f"{answered}. Reopen the case where that was not enough."
        case _:
            return inline(str(error), limit=2000)
