"""Opens an office for a test that works in one."""

from collections.abc import Iterator

import pytest

from tests.bot.office import Office, office


@pytest.fixture
def at_work(tmp_path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened
