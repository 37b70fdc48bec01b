"""Posts that wait for a person's eye: one that is a complaint opens its case, with card and labels."""

import pytest

from domain.case import CaseKind, CaseState, Verdict
from domain.errors import Refused
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING
from flows.judging import Judgement, Look, judge, unsure
from flows.removing import remove
from storage import cases, corrections, mentions, messages, outcomes
from tests.builders import BEN, LEO, MIA, NOON, author, ids, mention


@pytest.fixture
def waiting(take):
    """Three posts that the model is unsure of, by three people."""
    posts = [mention(f"maybe down {name}", by=author(name)) for name in ("ann", "bob", "cy")]
    take(*posts)
    return posts


def look(post, person=MIA, **changes):
    return Look(post.id, "Lumora", person, **changes)


def test_what_waits_is_listed_the_latest_first_and_counted(house, waiting):
    page = unsure(person=MIA, house=house, limit=2)
    assert page.total == 3
    newest = sorted(waiting, key=lambda post: post.posted_at, reverse=True)
    assert [seen.mention.id for seen in page.posts] == ids(newest)[:2]
    assert unsure(person=MIA, house=house, brand="Helio").total == 0


def test_a_complaint_gets_a_case_a_card_labels_and_a_fact(house, waiting, slack, pace):
    file = judge(look(waiting[0]), Judgement.COMPLAINT, house=house)
    assert (file.case.kind, file.case.state) == (CaseKind.COMPLAINT, CaseState.NEW)
    assert [seen.mention.id for seen in file.mentions] == [waiting[0].id]
    assert file.history[-1].actor == "U0MIA"
    with house.database.read() as tx:
        assert messages.for_case(tx, file.case.id).channel == "C0ALERTS"
        said = {each.task: each.label for each in corrections.of(tx, waiting[0].id)}
        facts = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON.replace(hour=23))
    assert said == {RELEVANCE: "about", SENTIMENT: "negative"}
    assert [fact.id for fact in facts] == [file.case.id]
    assert unsure(person=MIA, house=house).total == 2


def test_somebody_who_thinks_of_joining_is_an_opportunity(house, waiting):
    file = judge(look(waiting[0]), Judgement.OPPORTUNITY, house=house)
    assert file.case.kind is CaseKind.OPPORTUNITY
    with house.database.read() as tx:
        assert (SWITCHING, "considering_joining") in {(c.task, c.label) for c in corrections.of(tx, waiting[0].id)}


def test_nothing_to_answer_takes_it_off_the_list_and_sets_no_label(house, waiting):
    assert judge(look(waiting[0]), Judgement.NOTHING, house=house) is None
    assert unsure(person=MIA, house=house).total == 2
    with house.database.read() as tx:
        assert corrections.of(tx, waiting[0].id) == []
        assert mentions.get(tx, waiting[0].id, brand="Lumora").triage.verdict is Verdict.BATCH


def test_the_same_click_twice_has_one_effect(house, waiting):
    files = [judge(look(waiting[0], delivery="c1"), Judgement.COMPLAINT, house=house) for _ in range(3)]
    assert len({file.case.id for file in files}) == 1
    assert len(files[0].history) == len(files[-1].history)


def test_two_people_judge_one_post_once(house, waiting):
    judge(look(waiting[0]), Judgement.COMPLAINT, house=house)
    with pytest.raises(Refused, match="does not wait any more"):
        judge(look(waiting[0], BEN), Judgement.NOTHING, house=house)


def test_a_post_that_its_author_removed_cannot_be_judged(house, waiting):
    with house.database.write() as tx:
        remove(tx, waiting[0].id, house=house)
    with pytest.raises(Refused, match="does not wait any more"):
        judge(look(waiting[0]), Judgement.COMPLAINT, house=house)


def test_a_post_joins_the_case_that_its_author_has_in_the_thread_by_now(house, waiting, take):
    later = mention("down, really", by=author("ann"), thread_id=waiting[0].thread_id)
    take(later, cursor="c2")
    file = judge(look(waiting[0]), Judgement.COMPLAINT, house=house)
    assert {seen.mention.id for seen in file.mentions} == {waiting[0].id, later.id}
    with house.database.read() as tx:
        assert cases.counts(tx, at=NOON)[0] == 1


def test_who_does_not_work_on_cases_may_not_judge(house, waiting):
    for act in (lambda: unsure(person=LEO, house=house), lambda: judge(look(waiting[0], LEO), "nothing", house=house)):
        with pytest.raises(Refused, match="You may not judge posts"):
            act()
