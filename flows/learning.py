"""Learning from people: what they judged is gathered and handed on, and what came of it is audited."""

from collections.abc import Collection

from crm.attribution import reading
from domain.lesson import Judged, Lesson, Ordinary, Teach
from domain.mention import MentionId
from domain.prediction import CORRECTABLE, RELEVANCE
from flows.house import House
from storage import audit, corrections

ACTOR = "operator"
TASKS = (*CORRECTABLE, RELEVANCE)
REPLAYED = 2000
"""So many ordinary posts keep a new head from forgetting what nobody judges."""


def learn(*, teach: Teach, trainable: Collection[str], house: House) -> Lesson:
    """Learn from every label that people set or confirmed; `trainable` names the platforms whose content may train.

    Raises as `teach`.
    """
    ours = {brand.name: brand for brand in house.brands}

    def may_train(mention_id: MentionId) -> bool:
        return mention_id.partition(":")[0] in trainable

    with house.database.read() as tx:
        found = corrections.judged(tx, tasks=TASKS)
        others = corrections.ordinary(tx, limit=REPLAYED)
    judged = [
        Judged(
            reading=reading(each.text, ours[each.brand]),
            task=each.task,
            label=each.label,
            corrected=each.corrected,
            may_train=may_train(each.mention_id),
        )
        for each in found
        if each.brand in ours
    ]
    ordinary = [Ordinary(reading(text, ours[name]), may_train(id_)) for id_, text, name in others if name in ours]
    lesson = teach(judged, ordinary)
    if lesson.version is not None:
        note(f"learned version {lesson.version}", subject=lesson.model, house=house)
    return lesson


def note(action: str, *, subject: str, house: House) -> None:
    """Write to the audit log what the operator did with what was learned."""
    with house.database.write() as tx:
        audit.append(tx, at=house.clock(), actor=ACTOR, action=action, subject=subject, secret=house.secret)
