"""What several commands take, and the house of a settings file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.clock import system_clock

if TYPE_CHECKING:
    from flows.house import House

Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
DEFAULT_CONFIG = Path("config/earshot.toml")
LogLevel = Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")]


@contextmanager
def opened(config: Path) -> Iterator["House"]:
    """Open the house of a settings file for a command that does not post, and close it."""
    from config.load import load
    from service.assembly import open_house

    settings, secrets = load(config)
    house = open_house(settings, secrets, clock=system_clock)
    try:
        yield house
    finally:
        house.database.close()


def day_of(text: str) -> date:
    """Read a day; raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-23") from None
