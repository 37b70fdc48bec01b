"""Events of a file: good rows are stored whatever the others are, and the same file again does nothing."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from domain.event import Event, EventCounts, EventKind, Subject, SubjectKind
from flows import event_files
from flows.event_files import read_events
from flows.event_rows import FIELDS, event_of
from storage import audit, events, records
from tests.builders import NOON, record

ROW = {"id": "o-17", "kind": "purchase", "at": "2026-03-04T09:30:00+01:00", "customer": "c1"}


def read(row):
    return event_of(row, source="shop", now=NOON)


def test_a_row_says_who_did_what_when_and_what_it_was_worth():
    whole = ROW | {"customer_source": "crm", "value": "9.90", "currency": "eur", "tactic": "spring"}
    assert read(whole) == Event(
        "shop",
        "o-17",
        Subject(SubjectKind.CUSTOMER, "c1", "crm"),
        EventKind.PURCHASE,
        datetime(2026, 3, 4, 8, 30, tzinfo=UTC),
        Decimal("9.90"),
        "EUR",
        "spring",
    )


def test_numbers_and_ways_of_writing_a_kind_are_understood():
    found = read(ROW | {"id": 17, "kind": "Email-opened", "value": 3})
    assert (found.source_event_id, found.kind, found.value) == ("17", EventKind.EMAIL_OPENED, 3)


def test_accounts_and_visitors_may_have_done_it():
    nobody = {name: value for name, value in ROW.items() if name != "customer"}
    assert read(nobody | {"account": "x:1"}).subject == Subject(SubjectKind.ACCOUNT, "x:1")
    assert read(nobody | {"visitor": "v1"}).subject == Subject(SubjectKind.VISITOR, "shop:v1")
    assert read(ROW).subject == Subject(SubjectKind.CUSTOMER, "c1", "shop")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": " "}, "has no id"),
        ({"kind": "dance"}, "kind = 'dance' is none of visit"),
        ({"at": "yesterday"}, "is no moment"),
        ({"at": "2026-03-04T09:30:00"}, "has no time zone"),
        ({"at": "2026-03-06T09:30:00Z"}, "has not come yet"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "is no moment of ours"),
        ({"account": "x:1"}, "exactly one of"),
        ({"customer": ""}, "exactly one of"),
        ({"customer": "", "account": "@jane"}, "lasting id"),
        ({"value": "much"}, "is no number"),
        ({"value": "nan"}, "is no number"),
        ({"tactic": "x" * 201}, "more than 200"),
        ({"id": {"a": 1}}, "text or a number"),
        ({"id": True}, "text or a number"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(change, reason):
    with pytest.raises(ValueError, match=reason):
        read(ROW | change)


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_a_row_is_an_event_or_has_a_reason(row):
    with suppress(ValueError):
        assert isinstance(read(row), Event)


CSV = """id;kind;at;customer;visitor
1;visit;2026-03-04T08:00:00Z;c1;
2;visit;2026-03-04T09:00:00Z;c1;
3;dance;2026-03-04T09:00:00Z;c1;
4;visit;2026-03-04T09:00:00Z;;v1
5;visit;2026-03-04T09:00:00Z;c1;;more
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="events.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def took(house, path, **changes):
    return read_events(path, source="csv", house=house, **changes)


def test_good_rows_are_stored_and_bad_ones_told_by_line(house, written):
    with house.database.write() as tx:
        jane = records.add_record(tx, record("c1"), at=NOON)
    path = written(CSV)
    report = took(house, path)
    assert (report.rows, report.counts, report.bad, report.stored) == (5, EventCounts(added=3), 2, True)
    assert [error.line for error in report.errors] == [4, 6]
    assert "dance" in report.errors[0].reason
    assert took(house, path).counts == EventCounts(known=3)
    assert took(house, written(CSV.replace("dance", "login"))).counts == EventCounts(added=1, known=3)
    with house.database.read() as tx:
        assert [deed.kind for deed in events.latest(tx, jane, limit=9)].count(EventKind.VISIT) == 2
        assert audit.entries(tx, subject="csv", limit=9)[0].action == "events"


def test_a_dry_run_stores_nothing(house, written):
    path = written(CSV)
    report = took(house, path, dry_run=True)
    assert (report.rows, report.counts, report.bad, report.stored) == (5, EventCounts(), 2, False)
    assert took(house, path).counts.added == 3


def test_json_lines_are_read_in_parts(house, written, monkeypatch):
    monkeypatch.setattr(event_files, "PART", 2)
    seen: list[int] = []
    lines = [json.dumps(ROW | {"id": n, "at": (NOON - timedelta(hours=n)).isoformat()}) for n in range(5)]
    report = took(house, written("\n".join([*lines, "", "[]", "{"]), "events.jsonl"), progress=seen.append)
    assert (report.rows, report.counts.added, seen) == (7, 5, [2, 4])
    assert [(error.line, error.reason) for error in report.errors] == [(7, "is no JSON object"), (8, "is no JSON")]


def test_only_the_first_bad_rows_are_told(house, written, monkeypatch):
    monkeypatch.setattr(event_files, "SHOWN", 1)
    report = took(house, written("[]\n" * 4, "events.jsonl"))
    assert (report.bad, len(report.errors)) == (4, 1)


@pytest.mark.parametrize(
    ("text", "says"), [("", "has no column at, id, kind"), ("id,kind\n1,visit\n", "has no column at"),
                       ('id,kind,at\n1,"open\n', "is not valid CSV")]
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(house, written, text, says):
    with pytest.raises(InputError, match=says):
        took(house, written(text))


def test_a_missing_file_is_named(house, tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        took(house, tmp_path / "none.csv")
