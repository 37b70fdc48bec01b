"""KPIs as rows, for a terminal, a program or a spreadsheet."""

import csv
import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from domain.errors import WrongUse
from flows.house import House
from flows.reporting import kpis


def kpi_rows(house: House, *, brand: str | None, since: date, until: date) -> list[dict[str, Any]]:
    """Compute every KPI of one brand or of each, over the local days [since, until).

    Raises:
        WrongUse: no such brand, or an empty period.
    """
    names = [b.name for b in house.brands]
    if brand is not None and brand not in names:
        raise WrongUse(f"There is no brand {brand!r}; the settings have: {', '.join(names)}.")
    if until <= since:
        raise WrongUse(f"The period is empty: --until {until} is exclusive and must come after --since {since}.")
    chosen = [b for b in house.brands if brand in {None, b.name}]
    period = {"since": since.isoformat(), "until": until.isoformat()}
    return [
        {"brand": b.name, **period, **asdict(kpi)}
        for b in chosen
        for kpi in kpis(brand=b, since=since, until=until, house=house)
    ]


def write_rows(rows: list[dict[str, Any]], *, form: str) -> None:
    """Write the rows to standard output as `json`, `csv` or `table`."""
    if form == "json":
        print(json.dumps(rows, indent=2))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    else:
        table = Table("brand", Column("KPI", no_wrap=True), "value", "of", "unit", "note")
        for row in rows:
            shares = "" if row["denominator"] is None else f"{row['numerator']:g} / {row['denominator']:g}"
            value = "none" if row["value"] is None else f"{row['value']:.3g}"
            table.add_row(row["brand"], row["name"], value, shares, row["unit"], row["note"])
        Console().print(table)
