"""Labelled files are read as people write them, and every row that is left out is named."""

import json

import pytest

from domain.errors import InputError, WrongUse
from domain.prediction import BrandName, Reading
from nlp import labelled


def read(tmp_path, rows, *, task=None, name="data.jsonl"):
    path = tmp_path / name
    path.write_text(rows if isinstance(rows, str) else "\n".join(json.dumps(row) for row in rows))
    return labelled.read(path, task=task)


def test_every_spelling_of_a_label_is_understood(tmp_path):
    said = ["complaint", "NONE", 1, 0, "1", " yes ", "No", True, False]
    found = read(tmp_path, [{"text": "x", "label": label} for label in said], task="complaint")
    assert [row.labels["complaint"] for row in found.rows] == [
        "complaint", "none", "complaint", "none", "complaint", "complaint", "none", "complaint", "none"
    ]  # fmt: skip
    spoken = read(tmp_path, [{"text": "x", "label": "Considering leaving"}], task="switching")
    assert spoken.rows[0].labels == {"switching": "considering_leaving"}


def test_missing_and_unknown_labels_are_named_by_line_left_out_and_counted(tmp_path, capfd):
    rows = 'text,label\nfine,positive\nno label,\nodd,sideways\n,negative\ntoo,many,cells\n"two\nlines",neutral\nx,?\n'
    found = read(tmp_path, rows, task="sentiment", name="data.csv")
    assert [row.reading.text for row in found.rows] == ["fine", "", "two\nlines"]
    assert found.bad_lines == {"sentiment": 4}
    assert capfd.readouterr().err.splitlines() == [
        "line 6: 3 fields where the header has 2; left out",
        "line 3: `label` is missing; left out",
        "line 4: `label` is 'sideways', not one of negative, neutral, positive; left out",
        "line 9: `label` is '?', not one of negative, neutral, positive; left out",
    ]


def test_without_a_task_each_column_named_for_one_is_read(tmp_path, capfd):
    rows = [
        {"text": "a", "sentiment": "negative", "complaint": 1},
        {"text": "b", "sentiment": "positive", "complaint": None},
        {"text": "c", "switching": "leaving", "complaint": "perhaps"},
    ]
    found = read(tmp_path, rows)
    assert [row.labels for row in found.rows] == [
        {"sentiment": "negative", "complaint": "complaint"},
        {"sentiment": "positive"},
        {"switching": "leaving"},
    ]
    assert found.bad_lines == {"sentiment": 0, "switching": 0, "complaint": 1}
    assert found.unlabelled == {"sentiment": 1, "switching": 2, "complaint": 1}
    assert capfd.readouterr().err.splitlines() == [
        "line 3: `complaint` is 'perhaps', not one of none, complaint; left out",
        "sentiment: 1 of 3 rows have no label",
        "switching: 2 of 3 rows have no label",
        "complaint: 1 of 3 rows have no label",
    ]


def test_a_task_may_be_labelled_in_the_column_of_its_name(tmp_path):
    assert read(tmp_path, [{"text": "a", "complaint": "yes"}], task="complaint").rows[0].labels == {
        "complaint": "complaint"
    }


def test_what_classify_wrote_is_no_label(tmp_path):
    rows = [{"text": "a", "label": "positive", "sentiment": {"label": "negative", "score": 0.9}}]
    assert read(tmp_path, rows, task="sentiment").rows[0].labels == {"sentiment": "positive"}


def test_brand_aliases_rivals_groups_and_the_expected_rival_are_read(tmp_path):
    rows = [
        {
            "text": "a", "label": "joining", "brand": "Lumora", "aliases": ["lumora_help"],
            "rivals": ["Kinobox", "Vidora"], "rival": "Vidora", "lang": "english", "phenomenon": "moves",
        },
        {"text": "b", "label": "none", "target": "@lumora", "brand": "Lumora", "rival": "Vidora", "source": "reviews"},
        {"text": "c", "label": "leaving", "brand": "Lumora", "rivals": ["Vidora"], "rival": None},
    ]  # fmt: skip
    first, second, third = read(tmp_path, rows, task="switching").rows
    lumora, vidora = BrandName("Lumora", ("lumora_help",)), BrandName("Vidora")
    assert first.reading == Reading("a", lumora, (BrandName("Kinobox"), vidora))
    assert first.groups == {"brand": "Lumora", "language": "english", "phenomenon": "moves"}
    assert (first.rival, second.rival, third.rival) == ("Vidora", None, "")
    assert second.reading == Reading("b", BrandName("@lumora"), (vidora,))
    assert second.groups == {"brand": "Lumora", "source": "reviews"}


def test_csv_takes_lists_with_semicolons_or_as_json(tmp_path):
    rows = 'text,label,brand,aliases,rivals\na,none,Lumora,lumora;@lum,Kinobox; Vidora\nb,none,Lumora,,"[""A;B""]"\n'
    first, second = (row.reading for row in read(tmp_path, rows, task="switching", name="data.csv").rows)
    assert first == Reading("a", BrandName("Lumora", ("lumora", "@lum")), (BrandName("Kinobox"), BrandName("Vidora")))
    assert second == Reading("b", BrandName("Lumora"), (BrandName("A;B"),))


@pytest.mark.parametrize(
    ("rows", "task", "error", "says"),
    [
        ([{"text": "a", "label": "none"}], "mood", WrongUse, "no task 'mood'; choose one of sentiment, switching"),
        ([{"text": "a", "label": "none"}], None, WrongUse, "column `label`: say with --task of what"),
        ([{"text": "a", "label": "odd"}], "switching", InputError, "no usable row: each needs `text` and `label`"),
        ([{"text": "a"}], None, InputError, "needs `text` and `sentiment` or `switching` or `relevance`"),
        ("", "sentiment", InputError, "no usable row"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, rows, task, error, says):
    with pytest.raises(error, match=says):
        read(tmp_path, rows, task=task)
