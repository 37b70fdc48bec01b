"""Looks for queries and texts that crash the query language, or that take long: `python -m tests.fuzz.queries`.

With atheris (extra `dev`, Linux) by coverage, else by chance. It ends after `--seconds`; a crash or a slow input is
printed, and kept in build/fuzz.
"""

import argparse
import random
import sys
import time
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

FOLDER = Path("build/fuzz")


def main() -> None:
    """Fuzz for so many seconds; the exit code is not 0 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.queries", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    corpus = FOLDER / "queries"
    corpus.mkdir(parents=True, exist_ok=True)
    if atheris is None:
        _by_chance(asked.seconds)
        return
    with atheris.instrument_imports(include=["crm", "domain", "listeners", "lark"]):
        from tests.fuzz.query_target import try_one

    def try_quietly(data: bytes) -> None:
        try_one(data)  # atheris takes no answer

    options = [f"-max_total_time={asked.seconds}", "-max_len=1200", f"-artifact_prefix={FOLDER}/", "-timeout=10"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(corpus)], try_quietly)
    atheris.Fuzz()


def _by_chance(seconds: float) -> None:
    from tests.fuzz.query_target import try_one

    drawn, tried, read = random.Random(8), 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = drawn.randbytes(drawn.randrange(1, 80))
        try:
            read += try_one(data)
        except BaseException:
            (FOLDER / f"crash-{tried}").write_bytes(data)
            raise
        tried += 1
    print(f"{tried:,} inputs, of which {read:,} are queries; nothing was found.", file=sys.stderr)


if __name__ == "__main__":
    main()
