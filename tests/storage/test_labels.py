"""What is counted of posts equals what models and people said of them, in whatever order it was said."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from domain.case import CaseKind, CaseState, Triage, Urgency, Verdict
from domain.prediction import Predictions
from domain.volume import Volume
from storage import cases, corrections, erasing, labels, mentions, summaries, tallies
from storage.tables import CaseRow, CorrectionRow, MentionRow, PredictionRow, Row, SightingRow
from tests.benchmarks.figure import wait_until
from tests.builders import NOON, author, guess, mention, predictions
from tests.storage.values import SECRET, case, seen, store

DAYS = [((NOON + timedelta(days=n)).date(), NOON + timedelta(days=n), NOON + timedelta(days=n + 1)) for n in (0, 1)]
POSTS = [mention(number=500 + n, by=author("ab"[n % 2]), posted_at=NOON + timedelta(hours=11 * n)) for n in range(3)]
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
BRANDS, CASES = ("Lumora", "Helio"), ("case1", "case2")

moods = st.sampled_from(["negative", "neutral", "positive"])
intents = st.sampled_from(["none", "leaving", "considering_joining"])
relevances = st.sampled_from([None, "about", "not_about", "spam"])
said = st.builds(
    lambda mood, intent, relevance, unsure, rival: predictions(
        mood, intent, *([guess("relevance", relevance, unsure=unsure)] if relevance else []), rival=rival
    ),
    moods, intents, relevances, st.booleans(), st.sampled_from([None, "Vidora"]),
) | st.just(Predictions(()))  # fmt: skip
posts, brands, case_ids = st.sampled_from(POSTS), st.sampled_from(BRANDS), st.sampled_from(CASES)
labelled = st.sampled_from(
    [("sentiment", "positive"), ("sentiment", "negative"), ("switching", "leaving"), ("switching", "none"),
     ("relevance", "about"), ("relevance", "not_about")]
)  # fmt: skip
changes = st.lists(
    st.one_of(
        st.tuples(st.just("store"), posts, brands, said, st.none() | case_ids, st.sampled_from(Verdict)),
        st.tuples(st.just("edit"), posts, brands, said),
        st.tuples(st.just("correct"), posts, brands, labelled),
        st.tuples(st.just("judge"), posts, brands, case_ids),
        st.tuples(st.just("dismiss"), case_ids),
        st.tuples(st.just("reopen"), case_ids),
        st.tuples(st.just("erase"), posts),
    ),
    max_size=14,
)

BAD = ("store", POSTS[0], "Lumora", predictions("negative", "leaving", rival="Vidora"), "case1", Verdict.CASE)
UNSURE = ("store", POSTS[0], "Lumora", predictions("negative", unsure=True), None)


def make(tx, what, *args):
    if what == "store":
        post, brand, words, case_id, verdict = args
        store(tx, seen(post, brand=brand, said=words, case_id=case_id, verdict=verdict))
    elif what == "dismiss":
        cases.change(tx, args[0], states=(CaseState.NEW,), state=CaseState.DISMISSED)
    elif what == "reopen" and (found := cases.get(tx, args[0])):
        cases.move(tx, found, state=CaseState.NEW)
    elif what == "erase":
        erasing.erase_posts(tx, [args[0].id], at=NOON, secret=SECRET)
        tx.execute(delete(Row.metadata.tables["tombstones"]))  # so that it may come back
    elif len(args) == 3 and mentions.get(tx, args[0].id, brand=args[1]):
        post, brand, value = args
        if what == "edit":
            mentions.update_text(tx, post, {brand: value}, at=NOON)
        elif what == "judge":
            decision = Triage(Verdict.CASE, "because", CaseKind.COMPLAINT, Urgency.LOW)
            mentions.decide(tx, post.id, decision, brand=brand, case_id=value)
        else:
            task, label = value
            corrections.add(tx, mention_id=post.id, brand=brand, task=task, label=label, by="U0MIA", at=NOON)


def by_hand(tx, brand, start, end):
    """Count the slow way, from what was said alone."""
    found: Counter[str | None] = Counter()
    dismissed = set(tx.scalars(select(CaseRow.id).where(CaseRow.state == CaseState.DISMISSED)))
    for post in tx.scalars(select(SightingRow).where(SightingRow.brand == brand, SightingRow.verdict != Verdict.OWN)):
        if not start <= post.posted_at < end:
            continue
        of_post = {"mention_id": post.mention_id, "brand": brand}
        by_model = {p.task: p for p in tx.scalars(select(PredictionRow).filter_by(current=True, **of_post))}
        by_people = {
            c.task: c.label
            for c in tx.scalars(select(CorrectionRow).filter_by(**of_post).order_by(CorrectionRow.number))
        }
        counts = {task: by_people.get(task, p.label) for task, p in by_model.items()}
        sure = "relevance" in by_people or ("relevance" in by_model and not by_model["relevance"].unsure)
        found["mentions"] += 1
        if post.case_id in dismissed or (sure and counts.get("relevance", "about") != "about"):
            found["not_us"] += 1
        elif post.verdict is Verdict.REVIEW:
            found["review"] += 1
        else:
            found[counts.get("sentiment")] += 1
            found[counts.get("switching", "").removeprefix("considering_")] += 1
    return Volume(**{name: found[name] for name in Volume.__slots__})


def columns(tx):
    kept = SightingRow.sentiment, SightingRow.switching, SightingRow.rival, SightingRow.elsewhere
    return tx.execute(
        select(SightingRow.mention_id, SightingRow.brand, *kept).order_by(*SightingRow.__table__.primary_key)
    ).all()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes)
@example(changes=[BAD, ("dismiss", "case1")])
@example(changes=[BAD, ("dismiss", "case1"), ("reopen", "case1")])
@example(changes=[("dismiss", "case1"), BAD])
@example(changes=[("dismiss", "case1"), (*UNSURE, Verdict.REVIEW), ("judge", POSTS[0], "Lumora", "case1")])
@example(changes=[BAD, ("edit", POSTS[0], "Lumora", predictions("positive"))])
@example(changes=[BAD, (*UNSURE, Verdict.BATCH)])
@example(changes=[BAD, ("correct", POSTS[0], "Lumora", ("sentiment", "positive"))])
def test_what_is_counted_is_what_was_said_whatever_happened_in_between(database, changes):
    with database.write() as tx:
        for table in (MentionRow, CaseRow):
            tx.execute(delete(table))
        for case_id in CASES:
            cases.open_case(tx, case(case_id))
    for change in changes:
        with database.write() as tx:
            make(tx, *change)
    with database.write() as tx:
        for brand in BRANDS:
            days = tallies.by_day(tx, brand=brand, days=DAYS)
            for day, start, end in DAYS:
                expected = by_hand(tx, brand, start, end)
                assert summaries.volume(tx, brand=brand, start=start, end=end) == expected
                assert Volume.of(t for t in days if t.day == day) == expected
        kept = columns(tx)
        tx.execute(update(SightingRow).values(sentiment="x", switching="x", rival="x", elsewhere=True))
        labels.settle_where(tx)
        assert columns(tx) == kept


def waits(database):
    with database.read() as tx:
        return tx.scalar(WAITING)


def test_what_two_say_at_the_same_time_counts_both(database):
    post = POSTS[0]

    def correct():
        with database.write() as tx:
            corrections.add(
                tx, mention_id=post.id, brand="Lumora", task="sentiment", label="positive", by="U0MIA", at=NOON
            )

    with database.write() as tx:
        store(tx, seen(post, said=predictions("negative", "none")))
    with ThreadPoolExecutor(1) as pool:
        with database.write() as tx:
            mentions.update_text(tx, post, {"Lumora": predictions("negative", "leaving")}, at=NOON)
            corrected = pool.submit(correct)
            if tx.get_bind().dialect.name == "postgresql":
                wait_until(lambda: waits(database), seconds=10, what="waiting for the first")
        corrected.result()
    with database.read() as tx:
        ((*_, sentiment, switching, _rival, _elsewhere),) = columns(tx)
    assert (sentiment, switching) == ("positive", "leaving")
