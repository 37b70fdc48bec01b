"""Whole files are classified in order, and bad lines are reported by number without stopping."""

import csv
import json

import pytest

from domain.errors import InputError
from domain.prediction import Prediction, Predictions
from nlp.bulk import BulkReport, classify_file

LINES = [
    '{"id": 1, "text": "I love it", "brand": "Northtune", "rivals": ["Wavely"]}',
    "not json",
    '{"id": 3}',
    "",
    '["a list"]',
    '{"text": 7}',
    '{"id": 6, "text": "plain"}',
    '{"text": "x", "rivals": 5}',
]


def echo(readings):
    """Answer with what was read, so that order and fields can be checked."""
    return [
        Predictions(
            (
                Prediction(
                    "sentiment", "neutral", 0.51239, unsure=True, model="echo@1", probabilities={"neutral": 0.51239}
                ),
                Prediction(
                    "switching",
                    "none",
                    1.0,
                    unsure=False,
                    model="echo@1",
                    rival=next((r.name for r in reading.rivals), None),
                ),
            ),
            language=reading.brand.name if reading.brand else None,
        )
        for reading in readings
    ]


def run(tmp_path, content, *, source="in.jsonl", output="out.jsonl"):
    path = tmp_path / source
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = classify_file(path, tmp_path / output, classify=echo)
    return report, tmp_path / output


def test_good_lines_keep_their_order_and_fields(tmp_path):
    report, output = run(tmp_path, "\n".join(LINES))
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert report == BulkReport(classified=2, bad=5)
    assert [row["id"] for row in rows] == [1, 6]
    assert rows[0]["sentiment"] == {
        "label": "neutral",
        "score": 0.5124,
        "probabilities": {"neutral": 0.5124},
        "unsure": True,
    }
    assert rows[0]["switching"]["rival"] == "Wavely"
    assert (rows[0]["language"], rows[0]["language_supported"], rows[0]["model"]) == ("Northtune", True, "echo@1")
    assert "rival" not in rows[0]["sentiment"]


def test_bad_lines_are_named_by_number_on_stderr(tmp_path, capfd):
    run(tmp_path, "\n".join(LINES))
    captured = capfd.readouterr()
    assert captured.out == ""
    reported = [line.split(":")[0].strip() for line in captured.err.splitlines() if line.lstrip().startswith("line ")]
    assert reported == ["line 2", "line 3", "line 5", "line 6", "line 8"]


def test_many_rows_come_back_in_order(tmp_path):
    _, output = run(tmp_path, "\n".join(json.dumps({"id": i, "text": f"text {i}"}) for i in range(1300)))
    assert [json.loads(line)["id"] for line in output.read_text().splitlines()] == list(range(1300))


def test_csv_has_flat_columns_and_multi_line_cells(tmp_path):
    content = 'id,text,brand,rivals\n1,"two\nlines, one cell",Northtune,Wavely;Tallow\n2,too,many,fields,here\n3,ok,,\n'
    report, output = run(tmp_path, content, source="in.csv", output="out.csv")
    rows = list(csv.DictReader(output.open(newline="")))
    assert report == BulkReport(classified=2, bad=1)
    assert [row["text"] for row in rows] == ["two\nlines, one cell", "ok"]
    assert rows[0]["sentiment_label"] == "neutral"
    assert rows[0]["sentiment_score"] == "0.5124"
    assert rows[0]["sentiment_unsure"] == "true"
    assert rows[0]["switching_rival"] == "Wavely"
    assert rows[1]["switching_rival"] == ""


def test_the_number_of_a_bad_csv_row_is_that_of_its_first_line(tmp_path, capfd):
    run(tmp_path, 'id,text\n1,"a\nb"\n2\n', source="in.csv")
    assert "line 4: 1 fields where the header has 2" in capfd.readouterr().err


def test_formulas_in_csv_are_made_harmless(tmp_path):
    _, output = run(tmp_path, json.dumps({"text": "=HYPERLINK(1)"}), output="out.csv")
    assert next(csv.DictReader(output.open()))["text"] == "'=HYPERLINK(1)"


def test_a_line_that_is_not_utf8_spoils_only_itself(tmp_path):
    report, output = run(tmp_path, b'{"text": "caf\xe9"}\n{"text": "fine"}\n')
    assert report == BulkReport(classified=1, bad=1)
    assert json.loads(output.read_text())["text"] == "fine"


def test_a_lone_surrogate_passes_through(tmp_path):
    _, output = run(tmp_path, '{"text": "broken \\ud83d emoji"}')
    assert json.loads(output.read_text())["text"] == "broken \ud83d emoji"


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    report, _ = run(tmp_path, b"\xef\xbb\xbftext\nhello\n", source="in.csv")
    assert report.classified == 1


@pytest.mark.parametrize(
    ("source", "content", "message"),
    [
        ("in.csv", "id,body\n1,x\n", "no column `text`.*id, body"),
        ("in.txt", "x", "must end in .csv or .jsonl"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, source, content, message):
    with pytest.raises(InputError, match=message):
        run(tmp_path, content, source=source)
    assert not list(tmp_path.glob("out*"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.jsonl cannot be used: No such file"):
        classify_file(tmp_path / "absent.jsonl", tmp_path / "out.jsonl", classify=echo)


def test_an_interrupted_run_leaves_no_output(tmp_path):
    def interrupted(readings):
        raise KeyboardInterrupt

    (tmp_path / "in.jsonl").write_text('{"text": "x"}')
    with pytest.raises(KeyboardInterrupt):
        classify_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", classify=interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
