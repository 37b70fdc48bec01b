"""Commands that bring posts and customers in, tell of a post, and erase a person."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from domain.clock import system_clock
from service.verbs.options import DEFAULT_CONFIG, Config, opened


def ingest(
    file: Annotated[Path, typer.Argument(help="One whole response body of the platform's API per line.")],
    platform: Annotated[str, typer.Option(help="As in x, reddit or bluesky.")],
    config: Config = DEFAULT_CONFIG,
    alert: Annotated[bool, typer.Option("--alert", help="Post cards for what is found.")] = False,
) -> None:
    """Bring in recorded API responses through the same path as polling; cursors stay untouched."""
    from config.load import load
    from service.history import ingest_file

    settings, secrets = load(config)
    report = ingest_file(file, platform=platform, settings=settings, secrets=secrets, alert=alert, clock=system_clock)
    print(json.dumps(report, default=str))
    if report["bad_lines"] and not report["read"]:
        raise typer.Exit(1)


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file of customers.")],
    config: Config = DEFAULT_CONFIG,
    mapping: Annotated[Path | None, typer.Option(help='A TOML file: [columns] ours = "theirs".')] = None,
    source: Annotated[str, typer.Option(help="The name of the system that the file comes from.")] = "csv",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge every row, store nothing.")] = False,
) -> None:
    """Import customers; with one bad row nothing is stored."""
    from flows.importing import import_customers
    from service.progress import counting

    with opened(config) as house, counting("rows") as progress:
        report = import_customers(file, house=house, mapping=mapping, source=source, dry_run=dry_run, progress=progress)
    for error in report.errors:
        print(f"{file}: line {error.line}: {error.reason}", file=sys.stderr)
    if report.errors:
        print(f"Nothing was stored: mend the {len(report.errors)} rows above and import again.", file=sys.stderr)
    if report.ignored:
        print(f"Columns without a meaning to Earshot: {', '.join(report.ignored)}.", file=sys.stderr)
    if left_out := report.counts.forgotten:
        people = "1 forgotten person" if left_out == 1 else f"{left_out:,} forgotten people"
        print(f"{people} left out.", file=sys.stderr)
    counts = {"rows": report.rows, **asdict(report.counts), "bad": len(report.errors), "stored": report.stored}
    print(json.dumps(counts))
    if report.errors:
        raise typer.Exit(1)


def events(
    file: Annotated[Path, typer.Argument(help="JSON lines (.jsonl, .ndjson), else CSV.")],
    config: Config = DEFAULT_CONFIG,
    source: Annotated[str, typer.Option(help="The name of the system that the file comes from.")] = "csv",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge every row, store nothing.")] = False,
) -> None:
    """Bring in what customers did; good rows are stored, bad ones told, and the same file again adds only the rest."""
    from flows.event_files import read_events
    from service.progress import counting

    with opened(config) as house, counting("rows") as progress:
        report = read_events(file, source=source, house=house, dry_run=dry_run, progress=progress)
    for error in report.errors:
        print(f"{file}: line {error.line}: {error.reason}", file=sys.stderr)
    if more := report.bad - len(report.errors):
        print(f"{file}: and {more:,} bad rows more", file=sys.stderr)
    print(json.dumps({"rows": report.rows, **asdict(report.counts), "bad": report.bad, "stored": report.stored}))
    if report.bad:
        raise typer.Exit(1)


def why(
    post: Annotated[str, typer.Argument(help="A post's link, or its id as in x:12.")],
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell why a post was alerted or not: all that happened to it, in order."""
    from flows.explaining import why as explain
    from service.forget import OPERATOR
    from service.story import print_stories

    with opened(config) as house:
        print_stories(explain(post, person=OPERATOR, house=house), as_json=as_json)


def forget(
    handle: Annotated[str | None, typer.Option(help="As in @jane, x:@jane or reddit:u/jane.")] = None,
    email: Annotated[str | None, typer.Option(help="An e-mail address of a customer.")] = None,
    customer: Annotated[str | None, typer.Option("--id", help="A customer's id.")] = None,
    config: Config = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, erase nothing.")] = False,
) -> None:
    """Erase a person for good; prints the receipt, which does not tell whom."""
    from service.forget import as_handle, forget_person

    named = [each for each in (handle and as_handle(handle), email, customer) if each]
    if len(named) != 1:
        raise typer.BadParameter("name one person with --handle, --email or --id")

    def agreed(held: object) -> bool:
        print(f"This would go, and could not come back: {json.dumps(held)}", file=sys.stderr)
        return yes or typer.confirm("Forget for good?", err=True)

    with opened(config) as house:
        print(json.dumps(forget_person(named[0], house=house, dry_run=dry_run, agreed=agreed)))
