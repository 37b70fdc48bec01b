from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.hearing import hearing, hearing_by_source, spans
from crm.kpi_facts import Facts
from crm.kpis import KPIS
from domain.customer import Coverage
from domain.gap import Gap, GapReason, GapState, Hearing, Listening
from domain.volume import Volume
from tests.builders import NOON, brand

M = timedelta(minutes=1)


def gap(since, until, *, stream="a", state=GapState.LOST, reason=GapReason.FAILING):
    ends = None if until is None else NOON + until * M
    return Gap(stream, "Lumora", NOON + since * M, ends, reason, state)


def listened(since, until, stream="a"):
    return Listening(stream, NOON + since * M, NOON + until * M)


def test_minutes_of_gaps_that_are_open_or_lost_were_not_read():
    gaps = [gap(10, 20), gap(15, 30, state=GapState.OPEN), gap(40, 50, state=GapState.FILLED)]
    assert hearing([listened(0, 100)], gaps, start=NOON, end=NOON + 100 * M) == Hearing(80, 100)


def test_a_source_counts_from_its_first_poll_to_its_last():
    assert hearing([listened(30, 60)], [gap(0, 40)], start=NOON, end=NOON + 100 * M) == Hearing(20, 30)
    assert hearing([listened(30, 60)], [], start=NOON + 60 * M, end=NOON + 90 * M) == Hearing(0, 0)


def test_a_gap_that_goes_on_lasts_to_the_last_poll():
    assert hearing([listened(0, 50)], [gap(20, None, state=GapState.OPEN)], start=NOON, end=NOON + 90 * M).read == 20


def test_sources_are_summed_and_each_has_its_own_gaps():
    both = [listened(0, 60), listened(0, 30, "b")]
    found = hearing_by_source(both, [gap(0, 30, stream="b")], start=NOON, end=NOON + 60 * M)
    assert found == {"a": Hearing(60, 60), "b": Hearing(0, 30)}


def test_the_kpi_is_read_over_listened_and_nothing_where_nobody_listened():
    def kpi(heard):
        facts = Facts(
            brand(), [], Volume(0, 0, 0, 0, 0, 0, 0), Coverage(0, 0, 0), NOON, timedelta(hours=24), hearing=heard
        )
        return KPIS["integration_health"](facts)

    assert (kpi(Hearing(54, 60)).value, kpi(Hearing(54, 60)).unit) == (0.9, "share")
    assert kpi(Hearing()).value is None


minutes = st.integers(-20, 140)
drawn_gaps = st.lists(
    st.builds(
        gap,
        minutes,
        st.none() | minutes,
        stream=st.sampled_from(["a", "b"]),
        state=st.sampled_from(GapState),
        reason=st.sampled_from(GapReason),
    ),
    max_size=12,
)


@given(drawn_gaps, st.tuples(minutes, minutes), st.tuples(minutes, minutes))
def test_the_share_is_that_of_counting_minute_by_minute(gaps, of_a, of_b):
    start, end = NOON, NOON + 120 * M
    sources = [listened(*of_a), listened(of_b[0], of_b[1], "b")]
    told = hearing(sources, gaps, start=start, end=end)
    read = heard = 0
    for source in sources:
        for minute in range(120):
            moment = NOON + minute * M
            if not source.since <= moment < source.until:
                continue
            heard += 1
            missed = (
                g.stream == source.stream
                and g.state is not GapState.FILLED
                and g.since <= moment
                and (g.until is None or moment < g.until)
                for g in gaps
            )
            read += not any(missed)
    assert told == Hearing(read, heard)


@given(drawn_gaps)
def test_spans_are_apart_and_in_order(gaps):
    found = spans(gaps, start=NOON, end=NOON + 100 * M)
    assert all(first < last for first, last in found)
    assert all(left[1] < right[0] for left, right in pairwise(found))
