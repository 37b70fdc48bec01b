"""The compliance report as JSON or as text for a terminal."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from domain.clock import iso
from domain.compliance import PlatformReport


def report_rows(reports: list[PlatformReport]) -> list[dict[str, Any]]:
    """Return the reports as JSON takes them: moments in ISO 8601, times in seconds."""
    return [_plain(asdict(report)) for report in reports]


def report_lines(reports: list[PlatformReport]) -> list[str]:
    """Say the reports in words, a few lines for each platform."""
    return [line for report in reports for line in _lines(report)] or ["There is no platform and no post yet."]


def _lines(report: PlatformReport) -> list[str]:
    rules = report.rules
    within = rules.recheck_within
    asked = (
        f"every {_time(within)}; last {_moment(report.checked_last)}" if within else "never: when a deletion is seen"
    )
    due = f"; next {_moment(report.next_due)}; {report.overdue:,} overdue" if within else ""
    took = f"median {_time(report.median_delay)}, longest {_time(report.longest_delay)}" if report.honoured else "none"
    told = f"{report.removals:,} since {_moment(report.since)}, {report.honoured:,} honoured ({took})"
    kept = f"erased after {_time(report.retention)}" if report.retention else "as long as they stand"
    return [
        f"{report.platform}: {report.posts:,} posts, the oldest of {_moment(report.oldest)}",
        f"  asked for again: {asked}{due}",
        f"  deletions: {told}",
        f"  kept: {kept}; {'with' if rules.keeps_versions else 'without'} what they said before an edit",
        *(f"  rule: {rule}" for rule in rules.told),
        *([f"  terms: {rules.source}"] if rules.source else []),
    ]


def _moment(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _time(length: timedelta | None) -> str:
    return "-" if length is None else str(length - timedelta(microseconds=length.microseconds))


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case datetime():
            return iso(value)
        case timedelta():
            return value.total_seconds()
    return value
