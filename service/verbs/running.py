"""Commands that run the bot, on the platforms or for a trial, and check what it needs."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from domain.clock import system_clock
from service.logs import configure_logs
from service.verbs.options import DEFAULT_CONFIG, Config, LogLevel


def start(config: Config = DEFAULT_CONFIG, log_level: LogLevel = "INFO") -> None:
    """Run the bot on the platforms of the settings until Ctrl-C."""
    from config.load import load
    from service.running import leave, run_until_stopped

    configure_logs(level=log_level)
    settings, secrets = load(config)
    run_until_stopped(settings, secrets, clock=system_clock)
    leave()


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
