"""Finds recorded payloads and labelled text beside the checkout."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("EARSHOT_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared_file(relative: str) -> Path:
    """Return a file or folder of `../shared`; the test that asks is skipped where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs {path}")
    return path
