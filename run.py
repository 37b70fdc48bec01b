"""Earshot's command line: `python run.py COMMAND --help` tells each command's options.

Exit codes: 0 success, 2 wrong use, 1 anything else. Data goes to standard output or the file named, messages and
progress to standard error.
"""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while modules load ends silently, without a traceback

import sys

import typer

from domain.errors import EarshotError, WrongUse
from service.logs import configure_logs
from service.verbs import data, database, figures, model, queries, running

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
audit_app = typer.Typer(no_args_is_help=True, help="The audit log.")
app.add_typer(audit_app, name="audit")
query_app = typer.Typer(no_args_is_help=True, help="Queries: what streams listen for.")
app.add_typer(query_app, name="query")
compliance_app = typer.Typer(no_args_is_help=True, help="The platforms' rules.")
app.add_typer(compliance_app, name="compliance")

app.command()(running.start)
app.command()(running.sandbox)
app.command()(running.check)
app.command()(model.classify)
app.command()(model.evaluate)
app.command()(data.ingest)
app.command("import")(data.import_)
app.command()(data.events)
app.command()(figures.kpi)
app.command()(figures.digest)
app.command()(model.train)
app.command()(model.learn)
app.command()(data.forget)
app.command()(database.backup)
app.command()(database.restore)
app.command()(data.why)
audit_app.command()(figures.verify)
query_app.command("test")(queries.try_query)
query_app.command("save")(queries.save_query)
query_app.command("list")(queries.list_queries)
query_app.command("history")(queries.query_history)
compliance_app.command("report")(figures.compliance_report)
compliance_app.command("versions")(figures.compliance_versions)


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
