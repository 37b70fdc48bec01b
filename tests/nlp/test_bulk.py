"""Whole files are classified in order, and bad lines are reported by number without stopping."""

import csv
import json

import pytest

from domain.errors import InputError, WrongUse
from domain.prediction import Prediction, Predictions
from nlp.bulk import BulkReport, classify_file
from nlp.tasks import TASKS

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
        ("in.csv", "", "no column `text` in its first line; it has: nothing"),
        ("in.csv", 'text,"open\nx,y\n', "no usable first line: unexpected end of data"),
        ("in.txt", "x", "must end in .csv or .jsonl"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, source, content, message):
    with pytest.raises(InputError, match=message):
        run(tmp_path, content, source=source)
    assert not list(tmp_path.glob("out*"))


def test_relevance_and_complaint_get_columns_like_the_others(tmp_path):
    def of_every_task(readings):
        items = [Prediction(t.name, t.quiet, 0.75, False, "all@1", None, {t.quiet: 0.75}) for t in TASKS.values()]
        return [Predictions(tuple(items), "en", language_supported=True)] * len(readings)

    (tmp_path / "in.csv").write_text("text\nhello\n")
    for output in ("out.csv", "out.jsonl"):
        classify_file(tmp_path / "in.csv", tmp_path / output, classify=of_every_task)
    [flat] = csv.DictReader((tmp_path / "out.csv").open(newline=""))
    assert flat["relevance_label"] == "about"
    assert flat["complaint_label"] == "none"
    assert flat["complaint_probabilities"] == '{"none": 0.75}'
    assert [name for name in flat if name.startswith("relevance_")] == [
        "relevance_label", "relevance_score", "relevance_probabilities", "relevance_unsure"
    ]  # fmt: skip
    assert (flat["language"], flat["language_supported"], flat["model"]) == ("en", "true", "all@1")
    nested = json.loads((tmp_path / "out.jsonl").read_text())
    assert nested["relevance"] == {"label": "about", "score": 0.75, "probabilities": {"about": 0.75}, "unsure": False}
    assert set(nested) == {"text", *TASKS, "language", "language_supported", "model"}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize(
    "text", ["Ünïcode 日本語 🏳️‍🌈 \u202eחזק", "nul \x00 byte", "huge " * 60_000], ids=["unicode", "nul", "huge"]
)
def test_any_text_comes_back_as_it_was(tmp_path, ending, text):
    source = tmp_path / f"in.{ending}"
    with source.open("w", newline="", encoding="utf-8") as file:
        if ending == "csv":
            csv.writer(file).writerows([["id", "text"], ["1", text]])
        else:
            file.write(json.dumps({"id": "1", "text": text}, ensure_ascii=False))
    report = classify_file(source, tmp_path / f"out.{ending}", classify=echo)
    with (tmp_path / f"out.{ending}").open(newline="", encoding="utf-8") as file:
        [row] = csv.DictReader(file) if ending == "csv" else map(json.loads, file)
    assert report == BulkReport(classified=1, bad=0)
    assert (row["id"], row["text"]) == ("1", text)


def test_a_quote_that_is_never_closed_is_a_bad_line_and_swallows_no_rows_unnoticed(tmp_path, capfd):
    report, _ = run(tmp_path, 'id,text\n1,fine\n2,"open\n3,lost\n', source="in.csv")
    assert report == BulkReport(classified=1, bad=1)
    assert "line 3: not CSV: unexpected end of data; left out" in capfd.readouterr().err


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_file_without_rows_gives_a_file_without_rows(tmp_path, ending):
    report, output = run(tmp_path, "id,text\n" if ending == "csv" else "", source=f"in.{ending}")
    assert report == BulkReport(classified=0, bad=0)
    assert output.read_text() == ""


def test_the_input_is_never_overwritten(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "x"}\nnot json\n')
    (tmp_path / "link.jsonl").symlink_to(path)
    for output in (path, tmp_path / "link.jsonl"):
        with pytest.raises(WrongUse, match="is the input; name another file"):
            classify_file(path, output, classify=echo)
    assert path.read_text() == '{"text": "x"}\nnot json\n'


@pytest.mark.parametrize("output", ["folder.jsonl", "absent/out.jsonl"])
def test_an_output_that_cannot_be_written_is_named(tmp_path, output):
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "in.jsonl").write_text('{"text": "x"}')
    with pytest.raises(InputError, match=rf"{output.split('/')[0]}.* cannot be used"):
        classify_file(tmp_path / "in.jsonl", tmp_path / output, classify=echo)
    assert not list(tmp_path.glob("*.partial"))


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
