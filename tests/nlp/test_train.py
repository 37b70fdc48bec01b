"""The training code runs from text to a verified model that serves, and never trains on what it may not."""

import pytest

from domain.errors import InputError
from domain.prediction import BrandName, Reading
from nlp import examples
from nlp.classify import build
from nlp.tasks import TASKS

pytest.importorskip("torch", reason="the train extra is not installed")

from tests.shared import shared_file


def test_one_step_of_a_tiny_model_yields_a_model_that_serves(tmp_path):
    from nlp.train import train

    figures = train(data=tmp_path, output=tmp_path / "model", work=tmp_path, tiny=True, max_steps=1)
    [predictions] = build(tmp_path / "model")([Reading("it works")])
    assert [item.task for item in predictions.items] == list(TASKS)
    assert figures["switching"]["rows"] == 40


def test_the_same_seed_gives_the_same_figures(tmp_path):
    from nlp.train import train

    runs = [
        train(data=tmp_path, output=tmp_path / str(run), work=tmp_path, tiny=True, max_steps=3, seed=7)
        for run in (1, 2)
    ]
    assert runs[0] == runs[1]


def test_missing_text_is_named(tmp_path):
    from nlp.train import train

    with pytest.raises(InputError, match=r"sentiment_train\.jsonl"):
        train(data=tmp_path / "nowhere", output=tmp_path / "model", work=tmp_path)


def test_non_commercial_rows_never_train(tmp_path):
    from nlp.train import Recipe, material

    data = shared_file("data/switching_train.jsonl").parent
    chosen = material(data, recipe=Recipe(), hold_out=frozenset(), seed=1)
    assert all(example.may_train for example in [*chosen.tweets, *chosen.joint])
    held = [example for example in chosen.dev if example.task == "switching"]
    assert {example.source for example in held} == {"airline_crowdflower", "twcs_kechtel"}


def test_a_held_out_industry_never_trains_and_is_measured(tmp_path):
    from nlp.train import Recipe, material

    data = shared_file("data/switching_train.jsonl").parent
    chosen = material(data, recipe=Recipe(), hold_out=frozenset({"ride_hailing"}), seed=1)
    assert not any("ride_hailing" in example.group for example in chosen.joint)
    assert {example.group for example in chosen.dev if example.task == "switching"} == {"ride_hailing"}


def test_a_written_post_that_names_a_rival_is_seen_from_both_sides():
    written = examples.written()
    moved = [e for e in written if e.reading.text.startswith("Ported my number")]
    assert [(e.label, e.reading.brand) for e in moved] == [
        ("leaving", BrandName("Northwind")),
        ("joining", BrandName("Contoso")),
    ]
    assert len({e.reading.text for e in written}) > 200
