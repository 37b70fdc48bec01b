"""Opens an office for a test that works in one, and a Slack of each kind for a test that only talks to it."""

from collections.abc import Iterator

import pytest

from tests.bot.office import MANIFEST, Office, office
from tests.bot.second_slack import SecondSlack, second_slack
from tests.bot.slack_servers import SandboxServer, SlackServer, sandbox_server


@pytest.fixture
def at_work(tmp_path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def emulate() -> Iterator[SecondSlack]:
    with second_slack(MANIFEST["oauth_config"]["scopes"]["bot"]) as server:
        yield server


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with sandbox_server(MANIFEST) as server:
        yield server


@pytest.fixture(params=["sandbox", "emulate"])
def slack_server(request: pytest.FixtureRequest) -> SlackServer:
    """Give a Slack; the test runs once for ours and once for the one of others."""
    server: SlackServer = request.getfixturevalue(request.param)
    return server
