"""Commands about the model: classify, measure, train, and learn from people."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from domain.clock import system_clock
from domain.errors import InputError
from service.verbs.options import DEFAULT_CONFIG, Config

DEFAULT_DATA = Path("../shared/data")
SHIPPED_MODEL = Path("nlp/shipped")


def classify(
    input_file: Annotated[Path, typer.Option("--input", help="JSON lines or CSV, by the file's ending.")],
    output_file: Annotated[Path, typer.Option("--output", help="JSON lines or CSV, by the file's ending.")],
    model: Annotated[Path | None, typer.Option(help="A model folder; default: the shipped one.")] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file: use its model, and what it learned.")] = None,
) -> None:
    """Classify the texts of a file; needs no settings, database or token."""
    from nlp.bulk import classify_file
    from nlp.classify import build

    if model and config:
        raise typer.BadParameter("choose --model or --config")
    if config:
        from config.load import load
        from service.assembly import build_model

        used, _ = build_model(load(config)[0].model)
    else:
        used = build(model)
    report = classify_file(input_file, output_file, classify=used)
    if report.bad and not report.classified:
        raise typer.Exit(1)


def evaluate(
    data: Annotated[
        Path | None, typer.Option(help="Labelled rows, JSON lines or CSV; with --card the folder of labelled text.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="The task of the column label; default: every task with a column of its name.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures there.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model folder; default: the shipped one.")] = None,
    card: Annotated[bool, typer.Option("--card", help="Write the model's card into its folder.")] = False,
) -> None:
    """Measure a model on labelled text, beside the keyword rules; needs no settings, database or token."""
    from nlp.classify import build

    if card and task:
        raise typer.BadParameter("a card is about every task; leave --task out")
    if card:
        from nlp.model_card import write_card

        _write(json_file, write_card(model, data=data or DEFAULT_DATA))
        return
    if data is None:
        raise typer.BadParameter("name the labelled file with --data, or give --card")
    from nlp.evaluate import evaluate_file
    from nlp.figures_table import print_figures

    by_task = evaluate_file(data, task=task, classify=build(model))
    _write(json_file, by_task[task] if task else by_task)
    print_figures(by_task)


def train(
    data: Annotated[Path, typer.Option(help="The folder of labelled text.")] = DEFAULT_DATA,
    output: Annotated[Path, typer.Option(help="Where the model goes.")] = SHIPPED_MODEL,
    work: Annotated[Path, typer.Option(help="Where what can be used again is kept.")] = Path("build/train"),
    seed: int = 1,
    teacher: Annotated[
        bool, typer.Option("--teacher", help="Make the teacher's opinions instead (over an hour).")
    ] = False,
    hold_out: Annotated[
        list[str] | None, typer.Option(help="An industry to measure instead of training on it.")
    ] = None,
) -> None:
    """Rebuild the shipped model from labelled text and a teacher's kept opinions of it (extra `train`)."""
    from nlp.train import train as train_model
    from nlp.train import train_teacher

    if teacher:
        train_teacher(data=data, work=work, seed=seed)
        return
    if hold_out and output == SHIPPED_MODEL:
        raise typer.BadParameter("a model without some industries is for measuring: name another --output")
    figures = train_model(data=data, output=output, work=work, seed=seed, hold_out=hold_out or ())
    print(json.dumps(figures, indent=2))


def learn(
    config: Config = DEFAULT_CONFIG,
    undo: Annotated[bool, typer.Option("--undo", help="Go back one step instead.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be learned, store nothing.")] = False,
) -> None:
    """Learn from what people corrected and confirmed; prints what was measured."""
    from config.load import load
    from service.learning import learn_from_people, told, undo_learning

    if undo and dry_run:
        raise typer.BadParameter("choose --undo or --dry-run")
    settings, secrets = load(config)
    if undo:
        left, reached = undo_learning(settings, secrets, clock=system_clock)
        print(json.dumps({"left": left, "active": reached}))
        return
    lesson = learn_from_people(settings, secrets, clock=system_clock, dry_run=dry_run)
    print("\n".join(told(lesson, dry_run=dry_run)), file=sys.stderr)
    print(json.dumps(asdict(lesson)))


def _write(path: Path | None, figures: object) -> None:
    """Write figures as JSON where a file was named."""
    if path is not None:
        try:
            path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Name a file in a folder that exists."
            ) from error
