"""Commands that copy the database and put a copy back."""

import json
from pathlib import Path
from typing import Annotated

import typer

from domain.clock import system_clock
from service.verbs.options import DEFAULT_CONFIG, Config


def backup(
    file: Annotated[Path, typer.Argument(help="A new file.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Copy the whole database into one file while the bot runs, and verify the copy."""
    from config.load import load
    from service.backup import back_up

    print(json.dumps(back_up(file, *load(config), clock=system_clock)))


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
