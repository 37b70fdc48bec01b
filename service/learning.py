"""`learn`: what people judged becomes the active version, or the one before becomes it again."""

from pathlib import Path

import listeners
from config.secrets import Secrets
from config.settings import Settings
from domain.clock import Clock
from domain.lesson import Lesson
from flows import learning as flow
from nlp import learned, learning
from nlp.tasks import TASKS
from service.assembly import model_folder, open_house


def learn_from_people(settings: Settings, secrets: Secrets, *, clock: Clock, dry_run: bool) -> Lesson:
    """Learn for every task that the ONNX model of the settings answers.

    Raises:
        EarshotError: model, database or folder cannot be used.
    """
    section = settings.model
    teach = learning.teacher(
        model_folder(section),
        folder=Path(section.learned),
        tasks=set(TASKS) - section.all_checkpoints().keys(),
        at=clock(),
        dry_run=dry_run,
    )
    trainable = {name for name in listeners.PLATFORMS if listeners.load(name).TRAINABLE}
    return flow.learn(teach=teach, trainable=trainable, house=open_house(settings, secrets, clock=clock))


def undo_learning(settings: Settings, secrets: Secrets, *, clock: Clock) -> tuple[int, int]:
    """Go back one step; returns the version left and the one reached, 0 for the model as shipped. Raises as above."""
    house = open_house(settings, secrets, clock=clock)
    left, reached = learned.undo(Path(settings.model.learned))
    flow.note(f"went back from learned version {left} to {reached}", subject=settings.model.path, house=house)
    return left, reached


def told(lesson: Lesson, *, dry_run: bool) -> list[str]:
    """Say in lines what was learned, with the numbers behind it."""
    lines = []
    for task in lesson.tasks:
        lines.append(
            f"{task.task}: {task.corrections} corrections ({task.trainable_corrections} may train), "
            f"{task.confirmed} labels confirmed"
        )
        lines += [f"  {note}" for note in task.notes]
        pairs = (("accuracy", task.accuracy), ("macro F1", task.macro_f1), ("on what was confirmed", task.reference))
        figures = [f"{name} {pair[0]:.3f} -> {pair[1]:.3f}" for name, pair in pairs if pair]
        if task.gain:
            figures.append(f"gain in accuracy {task.gain[0]:+.3f} to {task.gain[1]:+.3f} (95 %)")
        lines += [f"  held out: {'; '.join(figures)}"] if figures else []
        lines.append(f"  unsure below {task.unsure_below[0]:.4f} as shipped, {task.unsure_below[1]:.4f} as learned")
    if lesson.version is not None:
        lines.append(f"Learned version {lesson.version} is active; a bot that runs takes it at its next start.")
    else:
        lines.append("Nothing was stored (--dry-run)." if dry_run else "Nothing has changed.")
    return lines
