"""kill -9 between any two instructions: the fast form of the benchmark `kills`."""

from itertools import islice

import pytest

from tests.benchmarks.kills import POSTS, Damage, campaign
from tests.benchmarks.posts import answerable

KILLS = 3


@pytest.mark.timeout(240)  # a card that was lost on its way is sent again after a minute
def test_nothing_is_lost_or_doubled_by_kill_9(tmp_path):
    drafts = list(islice(answerable(9), KILLS * POSTS))
    with campaign(tmp_path, drafts=iter(drafts), seed=9) as run:
        for _ in range(KILLS):
            run.live_and_die(expire_lease=True)
        run.settle(expire_lease=True)
        assert run.damage() == Damage()
        assert len(run.sandbox.workspace.channel_named("#lumora-alerts").messages) > KILLS
