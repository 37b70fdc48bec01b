"""What a post answers is kept beside it, and goes with its post, its author or its last answer."""

from datetime import timedelta

from sqlalchemy import text

from domain.mention import Context
from storage import cases, contexts, erasing, messages
from tests.builders import NOON, author, mention
from tests.storage.values import SECRET, case, message, seen, store

CANARY = "xylocanary"
ANN = author("ann")


def answer(parent, *, number=2, says=f"{CANARY}: which app?", **changes):
    return mention(number=number, reply_to=parent.id, context=Context(ANN, says), **changes)


def erase(database, *ids):
    with database.write() as tx:
        erasing.erase_posts(tx, list(ids), at=NOON, secret=SECRET)


def kept(database):
    with database.read() as tx:
        return tx.execute(text("SELECT id, author_key, handle, text FROM contexts ORDER BY id")).all()


def open_with_card(tx, post):
    cases.open_case(tx, case("case1"))
    store(tx, seen(post, case_id="case1"))
    messages.enqueue(tx, message("card:case1"))
    messages.add_mentions(tx, "card:case1", [post.id], brand="Lumora")


def card_of(database):
    with database.read() as tx:
        return cases.file(tx, "case1", value_band=str), messages.get(tx, "card:case1").revision


def test_the_card_of_an_answer_knows_what_it_answers(database):
    parent = mention(number=1, by=ANN)
    with database.write() as tx:
        open_with_card(tx, answer(parent))
    file, _ = card_of(database)
    assert (file.context.author.handle, file.context.text) == ("ann", f"{CANARY}: which app?")


def test_a_parent_that_is_stored_itself_needs_no_context(database):
    parent = mention("Which app?", number=1, by=ANN)
    with database.write() as tx:
        store(tx, seen(parent))
        open_with_card(tx, mention(number=2, reply_to=parent.id))
    file, _ = card_of(database)
    assert (file.context.author.handle, file.context.text) == ("ann", "Which app?")
    assert kept(database) == []


def test_a_parent_that_is_gone_leaves_the_card_and_never_comes_back(database):
    parent = mention(number=1, by=ANN)
    with database.write() as tx:
        open_with_card(tx, answer(parent))
    _, before = card_of(database)
    erase(database, parent.id)
    file, after = card_of(database)
    assert (file.context, len(file.mentions)) == (None, 1)
    assert after > before, "the card is drawn anew"
    with database.write() as tx:
        store(tx, seen(answer(parent, number=3)))
    assert kept(database) == [], "out of order as well"


def test_a_context_goes_with_the_last_answer(database):
    parent = mention(number=1, by=ANN)
    with database.write() as tx:
        store(tx, seen(answer(parent)), seen(answer(parent, number=3)))
    assert len(kept(database)) == 1
    erase(database, answer(parent).id)
    assert len(kept(database)) == 1
    erase(database, answer(parent, number=3).id)
    assert kept(database) == []


def test_a_later_look_brings_a_context_up_to_date(database):
    parent = mention(number=1, by=ANN)
    with database.write() as tx:
        store(tx, seen(answer(parent)))
        store(tx, seen(answer(parent, number=3, says="Which app, please?")), at=NOON + timedelta(hours=1))
    assert [row.text for row in kept(database)] == ["Which app, please?"]


def test_an_author_of_whom_only_a_context_is_kept_is_forgotten_too(database):
    parent = mention(number=1, by=ANN)
    with database.write() as tx:
        open_with_card(tx, answer(parent))
        erasing.erase_posts(tx, contexts.of_authors(tx, [ANN.key]), at=NOON, secret=SECRET)
    file, _ = card_of(database)
    assert file.context is None
    assert kept(database) == []
