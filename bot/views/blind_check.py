"""The blind check: its message in the channel, and one post at a time for one person, without the model's labels."""

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot.escaping import link
from bot.views.elements import (
    button,
    buttons,
    byline,
    count,
    inline,
    line,
    platform_name,
    quoted,
    said,
    small,
    when,
    words,
)
from domain.blind_check import QUESTIONS, BlindCheck, BlindRest, BlindStep
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING

START, SKIP = "blind_start", "blind_skip"

_ASKED: Mapping[str, str] = {
    RELEVANCE: "Is it about us?",
    SENTIMENT: "How does the author feel about us?",
    SWITCHING: "Does the author come to us, or go?",
}
_ASKED_BRIEFLY: Mapping[str, str] = {RELEVANCE: "about us", SENTIMENT: "feeling", SWITCHING: "switching"}
_LABELS: Mapping[str, Mapping[str, str]] = {
    RELEVANCE: {"about": "Yes", "not_about": "No", "spam": "Spam or advert", "rival_offer": "A rival's offer"},
    SENTIMENT: {"negative": "Negative", "neutral": "Neutral", "positive": "Positive"},
    SWITCHING: {
        "none": "Neither",
        "considering_leaving": "Thinks of leaving",
        "leaving": "Leaves",
        "considering_joining": "Thinks of joining",
        "joining": "Joins",
    },
}


def blind_check_blocks(check: BlindCheck) -> list[Block]:
    """Invite everybody; who may answer is decided at the click."""
    blocks: list[Block] = [line(f"👀 {_invitation(check)}")]
    if check.done == check.total:
        return blocks
    why = "The model's labels are hidden: your answers tell how often it is right, and how much it misses."
    row = [button("Start", action_id=START, value=check.id, style="primary")]
    return [*blocks, small(words(why)), *buttons(row)]


def blind_check_text(check: BlindCheck) -> str:
    """Say the invitation for notifications."""
    return _invitation(check)


def blind_step_blocks(step: BlindStep) -> list[Block]:
    """Show one person her next question, or that nothing is left."""
    note: list[Block] = [small(words(f"_{step.note}_"))] if step.note else []
    if isinstance(step, BlindRest):
        return [*note, line(_rest(step))]
    post = step.mention
    facts = [platform_name(post.platform), when(post.posted_at), link(post.url, "open post")]
    blocks = [
        *note,
        line(f"*{step.place} of {step.total}* · a post that was found for *{inline(step.brand)}*"),
        quoted(post.text, limit=2500, lines=25),
        small(said(byline(post.author), limit=300, empty="(unknown author)"), words(" · ".join(facts))),
    ]
    if step.answers:
        blocks.append(
            small(words(" · ".join(_answered(task, step.answers) for task in QUESTIONS if task in step.answers)))
        )
    choices = [
        button(_LABELS[step.task][label], action_id=answer_id(step.task, label), value=f"{step.item}|{label}")
        for label in QUESTIONS[step.task]
    ]
    skip = button("Skip this post", action_id=SKIP, value=str(step.item))
    return [*blocks, line(f"*{_ASKED[step.task]}*"), *buttons(choices), *buttons([skip])]


def blind_step_text(step: BlindStep) -> str:
    """Say the question for notifications."""
    return _rest(step) if isinstance(step, BlindRest) else _ASKED[step.task]


def answer_id(task: str, label: str) -> str:
    """Name the button that gives this answer."""
    return f"blind_{task}_{label}"


def read_item(value: str) -> int:
    """Read the post out of a button's value."""
    return int(value.partition("|")[0])


def _invitation(check: BlindCheck) -> str:
    brand = inline(check.brand)
    if not check.total:
        return f"The posts of this week's blind check of *{brand}* were all removed by their authors."
    if check.done == check.total:
        return f"This week's blind check of *{brand}* is done: {count(check.total, 'post')} judged. Thank you!"
    waiting = check.total - check.done
    so_far = f", {check.done} of {check.total} are done" if check.done else ""
    return (
        f"{count(waiting, 'post')} found for *{brand}* {'waits' if waiting == 1 else 'wait'} for a blind look{so_far}."
    )


def _answered(task: str, answers: Mapping[str, str]) -> str:
    return f"{_ASKED_BRIEFLY[task]}: {_LABELS[task][answers[task]].lower()}"


def _rest(step: BlindRest) -> str:
    done = f"{count(step.done, 'post')} of this week's blind check of *{inline(step.brand)}* judged"
    if not step.waiting:
        return f"{done}: that was the last one. Thank you!"
    verb = "waits" if step.waiting == 1 else "wait"
    return f"Nothing is left for you now. {done}; {step.waiting:,} {verb} for somebody else."
