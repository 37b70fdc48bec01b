"""Money lasts for the day, and goes to answers first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.spending import PRICED, allowance
from domain.brand import SourceKind
from domain.spend import Allowance, SpendPolicy, Spent
from listeners import PLATFORMS, load
from tests.builders import NOON, stream

MIDNIGHT = NOON.replace(hour=0)
NOTHING = Spent(Decimal(0), Decimal(0))
usd = st.decimals(0, 20, places=3)


def spent(own, in_all=None):
    return Spent(Decimal(own), Decimal(own if in_all is None else in_all))


def test_without_a_cap_there_is_no_limit():
    assert allowance(stream(), spent(99), SpendPolicy(), now=NOON) == Allowance()


@pytest.mark.parametrize(
    ("gone", "hour", "left", "slowed", "used_up"),
    [
        ("0", 0, "5", False, False),  # half of the cap may go at once
        ("4", 0, "1", False, False),
        ("5", 0, "0", True, False),  # the rest comes free evenly
        ("5", 6, "1.25", True, False),
        ("6", 12, "1.5", True, False),
        ("6", 18, "2.75", False, False),  # no faster than the day
        ("9", 12, "0", True, False),
        ("10", 12, "0", False, True),
        ("11", 23, "0", False, True),
    ],
)
def test_half_of_a_cap_is_free_and_the_rest_is_spread_over_the_day(gone, hour, left, slowed, used_up):
    found = allowance(
        stream(daily_cap_usd=Decimal(10)), spent(gone), SpendPolicy(), now=MIDNIGHT + timedelta(hours=hour)
    )
    assert found == Allowance(Decimal(left), slowed=slowed, used_up=used_up)


def test_a_part_of_the_common_cap_is_kept_for_answers_and_for_who_names_us():
    policy = SpendPolicy(Decimal(10), freely=Decimal(1))
    search, own = stream(), stream(kind=SourceKind.OWN_POSTS)
    assert allowance(search, spent(8), policy, now=NOON) == Allowance(Decimal(0), used_up=True)
    assert allowance(own, spent(0, 8), policy, now=NOON) == Allowance(Decimal(2))


def test_the_tighter_of_two_caps_holds():
    both = stream(daily_cap_usd=Decimal(3))
    policy = SpendPolicy(Decimal(10), freely=Decimal(1))
    assert allowance(both, spent(1, 2), policy, now=NOON).usd == 2
    assert allowance(both, spent(1, 7), policy, now=NOON).usd == 1


def test_what_is_free_does_not_wait_for_what_other_platforms_cost():
    spent_up, policy = spent(0, 20), SpendPolicy(Decimal(10))
    assert allowance(stream(platform="bluesky"), spent_up, policy, now=NOON) == Allowance()


def test_every_platform_that_names_prices_shares_the_common_cap():
    assert {name for name in PLATFORMS if hasattr(load(name), "cost_usd")} == PRICED


@given(
    costs=st.lists(usd, max_size=60),
    cap=usd,
    common=usd,
    freely=st.decimals(0, 1, places=2),
    minute=st.integers(0, 1439),
)
def test_whatever_polls_cost_within_what_they_may_no_cap_is_ever_passed(costs, cap, common, freely, minute):
    policy, read = SpendPolicy(common, freely), stream(daily_cap_usd=cap)
    gone = Decimal(0)
    for number, cost in enumerate(costs):
        now = MIDNIGHT + timedelta(minutes=min(1439, minute + 20 * number))
        may = allowance(read, Spent(gone, gone), policy, now=now)
        assert may.usd is not None
        assert not (may.used_up and may.usd)
        gone += min(cost, may.usd)
    assert gone <= min(cap, common * (1 - policy.reserved))
