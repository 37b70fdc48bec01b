import pytest

from tests.bot.office import MANIFEST
from tests.stage import stage


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    """The real bot at work on a sandbox, with the shipped model and no more rights than the manifest asks for.

    Each test brings its own posts.
    """
    with stage(tmp_path_factory.mktemp("stage"), manifest=MANIFEST) as made, made.bot():
        yield made
