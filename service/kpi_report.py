"""KPIs, their evidence and the scorecard as rows, for a terminal, a program or a spreadsheet."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from bot.views.kpi import correction_lines
from crm.kpis import KPIS
from domain.errors import WrongUse
from domain.evidence import EvidenceRow
from flows.evidence import Question, rows_behind
from flows.house import House
from flows.kpi_days import report
from flows.scoring import scores
from service.brands import chosen

EVIDENCE_COLUMNS = ("brand", "kpi", *(field.name for field in fields(EvidenceRow)))
SCORE_COLUMNS = ("brand", "kpi", "value", "unit", "expected", "target", "by", "standing", "behind")

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def kpi_rows(house: House, *, brand: str | None, since: date, until: date) -> list[dict[str, Any]]:
    """Compute every KPI of one brand or of each, over the local days [since, until).

    What became known of closed days after they were closed is said on standard error.

    Raises:
        WrongUse: no such brand, or an empty period.
    """
    period = _period(since, until)
    rows = []
    for each in chosen(house, brand):
        found = report(brand=each, since=since, until=until, house=house)
        for line in correction_lines(found.corrections, most=len(found.corrections)):
            print(f"{each.name}: {line}", file=sys.stderr)
        rows += [{"brand": each.name, **period, **asdict(kpi)} for kpi in found.kpis]
    return rows


def evidence_rows(house: House, name: str, *, brand: str | None, since: date, until: date) -> list[dict[str, Any]]:
    """List every row that a KPI counts; raises as `kpi_rows`, and for an unknown KPI."""
    _period(since, until)
    if name not in KPIS:
        raise WrongUse(f"There is no KPI {name!r}; docs/kpis.md has: {', '.join(KPIS)}.")
    return [
        {"brand": each.name, "kpi": name} | {key: _plain(value) for key, value in asdict(row).items()}
        for each in chosen(house, brand)
        for row in rows_behind(Question(name, each, since, until), person=None, house=house).rows
    ]


def score_rows(house: House, *, brand: str | None) -> list[dict[str, Any]]:
    """Judge every target of one brand or of each; raises WrongUse where there is no such brand."""
    return [
        {
            "brand": each.name,
            "kpi": score.target.kpi,
            "value": score.present.value,
            "unit": score.present.unit,
            "expected": score.expected,
            "target": score.target.value,
            "by": score.target.by.isoformat(),
            "standing": score.standing.value.replace(" ", "_"),
            "behind": score.behind,
        }
        for each in chosen(house, brand)
        for score in scores(brand=each, house=house)
    ]


def write_rows(rows: list[dict[str, Any]], *, form: str) -> None:
    """Write KPIs to standard output as `json`, `csv` or `table`."""
    if form != "table":
        write_data(rows, form=form, columns=list(rows[0]))
        return
    table = Table("brand", Column("KPI", no_wrap=True), "value", "of", "unit", "note")
    for row in rows:
        counted = row["numerator"] is not None and row["denominator"] is not None
        shares = f"{row['numerator']:g} / {row['denominator']:g}" if counted else ""
        value = "none" if row["value"] is None else f"{row['value']:.3g}"
        table.add_row(row["brand"], row["name"], value, shares, row["unit"], row["note"])
    Console().print(table)


def write_data(rows: Sequence[dict[str, Any]], *, form: str, columns: Sequence[str]) -> None:
    """Write any rows to standard output as `json`, `csv` or `table`.

    In CSV, text that a spreadsheet would take for a formula is given an apostrophe in front.
    """
    if form == "json":
        print(json.dumps(list(rows), indent=2))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, fieldnames=list(columns))
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    else:
        table = Table(*columns)
        for row in rows:
            table.add_row(*("" if row[key] is None else str(row[key]) for key in columns))
        Console().print(table)


def _period(since: date, until: date) -> dict[str, str]:
    if until <= since:
        raise WrongUse(f"The period is empty: --until {until} is exclusive and must come after --since {since}.")
    return {"since": since.isoformat(), "until": until.isoformat()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _harmless(value: object) -> object:
    """Keep a spreadsheet from running what strangers wrote; numbers are no text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
