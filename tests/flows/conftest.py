import pytest

from domain.case import TriagePolicy
from flows.alerting import Pace
from flows.house import House
from flows.ingest import ingest
from tests.builders import NO_SURGES, brand, stream
from tests.flows.fakes import MemorySlack, Scripted, SetClock, batch, by_keyword


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def house(database, clock):
    return House(
        database=database,
        clock=clock,
        brands=(brand(digest_channels=("C0LEADERS",)),),
        policy=TriagePolicy(),
        secret=b"secret",
        noise=NO_SURGES,  # but where a test wants one
        channels={"Lumora": "C0ALERTS"},
        operators_channel="C0OPS",
        workspace_url="https://lumora.slack.com/",
    )


@pytest.fixture
def slack(clock):
    return MemorySlack(clock)


@pytest.fixture
def take(house):
    """Poll posts in as one batch, the way that a stream does."""

    def take(*mentions, cursor="c1", **changes):
        poll = Scripted(batch(*mentions, cursor=cursor, **changes))
        return ingest(stream(), poll=poll, classify=by_keyword, house=house)

    return take


@pytest.fixture
def pace(clock):
    def monotonic() -> float:
        return float(clock.now.timestamp())  # the clock is advanced by being given another `now`

    return Pace(seconds=0, burst=50, in_all_seconds=0, monotonic=monotonic)
