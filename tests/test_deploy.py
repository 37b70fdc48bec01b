"""What deploy/ brings along is what the bot needs."""

import re
from configparser import ConfigParser
from pathlib import Path


def test_the_container_holds_every_package_but_those_for_trying_and_testing():
    contracts = ConfigParser()
    contracts.read(".importlinter")
    needed = set(contracts["importlinter"]["root_packages"].split()) - {"sandbox"}
    assert set(re.findall(r"^COPY (\w+) \1$", Path("deploy/Containerfile").read_text(), re.MULTILINE)) == needed
