"""Away from a terminal every line of the log is JSON, whoever wrote it."""

import json
import subprocess
import sys

from tests.stage import ROOT

SCRIPT = """
import logging, structlog
from service.logs import configure_logs
configure_logs()
structlog.get_logger("ours").info("polled", stream="lumora on X")
logging.getLogger("vendor").warning("slow answer of %s", "example.com")
logging.getLogger("vendor").info("a post")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("vendor").exception("broke")
"""


def test_ours_and_the_vendors_lines_are_json_with_level_and_time():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("polled", "info"),
        ("slow answer of example.com", "warning"),
        ("broke", "error"),
    ]
    assert lines[1]["logger"] == "vendor"
    assert "ZeroDivisionError" in lines[2]["exception"]
    assert all(line["timestamp"] for line in lines)
