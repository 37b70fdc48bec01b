"""The rule of silence, and its false alarms on simulated weeks."""

import numpy as np
import pytest

from crm.silence import EXPECTED, FEWEST_HOURS, FEWEST_WEEKS, HORIZON_HOURS, LEAST, WEEKS, is_unusual

HOURS = 168
YEARS = 20


def test_hours_that_always_brought_posts_are_missed():
    assert is_unusual(FEWEST_HOURS, [25, 40, 28, 30])
    assert is_unusual(HORIZON_HOURS, [LEAST, *[40] * 7])


@pytest.mark.parametrize(
    ("hours", "counts"),
    [
        (FEWEST_HOURS - 1, [99] * 8),
        (9, [99] * (FEWEST_WEEKS - 1)),
        (9, [EXPECTED - 1] * 8),
        (9, [LEAST - 1, *[60] * 7]),
        (9, []),
    ],
    ids=["too short", "too few weeks", "too few posts", "one quiet week", "nothing known"],
)
def test_what_was_quiet_once_may_be_quiet_again(hours, counts):
    assert not is_unusual(hours, counts)


def weeks(rng, *, a_week, spread, years=YEARS):
    """Make posts by the hour: a day and a week that rise and fall, and hours that differ from week to week.

    `spread` is the size k of a negative binomial: each hour's rate is drawn anew, with variance m^2 / k; None: Poisson.
    """
    hour = np.arange(HOURS)
    shape = (1.1 + np.sin((hour % 24 - 9) * np.pi / 12)) * np.where(hour >= 120, 0.6, 1.0)
    rate = np.tile(a_week * shape / shape.sum(), 52 * years)
    drawn = rate if spread is None else rng.gamma(spread, rate / spread)
    return rng.poisson(drawn)


def alarms(counts, *, since=0):
    """Ask the rule at each hour, as the job does, and count the silences that it calls unusual, with their hours."""
    found: list[tuple[int, int]] = []
    silent = 0
    for now in range(WEEKS * HOURS, len(counts)):
        silent = 0 if counts[now - 1] else silent + 1
        if not silent or (found and found[-1][0] == now - silent):
            continue  # told already: an incident is told once
        span = min(silent, HORIZON_HOURS)
        before = [int(counts[now - span - w * HOURS : now - w * HOURS].sum()) for w in range(1, WEEKS + 1)]
        if is_unusual(silent, before):
            found.append((now - silent, silent))
    return [hours for start, hours in found if start >= since]


@pytest.mark.parametrize("a_week", [50, 500, 5_000])
@pytest.mark.parametrize(("spread", "most"), [(None, 0), (3.0, 1)], ids=["at random", "in clusters"])
def test_a_stream_that_goes_on_raises_one_false_alarm_at_most_in_twenty_years(a_week, spread, most):
    assert len(alarms(weeks(np.random.default_rng(2), a_week=a_week, spread=spread))) <= most


@pytest.mark.parametrize(("a_week", "a_year"), [(200, 0), (2_000, 1.3), (20_000, 0.25)])
def test_posts_in_wild_clusters_raise_a_false_alarm_a_year(a_week, a_year):
    """Where each hour's rate varies by 100 % (k = 1), every 120th hour of 120 posts in the mean has none."""
    assert len(alarms(weeks(np.random.default_rng(2), a_week=a_week, spread=1.0))) / YEARS <= a_year


@pytest.mark.parametrize(("a_week", "typical", "longest"), [(200, 24, 42), (2_000, 9, 11), (20_000, 3, 3)])
def test_a_stream_that_goes_silent_is_told_of_within_hours(a_week, typical, longest):
    rng = np.random.default_rng(3)
    waits = []
    for start in range(0, HOURS, 12):
        counts = weeks(rng, a_week=a_week, spread=3.0, years=1)[: (WEEKS + 3) * HOURS]
        dead = (WEEKS + 1) * HOURS + start
        counts[dead:] = 0
        waits.append(alarms(counts, since=dead - 24)[0])
    assert (np.median(waits) <= typical, max(waits) <= longest) == (True, True)
