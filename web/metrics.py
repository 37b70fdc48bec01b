"""`/metrics`: what Prometheus reads. Labels are names of streams and states; nobody's name, handle or text is in it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from domain.gap import GapState
from domain.health import Health
from domain.vitals import Vitals
from web.server import Request, Response


def metrics(vitals: Callable[[], Vitals]) -> Callable[[Request], Response]:
    """Return what answers `/metrics`."""
    registry = CollectorRegistry()
    ProcessCollector(namespace="earshot", registry=registry)  # memory and processor time, on Linux
    registry.register(_Vitals(vitals))

    def answer(_request: Request) -> Response:
        return Response(200, generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4)

    return answer


class _Vitals(Collector):
    """Reads the vitals anew at each scrape."""

    def __init__(self, vitals: Callable[[], Vitals]) -> None:
        self._vitals = vitals

    def describe(self) -> list[Metric]:
        """Describe nothing, so that registering reads no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        now = self._vitals()
        pulse, counts = now.pulse, now.counts
        yield GaugeMetricFamily("earshot_leading", "1 where this process polls and posts", float(pulse.leading))
        yield GaugeMetricFamily("earshot_slack_connected", "1 where Slack can reach us", float(pulse.connected))
        yield GaugeMetricFamily("earshot_database_up", "1 where the database answers", float(now.health is not None))
        yield GaugeMetricFamily("earshot_jobs_failing", "Jobs whose last run failed", float(len(pulse.failing)))
        yield _counter("earshot_polls", "Polls since the start", counts.polls)
        yield _counter("earshot_poll_failures", "Polls that failed since the start", counts.failures)
        yield _counter("earshot_mentions", "New posts since the start", counts.mentions)
        yield CounterMetricFamily("earshot_alerts", "Cards posted since the start", counts.alerts)
        yield CounterMetricFamily("earshot_messages_posted", "Messages posted since the start", counts.posts)
        if now.health is not None:
            yield from _of_health(now.health)


def _of_health(health: Health) -> Iterator[Metric]:
    yield GaugeMetricFamily("earshot_messages_waiting", "Messages that wait for Slack", health.messages_waiting)
    yield GaugeMetricFamily("earshot_messages_refused", "Messages that Slack refused", health.messages_failed)
    yield GaugeMetricFamily("earshot_open_cases", "Cases that are open", health.open_cases)
    yield GaugeMetricFamily("earshot_overdue_cases", "Open cases that are overdue", health.overdue_cases)
    lag = GaugeMetricFamily("earshot_stream_lag_seconds", "Seconds since a stream was read", labels=["stream"])
    failing = GaugeMetricFamily("earshot_stream_failing", "1 where a stream cannot be read", labels=["stream"])
    silent = GaugeMetricFamily("earshot_stream_silent", "1 where a stream is silent unusually", labels=["stream"])
    spend = GaugeMetricFamily("earshot_spend_today_usd", "Dollars of this UTC day", labels=["stream"])
    left = GaugeMetricFamily("earshot_quota_left", "Requests that the platform still grants", labels=["stream"])
    for stream in health.streams:
        name = [stream.stream]
        if stream.last_read_at is not None:
            lag.add_metric(name, max(0.0, (health.at - stream.last_read_at).total_seconds()))
        failing.add_metric(name, float(stream.failing_since is not None))
        silent.add_metric(name, float(stream.silent_since is not None))
        spend.add_metric(name, float(stream.spent_today_usd))
        if stream.headroom.left is not None:
            left.add_metric(name, stream.headroom.left)
    missed = GaugeMetricFamily("earshot_gap_minutes", "Minutes not read in the last 7 days", labels=["stream", "state"])
    for stream in health.streams:
        for state in (GapState.OPEN, GapState.LOST):
            own = [gap for gap in health.gaps if gap.stream == stream.stream and gap.state is state]
            total = sum(((gap.until or health.at) - gap.since for gap in own), timedelta())
            missed.add_metric([stream.stream, state.value], total / timedelta(minutes=1))
    yield from (lag, failing, silent, spend, left, missed)


def _counter(name: str, words: str, by_stream: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=["stream"])
    for stream, number in by_stream.items():
        family.add_metric([stream], number)
    return family
