from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text as sql

from domain.case import Verdict
from domain.errors import StorageError
from domain.mention import MentionId
from domain.prediction import Prediction, Predictions
from storage import cases, mentions
from storage.column_types import storable
from tests.builders import NOON, author, ids, mention, predictions
from tests.hostile import HOSTILE
from tests.storage.values import SECRET, case, seen, store


def test_a_post_comes_back_as_it_was_stored(database):
    whole = seen(
        mention(
            "Größe ist nicht alles 🙃",
            by=author("Zoë", followers=3_000_000_000, verified=True, url="https://x.com/zoe"),
            reply_to=MentionId("x:7"),
            repost_of=MentionId("x:8"),
            language="de",
            edited_at=NOON + timedelta(minutes=5),
            summons=("lumora", "Zoë"),
        ),
        case_id="case1",
        said=Predictions(
            (
                Prediction("complaint", "none", 0.9, False, "m1"),
                Prediction("relevance", "about", 0.9, False, "m1", reasons=()),
                Prediction(
                    "sentiment",
                    "negative",
                    0.75,
                    False,
                    "m1",
                    None,
                    {"negative": 0.75, "neutral": 0.25},
                    ("Größe", "🙃"),
                ),
            ),
            language="de",
            language_supported=False,
        ),
    )
    with database.write() as tx:
        store(tx, whole)
        cases.open_case(tx, case("case1"))
    with database.read() as tx:
        assert mentions.of_case(tx, "case1") == [whole]


def test_whatever_a_reason_quotes_can_be_stored(database):
    with database.write() as tx:
        store(tx, seen(said=predictions(reasons=tuple(HOSTILE))))
        (found,) = mentions.of_authors(tx, ["x:id-jane"], limit=1)
    assert found.predictions.of("switching").reasons == tuple(map(storable, HOSTILE))


def test_an_edit_takes_the_reasons_of_the_old_text_away(database):
    post = mention("they closed my account")
    with database.write() as tx:
        store(tx, seen(post, said=predictions("negative", "leaving", reasons=("closed my account",))))
        mentions.update_text(tx, replace(post, text="all is well"), {"Lumora": predictions()}, at=NOON)
        (found,) = mentions.of_authors(tx, [post.author.key], limit=1)
        assert found.predictions.of("switching").reasons is None
        assert "closed" not in str(tx.execute(sql("SELECT * FROM predictions")).all())


def test_moments_come_back_aware_in_utc(database):
    there = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with database.write() as tx:
        store(tx, seen(mention(posted_at=there), verdict=Verdict.OWN))
        (found,) = mentions.of_authors(tx, ["x:id-jane"], limit=1)
    assert found.mention.posted_at == there
    assert found.mention.posted_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database):
    with pytest.raises(StorageError, match="no time zone"), database.write() as tx:
        store(tx, seen(mention(posted_at=NOON.replace(tzinfo=None))))
    with database.read() as tx:
        assert mentions.of_authors(tx, ["x:id-jane"], limit=1) == []


def test_unseen_drops_what_is_stored_and_repeats_and_keeps_the_order(database):
    posts = [mention(number=n) for n in (3, 1, 2)]
    with database.write() as tx:
        store(tx, seen(posts[1]))
        fresh = mentions.unseen(tx, [*posts, posts[0]], brand="Lumora", secret=SECRET)
    assert ids(fresh) == ["x:3", "x:2"]


def test_unseen_is_asked_brand_by_brand(database):
    post = mention()
    with database.write() as tx:
        store(tx, seen(post))
        assert mentions.unseen(tx, [post], brand="Lumora", secret=SECRET) == []
        assert mentions.unseen(tx, [post], brand="Helio", secret=SECRET) == [post]
        store(tx, seen(post, brand="Helio"))
        assert mentions.brands_of(tx, post.id) == ["Helio", "Lumora"]


def test_unseen_takes_more_posts_than_one_statement_holds(database):
    posts = [mention(number=n) for n in range(1, 1201)]
    with database.write() as tx:
        store(tx, *(seen(p) for p in posts[:1100]))
        assert ids(mentions.unseen(tx, posts, brand="Lumora", secret=SECRET)) == [f"x:{n}" for n in range(1101, 1201)]


def test_storing_again_changes_neither_text_nor_decision_but_the_author(database):
    post = mention("as it was", by=author("jane", followers=1))
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(tx, seen(post, case_id="case1"))
        later = replace(post, text="otherwise", author=replace(post.author, handle="janet", followers=2))
        store(tx, seen(later, verdict=Verdict.REVIEW, said=predictions("negative")), at=NOON + timedelta(hours=1))
        (found,) = mentions.of_case(tx, "case1")
    assert found.mention.text == "as it was"
    assert found.triage.verdict is Verdict.CASE
    assert (found.mention.author.handle, found.mention.author.followers) == ("janet", 2)


def test_what_another_model_says_later_counts(database):
    post = mention()
    newer = Predictions((Prediction("sentiment", "positive", 0.6, False, "newer model"),), language="en")
    with database.write() as tx:
        store(tx, seen(post))
        store(tx, seen(post, said=newer))
        (found,) = mentions.of_authors(tx, [post.author.key], limit=5)
    assert found.predictions.items == newer.items


def test_edited_names_stored_posts_whose_text_has_changed(database):
    same, changed, unknown = mention("same", number=1), mention("before", number=2), mention(number=3)
    with database.write() as tx:
        store(tx, seen(same), seen(changed))
        now = [same, replace(changed, text="after"), unknown]
        assert ids(mentions.edited(tx, now)) == ["x:2"]


def test_an_edit_replaces_text_and_predictions_and_nothing_else(database):
    post = mention("before")
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(tx, seen(post, case_id="case1"))
        store(tx, seen(post, brand="Helio"))
        after, at = replace(post, text="after"), NOON + timedelta(minutes=3)
        mentions.update_text(tx, after, {"Lumora": predictions("negative")}, at=at)
        ours, theirs = mentions.of_case(tx, "case1")[0], mentions.of_authors(tx, [post.author.key], limit=2)
        assert mentions.search(tx, "before") == []
        assert len(mentions.search(tx, "after")) == 2
    assert (ours.mention.text, ours.mention.edited_at) == ("after", at)
    assert ours.predictions == predictions("negative")
    assert ours.triage.verdict is Verdict.CASE
    assert {s.predictions.of("sentiment").label for s in theirs if s.brand == "Helio"} == {"neutral"}


def test_an_edit_is_known_by_its_time_even_where_the_platform_tells_no_other(database):
    first = mention("before")
    later = replace(first, text="after", posted_at=NOON + timedelta(hours=1))
    with database.write() as tx:
        store(tx, seen(first))
        mentions.update_text(tx, later, {}, at=NOON + timedelta(hours=2))
        again = replace(first, text="again", posted_at=NOON + timedelta(hours=3))
        assert mentions.edited(tx, [again]) == [again]
        assert mentions.edited(tx, [first]) == []


def test_text_that_no_database_takes_is_made_storable_once(database):
    cut = mention("half a smile \ud83d and a \0")
    with database.write() as tx:
        store(tx, seen(cut))
        assert mentions.edited(tx, [cut]) == []
        (found,) = mentions.search(tx, "smile")
    assert found.mention.text == "half a smile ? and a \ufffd"


def test_case_ids_and_own_replies_are_found_by_the_posts_they_concern(database):
    asked = mention(number=1)
    reply = mention("we are on it", number=2, by=author("lumora"), reply_to=asked.id)
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(tx, seen(asked, case_id="case1"), seen(reply, verdict=Verdict.OWN), seen(mention(number=3)))
        assert mentions.case_ids(tx, [asked.id, reply.id], brand="Lumora") == {asked.id: "case1"}
        assert mentions.case_ids(tx, [asked.id], brand="Helio") == {}
        assert mentions.own_replies(tx, [asked.id], brand="Lumora") == [reply]
        assert mentions.own_replies(tx, [asked.id], brand="Helio") == []


def test_posts_of_an_author_come_newest_first(database):
    posts = [mention(number=n, posted_at=NOON + timedelta(minutes=m)) for n, m in ((1, 5), (2, 9), (3, 7))]
    with database.write() as tx:
        store(tx, *(seen(p) for p in posts))
        found = mentions.of_authors(tx, ["x:id-jane", "x:nobody"], limit=2)
    assert [s.mention.id for s in found] == ["x:2", "x:3"]


def test_a_post_of_a_case_that_is_never_opened_is_refused(database):
    with pytest.raises(StorageError, match="refused a row"), database.write() as tx:
        store(tx, seen(case_id="never opened"))
