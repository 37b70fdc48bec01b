"""Stored posts are asked for again on the platform's schedule, and what is not paid for or too old is erased."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.rendering import rendered
from domain.compliance import TOO_OLD, Rechecked
from domain.errors import PlatformError
from domain.mention import Context, Removal
from flows.alerting import post_pending
from flows.compliance import compliance
from flows.ingest import ingest
from flows.rechecking import recheck_due, stream_of
from flows.responding import Click, claim
from flows.retention import erase_aged
from storage import audit, cases, contexts, mentions, outcomes, rechecks, streams
from tests.builders import MIA, NOON, author, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword


@dataclass
class Asked:
    """Implements Recheck by a script of answers; an empty script says that all is well."""

    answers: list[Any] = field(default_factory=list)
    limit: int = 100
    price: Decimal | None = None
    calls: list[Any] = field(default_factory=list)

    def affordable(self, budget_usd):
        return None if self.price is None else int(budget_usd / self.price)

    def __call__(self, ids, *, job=None, budget_usd=Decimal(0)):
        self.calls.append((list(ids), job, budget_usd))
        answer = self.answers.pop(0) if self.answers else Rechecked(checked=tuple(ids))
        if isinstance(answer, Exception):
            raise answer
        return answer(ids) if callable(answer) else answer


@pytest.fixture
def go(house):
    def go(asked, **changes):
        return recheck_due(rechecks={"x": asked}, classify=by_keyword, house=replace(house, **changes))

    return go


def texts(house):
    with house.database.read() as tx:
        return sorted(one.mention.text for one in mentions.search(tx, "lumora", limit=99))


def told(house, slack, pace):
    post_pending(post=slack, pace=pace, house=house)
    return [notice.text for notice in slack.shown("C0OPS")]


def test_nothing_is_asked_before_three_quarters_of_the_day_and_what_waits_half_goes_along(take, go, clock):
    first, second, third = (mention(number=n) for n in (1, 2, 3))
    take(first)
    clock.advance(hours=6)
    take(second)
    clock.advance(hours=6)
    take(third)
    asked = Asked()
    go(asked)
    assert asked.calls == []
    clock.advance(hours=6, seconds=1)
    assert go(asked).asked == 2
    assert [ids for ids, _, _ in asked.calls] == [[first.id, second.id]]
    go(asked)
    assert len(asked.calls) == 1
    clock.advance(hours=12)
    assert go(asked).asked == 1  # the third; and the others a day after they were asked for
    clock.advance(hours=6, seconds=1)
    assert go(asked).asked == 2


def test_what_is_gone_is_removed_and_what_was_edited_is_classified_anew(take, go, house, clock):
    gone, edited = mention("Lumora is down", number=1), mention("Lumora is awful", number=2, by=author("bo"))
    take(gone, edited)
    clock.advance(hours=20)
    newer = replace(edited, text="I love Lumora", edited_at=clock(), author=author("", user_id="id-bo"))
    ids = (gone.id, edited.id)
    answer = Rechecked(checked=ids, present=(newer,), removals=(Removal(gone.id, clock()),))
    report = go(Asked([answer]))
    assert (report.asked, report.removed, report.edited) == (2, 1, 1)
    assert texts(house) == ["I love Lumora"]
    with house.database.read() as tx:
        seen = mentions.get(tx, edited.id, brand="Lumora")
    assert (seen.mention.author.handle, seen.predictions.items[0].label) == ("bo", "positive")
    (platform,) = compliance(listening=["x"], house=house)
    assert (platform.posts, platform.removals, platform.overdue) == (1, 1, 0)
    assert platform.checked_last == clock()


def test_a_job_is_carried_on_after_a_restart_with_the_posts_that_are_left(take, go, house, clock):
    posts = [mention(number=n) for n in (1, 2, 3)]
    take(*posts)
    clock.advance(hours=20)
    asked = Asked([Rechecked(job="77"), Rechecked(job="77")])
    go(asked)
    go(asked)
    take(removals=(Removal("x:2", clock()),))
    after_a_restart = Asked([lambda ids: Rechecked(checked=tuple(ids), removals=(Removal("x:3", clock()),))])
    assert go(after_a_restart).removed == 1
    assert [(len(ids), job) for ids, job, _ in asked.calls] == [(3, None), (3, "77")]
    assert after_a_restart.calls[0][:2] == (["x:1", "x:3"], "77")
    with house.database.read() as tx:
        assert rechecks.job(tx, "x") is None


def test_a_lost_job_is_begun_anew(take, go, clock):
    take(mention(number=1))
    clock.advance(hours=20)
    asked = Asked([Rechecked(job="77"), Rechecked(lost=True)])
    for _ in range(3):
        go(asked)
    assert [job for _, job, _ in asked.calls] == [None, "77", None]


def test_a_failure_is_told_once_and_keeps_the_job(take, go, house, slack, pace, clock):
    take(mention(number=1))
    clock.advance(hours=20)
    asked = Asked([Rechecked(job="77"), *[PlatformError("X says 503.", platform="x")] * 2])
    for _ in range(4):
        go(asked)
    assert [job for _, job, _ in asked.calls] == [None, "77", "77", "77"]
    assert told(house, slack, pace) == ["Stored posts of x cannot be asked for: X says 503."]


def test_looking_up_stays_within_the_days_budget(take, go, house, clock):
    take(*(mention(number=n) for n in (1, 2, 3)))
    clock.advance(hours=20)
    asked = Asked([lambda ids: Rechecked(checked=tuple(ids[:2]), cost_usd=Decimal("0.010"), no_jobs="403")])
    asked.answers.append(Rechecked(no_jobs="403"))
    go(asked, recheck_usd={"x": Decimal("0.012")})
    assert [budget for _, _, budget in asked.calls] == [Decimal("0.012"), Decimal("0.002")]
    with house.database.read() as tx:
        assert streams.spent(tx, stream_of("x"), day=clock().date()).stream == Decimal("0.010")


def test_where_jobs_are_refused_the_operators_are_warned_before_retention_shrinks(take, go, house, slack, pace, clock):
    posts = [mention(f"Lumora number{n}", number=n, posted_at=NOON + timedelta(minutes=n)) for n in (1, 2, 3)]
    take(*posts)
    clock.advance(hours=20)
    paying = replace(house, recheck_usd={"x": Decimal("0.006")})
    refused = Rechecked(no_jobs="X says 403.")
    asked = Asked([refused, refused], price=Decimal("0.005"))
    go(asked, recheck_usd=paying.recheck_usd)
    clock.advance(hours=5)
    go(asked, recheck_usd=paying.recheck_usd)
    (notice,) = told(house, slack, pace)
    assert "takes no compliance jobs from us: X says 403." in notice
    assert "[recheck] x = 0.006 USD a day. From 24 hours from now on" in notice
    assert erase_aged(house=paying, asking={"x": asked}) == {}
    clock.advance(hours=20)
    assert erase_aged(house=paying, asking={"x": asked}) == {"x": 2}
    assert texts(house) == ["Lumora number3"]  # the latest, which the budget pays for


def test_once_the_days_budget_is_spent_not_even_the_latest_posts_stay_longer_than_a_day(take, go, house, clock):
    take(mention("Lumora", number=1))
    paying = replace(house, recheck_usd={"x": Decimal("0.005")})
    asked = Asked([Rechecked(no_jobs="403")], price=Decimal("0.005"))
    clock.advance(hours=20)
    go(asked, recheck_usd=paying.recheck_usd)
    clock.advance(hours=25)
    assert erase_aged(house=paying, asking={"x": asked}) == {}  # today's money may still look it up
    with house.database.write() as tx:
        streams.charge(tx, stream_of("x"), Decimal("0.005"), day=clock().date())
    assert erase_aged(house=paying, asking={"x": asked}) == {"x": 1}


def test_no_job_is_refused_any_more_and_nothing_is_erased(take, go, house, clock):
    take(mention(number=1))
    clock.advance(hours=20)
    asked = Asked([Rechecked(no_jobs="403"), Rechecked(job="77")], price=Decimal("0.005"))
    go(asked)
    go(asked)
    clock.advance(days=2)
    assert erase_aged(house=house, asking={"x": asked}) == {}


def test_posts_go_after_their_days_and_their_outcomes_stay(take, house, slack, pace, clock):
    old, young = mention(number=1, posted_at=NOON), mention(number=2, by=author("bo"), posted_at=NOON)
    repost = mention("RT", number=3, by=author("ann"), repost_of=old.id, posted_at=NOON + timedelta(days=9))
    take(old)
    told(house, slack, pace)
    with house.database.read() as tx:
        case_id = mentions.case_ids(tx, [old.id], brand="Lumora")[old.id]
        facts = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(hours=1))
    claim(Click(case_id, MIA), house=house)
    clock.advance(days=9)
    take(replace(young, posted_at=clock()), repost)
    keeping = replace(house, retention_days={"x": 10})
    assert erase_aged(house=keeping, asking={}) == {}
    clock.advance(days=1, hours=1)
    assert erase_aged(house=keeping, asking={}) == {"x": 1}
    assert erase_aged(house=keeping, asking={}) == {}
    with house.database.read() as tx:
        assert mentions.brands_of(tx, old.id) == []
        assert mentions.brands_of(tx, repost.id) == ["Lumora"]
        file = cases.file(tx, case_id, value_band=house.band)
        kept = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(hours=1))
        assert audit.verify(tx, secret=house.secret) == []
        (entry,) = audit.entries(tx, subject="x", limit=9)
    assert kept == facts
    assert (entry.action, entry.detail) == ("retention", "1 posts, 1 cases emptied")
    assert file.history[-1].action == TOO_OLD
    text, blocks = rendered(file, clock())
    assert "too old to be kept" in str([block.to_dict() for block in blocks])
    assert "author removed" not in text
    assert take(old).filed.new == 0
    again = mention("RT", number=4, by=author("cy"), repost_of=old.id, posted_at=clock())
    assert take(again).filed.new == 1


def test_a_rule_shortens_what_no_setting_says(house, clock):
    post = mention(number=1, by=author(platform="youtube"))
    ingest(stream(platform="youtube"), poll=Scripted(batch(post)), classify=by_keyword, house=house)
    clock.advance(days=29)
    assert erase_aged(house=house, asking={}) == {}
    clock.advance(days=2)
    assert erase_aged(house=house, asking={}) == {"youtube": 1}


def test_retention_stops_when_its_time_is_over_and_goes_on_in_the_next_round(take, house, clock):
    take(mention(number=1, posted_at=NOON))
    clock.advance(days=3)
    keeping, moments = replace(house, retention_days={"x": 1}), iter([0.0])
    assert erase_aged(house=keeping, asking={}, seconds=1, monotonic=lambda: next(moments, 5.0)) == {}
    assert erase_aged(house=keeping, asking={}) == {"x": 1}


def test_what_a_post_answers_leaves_in_time_for_it_is_not_asked_for_again(take, house, clock):
    parent = mention("When will it be mended?", by=author("kim"))
    answer = mention("Lumora is awful", reply_to=parent.id, context=Context(parent.author, parent.text))
    take(answer)
    clock.advance(hours=23)
    erase_aged(house=house, asking={})
    with house.database.read() as tx:
        assert contexts.answered(tx, [answer])[answer.id].text == parent.text
    clock.advance(hours=2)
    erase_aged(house=house, asking={})
    with house.database.read() as tx:
        assert contexts.answered(tx, [answer]) == {}
        assert mentions.get(tx, answer.id, brand="Lumora") is not None
