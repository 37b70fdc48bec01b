import json
import random
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.views.blind_check import blind_step_blocks, blind_step_text
from crm.blind_checks import CALLING
from crm.blind_checks import draw as pure_draw
from domain.blind_check import BlindCheck, BlindPost, BlindRest
from domain.errors import Refused
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING
from flows.alerting import post_pending, update_changed
from flows.blind_checks import HOLD, Press, answer, begin, enqueue_due_checks, skip
from flows.digest import digest
from flows.ingest import ingest
from flows.removing import remove
from flows.reporting import health
from flows.responding import Click, not_us, reopen
from storage import audit, blind_checks, cases, corrections
from storage.tables import AuditRow, BlindAnswerRow, BlindItemRow
from tests.builders import ADA, BEN, GUS, LEO, MIA, author, brand, mention, predictions, stream
from tests.flows.fakes import Scripted, batch

SUNDAY = datetime(2026, 3, 8, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 7, tzinfo=UTC)  # 08:00 in Berlin, the digest's hour
GONE = "is gone, or somebody else judges it"


def posts(*texts):
    return [
        mention(text, number=9000 + n, by=author(f"a{n}"), posted_at=SUNDAY - timedelta(minutes=n))
        for n, text in enumerate(texts, 1)
    ]


def draw(house, slack, pace):
    """Post whatever is due, and return the check that the channel shows."""
    enqueue_due_checks(house=house)
    post_pending(post=slack, pace=pace, house=house)
    return shown(slack)


def shown(slack):
    (check,) = [content for content in slack.shown() if isinstance(content, BlindCheck)]
    return check


@pytest.fixture
def check(take, house, clock, slack, pace):
    """A check of four posts: two that the model called, two that it did not."""
    clock.now = SUNDAY
    take(*posts("Lumora is down", "maybe I cancel", "I watch Lumora", "I love Lumora"))
    clock.now = MONDAY
    return draw(house, slack, pace)


def judge(post, house, *, person=MIA, about="about", sentiment="neutral", switching="none"):
    """Answer until another post is asked of."""
    step, labels = post, {RELEVANCE: about, SENTIMENT: sentiment, SWITCHING: switching}
    while isinstance(step, BlindPost) and step.item == post.item:
        step = answer(Press(step.item, person), task=step.task, label=labels[step.task], house=house)
    return step


def answers(house):
    with house.database.read() as tx:
        return sorted((a.item, a.task, a.label, a.by) for a in tx.query(BlindAnswerRow))


# When and what


def test_a_check_is_drawn_on_monday_at_the_digests_hour_and_once_a_week(take, house, clock, slack, pace):
    clock.now = SUNDAY
    take(*posts("Lumora is down", "I love Lumora"))
    clock.now = MONDAY - timedelta(minutes=1)
    assert enqueue_due_checks(house=house) == 0
    clock.now = MONDAY
    assert enqueue_due_checks(house=house) == 1
    for hours in (0, 1, 100, 166):
        clock.now = MONDAY + timedelta(hours=hours)
        assert enqueue_due_checks(house=house) == 0
    assert draw(house, slack, pace).total == 2
    clock.now = MONDAY + timedelta(days=7)
    assert enqueue_due_checks(house=house) == 0  # nobody wrote in that week
    assert len(slack.shown()) == 2  # the check, and the card of the complaint


def test_after_downtime_the_check_comes_late_of_the_same_seven_days(take, house, clock, slack, pace):
    clock.now = MONDAY + timedelta(days=2)
    late = mention("Lumora is awful", by=author("late"), posted_at=MONDAY + timedelta(minutes=1))
    old = mention("Lumora is awful", by=author("old"), posted_at=MONDAY - timedelta(days=7, minutes=1))
    take(*posts("Lumora is down"), late, old)
    check = draw(house, slack, pace)
    assert (check.total, check.week.isoformat()) == (1, "2026-03-09")


def test_an_empty_week_has_no_message_and_what_comes_later_changes_nothing(take, house, clock):
    clock.now = MONDAY
    assert enqueue_due_checks(house=house) == 0
    take(*posts("Lumora is down"))
    assert enqueue_due_checks(house=house) == 0
    with house.database.read() as tx:
        assert blind_checks.is_drawn(tx, brand="Lumora", week=MONDAY.date())


def test_our_own_posts_reposts_bots_and_strange_languages_are_never_drawn(take, house, clock, slack, pace):
    clock.now = SUNDAY
    at = {"posted_at": SUNDAY}
    good = mention("I watch Lumora", **at)
    take(
        good,
        mention("we are Lumora", by=author("lumora"), **at),
        mention("Lumora is down", by=author("r"), repost_of=good.id, **at),
        mention("Lumora is down", by=author("b", automated=True), **at),
        mention("Lumora unsupported", by=author("u"), **at),
    )
    clock.now = MONDAY
    assert draw(house, slack, pace).total == 1
    step = begin(shown(slack).id, person=MIA, house=house)
    assert step.mention.id == good.id


def test_twenty_are_drawn_half_of_them_called_and_each_keeps_its_probability(take, house, clock, slack, pace):
    clock.now = SUNDAY
    take(*posts(*["Lumora is down"] * 25, *["maybe I cancel Lumora"] * 15, *["I watch Lumora"] * 100))
    clock.now = MONDAY
    assert draw(house, slack, pace).total == 20
    with house.database.read() as tx:
        drawn = blind_checks.items(tx, brand="Lumora", since=MONDAY.date(), at=MONDAY)
    assert sorted((i.called, i.probability) for i in drawn) == [(False, 0.1)] * 10 + [(True, 0.25)] * 10
    assert {i.counted for i in drawn if i.said[SWITCHING] == "leaving"} <= {False}  # unsure: a person's eye


def test_the_model_is_judged_by_what_it_said_and_not_by_what_people_corrected(take, house, clock, slack, pace):
    clock.now = SUNDAY
    (post,) = posts("Lumora is down")
    take(post)
    with house.database.write() as tx:
        corrections.add(
            tx, mention_id=post.id, brand="Lumora", task=SENTIMENT, label="positive", by=MIA.user_id, at=SUNDAY
        )
    clock.now = MONDAY
    draw(house, slack, pace)
    with house.database.read() as tx:
        (item,) = blind_checks.items(tx, brand="Lumora", since=MONDAY.date(), at=MONDAY)
    assert item.said[SENTIMENT] == "negative"


def test_the_same_week_draws_the_same_in_another_run(take, house, clock):
    clock.now = SUNDAY
    take(*posts(*["Lumora is down"] * 15, *["I watch Lumora"] * 30))
    with house.database.read() as tx:
        found = blind_checks.candidates(
            tx, brand="Lumora", start=MONDAY - timedelta(days=7), end=MONDAY, calling=CALLING
        )
    clock.now = MONDAY + timedelta(hours=5)
    enqueue_due_checks(house=house)
    with house.database.read() as tx:
        stored = [row.mention_id for row in tx.query(BlindItemRow).order_by(BlindItemRow.place)]
    assert stored == [one.mention_id for one in pure_draw(found, seed="Lumora|2026-03-09")]


def test_of_many_processes_that_draw_at_once_one_does(take, house, clock):
    clock.now = SUNDAY
    take(*posts("Lumora is down", "I love Lumora"))
    clock.now = MONDAY
    start, queued = threading.Barrier(6), []

    def run():
        start.wait()
        queued.append(enqueue_due_checks(house=house))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queued) == [0, 0, 0, 0, 0, 1]
    with house.database.read() as tx:
        assert tx.query(BlindItemRow).count() == 2


# Blind


def test_nothing_that_the_model_said_is_in_any_block(house, clock, slack, pace):
    """The same posts under two models that say the opposite of each other make the same screens."""
    clock.now = SUNDAY
    found = posts("Lumora again", "Lumora tonight")

    def canary(readings):
        first = predictions("negative", "leaving", score=0.8731, rival="Xylorival")
        return [first, predictions("positive", score=0.6412)][: len(readings)]

    poll = Scripted(batch(*found))
    ingest(stream(), poll=poll, classify=canary, house=house)
    clock.now = MONDAY
    step = begin(draw(house, slack, pace).id, person=MIA, house=house)
    screens = []
    while isinstance(step, BlindPost):
        for task, said in ((RELEVANCE, {}), (SENTIMENT, {RELEVANCE: "about"})):
            assert step.task == task
            assert step.answers == said
            screens.append(everything(step))
            step = answer(
                Press(step.item, MIA), task=task, label="about" if task == RELEVANCE else "neutral", house=house
            )
        screens.append(everything(step))
        step = answer(Press(step.item, MIA), task=SWITCHING, label="none", house=house)
    assert len(screens) == 6
    for screen in screens:
        for leak in (
            "Xylorival",
            "8731",
            "87%",
            "6412",
            "64%",
            "unsure",
            "case",
            "batch",
            "probab",
            "called",
            '"test"',
        ):
            assert leak not in screen
    one, other = (sorted(neutralised(s, n) for s in screens if f"/status/900{n}" in s) for n in (1, 2))
    assert one == other  # the one that the model called and the one that it did not


def everything(step):
    blocks = [block.to_dict() for block in blind_step_blocks(step)]
    return json.dumps([blind_step_text(step), blocks], ensure_ascii=False)


def neutralised(screen, number):
    """Take out what differs from post to post by itself."""
    for own, same in ((f"/status/900{number}", "/status/N"), (f"a{number}", "aN"), (f"A{number}", "AN")):
        screen = screen.replace(own, same)
    screen = screen.replace("Lumora again", "TEXT").replace("Lumora tonight", "TEXT")
    return re.sub(r'"value": "\d+', '"value": "ITEM', re.sub(r"\*[12] of 2\*|<!date[^>]*>", "", screen))


# Answering


def test_one_person_goes_through_a_whole_check(check, house, slack, pace, clock):
    step, seen = begin(check.id, person=MIA, house=house), []
    while isinstance(step, BlindPost):
        seen.append(step.place)
        step = judge(step, house)
    assert seen == [1, 2, 3, 4]
    assert step == BlindRest("Lumora", done=4, waiting=0)
    assert {by for *_, by in answers(house)} == {MIA.user_id}
    assert len(answers(house)) == 12
    update_changed(post=slack, house=house)
    assert (shown(slack).total, shown(slack).done) == (4, 4)


def test_what_is_not_about_us_is_done_after_one_question(check, house):
    step = begin(check.id, person=MIA, house=house)
    after = answer(Press(step.item, MIA), task=RELEVANCE, label="spam", house=house)
    assert (after.place, after.task) == (2, RELEVANCE)
    assert answers(house) == [(step.item, RELEVANCE, "spam", MIA.user_id)]


def test_two_people_share_a_check_and_are_never_asked_the_same(check, house):
    steps = {person: begin(check.id, person=person, house=house) for person in (MIA, BEN)}
    judged: list[int] = []
    while waiting := [person for person, step in steps.items() if isinstance(step, BlindPost)]:
        person = random.Random(len(judged)).choice(waiting)
        judged.append(steps[person].item)
        steps[person] = judge(steps[person], house, person=person)
    assert len(judged) == len(set(judged)) == 4


def test_a_skipped_post_is_left_to_others_without_its_answers(check, house):
    first = begin(check.id, person=MIA, house=house)
    answer(Press(first.item, MIA), task=RELEVANCE, label="about", house=house)
    second = skip(Press(first.item, MIA), house=house)
    assert (second.place, answers(house)) == (2, [])
    assert begin(check.id, person=BEN, house=house).item == first.item
    while isinstance(second, BlindPost):
        second = judge(second, house)
    assert second == BlindRest("Lumora", done=3, waiting=1)


def test_a_post_that_somebody_left_is_asked_of_the_next_after_a_while_and_begins_anew(check, house, clock):
    first = begin(check.id, person=MIA, house=house)
    answer(Press(first.item, MIA), task=RELEVANCE, label="about", house=house)
    assert begin(check.id, person=BEN, house=house).item != first.item
    clock.now += HOLD
    taken = begin(check.id, person=ADA, house=house)
    assert (taken.item, taken.answers) == (first.item, {})
    late = answer(Press(first.item, MIA), task=SENTIMENT, label="negative", house=house)
    assert GONE in late.note
    assert answers(house) == []


def test_the_same_click_delivered_three_times_counts_once(check, house):
    step = begin(check.id, person=MIA, house=house)
    press = Press(step.item, MIA, "click1")
    after = [answer(press, task=RELEVANCE, label="about", house=house) for _ in range(3)]
    assert [(a.item, a.task, a.note) for a in after] == [(step.item, SENTIMENT, "")] * 3
    assert len(answers(house)) == 1
    skipped = [skip(Press(step.item, MIA, "click2"), house=house) for _ in range(3)]
    assert len({s.item for s in skipped}) == 1
    assert {s.note for s in skipped} == {""}


def test_a_button_pressed_twice_answers_one_question(check, house):
    step = begin(check.id, person=MIA, house=house)
    for delivery in ("click1", "click2"):
        after = answer(Press(step.item, MIA, delivery), task=RELEVANCE, label="not_about", house=house)
    assert (after.place, after.task, after.note) == (2, RELEVANCE, "")
    assert len(answers(house)) == 1


@pytest.mark.parametrize("person", [LEO, GUS], ids=["leadership", "no role"])
def test_who_may_not_is_refused_and_sees_no_post(check, house, person):
    with pytest.raises(Refused, match="takes one of the roles"):
        begin(check.id, person=person, house=house)
    step = begin(check.id, person=MIA, house=house)
    for act in (lambda p: answer(p, task=RELEVANCE, label="spam", house=house), lambda p: skip(p, house=house)):
        with pytest.raises(Refused, match="takes one of the roles"):
            act(Press(step.item, person))
    assert answers(house) == []


def test_what_is_not_known_is_refused(check, house):
    step = begin(check.id, person=MIA, house=house)
    with pytest.raises(Refused, match="not known any more"):
        begin("other", person=MIA, house=house)
    with pytest.raises(Refused, match="not known any more"):
        skip(Press(4711, MIA), house=house)
    for task, label in ((RELEVANCE, "negative"), ("mood", "bad")):
        with pytest.raises(Refused, match="press Start"):
            answer(Press(step.item, MIA), task=task, label=label, house=house)


def test_every_answer_and_skip_is_in_the_audit_log(check, house):
    step = judge(begin(check.id, person=MIA, house=house), house)
    skip(Press(step.item, MIA), house=house)
    with house.database.read() as tx:
        assert audit.verify(tx, secret=house.secret) == []
        details = [row.detail for row in tx.query(AuditRow).order_by(AuditRow.number) if row.action == "blind_check"]
    assert details == ["relevance: about", "sentiment: neutral", "switching: none", "skipped"]


# Deletion


def erase(house, mention_id):
    with house.database.write() as tx:
        assert remove(tx, mention_id, house=house)


def test_a_deleted_post_vanishes_from_the_check(check, house, slack):
    step = begin(check.id, person=MIA, house=house)
    erase(house, step.mention.id)
    update_changed(post=slack, house=house)
    assert shown(slack).total == 3
    after = answer(Press(step.item, MIA), task=RELEVANCE, label="about", house=house)
    assert (after.place, answers(house)) == (2, [])
    assert GONE in after.note
    with house.database.read() as tx:
        assert tx.get(BlindItemRow, step.item).mention_id is None


def test_a_verdict_stays_when_its_post_is_deleted(check, house, slack):
    step = begin(check.id, person=MIA, house=house)
    judge(step, house, sentiment="negative")
    before = health(listening=[], house=house).quality
    erase(house, step.mention.id)
    assert health(listening=[], house=house).quality[0].figures == before[0].figures
    assert before[0].judged == 1


def test_a_check_whose_posts_are_all_deleted_says_so(check, house, slack):
    with house.database.read() as tx:
        drawn = [row.mention_id for row in tx.query(BlindItemRow)]
    for mention_id in drawn:
        erase(house, mention_id)
    update_changed(post=slack, house=house)
    assert shown(slack).total == 0
    assert begin(check.id, person=MIA, house=house) == BlindRest("Lumora", done=0, waiting=0)


# Figures


def test_health_and_digest_show_what_people_said(check, house, clock):
    step = begin(check.id, person=MIA, house=house)
    while isinstance(step, BlindPost):
        down = "down" in step.mention.text or "cancel" in step.mention.text
        step = judge(step, house, sentiment="negative" if down else "neutral")
    (quality,) = health(listening=[], house=house).quality
    complaint = quality.of("complaint")
    assert (quality.judged, quality.drawn) == (4, 4)
    assert (complaint.hits, complaint.flagged, complaint.true) == (1, 1, 2)  # the other waits for a person's eye
    assert (complaint.precision.value, complaint.recall.value) == (1, 0.5)
    assert quality.of("relevance").precision is None  # this model has no such head
    clock.now += timedelta(days=1)
    shown_then = digest(brand=house.brands[0], day=MONDAY.date(), house=house)
    assert shown_then.quality.of("complaint") == complaint
    clock.now += timedelta(weeks=9)
    assert health(listening=[], house=house).quality[0].judged == 0


def test_brands_are_judged_apart(check, house):
    judge(begin(check.id, person=MIA, house=house), house)
    other = digest(brand=brand("Helio"), day=MONDAY.date(), house=house)
    assert (other.quality.judged, other.quality.cards) == (0, 0)


def test_cards_that_people_corrected_are_counted(take, house, clock, slack, pace):
    clock.now = SUNDAY
    wrong, right = posts("Lumora is down", "awful Lumora")
    take(wrong, right)

    def counted():
        (quality,) = health(listening=[], house=house).quality
        return quality.corrected, quality.cards

    assert counted() == (0, 0)  # no card is posted yet
    post_pending(post=slack, pace=pace, house=house)
    assert counted() == (0, 2)
    with house.database.read() as tx:
        case = cases.find(tx, brand="Lumora", author_key=wrong.author.key, thread_id=wrong.thread_id)
    not_us(Click(case.id, MIA), house=house)
    assert counted() == (1, 2)
    reopen(Click(case.id, MIA), house=house)
    assert counted() == (0, 2)
    with house.database.write() as tx:
        for label in ("negative", "neutral"):
            corrections.add(
                tx, mention_id=right.id, brand="Lumora", task=SENTIMENT, label=label, by=MIA.user_id, at=SUNDAY
            )
    assert counted() == (1, 2)
    with house.database.write() as tx:
        corrections.add(
            tx, mention_id=right.id, brand="Lumora", task=SENTIMENT, label="negative", by=MIA.user_id, at=SUNDAY
        )
    assert counted() == (0, 2)
