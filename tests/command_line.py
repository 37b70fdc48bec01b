"""Runs a command of run.py in this process, as its main function would, and keeps what it says."""

import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

import run
from tests.stage import only_secrets


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON value."""
        return json.loads(self.out)


def earshot(*words: object, cwd: Path | None = None, secrets: Mapping[str, str] | None = None) -> Done:
    """Run `python run.py WORDS` with no other secrets than these."""
    out, err = io.StringIO(), io.StringIO()
    code, logging_to = 0, structlog.get_config()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        patch("sys.argv", ["run.py", *map(str, words)]),
        only_secrets(secrets or {}),
        contextlib.chdir(cwd or Path.cwd()),
    ):
        try:
            run.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            structlog.configure(**logging_to)
    return Done(code, out.getvalue(), err.getvalue())
