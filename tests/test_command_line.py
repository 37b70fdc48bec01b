"""Every command of run.py as its users know it: exit codes, what goes where, and the forms of the data."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import earshot
from tests.stage import ROOT, RUN

SETTINGS = """
[database]
url = "sqlite:///{folder}/earshot.db"
[model]
learned = "{folder}/learned"
[[brands]]
name = "Lumora"
aliases = ["lumora"]
time_zone = "Europe/Berlin"
accounts = {{ x = ["lumora"], reddit = ["LumoraHelp"] }}
[[streams]]
name = "lumora on X"
brand = "Lumora"
platform = "x"
native_query = "lumora"
channel = "#lumora-alerts"
[roles]
social_expert = ["U0MIA"]
"""
LABELS = {"negative", "neutral", "positive"}
INTENTS = {"none", "considering_leaving", "leaving", "considering_joining", "joining"}


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "earshot.toml"
    path.write_text(SETTINGS.format(folder=tmp_path))
    return path


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


# classify


@pytest.fixture(scope="module")
def classified(tmp_path_factory):
    """Classify the same rows in both formats, in an empty folder, as a process of its own."""
    folder = tmp_path_factory.mktemp("classify")
    rows: list[dict[str, Any]] = [
        {"id": "a", "text": "I love Lumora", "brand": "Lumora", "rivals": ["Vidora Plus", "Kinobox"]},
        {"id": "b", "text": "Leaving Lumora for Vidora Plus", "brand": "Lumora", "rivals": ["Vidora Plus", "Kinobox"]},
        {"text": "=1+1"},
    ]
    good = [json.dumps(row) for row in rows]
    (folder / "in.jsonl").write_text("\n".join([good[0], "no json", good[1], '{"id": "c"}', "", good[2]]))
    with (folder / "in.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text", "brand", "rivals"])
        writer.writeheader()
        writer.writerows(row | {"rivals": ";".join(row.get("rivals", []))} for row in rows)
        file.write("c,too,many,cells,here\n")
    command = [*RUN, "classify", "--input", "in.jsonl", "--output", "out.jsonl"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    in_csv = earshot("classify", "--input", folder / "in.csv", "--output", folder / "out.csv")
    return folder, done, in_csv


def test_classify_writes_json_lines_in_the_order_of_the_input(classified):
    folder, done, _ = classified
    out = lines_of(folder / "out.jsonl")
    assert [row["text"] for row in out] == ["I love Lumora", "Leaving Lumora for Vidora Plus", "=1+1"]
    assert [row.get("id") for row in out] == ["a", "b", None]
    for row in out:
        for task, labels in (("sentiment", LABELS), ("switching", INTENTS)):
            said = row[task]
            assert set(said["probabilities"]) == labels
            assert said["label"] == max(said["probabilities"], key=said["probabilities"].__getitem__)
            assert said["score"] == pytest.approx(said["probabilities"][said["label"]], abs=1e-4)
            assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-3)
            assert isinstance(said["unsure"], bool)
        assert isinstance(row["language_supported"], bool)
        assert {"language", "model"} <= set(row)
    assert out[0]["sentiment"]["label"] == "positive"
    assert [row["switching"]["rival"] for row in out] == [None, "Vidora Plus", None]
    assert done.stdout == ""


def test_classify_names_bad_lines_by_number(classified):
    _, done, in_csv = classified
    assert [line for line in done.stderr.splitlines() if line.startswith("line ")] == [
        "line 2: not JSON: Expecting value: line 1 column 1 (char 0); left out",
        "line 4: `text` is missing; left out",
    ]
    assert (in_csv.code, in_csv.out) == (0, "")
    assert "line 5: 5 fields where the header has 4; left out" in in_csv.err


def test_classify_answers_the_same_in_both_formats(classified):
    folder, _, _ = classified
    with (folder / "out.csv").open(newline="") as file:
        in_csv = list(csv.DictReader(file))
    in_json = lines_of(folder / "out.jsonl")
    assert len(in_csv) == len(in_json) == 3
    for flat, nested in zip(in_csv, in_json, strict=True):
        for task in ("sentiment", "switching"):
            assert flat[f"{task}_label"] == nested[task]["label"]
            assert float(flat[f"{task}_score"]) == pytest.approx(nested[task]["score"], abs=1e-3)
            assert flat[f"{task}_unsure"] == str(nested[task]["unsure"]).lower()
        assert flat["switching_rival"] == (nested["switching"]["rival"] or "")
    assert in_csv[2]["text"] == "'=1+1"  # no formula


def test_classify_takes_an_empty_file_and_a_huge_line(tmp_path):
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "huge.jsonl").write_text(json.dumps({"text": "Lumora is fine. " * 100_000}) + "\n")
    for name, rows in (("empty", 0), ("huge", 1)):
        done = earshot("classify", "--input", tmp_path / f"{name}.jsonl", "--output", tmp_path / "out.jsonl")
        assert done.code == 0
        assert len(lines_of(tmp_path / "out.jsonl")) == rows


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--input", "in.jsonl"], 2, "--output"),
        (["--input", "in.txt", "--output", "out.csv"], 2, "must end in .csv or .jsonl"),
        (["--input", "absent.csv", "--output", "out.csv"], 1, "absent.csv cannot be used: No such file"),
        (["--input", "in.csv", "--output", "no/such/out.csv"], 1, "cannot be used"),
        (["--input", "in.csv", "--output", "out.csv", "--model", "absent"], 1, "absent/model.json is missing"),
        (["--input", "bad.jsonl", "--output", "out.csv"], 1, "line 1: not JSON"),
    ],
)
def test_classify_says_what_is_wrong(tmp_path, options, code, says):
    (tmp_path / "in.csv").write_text("text\nhello\n")
    (tmp_path / "in.txt").write_text("hello\n")
    (tmp_path / "bad.jsonl").write_text("hello\n")
    done = earshot("classify", *options, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert says in " ".join(done.err.split())
    assert "Traceback" not in done.err


# evaluate


def test_evaluate_writes_every_figure(tmp_path):
    rows = [("I love Lumora", "joining"), ("I am leaving Lumora", "leaving"), ("Lumora is a brand", "none")]
    (tmp_path / "data.jsonl").write_text(
        "\n".join(json.dumps({"text": t, "label": label, "brand": "Lumora"}) for t, label in rows)
    )
    done = earshot("evaluate", "--data", "data.jsonl", "--task", "switching", "--json", "figures.json", cwd=tmp_path)
    assert done.code == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert (figures["task"], figures["rows"], figures["bad_lines"]) == ("switching", 3, 0)
    for name in ("model", "keywords"):
        found = figures["classifiers"][name]
        assert set(found["per_class"]) == INTENTS
        assert set(found["directions"]["per_class"]) == {"leave", "join", "none"}
        assert 0 <= found["directions"]["leave_f1"] <= 1


def test_evaluate_refuses_an_unknown_task_as_wrong_use(tmp_path):
    (tmp_path / "data.jsonl").write_text('{"text": "a", "label": "none"}\n')
    done = earshot("evaluate", "--data", "data.jsonl", "--task", "mood", cwd=tmp_path)
    assert done.code == 2
    assert "no task 'mood'; choose one of sentiment, switching" in done.err


def test_evaluate_measures_every_task_that_has_a_column(tmp_path):
    (tmp_path / "data.csv").write_text("text,brand,sentiment,switching\nI love Lumora,Lumora,positive,none\n")
    done = earshot("evaluate", "--data", "data.csv", "--json", "figures.json", cwd=tmp_path)
    assert done.code == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert {task: found["rows"] for task, found in figures.items()} == {"sentiment": 1, "switching": 1}
    assert figures["sentiment"]["classifiers"]["model"]["accuracy"] == 1.0
    assert "sentiment on data.csv: 1 rows" in done.out


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ([], 2, "name the labelled file with --data"),
        (["--card", "--task", "switching"], 2, "leave --task out"),
        (["--data", "data.jsonl"], 2, "say with --task of what"),
        (["--data", "data.jsonl", "--task", "sentiment"], 1, "no usable row"),
        (["--data", "absent.jsonl", "--task", "sentiment"], 1, "absent.jsonl cannot be read: No such file"),
        (["--data", "data.jsonl", "--task", "switching", "--model", "absent"], 1, "absent/model.json is missing"),
        (
            ["--data", "data.jsonl", "--task", "switching", "--json", "no/such.json"],
            1,
            "no/such.json cannot be written",
        ),
        (["--card", "--data", "absent"], 1, "absent/sentiment_dev.jsonl cannot be read"),
    ],
)
def test_evaluate_says_what_is_wrong(tmp_path, options, code, says):
    (tmp_path / "data.jsonl").write_text('{"text": "a", "label": "leaving"}\n')
    done = earshot("evaluate", *options, cwd=tmp_path)
    assert done.code == code
    assert says in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err


# Wrong use, and settings


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["kpi", "--since", "2026-11-01"],
        ["kpi", "--since", "yesterday", "--until", "2026-11-02"],
        ["kpi", "--since", "2026-11-01", "--until", "2026-11-02", "--json", "--csv"],
        ["kpi", "--since", "2026-11-02", "--until", "2026-11-02"],
        ["kpi", "--since", "2026-11-01", "--until", "2026-11-02", "--brand", "Nobody"],
        ["kpi", "--since", "2026-11-01", "--until", "2026-11-02", "--evidence", "nonsense"],
        ["kpi", "--scorecard", "--since", "2026-11-01", "--until", "2026-11-02"],
        ["digest", "--date", "2026-13-01", "--preview", "out.html"],
        ["ingest", "in.jsonl", "--platform", "myspace"],
        ["start", "--log-level", "LOUD"],
        ["learn", "--undo", "--dry-run"],
    ],
)
def test_wrong_use_ends_with_2(config, words):
    given = ["--config", config] if words and words != ["nonsense"] else []
    done = earshot(*words, *given, cwd=config.parent)
    assert done.code == 2
    assert done.out == "" or not words  # without a command the help is shown
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty. Copy config/earshot.example.toml there"),
        ("[slack\n", "is not valid TOML"),
        ("brands = 3\n", "brands = 3: input should be a valid list"),
        ("[slack]\nmode = 'x'\n", "slack.mode = 'x': input should be 'socket' or 'http'"),
        (None, "there is no such file. Copy config/earshot.example.toml there"),
    ],
)
def test_every_command_says_what_is_wrong_with_the_settings(tmp_path, text, says):
    path = tmp_path / "broken.toml"
    if text is not None:
        path.write_text(text)
    for words in (["start"], ["kpi", "--since", "2026-11-01", "--until", "2026-11-02"], ["audit", "verify"]):
        done = earshot(*words, "--config", path)
        assert (done.code, done.out) == (1, "")
        assert str(path) in done.err
        assert says in done.err
    checked = earshot("check", "--json", "--config", path)
    assert checked.code == 1
    assert says in checked.json[0]["fix"]


# import


CUSTOMERS = "id,name,email,x,value\nc1,Ann Lee,ann@example.com,@ann,12.50\nc2,Bo Roy,bo@example.com,,7\n"


def imported(config, text, *options):
    file = config.parent / "customers.csv"
    file.write_text(text)
    return earshot("import", file, "--config", config, *options)


def test_import_counts_what_it_did_and_repeats_do_nothing(config):
    counts = {"rows": 2, "added": 2, "changed": 0, "unchanged": 0, "forgotten": 0, "bad": 0, "stored": True}
    assert imported(config, CUSTOMERS).json == counts
    assert imported(config, CUSTOMERS).json == counts | {"added": 0, "unchanged": 2}
    changed = CUSTOMERS.replace("12.50", "13.50")
    assert imported(config, changed).json == counts | {"added": 0, "changed": 1, "unchanged": 1}


def test_a_dry_run_stores_nothing(config):
    assert imported(config, CUSTOMERS, "--dry-run").json == {
        "rows": 2, "added": 0, "changed": 0, "unchanged": 0, "forgotten": 0, "bad": 0, "stored": False
    }  # fmt: skip
    assert imported(config, CUSTOMERS).json["added"] == 2


def test_one_bad_row_and_nothing_is_stored(config):
    bad = CUSTOMERS + "c3,Cy,not-an-address,,\nc1,Twin,,,\n,Nobody,,,\nc4,Di,di@example.com,,much\nc5,a,b@c.de,,1,2\n"
    done = imported(config, bad)
    assert done.code == 1
    assert done.json == {"rows": 7, "added": 0, "changed": 0, "unchanged": 0, "forgotten": 0, "bad": 5, "stored": False}
    reasons = done.err.splitlines()
    file = config.parent / "customers.csv"
    assert reasons[:4] == [
        f"{file}: line 4: email = 'not-an-address' is no e-mail address",
        f"{file}: line 5: the id 'c1' stands in an earlier line already",
        f"{file}: line 6: has neither an id nor an e-mail address",
        f"{file}: line 7: value = 'much' is no number; write it as 1234.50",
    ]
    assert imported(config, CUSTOMERS).json["added"] == 2


def test_import_reads_other_systems_columns_by_a_mapping(config):
    mapping = config.parent / "mapping.toml"
    mapping.write_text('[columns]\nid = "Kundennummer"\nvalue = "Umsatz"\n')
    text = "Kundennummer;Name;Umsatz;Farbe\n7;Ann Lee;12.50;blau\n"
    done = imported(config, text, "--mapping", mapping, "--source", "crm")
    assert done.json["added"] == 1
    assert "Columns without a meaning to Earshot: Farbe." in done.err
    mapping.write_text('[columns]\ncolour = "Farbe"\n')
    wrong = imported(config, text, "--mapping", mapping)
    assert wrong.code == 1
    assert "It names colour." in wrong.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("name,colour\na,b\n", "needs a column with an id or an e-mail address"),
        ('id,name\n1,"open\n', "is not valid CSV"),
    ],
)
def test_import_says_what_is_wrong_with_the_file(config, text, says):
    done = imported(config, text)
    assert (done.code, done.out) == (1, "")
    assert says in done.err


# events


def test_events_keep_the_good_rows_and_tell_the_bad_ones(config):
    file = config.parent / "events.csv"
    file.write_text("id,kind,at,customer\n1,visit,2026-11-01T08:00:00Z,c1\n2,dance,2026-11-01T08:00:00Z,c1\n")
    done = earshot("events", file, "--source", "shop", "--config", config)
    counts = {"rows": 2, "added": 1, "known": 0, "forgotten": 0, "bad": 1, "stored": True}
    assert (done.code, done.json) == (1, counts)
    assert f"{file}: line 3: kind = 'dance' is none of visit" in done.err
    again = earshot("events", file, "--source", "shop", "--config", config, "--dry-run")
    assert again.json == counts | {"added": 0, "stored": False}


# kpi, digest, audit


def test_kpi_prints_stable_names_in_every_form(config):
    period = ["--since", "2026-11-01", "--until", "2026-11-08", "--config", config]
    as_json = earshot("kpi", *period, "--json").json
    as_csv = list(csv.DictReader(io.StringIO(earshot("kpi", *period, "--csv").out)))
    names = [row["name"] for row in as_json]
    assert [row["name"] for row in as_csv] == names
    assert names[:3] == ["response_rate", "first_response_median", "first_response_p90"]
    assert all(name == name.lower() and name.replace("_", "").isalnum() for name in names)
    assert all({"brand", "value", "numerator", "denominator", "unit"} <= set(row) for row in (*as_json, *as_csv))
    table = earshot("kpi", *period)
    assert all(name in table.out for name in names)


def test_a_kpi_without_cases_is_null_and_never_a_division(config):
    rows = earshot("kpi", "--since", "2026-11-01", "--until", "2026-11-08", "--json", "--config", config).json
    rate = next(row for row in rows if row["name"] == "response_rate")
    assert (rate["value"], rate["numerator"], rate["denominator"], rate["unit"]) == (None, 0.0, 0.0, "share")


def test_kpi_lists_the_rows_that_it_counts(config):
    imported(config, CUSTOMERS)
    period = ["--since", "2026-11-01", "--until", "2026-11-08", "--config", config]
    rows = earshot("kpi", *period, "--evidence", "identity_coverage", "--json").json
    assert [(row["what"], row["weight"], row["state"]) for row in rows] == [("customer", 0, "no account")] * 2
    as_csv = list(csv.DictReader(io.StringIO(earshot("kpi", *period, "--evidence", "complaints", "--csv").out)))
    assert as_csv == []


def test_kpi_says_how_each_target_stands(config):
    targets = '\n[[targets]]\nkpi = "complaints"\nvalue = 5\nby = 2099-01-01\n'
    config.write_text(config.read_text() + targets)
    (row,) = earshot("kpi", "--scorecard", "--json", "--config", config).json
    assert (row["kpi"], row["value"], row["target"], row["standing"]) == ("complaints", 0.0, 5.0, "reached")
    config.write_text(config.read_text() + targets.replace("complaints", "complaint"))
    wrong = earshot("kpi", "--scorecard", "--config", config)
    assert wrong.code == 1
    assert "targets[2].kpi = 'complaint': is no KPI; did you mean complaints?" in wrong.err


def test_a_quiet_day_has_a_digest(config):
    page = config.parent / "digest.html"
    done = earshot("digest", "--date", "2026-11-02", "--preview", page, "--config", config)
    assert (done.code, done.out) == (0, "")
    assert "nobody wrote about Lumora" in page.read_text()
    nowhere = earshot("digest", "--date", "2026-11-02", "--preview", "/no/such/folder/x.html", "--config", config)
    assert nowhere.code == 1
    assert "cannot be written" in nowhere.err


def test_audit_verify_finds_what_was_changed(config):
    from sqlalchemy import create_engine, text

    imported(config, CUSTOMERS)
    whole = earshot("audit", "verify", "--config", config)
    assert whole.code == 0
    assert "The audit log is whole; its head is" in whole.out
    assert earshot("audit", "verify", "--json", "--config", config).json["whole"] is True
    engine = create_engine(f"sqlite:///{config.parent / 'earshot.db'}")
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_never_changed"))
        changed = connection.execute(text("UPDATE audit SET detail = 'added 0, changed 0'"))
        assert changed.rowcount == 1
    engine.dispose()
    broken = earshot("audit", "verify", "--config", config)
    assert (broken.code, broken.out) == (1, "")
    assert "The audit log was changed at entry 1" in broken.err
    told = earshot("audit", "verify", "--json", "--config", config)
    assert (told.code, told.json["whole"], told.json["broken"]) == (1, False, [1])


# compliance


def test_the_compliance_report_names_every_platform_that_is_listened_to(config):
    told = earshot("compliance", "report", "--config", config)
    assert (told.code, told.err) == (0, "")
    assert "0 posts" in told.out
    rows = earshot("compliance", "report", "--json", "--config", config).json
    assert {row["platform"] for row in rows} >= {"x"}
    assert all(row["posts"] == 0 for row in rows)


def test_a_post_that_was_never_edited_has_no_versions(config):
    done = earshot("compliance", "versions", "mastodon:1", "--config", config)
    assert (done.code, done.out) == (0, "")


# forget


def forget(config, *words):
    return earshot("forget", *words, "--config", config)


def test_forget_says_what_would_go_and_then_gives_a_receipt_without_a_name(config):
    imported(config, CUSTOMERS)
    preview = forget(config, "--email", "ann@example.com", "--dry-run")
    assert (preview.code, preview.json["receipt"]) == (0, None)
    assert preview.json["would_go"]["records"] == {"csv": 1}
    done = forget(config, "--email", "ann@example.com", "--yes")
    assert done.code == 0
    receipt = done.json
    assert (receipt["gone"]["records"], receipt["overwritten_on_disk"], receipt["by"]) == ({"csv": 1}, True, "operator")
    said = preview.out + preview.err + done.out + done.err
    assert "ann" not in said.lower()
    left = [f.name for f in config.parent.glob("earshot.db*") if b"ann@example.com" in f.read_bytes()]
    assert left == []
    again = imported(config, CUSTOMERS)
    assert (again.json["unchanged"], again.json["forgotten"]) == (1, 1)
    assert "1 forgotten person left out." in again.err
    assert earshot("audit", "verify", "--config", config).code == 0


def test_forget_refuses_to_guess(config):
    imported(config, CUSTOMERS.replace("bo@example.com", "ann@example.com"))
    several = forget(config, "--email", "ann@example.com", "--yes")
    assert (several.code, several.out) == (1, "")
    assert "2 people may be meant; nothing was erased. Choose one: --id " in several.err
    assert "ann@" not in several.err
    chosen = several.err.split("--id ")[1].split(",")[0]
    assert forget(config, "--id", chosen, "--yes").json["gone"]["records"] == {"csv": 1}
    nobody = forget(config, "--handle", "ann", "--yes")
    assert (nobody.code, nobody.out) == (1, "")
    assert "Nobody is known here by these words" in nobody.err
    assert forget(config, "--yes").code == 2
    assert forget(config, "--handle", "a", "--email", "b@c.de").code == 2


# learn


def test_learn_says_what_is_missing_and_stores_nothing(config):
    done = earshot("learn", "--config", config)
    assert done.code == 0
    assert done.json["version"] is None
    assert {task["task"] for task in done.json["tasks"]} >= {"sentiment", "switching"}
    for words in (
        "sentiment: 0 corrections (0 may train), 0 labels confirmed",
        "50 are missing",
        "Nothing has changed.",
    ):
        assert words in done.err
    assert not (config.parent / "learned").exists()


def test_there_is_nothing_to_undo_before_anything_was_learned(config):
    done = earshot("learn", "--undo", "--config", config)
    assert (done.code, done.out) == (1, "")
    assert "There is nothing to undo" in done.err


def test_help_and_the_design_name_the_same_commands():
    done = subprocess.run([*RUN, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for command in (
        "start",
        "sandbox",
        "check",
        "classify",
        "evaluate",
        "ingest",
        "import",
        "kpi",
        "digest",
        "train",
        "learn",
        "forget",
    ):
        assert f" {command} " in done.stdout


# query


def test_queries_are_tried_saved_listed_and_told(config):
    tried = earshot("query", "test", "lumora price* -is:repost followers:>1k", "--json", "--config", config)
    assert tried.code == 0
    told = json.loads(tried.out)
    assert (told["found"], told["looked_at"], len(told["days"])) == (0, 0, 30)
    assert told["platforms"] == [
        {
            "platform": "x",
            "found": 0,
            "read": 0,
            "monthly_usd": "0",
            "searches": ["lumora -is:retweet"],
            "judged_here": ["price*", "followers:>=1001"],
            "problem": "",
        }
    ]
    assert "lumora -is:retweet" in earshot("query", "test", "lumora -is:repost", "--config", config).out
    for text in ("lumora", "@brand"):
        assert earshot("query", "save", "Prices", text, "--config", config).code == 0
    (newest,) = [json.loads(line) for line in earshot("query", "list", "--config", config).out.splitlines()]
    assert (newest["name"], newest["version"], newest["text"], newest["by"]) == ("prices", 2, "@brand", "operator")
    history = earshot("query", "history", "prices", "--config", config).out.splitlines()
    assert [json.loads(line)["version"] for line in history] == [2, 1]


def test_a_query_that_cannot_be_read_is_pointed_at(config):
    done = earshot("query", "save", "prices", "lumora or price", "--config", config)
    assert (done.code, done.out) == (1, "")
    assert "Column 8: write OR in capitals" in done.err
    assert "lumora or price\n       ^" in done.err
    assert earshot("query", "history", "prices", "--config", config).code == 1
    assert earshot("query", "test", "lumora", "--brand", "Helio", "--config", config).code == 2
