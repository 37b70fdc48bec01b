"""The secrets, read from the environment or a `.env` file and from nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values


class Secrets:
    """Every secret by the name of its environment variable; an empty one counts as absent."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        """Take the values by their names, in any case."""
        self._values = {name.upper(): value for name, value in values.items()}

    def value(self, name: str) -> str | None:
        """Return the bare secret named like its environment variable, or None."""
        return (self._values.get(name) or "").strip() or None

    def __repr__(self) -> str:
        """Show nothing."""
        return "Secrets(...)"


def load_secrets(env_file: Path | None) -> Secrets:
    """Read the environment, and below it `env_file` where that exists."""
    file = dotenv_values(env_file) if env_file is not None and env_file.exists() else {}
    return Secrets(file | {name: value for name, value in os.environ.items() if value})
