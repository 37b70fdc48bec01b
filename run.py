"""Earshot's command line: `python run.py COMMAND --help` tells each command's options.

Exit codes: 0 success, 2 wrong use, 1 anything else. Data goes to standard output or the file named, messages and
progress to standard error.
"""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while modules load ends silently, without a traceback

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.clock import system_clock
from domain.errors import EarshotError, InputError, WrongUse
from service.logs import configure_logs

if TYPE_CHECKING:  # heavy imports wait for the command that needs them
    from flows.house import House

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
audit_app = typer.Typer(no_args_is_help=True, help="The audit log.")
app.add_typer(audit_app, name="audit")
query_app = typer.Typer(no_args_is_help=True, help="Queries: what streams listen for.")
app.add_typer(query_app, name="query")
compliance_app = typer.Typer(no_args_is_help=True, help="The platforms' rules.")
app.add_typer(compliance_app, name="compliance")

Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
DEFAULT_CONFIG = Path("config/earshot.toml")
DEFAULT_DATA = Path("../shared/data")
SHIPPED_MODEL = Path("nlp/shipped")
LogLevel = Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")]


@app.command()
def start(config: Config = DEFAULT_CONFIG, log_level: LogLevel = "INFO") -> None:
    """Run the bot on the platforms of the settings until Ctrl-C."""
    from config.load import load
    from service.running import leave, run_until_stopped

    configure_logs(level=log_level)
    settings, secrets = load(config)
    run_until_stopped(settings, secrets, clock=system_clock)
    leave()


@app.command()
def sandbox(
    seconds: Annotated[float | None, typer.Option(help="End by itself after so long.")] = None,
    port: Annotated[int, typer.Option(help="The page's port; 0 takes a free one.")] = 8765,
    log_level: LogLevel = "WARNING",
) -> None:
    """Try Earshot without any account: the real bot on a Slack and on social platforms on this machine."""
    from service.running import leave
    from service.trial import run_trial

    configure_logs(level=log_level)
    run_trial(seconds=seconds, port=port)
    leave()


@app.command()
def check(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Verify settings, secrets, database, model, Slack and platforms, with the fix beside each failure."""
    from service.checks import check_all, print_findings

    findings = check_all(config, clock=system_clock)
    if as_json:
        print(json.dumps([asdict(f) for f in findings], indent=2))
    else:
        print_findings(findings)
    if any(not f.ok for f in findings):
        raise typer.Exit(1)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command("import")
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

    with _house(config) as house, counting("rows") as progress:
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


@app.command()
def events(
    file: Annotated[Path, typer.Argument(help="JSON lines (.jsonl, .ndjson), else CSV.")],
    config: Config = DEFAULT_CONFIG,
    source: Annotated[str, typer.Option(help="The name of the system that the file comes from.")] = "csv",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge every row, store nothing.")] = False,
) -> None:
    """Bring in what customers did; good rows are stored, bad ones told, and the same file again adds only the rest."""
    from flows.event_files import read_events
    from service.progress import counting

    with _house(config) as house, counting("rows") as progress:
        report = read_events(file, source=source, house=house, dry_run=dry_run, progress=progress)
    for error in report.errors:
        print(f"{file}: line {error.line}: {error.reason}", file=sys.stderr)
    if more := report.bad - len(report.errors):
        print(f"{file}: and {more:,} bad rows more", file=sys.stderr)
    print(json.dumps({"rows": report.rows, **asdict(report.counts), "bad": report.bad, "stored": report.stored}))
    if report.bad:
        raise typer.Exit(1)


@app.command()
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
    with _house(config) as house:
        if scorecard:
            report.write_data(report.score_rows(house, brand=brand), form=form, columns=report.SCORE_COLUMNS)
            return
        days = {"since": _day(since or ""), "until": _day(until or "")}
        if evidence:
            rows = report.evidence_rows(house, evidence, brand=brand, **days)
            report.write_data(rows, form=form, columns=report.EVIDENCE_COLUMNS)
        else:
            report.write_rows(report.kpi_rows(house, brand=brand, **days), form=form)


@app.command()
def digest(
    day: Annotated[str, typer.Option("--date", help="The day, as in 2026-11-22.")],
    preview: Annotated[Path, typer.Option(help="The HTML file to write.")],
    config: Config = DEFAULT_CONFIG,
    brand: Annotated[str | None, typer.Option(help="One brand; default: each.")] = None,
) -> None:
    """Show a day's digest as a page, without posting it."""
    from service.digest_page import write_preview

    with _house(config) as house:
        write_preview(house, day=_day(day), brand=brand, path=preview)
    print(f"Written: {preview}", file=sys.stderr)


@app.command()
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


@app.command()
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


@app.command()
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

    with _house(config) as house:
        print(json.dumps(forget_person(named[0], house=house, dry_run=dry_run, agreed=agreed)))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Copy the whole database into one file while the bot runs, and verify the copy."""
    from config.load import load
    from service.backup import back_up

    print(json.dumps(back_up(file, *load(config), clock=system_clock)))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")],
    config: Config = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the database, without what was erased since. Stop the bot first."""
    from config.load import load
    from service.backup import restore_from

    settings, secrets = load(config)
    if not yes:
        typer.confirm(f"Put {file} in the place of {settings.database.shown}?", abort=True, err=True)
    print(json.dumps(restore_from(file, settings, secrets, clock=system_clock)))


@app.command()
def why(
    post: Annotated[str, typer.Argument(help="A post's link, or its id as in x:12.")],
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell why a post was alerted or not: all that happened to it, in order."""
    from flows.explaining import why as explain
    from service.forget import OPERATOR
    from service.story import print_stories

    with _house(config) as house:
        print_stories(explain(post, person=OPERATOR, house=house), as_json=as_json)


@audit_app.command()
def verify(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; the exit code says the same.")] = False,
) -> None:
    """Verify the audit log's chain: exit code 0 where it is whole, 1 where it is not."""
    from flows.auditing import verify_audit
    from service.forget import OPERATOR

    with _house(config) as house:
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


Query = Annotated[str, typer.Argument(help="In Earshot's language, see docs/queries.md; in single quotes.")]
QueryBrand = Annotated[str | None, typer.Option("--brand", help="One brand; default: the first.")]


@query_app.command("test")
def try_query(
    text: Query,
    config: Config = DEFAULT_CONFIG,
    brand: QueryBrand = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Try a query on the posts of the last 30 days: counts, samples, searches and cost. Nothing is saved."""
    from config.load import load
    from service.queries import trier_for, try_and_print

    settings, secrets = load(config)
    try_and_print(text, trier_for(settings, secrets, brand=brand, clock=system_clock), as_json=as_json)


@query_app.command("save")
def save_query(
    name: Annotated[str, typer.Argument(help="As in lumora-churn.")],
    text: Query,
    config: Config = DEFAULT_CONFIG,
    brand: QueryBrand = None,
) -> None:
    """Save the next version of a query, for streams with saved_query."""
    from config.load import load
    from service.queries import save_and_print, trier_for

    settings, secrets = load(config)
    save_and_print(name, text, trier_for(settings, secrets, brand=brand, clock=system_clock))


@query_app.command("list")
def list_queries(config: Config = DEFAULT_CONFIG) -> None:
    """Print the newest version of every saved query, one JSON line each."""
    from config.load import load
    from service.queries import print_newest

    print_newest(*load(config), clock=system_clock)


@query_app.command("history")
def query_history(
    name: Annotated[str, typer.Argument(help="The query's name.")], config: Config = DEFAULT_CONFIG
) -> None:
    """Print every version of a query, the newest first, one JSON line each."""
    from config.load import load
    from service.queries import print_versions

    print_versions(name, *load(config), clock=system_clock)


@compliance_app.command("report")
def compliance_report(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Say for each platform what is stored, when it was asked for again, and how soon deletions were honoured."""
    from config.load import load
    from flows.compliance import compliance
    from service.compliance_report import report_lines, report_rows

    listening = {stream.platform for stream in load(config)[0].streams}
    with _house(config) as house:
        reports = compliance(listening=listening, house=house)
    print(json.dumps(report_rows(reports), indent=2) if as_json else "\n".join(report_lines(reports)))


@compliance_app.command("versions")
def compliance_versions(
    post: Annotated[str, typer.Argument(help="A post by platform and id, as in mastodon:1234.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Print what a post said before each edit, as JSON lines; nothing where its platform's rules forbid keeping it."""
    from domain.clock import iso
    from domain.mention import MentionId
    from storage import versions

    with _house(config) as house, house.database.read() as tx:
        found = versions.of(tx, MentionId(post))
    for until, text in found:
        print(json.dumps({"until": iso(until), "text": text}))


@contextmanager
def _house(config: Path) -> Iterator["House"]:
    """Open the house of a settings file for a command that does not post, and close it."""
    from config.load import load
    from service.assembly import open_house

    settings, secrets = load(config)
    house = open_house(settings, secrets, clock=system_clock)
    try:
        yield house
    finally:
        house.database.close()


def _write(path: Path | None, figures: object) -> None:
    """Write figures as JSON where a file was named."""
    if path is not None:
        try:
            path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Name a file in a folder that exists."
            ) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-23") from None


def main() -> None:
    """Run the command line; an error that Earshot understands is one message and exit code 1."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    configure_logs(level="WARNING")
    try:
        app()
    except EarshotError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, WrongUse) else 1)


if __name__ == "__main__":
    main()
