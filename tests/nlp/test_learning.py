"""What people teach the model: what is learned, what never is, and how it is taken back."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from domain.errors import InputError, ModelError
from domain.lesson import Judged, Ordinary
from domain.prediction import Reading
from nlp import learned, models, reasons
from nlp.classify import build
from nlp.learning import Evidence, study, teacher
from nlp.logistic import STRENGTH, fit_difference
from nlp.metrics import softmax
from nlp.models import Head
from nlp.tasks import TASKS
from tests.nlp.small_model import write_model

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = Head("sentiment", TASKS["sentiment"].labels, unsure_below=0.6)
WORDS = ("app", "stream", "night", "price", "team", "song", "movie", "again", "today", "really", "never", "still")


# The maths


def evidence(*, corrections, confirmed=100, trainable=True, shift=4.0, seed=0) -> Evidence:
    """Readings whose first number the shipped head overlooks: above 0 they are negative, and it says neutral."""
    rng = np.random.default_rng(seed)
    rows = corrections + confirmed
    embeddings = rng.normal(size=(rows, 8)).astype(np.float32)
    embeddings[:, 0] = np.where(np.arange(rows) < corrections, shift, -shift) + rng.normal(size=rows)
    corrected = np.arange(rows) < corrections
    logits = np.tile(np.array([0, 2, 0], dtype=np.float32), (rows, 1))
    truth = np.where(corrected, 0, 1)
    return Evidence(truth, logits, embeddings, corrected, np.zeros(rows, dtype=bool), np.full(rows, trainable))


def test_a_planted_shift_is_learned_and_held_out_figures_say_so():
    told, head = study(HEAD, evidence(corrections=120), None)
    assert told.new_head
    assert told.accuracy
    assert told.gain
    assert told.reference
    assert told.accuracy[0] == 0
    assert told.accuracy[1] > 0.95
    assert told.gain[0] > 0.9
    assert told.reference[0] == 1
    assert told.reference[1] >= 0.995
    assert (told.corrections, told.trainable_corrections, told.confirmed) == (120, 120, 100)
    assert (len(head.weights), len(head.bias)) == (8, 3)


def test_ninety_nine_corrections_fit_no_head():
    told, head = study(HEAD, evidence(corrections=99), None)
    assert not told.new_head
    assert told.accuracy is None
    assert "99 of 100 corrections" in told.notes[0]
    assert head is None or head.weights == ()


def test_corrections_of_a_platform_that_must_not_train_never_reach_the_fit():
    some = evidence(corrections=240)
    trainable = np.arange(340) % 2 == 0
    told, head = study(HEAD, replace(some, may_train=trainable), None)
    assert told.new_head
    assert (told.corrections, told.trainable_corrections) == (240, 120)
    embeddings, truth = some.embeddings.copy(), some.truth.copy()
    embeddings[~trainable], truth[~trainable] = 99, 2
    changed = replace(
        some, may_train=trainable, embeddings=embeddings, truth=np.where(some.corrected, truth, some.truth)
    )
    _, same = study(
        HEAD, replace(changed, embeddings=np.where(some.corrected[:, None], embeddings, some.embeddings)), None
    )
    assert (same.weights, same.bias) == (head.weights, head.bias)


def test_with_untrainable_corrections_alone_no_head_is_fitted():
    told, _ = study(HEAD, evidence(corrections=500, trainable=False), None)
    assert not told.new_head
    assert "0 of 100 corrections on platforms whose terms allow training" in told.notes[0]


def test_corrections_without_a_pattern_are_no_held_out_win():
    some = evidence(corrections=200, confirmed=200, shift=0)
    truth = np.random.default_rng(3).integers(0, 3, 400)
    told, head = study(HEAD, replace(some, truth=truth), None)
    assert not told.new_head
    assert "not surely better" in told.notes[0]
    assert head is None or head.weights == ()


def test_a_head_that_forgets_what_people_confirmed_is_refused():
    told, _ = study(HEAD, evidence(corrections=300, confirmed=40, shift=0), None)  # nothing tells the two apart
    assert told.accuracy
    assert told.accuracy[1] > told.accuracy[0]
    assert not told.new_head
    assert "loses too much of what people confirmed" in told.notes[0]


def test_ordinary_posts_keep_a_head_from_forgetting_what_nobody_judges():
    """Of alerts, all in one corner, people say "positive"; all else is neutral, and must stay so."""
    rng = np.random.default_rng(7)
    alerts_, others = rng.normal(size=(300, 8)) + 2, rng.normal(size=(900, 8))
    embeddings = np.concatenate([alerts_, others]).astype(np.float32)
    logits = np.where(np.arange(1200)[:, None] < 300, [3, 0, 0], [0, 3, 0]).astype(np.float32)
    judged_ = np.arange(1200) < 300
    truth = np.where(judged_, 2, 1)
    some = Evidence(truth, logits, embeddings, judged_, ~judged_, judged_)
    forgetful, _ = study(HEAD, some, None)
    assert not forgetful.new_head
    assert "of ordinary posts" in forgetful.notes[0]
    told, _ = study(HEAD, replace(some, may_train=np.ones(1200, dtype=bool)), None)
    assert told.new_head
    assert told.reference
    assert told.reference[1] >= 0.995


def test_ordinary_posts_are_no_judgements_for_the_threshold():
    some = alerts(60, right=lambda p: 1.0, confidence=(0.5, 1))
    told, _ = study(HEAD, replace(some, ordinary=np.arange(60) < 20), None)
    assert "40 judged alerts, 10 are missing" in told.notes[-1]


def test_a_model_without_embeddings_has_its_threshold_tuned_only():
    told, _ = study(HEAD, replace(evidence(corrections=120), embeddings=None), None)
    assert not told.new_head
    assert "this model gives no embeddings" in told.notes[0]


def alerts(count, *, right, confidence, seed=0) -> Evidence:
    """Alerts of the shipped head: `right(p)` is how often one of confidence p is right."""
    rng = np.random.default_rng(seed)
    low, high = confidence
    p = rng.uniform(low, high, count)
    logits = np.stack([np.log(p), np.log((1 - p) / 2), np.log((1 - p) / 2)], axis=1)
    truth = np.where(rng.uniform(size=count) < np.vectorize(right)(p), 0, 1)
    none = np.zeros(count, dtype=bool)
    return Evidence(truth, logits, None, truth != 0, none, none)


def test_a_threshold_needs_fifty_judged_alerts_and_says_how_many_are_missing():
    told, head = study(HEAD, alerts(49, right=lambda p: p, confidence=(0.5, 1)), None)
    assert head is None
    assert "49 judged alerts, 1 are missing" in told.notes[-1]


def test_a_threshold_rises_to_where_alerts_are_right_often_enough():
    told, head = study(HEAD, alerts(2000, right=lambda p: 1.0 if p > 0.75 else 0.3, confidence=(0.5, 1)), None)
    assert told.unsure_below == (0.6, head.unsure_below)
    assert 0.62 < head.unsure_below < 0.75
    assert head.weights == ()


def test_where_no_threshold_helps_the_one_in_use_stays():
    told, head = study(
        HEAD, alerts(200, right=lambda _: 0.0, confidence=(0.5, 1)), learned.LearnedHead("sentiment", 0.7)
    )
    assert head.unsure_below == 0.7
    assert "none makes 80% of 200 judged alerts right" in told.notes[-1]


def test_the_difference_is_the_one_of_least_penalised_loss():
    rng = np.random.default_rng(5)
    rows, logits = rng.normal(size=(60, 4)) + 3, rng.normal(size=(60, 3))
    truth = rng.integers(0, 3, 60)
    weights, bias = fit_difference(rows, logits, np.eye(3)[truth], temperature=1.3)
    error = (softmax(logits + rows @ weights + bias, 1.3) - np.eye(3)[truth]) / 1.3
    middle = rows.mean(axis=0)
    scale = np.sqrt(((rows - middle) ** 2).sum(axis=1).mean())
    slope_of_weights = ((rows - middle) / scale).T @ error + STRENGTH * weights * scale
    slope_of_bias = error.sum(axis=0) + STRENGTH * (bias + middle @ weights)
    assert np.abs(slope_of_weights).max() < 1e-4
    assert np.abs(slope_of_bias).max() < 1e-4


def test_one_row_moves_the_logits_a_little_only():
    rows = np.random.default_rng(6).normal(size=(1, 8))
    weights, bias = fit_difference(rows, np.array([[3.0, 0, 0]]), np.array([[0.0, 1, 0]]), temperature=1.0)
    assert 0 < np.abs(rows @ weights + bias).max() < 1.5


# The whole way, on a small model


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("small") / "model")


def judged(model_dir, *, corrections, confirmed=150, may_train=True):
    """Posts with the word `ghosted`: people call them negative, whatever the model says; it is right on all others."""
    classify, rng = build(model_dir), random.Random(4)
    texts = [" ".join(rng.choices(WORDS, k=4)) for _ in range(corrections + confirmed)]
    marked = [f"{text} ghosted ghosted ghosted" for text in texts[:corrections]]
    said = [p.of("sentiment").label for p in classify([Reading(text) for text in texts[corrections:]])]
    found = [Judged(Reading(text), "sentiment", "negative", corrected=True, may_train=may_train) for text in marked]
    return found + [
        Judged(Reading(text), "sentiment", label, corrected=False, may_train=may_train)
        for text, label in zip(texts[corrections:], said, strict=True)
    ]


def teach(model_dir, folder, posts, **changes):
    rng = random.Random(8)
    ordinary = [Ordinary(Reading(" ".join(rng.choices(WORDS, k=4))), may_train=True) for _ in range(400)]
    return teacher(model_dir, folder=folder, tasks=("sentiment", "switching"), at=AT, **changes)(posts, ordinary)


def answers(model_dir, folder, posts):
    said = build(model_dir, learned_dir=folder)([post.reading for post in posts])
    return [(p.of("sentiment"), p.of("switching")) for p in said]


def labels(found):
    return [sentiment.label for sentiment, _ in found]


def test_what_people_taught_is_what_the_classifier_says_then(small, tmp_path):
    posts = judged(small, corrections=150)
    before = answers(small, tmp_path, posts)
    lesson = teach(small, tmp_path, posts)
    assert (lesson.version, [t.new_head for t in lesson.tasks]) == (1, [True, False])
    after = answers(small, tmp_path, posts)
    assert labels(before)[:150].count("negative") < 75
    assert labels(after)[:150].count("negative") > 140
    assert labels(after)[150:] == labels(before)[150:]
    assert {p.model for pair in after for p in pair} == {f"{models.load(small).name}+1"}
    assert learned.status(tmp_path, models.load(small)) == "learned version 1 of 2026-03-02"
    [(old, new)] = [(b[1].probabilities, a[1].probabilities) for b, a in zip(before[:1], after[:1], strict=True)]
    assert new == pytest.approx(dict(old), abs=1e-5), "the other head is as it was"


def test_the_words_that_moved_a_label_are_those_that_people_taught(small, tmp_path):
    posts = judged(small, corrections=150)
    teach(small, tmp_path, posts)
    classify, explain = reasons.build(small, learned_dir=tmp_path)
    [said] = classify([posts[0].reading])
    assert any("ghosted" in words for words in explain(posts[0].reading, said.of("sentiment")))


def test_the_file_holds_numbers_and_figures_and_no_text(small, tmp_path):
    teach(small, tmp_path, judged(small, corrections=150))
    stored = (tmp_path / "0001.json").read_text()
    assert "ghosted" not in stored
    version = json.loads(stored)
    assert version["model"] == models.load(small).sha256
    assert (version["before"], version["at"]) == (0, AT.isoformat())
    assert version["record"][0]["corrections"] == 150
    assert version["record"][0]["accuracy"][1] > version["record"][0]["accuracy"][0]


def test_undo_restores_the_exact_predictions_step_by_step(small, tmp_path):
    posts = judged(small, corrections=150)
    shipped = answers(small, tmp_path, posts)
    teach(small, tmp_path, posts[:-20])
    first = answers(small, tmp_path, posts)
    assert first != shipped
    assert teach(small, tmp_path, posts).version == 2
    assert learned.undo(tmp_path) == (2, 1)
    assert answers(small, tmp_path, posts) == first
    assert learned.undo(tmp_path) == (1, 0)
    assert answers(small, tmp_path, posts) == shipped
    with pytest.raises(InputError, match="nothing to undo"):
        learned.undo(tmp_path)
    assert teach(small, tmp_path, posts).version == 3, "no number is used twice"


def test_learning_the_same_again_changes_nothing(small, tmp_path):
    posts = judged(small, corrections=150)
    assert teach(small, tmp_path, posts).version == 1
    assert teach(small, tmp_path, posts).version is None


def test_a_dry_run_stores_nothing(small, tmp_path):
    lesson = teach(small, tmp_path, judged(small, corrections=150), dry_run=True)
    assert lesson.tasks[0].new_head
    assert lesson.version is None
    assert list(tmp_path.iterdir()) == []


def test_too_few_and_untrainable_corrections_change_no_prediction(small, tmp_path):
    for posts in (judged(small, corrections=99, confirmed=0), judged(small, corrections=150, may_train=False)):
        before = answers(small, tmp_path, posts)
        teach(small, tmp_path, posts)
        after = answers(small, tmp_path, posts)
        assert [(p.label, p.score) for pair in after for p in pair] == [
            (p.label, p.score) for pair in before for p in pair
        ]


def test_a_version_of_another_model_is_reported_and_not_used(small, tmp_path):
    other = write_model(tmp_path / "other", seed=2)
    posts = judged(small, corrections=150)
    teach(small, tmp_path / "learned", posts)
    status = learned.status(tmp_path / "learned", models.load(other))
    assert status.startswith(f"learned version 1 belongs to {models.load(small).name} and is not used")
    assert answers(other, tmp_path / "learned", posts) == answers(other, tmp_path / "nowhere", posts)


def test_an_altered_version_is_refused_and_undo_still_works(small, tmp_path):
    teach(small, tmp_path, judged(small, corrections=150))
    path = tmp_path / "0001.json"
    path.write_text(path.read_text().replace('"sentiment"', '"sentiment" ', 1))
    with pytest.raises(ModelError, match=r"0001.json is not the file that was learned.*learn --undo"):
        build(small, learned_dir=tmp_path)
    assert learned.undo(tmp_path) == (1, 0)
    build(small, learned_dir=tmp_path)


def test_a_model_without_the_output_says_so_and_tunes_its_threshold(tmp_path):
    plain = write_model(tmp_path / "plain", embedding=False)
    posts = judged(plain, corrections=150)
    lesson = teach(plain, tmp_path / "learned", posts)
    assert "this model gives no embeddings" in lesson.tasks[0].notes[0]
    assert not lesson.tasks[0].new_head
