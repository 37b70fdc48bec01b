"""Commands that print figures and proofs: KPIs, a digest, the audit log, and how the platforms' rules are kept."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from domain.clock import iso
from domain.errors import EarshotError
from domain.mention import MentionId
from service.verbs.options import DEFAULT_CONFIG, Config, day_of, opened


def kpi(
    since: Annotated[str | None, typer.Option(help="First day, as in 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="The day after the last.")] = None,
    config: Config = DEFAULT_CONFIG,
    brand: Annotated[str | None, typer.Option(help="One brand; default: each.")] = None,
    evidence: Annotated[str | None, typer.Option(help="List the rows that this KPI counts instead.")] = None,
    scorecard: Annotated[bool, typer.Option("--scorecard", help="Say how each target stands instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
) -> None:
    """Compute every KPI over whole days of the brand's time zone."""
    from service import kpi_report as report

    if as_json and as_csv:
        raise typer.BadParameter("choose --json or --csv")
    if scorecard and (since or until or evidence):
        raise typer.BadParameter("a scorecard is about the last 28 days: leave --since, --until and --evidence out")
    if not scorecard and not (since and until):
        raise typer.BadParameter("name the days with --since and --until")
    form = "json" if as_json else "csv" if as_csv else "table"
    with opened(config) as house:
        if scorecard:
            report.write_data(report.score_rows(house, brand=brand), form=form, columns=report.SCORE_COLUMNS)
            return
        days = {"since": day_of(since or ""), "until": day_of(until or "")}
        if evidence:
            rows = report.evidence_rows(house, evidence, brand=brand, **days)
            report.write_data(rows, form=form, columns=report.EVIDENCE_COLUMNS)
        else:
            report.write_rows(report.kpi_rows(house, brand=brand, **days), form=form)


def digest(
    day: Annotated[str, typer.Option("--date", help="The day, as in 2026-11-22.")],
    preview: Annotated[Path, typer.Option(help="The HTML file to write.")],
    config: Config = DEFAULT_CONFIG,
    brand: Annotated[str | None, typer.Option(help="One brand; default: each.")] = None,
) -> None:
    """Show a day's digest as a page, without posting it."""
    from service.digest_page import write_preview

    with opened(config) as house:
        write_preview(house, day=day_of(day), brand=brand, path=preview)
    print(f"Written: {preview}", file=sys.stderr)


def verify(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; the exit code says the same.")] = False,
) -> None:
    """Verify the audit log's chain: exit code 0 where it is whole, 1 where it is not."""
    from flows.auditing import verify_audit
    from service.forget import OPERATOR

    with opened(config) as house:
        chain = verify_audit(person=OPERATOR, house=house)
    if as_json:
        print(json.dumps({"whole": not chain.broken, **asdict(chain)}))
        if chain.broken:
            raise typer.Exit(1)
        return
    if chain.broken:
        raise EarshotError(
            f"The audit log was changed at entry {chain.broken[0]} ({len(chain.broken)} entries do not fit), or "
            "EARSHOT_KEY is not the one that it was written with. Compare with the head in an earlier digest and "
            "restore a backup."
        )
    print(f"The audit log is whole; its head is {chain.head}.")


def compliance_report(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Say for each platform what is stored, when it was asked for again, and how soon deletions were honoured."""
    from config.load import load
    from flows.compliance import compliance
    from service.compliance_report import report_lines, report_rows

    listening = {stream.platform for stream in load(config)[0].streams}
    with opened(config) as house:
        reports = compliance(listening=listening, house=house)
    print(json.dumps(report_rows(reports), indent=2) if as_json else "\n".join(report_lines(reports)))


def compliance_versions(
    post: Annotated[str, typer.Argument(help="A post by platform and id, as in mastodon:1234.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Print what a post said before each edit, as JSON lines; nothing where its platform's rules forbid keeping it."""
    from storage import versions

    with opened(config) as house, house.database.read() as tx:
        found = versions.of(tx, MentionId(post))
    for until, text in found:
        print(json.dumps({"until": iso(until), "text": text}))
