"""How long `make run` installs before it runs, and how much."""

import subprocess
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure, none_of, shown
from tests.bot_process import ROOT


def measure() -> list[Figure]:
    """Install the last commit into an empty virtual environment, as `make run` does first.

    pip's cache and the registry's distance are those of this machine.
    """
    with tempfile.TemporaryDirectory(prefix="earshot-install-") as folder:
        tree = Path(folder)
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x"], cwd=tree, input=archive.stdout, check=True)
        began = time.monotonic()
        subprocess.run(["make", "--silent", ".venv/.run"], cwd=tree, check=True, capture_output=True)
        seconds = time.monotonic() - began
        (packages,) = tree.glob(".venv/lib/python*/site-packages")
        installed = sorted(path.name.partition("-")[0] for path in packages.glob("*.dist-info"))
        return [
            shown("seconds until `make run` has installed everything", seconds, "s"),
            shown("size of the virtual environment", _size(tree / ".venv") / 2**20, "MB"),
            shown("packages", len(installed), "packages"),
            none_of("torch among them", installed.count("torch")),
        ]


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
