"""Shows the figures of an evaluation in a terminal: main figures, confusion, calibration, groups."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table

from nlp.evaluate import MODEL

_PLAIN_WIDTH = 130  # where the output is no terminal
_BAR = 20


def print_figures(figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the figures of every task to stdout."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    for task, found in figures.items():
        left_out = f", {found['bad_lines']} lines left out" if found["bad_lines"] else ""
        console.print(f"{task} on {found['data']}: {found['rows']} rows{left_out}", style="bold", markup=False)
        for shown in _tables(found["classifiers"]):
            console.print(shown)


def _tables(classifiers: Mapping[str, Mapping[str, Any]]) -> list[RenderableType]:
    tables: list[RenderableType] = [_main(classifiers)]
    model = classifiers.get(MODEL)
    if model is not None:
        tables += [_confusion(model["confusion"]), _reliability(model), _coverage(model["coverage"])]
        tables += [_group(name, classifiers) for name in model["groups"]]
    return tables


def _main(classifiers: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _table("", *classifiers)
    columns = [_main_figures(found) for found in classifiers.values()]
    for name in dict.fromkeys(name for column in columns for name in column):
        table.add_row(name, *(column.get(name, "-") for column in columns))
    return table


def _main_figures(found: Mapping[str, Any]) -> dict[str, str]:
    shown = {
        "macro recall": with_interval(found, "macro_recall"),
        "macro F1": with_interval(found, "macro_f1"),
        "accuracy": with_interval(found, "accuracy"),
    }
    for label, figures in found["per_class"].items():
        if figures["support"]:
            shown[f"{label}: P / R / F1"] = " / ".join(f"{figures[part]:.2f}" for part in ("precision", "recall", "f1"))
    if "directions" in found:
        coarse = found["directions"]
        shown["leave F1"] = with_interval(coarse, "leave_f1")
        shown["join F1"] = with_interval(coarse, "join_f1")
        shown["none F1"] = f"{coarse['per_class']['none']['f1']:.3f}"
        shown["leave / join / none: macro F1"] = with_interval(coarse, "macro_f1")
        shown["leave / join / none: accuracy"] = with_interval(coarse, "accuracy")
    if "rival" in found:
        shown["right rival named"] = f"{found['rival']['accuracy']:.0%} of {found['rival']['rows']}"
    if "ece" in found:
        shown["calibration error"] = f"{found['ece']:.3f}"
        shown["refitted on folds"] = _figure(found["ece_cross_fitted"])
    shown["unsure"] = f"{found['unsure']:.0%}"
    shown["accuracy of the sure"] = _share(found["sure_accuracy"])
    return shown


def with_interval(found: Mapping[str, Any], name: str) -> str:
    """Return a figure and its 95 % interval, as `0.710 (0.689 to 0.731)`."""
    low, high = found[f"{name}_interval"]
    return f"{found[name]:.3f} ({low:.3f} to {high:.3f})"


def _confusion(confusion: Mapping[str, Any]) -> Table:
    table = _table("true, and taken for:", *confusion["labels"], "rows")
    for label, counts in zip(confusion["labels"], confusion["counts"], strict=True):
        table.add_row(label, *map(str, counts), str(sum(counts)))
    return table


def _reliability(model: Mapping[str, Any]) -> Table:
    """Return bars of how many are right beside how many should be, by the probability given."""
    table = Table("probability", "rows", "right", "given", "right (=) and given (|)", box=SIMPLE_HEAD)
    for each in model.get("reliability", ()):
        bar = list("=" * round(each["accuracy"] * _BAR))
        bar += [" "] * (_BAR + 1 - len(bar))
        bar[round(each["confidence"] * _BAR)] = "|"
        right, given = f"{each['accuracy']:.2f}", f"{each['confidence']:.2f}"
        table.add_row(f"from {each['above']:.2f}", str(each["rows"]), right, given, "".join(bar))
    return table


def _coverage(coverage: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("at a probability of", *(f"{each['threshold']:.1f}" for each in coverage))
    table.add_row("share of rows", *(f"{each['coverage']:.0%}" for each in coverage))
    table.add_row("of them right", *(_share(each["accuracy"]) for each in coverage))
    return table


def _group(name: str, classifiers: Mapping[str, Mapping[str, Any]]) -> Table:
    groups = classifiers[MODEL]["groups"][name]
    directions = any("directions" in each for each in groups.values())
    baselines = [other for other in classifiers if other != MODEL]
    table = _table(
        name, "rows", "accuracy", "macro F1", *(["l/j/n accuracy", "leave F1"] if directions else []), "unsure",
        *(f"{other} accuracy" for other in baselines),
    )  # fmt: skip
    for value, each in groups.items():
        coarse = each.get("directions", {})
        table.add_row(
            value, str(each["rows"]), _share(each["accuracy"]), f"{each['macro_f1']:.3f}",
            *([_share(coarse["accuracy"]), _figure(coarse["leave_f1"])] if directions else []), _share(each["unsure"]),
            *(_share(classifiers[other]["groups"][name][value]["accuracy"]) for other in baselines),
        )  # fmt: skip
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
