import pytest

from tests.stage import stage


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    """The real bot at work on a sandbox, with the shipped model; each test brings its own posts."""
    with stage(tmp_path_factory.mktemp("stage")) as made, made.bot():
        yield made
