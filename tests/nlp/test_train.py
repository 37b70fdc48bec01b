"""The training code runs from text to a verified model that serves, and never trains on what it may not."""

import numpy as np
import pytest

from domain.errors import InputError
from domain.prediction import SENTIMENT, SWITCHING, BrandName, Reading
from nlp import examples
from nlp.classify import build
from nlp.examples import Example
from nlp.tasks import TASKS

pytest.importorskip("torch", reason="the train extra is not installed")

from tests.shared import shared_file


@pytest.fixture(scope="module")
def data():
    return shared_file("data/switching_train.jsonl").parent


def test_one_step_of_a_tiny_model_yields_a_model_that_serves(tmp_path):
    from nlp.train import train

    figures = train(data=tmp_path, output=tmp_path / "model", work=tmp_path, tiny=True, stop=1)
    [predictions] = build(tmp_path / "model")([Reading("it works")])
    assert [item.task for item in predictions.items] == list(TASKS)
    assert figures["switching"]["rows"] == 40


def test_the_same_seed_gives_the_same_figures(tmp_path):
    from nlp.train import train

    runs = [
        train(data=tmp_path, output=tmp_path / str(run), work=tmp_path, tiny=True, stop=3, seed=7) for run in (1, 2)
    ]
    assert runs[0] == runs[1]


def test_missing_text_is_named(tmp_path):
    from nlp.train import train

    with pytest.raises(InputError, match=r"switching_train\.jsonl"):
        train(data=tmp_path / "nowhere", output=tmp_path / "model", work=tmp_path)


def test_a_stopped_fit_goes_on_where_it_was(tmp_path, monkeypatch):
    """Three steps in one go leave the same weights as two steps, a stop, and the third."""
    import torch

    from nlp import fit, network

    monkeypatch.setattr(fit, "_SAVE_EVERY", 2)
    rows = [
        fit.Encoded([101, 2000 + i, 102], np.full(network.OUTPUTS, 0.2, np.float32), np.ones(4, np.float32))
        for i in range(96)
    ]
    phase = fit.Phase(rows, epochs=1, learning_rate=1e-3)

    def run(work, *, break_after=None):
        torch.manual_seed(0)
        net = network.tiny()
        net.dropout.p = 0.0
        for module in net.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        calls = 0
        step = fit._step

        def breaking(*arguments):
            nonlocal calls
            if calls == break_after:
                raise KeyboardInterrupt
            calls += 1
            return step(*arguments)

        monkeypatch.setattr(fit, "_step", breaking)
        try:
            fit.fit(net, phase, seed=3, name="test", work=work)
        except KeyboardInterrupt:
            assert break_after is not None
        finally:
            monkeypatch.setattr(fit, "_step", step)
        return calls, net.state_dict()

    _, whole = run(None)
    assert run(tmp_path, break_after=2)[0] == 2
    calls, resumed = run(tmp_path)
    assert calls == 1
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor)


def test_a_teacher_is_asked_once_for_each_text_and_remembered(tmp_path):
    from tokenizers import Tokenizer

    from nlp import models, network, teacher

    tokenizer = Tokenizer.from_file(str(models.SHIPPED / models.TOKENIZER))
    cache = tmp_path / "opinions.npz"
    teacher.opinions(network.tiny(), tokenizer, ["one", "two", "one"], cache=cache)
    first = teacher.Opinions(cache).get("one")
    assert first is not None
    teacher.opinions(network.tiny(), tokenizer, ["one", "three"], cache=cache)
    kept = teacher.Opinions(cache)
    assert np.array_equal(kept.get("one"), first)
    assert kept.get("three") is not None
    assert kept.get("four") is None
    for part in network.slices().values():
        assert first[part].sum() == pytest.approx(1)


def test_missing_opinions_are_named_with_their_mend(tmp_path):
    from nlp import teacher

    with pytest.raises(InputError, match="train --teacher"):
        teacher.Opinions(tmp_path / "none.npz")


def test_a_label_outweighs_a_teacher_and_a_teacher_fills_what_no_label_says():
    from tokenizers import Tokenizer

    from nlp import fit, models, network

    tokenizer = Tokenizer.from_file(str(models.SHIPPED / models.TOKENIZER))
    opinion = np.concatenate([np.full(len(task.labels), 1 / len(task.labels)) for task in TASKS.values()])
    example = Example(Reading("fine"), {SENTIMENT: "positive"})
    [encoded] = fit.encode([example], tokenizer, soft=lambda _: opinion.astype(np.float32), soft_share=0.3)
    parts = network.slices()
    assert encoded.targets[parts[SENTIMENT]] == pytest.approx([0.1, 0.1, 0.8])
    assert encoded.targets[parts[SWITCHING]] == pytest.approx([0.2] * 5)
    assert encoded.weights.tolist() == [1, 1, 1, 1]
    [alone] = fit.encode([example], tokenizer)
    assert alone.weights.tolist() == [1, 0, 0, 0]


def test_non_commercial_rows_never_train_and_no_text_is_on_both_sides(data):
    tweets, posts, unlabelled = examples.training(data)
    trained = [*tweets, *posts, *unlabelled]
    measured = examples.development(data)
    assert all(example.may_train for example in trained)
    assert {"airline_crowdflower", "twcs_kechtel"} <= {example.source for example in measured}
    assert not {examples.text_key(e.reading.text) for e in trained} & {
        examples.text_key(e.reading.text) for e in measured
    }
    assert {task for example in measured for task in example.labels} == set(TASKS)


def test_a_held_out_industry_never_trains_and_is_measured(data):
    from nlp.train import Recipe, material

    chosen = material(data, recipe=Recipe(), hold_out=frozenset({"ride_hailing"}), seed=1)
    assert not any("ride" in example.group for example in [*chosen.posts, *chosen.settling])
    assert any("ride" in example.group for example in examples.written())
    assert {example.group for example in chosen.dev if SWITCHING in example.labels} == {"ride_hailing"}


def test_our_own_labels_hold_no_text_and_each_finds_its_own(data):
    labelled = examples.labelled(data)
    assert len(labelled) > 2_000
    assert {label for example in labelled for label in example.labels.values()} <= {
        label for task in TASKS.values() for label in task.labels
    }


def test_a_label_without_its_text_is_named(data, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(f"{','.join(['text_sha256', 'target', 'rival', *TASKS, 'certain'])}\n0123,A,,,none,,,1\n")
    with pytest.raises(InputError, match="0123"):
        examples.labelled(data, path=path)


def test_a_written_post_that_names_a_rival_is_seen_from_both_sides():
    written = examples.written()
    moved = [e for e in written if e.reading.text.startswith("Ported my number")]
    assert [(e.labels[SWITCHING], e.reading.brand) for e in moved] == [
        ("leaving", BrandName("Northwind")),
        ("joining", BrandName("Contoso")),
    ]
    assert len({e.reading.text for e in written}) > 3_000


def test_every_written_label_is_one_of_its_task():
    for example in examples.written():
        for task, label in example.labels.items():
            assert label in TASKS[task].labels, example
