import json
from dataclasses import replace
from datetime import timedelta

from flows.compliance import compliance
from service.compliance_report import report_lines, report_rows
from storage import mentions, removals
from tests.builders import NOON, mention
from tests.flows.conftest import clock, house  # noqa: F401
from tests.storage.values import seen


def test_the_report_says_what_is_stored_what_is_due_and_how_soon_deletions_were_honoured(house):  # noqa: F811
    with house.database.write() as tx:
        for number, hours in enumerate((30, 2), 1):
            post = seen(mention(number=number, posted_at=NOON - timedelta(hours=hours)))
            mentions.add(tx, [post], stream="s", at=NOON - timedelta(hours=hours), secret=house.secret)
        for number, seconds in enumerate((10, 20, 90), 1):
            removals.add(tx, platform="x", noticed_at=NOON, at=NOON, waits_for={})
            removals.honoured(tx, number, at=NOON + timedelta(seconds=seconds))
        removals.add(tx, platform="x", noticed_at=NOON, at=NOON, waits_for={"card:1": 2})
    reports = compliance(listening=["x", "reddit"], house=replace(house, retention_days={"x": 90}))
    text = "\n".join(report_lines(reports))
    assert "reddit: 0 posts, the oldest of -" in text
    assert "x: 2 posts, the oldest of 2026-03-03 06:00 UTC" in text
    assert "asked for again: every 1 day, 0:00:00; last 2026-03-04 10:00 UTC" in text
    assert "next 2026-03-04 00:00 UTC; 1 overdue" in text
    assert "4 since 2026-02-02 12:00 UTC, 3 honoured (median 0:00:20, longest 0:01:30)" in text
    assert "kept: erased after 90 days, 0:00:00; without what they said before an edit" in text
    assert "rule: No model is trained on X's posts." in text
    rows = json.loads(json.dumps(report_rows(reports)))
    by_name = {row["platform"]: row for row in rows}
    assert (by_name["x"]["median_delay"], by_name["x"]["longest_delay"]) == (20.0, 90.0)
    assert by_name["x"]["rules"]["recheck_within"] == 86_400.0
    assert (by_name["x"]["overdue"], by_name["reddit"]["oldest"]) == (1, None)
