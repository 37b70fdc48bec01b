"""Ten minutes of a busy day, at noon and over midnight: the benchmark `day` in small."""

from datetime import timedelta
from decimal import Decimal

import pytest

from storage.database import open_database
from tests.builders import NOON
from tests.busy.day import DAY, PER_DAY, Budget, Day
from tests.busy.findings import heard_free, heard_on_x, notices, spending

SECONDS = 600
BUDGET = Budget(cap_usd=Decimal(3), recheck_usd=Decimal(1))
MIDNIGHT = NOON.replace(hour=0) + timedelta(days=1)


@pytest.mark.parametrize("start", [NOON, MIDNIGHT - timedelta(minutes=5)], ids=["noon", "midnight"])
def test_twenty_posts_a_second_stay_within_the_cap_and_what_is_free_is_read_whole(sqlite_url, start):
    database = open_database(sqlite_url)
    day = Day(database, start=start, seconds=SECONDS, budget=BUDGET)
    with day.open() as jobs:
        day.live(jobs)
        on_x, money = heard_on_x(day), spending(day)
        day.catch_up(jobs)
    free, told = heard_free(day), notices(day)
    database.close()

    assert 0 < money.usd <= BUDGET.cap_usd - BUDGET.recheck_usd
    assert money.booked_usd >= money.usd
    assert day.bill.ahead == 0
    assert on_x.late_searched > 0
    assert on_x.unread > 10 * on_x.read
    assert (on_x.unowned, on_x.named_unread, on_x.not_stored) == (0, 0, 0)
    assert free.read > sum(PER_DAY[name] for name in ("bluesky", "reddit")) * SECONDS // DAY
    assert (free.lost, free.doubled, free.gaps_left) == (0, 0, 0)
    assert told["read slowly"] == 2 * len(day.bill.usd)
    assert told["cap"] == 0
    assert len(day.slack.keys()) > 0
