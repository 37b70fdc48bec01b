import random
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.blind_checks import draw
from crm.live_figures import FIGURES, corrected, live_figures, wilson
from domain.blind_check import BlindItem, Candidate
from domain.case import CaseKind
from domain.mention import MentionId
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING

ABOUT = {RELEVANCE: "about", SENTIMENT: "neutral", SWITCHING: "none"}


def item(said="neutral", meant="neutral", *, called=None, probability=0.5, check="c1", **changes):
    """A post of which the model said a sentiment and people another; None where nobody has judged it."""
    values = {
        "check_id": check,
        "called": said == "negative" if called is None else called,
        "probability": probability,
        "counted": True,
        "kind": CaseKind.COMPLAINT if said == "negative" else None,
        "said": {SENTIMENT: said, SWITCHING: "none", RELEVANCE: "about"},
        "answers": {} if meant is None else {**ABOUT, SENTIMENT: meant},
    }
    return BlindItem(**(values | changes))


def figures(items):
    return {figure.name: figure for figure in live_figures(items)}


def test_figures_of_nothing_are_none_and_never_a_division_by_zero():
    for items in ([], [item(meant=None)] * 4):
        found = figures(items)
        assert set(found) == set(FIGURES)
        for figure in found.values():
            assert (figure.precision, figure.recall) == (None, None)
            assert (figure.hits, figure.flagged, figure.true) == (0, 0, 0)


def test_recall_weighs_each_post_by_how_many_it_stands_for():
    # 10 of 100 called ones are judged, 8 rightly; 10 of 900 others, one of them a complaint that was missed
    items = [item("negative", "negative", probability=0.1)] * 8 + [item("negative", probability=0.1)] * 2
    items += [item(meant="negative", probability=1 / 90)] + [item(probability=1 / 90)] * 9
    negative = figures(items)["negative"]
    assert (negative.hits, negative.flagged, negative.true) == (8, 10, 9)
    assert negative.precision.value == pytest.approx(0.8)
    assert negative.recall.value == pytest.approx(80 / (80 + 90))
    assert negative.recall.low < 0.3
    assert negative.recall.high > 0.7
    assert corrected(100, negative) == pytest.approx(170)


def test_precision_has_wilsons_interval():
    found = wilson(0.8, 10)
    assert [found.low, found.high] == pytest.approx([0.4902, 0.9433], abs=1e-4)
    negative = figures([item("negative", "negative")] * 8 + [item("negative")] * 2)["negative"]
    assert negative.precision.low == pytest.approx(found.low)
    assert negative.precision.high == pytest.approx(found.high)


def test_unequal_weights_widen_the_interval():
    equal = [item("negative", "negative", check=c) for c in "aabb"] + [item("negative", check=c) for c in "aabb"]
    unequal = [
        item("negative", meant, probability=p, check=str(p))
        for meant, p in product(("negative", "neutral"), (0.9, 0.05))
    ] * 2
    first, second = (figures(items)["negative"].precision for items in (equal, unequal))
    assert first.value == pytest.approx(second.value)
    assert second.high - second.low > first.high - first.low


def test_what_waited_for_a_persons_eye_counts_as_missed():
    items = [item("negative", "negative", counted=False, kind=None), item("negative", "negative")]
    assert figures(items)["negative"].recall.value == pytest.approx(0.5)
    assert figures(items)["complaint"].recall.value == pytest.approx(0.5)


def test_what_is_not_about_us_is_no_complaint_and_no_switching():
    items = [item("negative", answers={RELEVANCE: "spam"})]
    found = figures(items)
    assert found["negative"].precision.value == 0
    assert found["relevance"].precision.value == 0
    assert found["relevance"].recall is None


def test_both_degrees_of_an_intent_are_one_figure():
    said = {SENTIMENT: "neutral", SWITCHING: "considering_leaving"}
    leaving = replace(item(called=True, answers={**ABOUT, SWITCHING: "leaving"}), said=said)
    found = figures([leaving, item(answers={**ABOUT, SWITCHING: "joining"})])
    assert found["leave"].precision.value == found["leave"].recall.value == 1
    assert (found["join"].precision, found["join"].recall.value) == (None, 0)
    assert found["join"].recall.high > 0.5  # one missed post tells little


def test_a_task_that_the_model_of_the_day_did_not_answer_has_no_figure():
    without = replace(item("negative"), said={SENTIMENT: "negative", SWITCHING: "none"})
    relevance = figures([without])["relevance"]
    assert (relevance.precision, relevance.recall, relevance.flagged, relevance.true) == (None, None, 0, 0)


def test_a_post_that_nobody_judged_is_shared_out_among_its_part():
    judged = [item("negative", "negative"), item(meant="negative"), item(meant="negative")]
    assert figures([*judged, *[item("negative", None)] * 3])["negative"].recall.value == pytest.approx(8 / (8 + 4))


def test_a_check_that_nobody_has_begun_says_nothing():
    judged = [item("negative", "negative"), item(meant="negative")]
    untouched = [item("negative", None, check="c2")] * 9
    assert figures([*judged, *untouched]) == figures(judged)


ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from(["negative", "neutral"]),
        st.sampled_from(["negative", "neutral", "positive", None]),
        probability=st.floats(0.001, 1.0),
        check=st.sampled_from(["c1", "c2"]),
        called=st.booleans(),
        counted=st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_every_interval_holds_its_estimate_and_lies_between_0_and_1(items):
    for figure in live_figures(items):
        assert (figure.precision is None) == (figure.flagged == 0)
        assert (figure.recall is None) == (figure.true == 0)
        assert figure.hits <= min(figure.flagged, figure.true)
        for estimate in filter(None, (figure.precision, figure.recall)):
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert live_figures(items) == live_figures(items)


def population(rng, size=400):
    """Posts with what the model says and what is true: precision about 0.8, recall about 0.67."""
    posts = {}
    for number in range(size):
        true = rng.random() < 0.2
        said = rng.random() < (0.67 if true else 0.04)
        unsure = not said and rng.random() < (0.3 if true else 0.1)  # called, but it waits for a person's eye
        posts[MentionId(f"x:{number}")] = (true, said, unsure)
    return posts


def looked_at(posts, week):
    candidates = [Candidate(key, said or unsure) for key, (_, said, unsure) in posts.items()]
    for one in draw(candidates, seed=f"Lumora|{week}"):
        true, said, unsure = posts[one.mention_id]
        yield item(
            "negative" if said or unsure else "neutral",
            "negative" if true else "neutral",
            called=one.called,
            probability=one.probability,
            check=str(week),
            counted=not unsure,
            kind=None,
        )


def test_over_many_draws_the_estimates_centre_on_the_truth_and_the_intervals_hold_it():
    rng = random.Random(7)
    precisions, recalls, inside = [], [], 0
    rounds = 60
    for start in range(rounds):
        weeks = [population(rng, size=rng.choice((150, 400, 800))) for _ in range(8)]
        every = [values for week in weeks for values in week.values()]
        hits = sum(true and said for true, said, _ in every)
        precision, recall = hits / sum(said for _, said, _ in every), hits / sum(true for true, _, _ in every)
        items = [one for n, week in enumerate(weeks) for one in looked_at(week, f"{start} {n}")]
        negative = figures(items)["negative"]
        precisions.append(negative.precision.value - precision)
        recalls.append(negative.recall.value - recall)
        inside += negative.recall.low <= recall <= negative.recall.high
    assert abs(sum(precisions) / rounds) < 0.02
    assert abs(sum(recalls) / rounds) < 0.04
    assert inside / rounds > 0.9


def test_a_volume_is_corrected_only_where_both_are_known():
    assert corrected(30, None) is None
    assert corrected(30, figures([])["negative"]) is None
    assert corrected(30, figures([item(meant="negative")])["negative"]) is None  # nothing flagged
    assert corrected(30, figures([item("negative")])["negative"]) is None  # nothing true
    assert corrected(0, figures([item("negative", "negative")])["negative"]) == 0
