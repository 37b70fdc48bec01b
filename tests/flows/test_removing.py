"""A post that its author deletes leaves every message and every state of its case; facts and verdicts stay."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.views.card import card_blocks
from bot.views.digest import digest_blocks
from domain.case import OPEN_STATES, CaseState
from domain.mention import Context, Removal
from domain.message import MessageKind
from flows.alerting import post_pending, update_changed
from flows.batching import enqueue_batches
from flows.blind_checks import enqueue_due_checks
from flows.digests import enqueue_due_digests
from flows.responding import Click, claim, not_us, resolve
from storage import audit, cases, mentions, outcomes
from tests.bot.validation import texts
from tests.builders import MIA, NOON, author, mention


@pytest.fixture
def post_all(slack, pace, house):
    def post_all():
        post_pending(post=slack, pace=pace, house=house)
        update_changed(post=slack, house=house)

    return post_all


def case_id_of(house, post):
    with house.database.read() as tx:
        return mentions.case_ids(tx, [post.id], brand="Lumora")[post.id]


def remove(take, post):
    return take(removals=(Removal(post.id, NOON),))


def answered(take, post, _click, _house):
    take(mention("sorry", by=author("lumora"), reply_to=post.id, posted_at=NOON + timedelta(minutes=5)))


LIVES: dict[CaseState, Callable[..., object]] = {
    CaseState.NEW: lambda *_: None,
    CaseState.CLAIMED: lambda _take, _post, click, house: claim(click, house=house),
    CaseState.ANSWERED: answered,
    CaseState.RESOLVED: lambda _take, _post, click, house: resolve(click, house=house),
    CaseState.DISMISSED: lambda _take, _post, click, house: not_us(click, house=house),
}


@pytest.mark.parametrize("state", LIVES)
def test_a_card_in_any_state_turns_to_removed_with_its_text_and_buttons_gone(
    state, take, house, slack, post_all, clock
):
    post = mention("awful xylocanary")
    take(post)
    post_all()
    case_id = case_id_of(house, post)
    LIVES[state](take, post, Click(case_id, MIA), house)
    with house.database.read() as tx:
        before = cases.get(tx, case_id)
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(hours=1))
    assert before.state is state
    clock.advance(minutes=10)
    remove(take, post)
    post_all()
    (file,) = slack.shown()
    blocks = [block.to_dict() for block in card_blocks(file, now=clock())]
    shown = " ".join(texts(blocks))
    assert "*Removed by its author*" in shown
    assert "xylocanary" not in shown
    assert "jane" not in shown
    assert not [block for block in blocks if block["type"] == "actions"]
    assert ("Answered" in shown) == (state is CaseState.ANSWERED)
    assert file.history[-1].action == "removed by its author"
    assert file.case.closed_at == (clock() if state in {*OPEN_STATES, CaseState.ANSWERED} else before.closed_at)
    with house.database.read() as tx:
        assert outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(hours=1)) == [fact]
        assert audit.verify(tx, secret=house.secret) == []


def test_of_several_posts_of_a_case_only_the_deleted_one_vanishes(take, house, slack, post_all):
    first = mention("awful xylocanary", number=1)
    second = mention("still down", number=2, thread_id=first.thread_id)
    take(first, second)
    post_all()
    remove(take, first)
    post_all()
    (file,) = slack.shown()
    assert (file.case.state, [seen.mention.id for seen in file.mentions]) == (CaseState.NEW, [second.id])
    assert "xylocanary" not in repr(file)


def test_what_a_post_answers_vanishes_from_its_card_and_comes_back_with_no_later_answer(take, house, slack, post_all):
    parent = mention(number=1, by=author("ann"))
    context = Context(author("ann"), "which app? xylocanary")
    take(mention("awful", number=2, reply_to=parent.id, context=context))
    post_all()
    assert "in reply to @ann: “which app? xylocanary”" in on_the_card(slack)
    assert not remove(take, parent).removed, "it was never stored as a post"
    take(mention("awful as well", number=3, reply_to=parent.id, context=context))
    post_all()
    assert all("xylocanary" not in repr(file) for file in slack.shown())
    assert "in reply" not in on_the_card(slack)


def on_the_card(slack):
    """Return the words of the first card, as it is shown now."""
    return " ".join(texts([block.to_dict() for block in card_blocks(slack.shown()[0], now=NOON)]))


def test_the_lines_the_digest_and_the_blind_check_lose_it_too(take, house, slack, post_all, clock):
    clock.advance(days=-2)  # Monday noon
    quoted = mention("awful xylocanary", posted_at=clock())
    quiet = mention("xylocanary tv", posted_at=clock(), by=author("quiet"))
    doubtful = mention("maybe down xylocanary", posted_at=clock(), by=author("doubtful"))
    take(quoted, quiet, doubtful)
    clock.advance(days=7)
    enqueue_batches(house=house, period=timedelta(hours=1))
    enqueue_due_checks(house=house)
    clock.advance(days=-6)
    enqueue_due_digests(house=house)
    post_all()
    kinds = {key.partition(":")[0] for channel in slack.channels for key in slack.keys(channel)}
    assert {
        MessageKind.CARD,
        MessageKind.BATCH,
        MessageKind.REVIEW,
        MessageKind.BLIND_CHECK,
        MessageKind.DIGEST,
    } <= kinds
    everything = [content for channel in slack.channels for content in slack.shown(channel)]
    assert sum("xylocanary" in repr(content) for content in everything) == 4
    for post in (quoted, quiet, doubtful):
        assert remove(take, post).removed == 1
    post_all()
    everything = [content for channel in slack.channels for content in slack.shown(channel)]
    assert [content for content in everything if "xylocanary" in repr(content)] == []
    digests = slack.shown("C0LEADERS")
    assert "xylocanary" not in " ".join(texts([block.to_dict() for block in digest_blocks(digests[0])]))


def test_a_repost_of_a_deleted_post_quotes_it_and_goes_with_it(take, house):
    post = mention("Lumora is xylocanary")
    copy = mention("RT @jane: Lumora is xylocanary", by=author("ann"), repost_of=post.id)
    take(post, copy)
    remove(take, post)
    with house.database.read() as tx:
        assert mentions.search(tx, "xylocanary") == []
    assert take(copy).filed.new == 0
    assert take(mention("RT @jane: Lumora is xylocanary", by=author("bob"), repost_of=post.id)).filed.new == 0
