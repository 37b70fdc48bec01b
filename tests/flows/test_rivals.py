"""Rivals are listened to apart: what is said of them is none of our figures; what courts our customers has a card."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from domain.brand import Account, Rival, SourceKind
from domain.case import CaseKind, CaseState, Urgency
from domain.errors import Refused
from domain.mention import Removal
from flows.correcting import correct
from flows.digest import digest
from flows.drafting import begin
from flows.evidence import Question, rows_behind
from flows.ingest import ingest
from flows.kpi_days import close_days, report
from flows.responding import Click, not_us, resolve
from flows.rivals import forget_rivals
from storage import cases, messages
from storage.labels import settle_where
from storage.records import add_records
from storage.tables import CorrectionRow, MentionRow, SightingRow, VoiceRow
from tests.builders import ADA, NOON, author, brand, mention, record, stream
from tests.flows.fakes import Scripted, batch, by_keyword

OURS = stream()
THEIRS = stream(name="Vidora on X", rival="Vidora", target="vidora")
VIDORA = author("vidora", followers=400)
OFFER = "@{who} Brighter evenings for less: code GLOWUP gets you three months for the price of one. Come over!"
DAY = NOON.date()


@pytest.fixture
def house(house):
    rivals = (
        Rival("Vidora", ("vidora+",), (Account("x", "vidora"),)),
        Rival("Kinobox", (), (Account("x", "kinobox"),), keep_days=20),
    )
    kinobox = stream(name="Kinobox on X", rival="Kinobox", target="kinobox")
    return replace(house, brands=(brand(rivals=rivals),), streams=(OURS, THEIRS, kinobox))


@pytest.fixture
def hear(house):
    def hear(where, *posts, removals=()):
        poll = Scripted(batch(*posts, removals=tuple(removals)))
        return ingest(where, poll=poll, classify=by_keyword, house=house)

    return hear


def known(house, statement):
    with house.database.read() as tx:
        return tx.scalars(statement).all()


def bring_customers(house, told):
    with house.database.write() as tx:
        add_records(tx, [told], at=NOON)


def poaching_cards(house):
    with house.database.read() as tx:
        found = cases.queue(tx, limit=50, value_band=house.band)
        return [file for file in found if file.case.kind is CaseKind.POACHING]


def kpis(house, since=DAY, days=1):
    until = since + timedelta(days=days)
    return {k.name: k for k in report(brand=house.brands[0], since=since, until=until, house=house).kpis}


def test_what_is_said_of_a_rival_alone_is_stored_and_is_none_of_our_figures(house, hear):
    hear(OURS, mention("Lumora is down"))
    before = kpis(house)
    heard = hear(THEIRS, mention("Vidora is awful, down again"), mention("I cancel Vidora"))
    assert (heard.read, heard.filed.new, heard.unassigned) == (2, 0, 0)
    assert len(known(house, select(MentionRow.id))) == 3
    assert len(known(house, select(SightingRow.mention_id))) == 1
    after = kpis(house)
    assert {name for name in after if after[name] != before[name]} == {"share_of_voice"}


def test_what_a_rivals_stream_hears_of_us_is_ours_as_well(house, hear):
    hear(THEIRS, both := mention("Leaving Vidora and Lumora both: awful"))
    assert known(house, select(SightingRow.mention_id)) == [both.id]
    assert kpis(house)["complaints"].value == 1


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_a_post_that_both_streams_hear_counts_for_both_sides_in_any_order(house, hear, first):
    post = mention("Vidora or Lumora tonight?")
    for where in (OURS, THEIRS) if first == "ours" else (THEIRS, OURS):
        hear(where, post)
    hear(stream(name="Kinobox on X", rival="Kinobox"), mention("Kinobox!", posted_at=post.posted_at))
    found = kpis(house)["share_of_voice"]
    assert (found.numerator, found.denominator) == (1, 3)


def test_the_share_is_none_with_a_reason_where_nothing_compares(house, hear):
    hear(OURS, mention("Lumora is down"))
    found = kpis(house)["share_of_voice"]
    assert (found.value, found.note.startswith("no post was heard by a stream of a rival")) == (None, True)


ORACLE = """
WITH sides AS (
    SELECT DISTINCT v.rival, v.mention_id, m.posted_at FROM voices v JOIN mentions m ON m.id = v.mention_id
    WHERE v.brand = 'Lumora' AND v.source = 'x search' AND v.own = {false} AND v.rival IN ({rivals})
), bounds AS (
    SELECT max(first) AS since FROM (SELECT min(posted_at) AS first FROM sides GROUP BY rival) AS firsts
)
SELECT sum(CASE WHEN rival = '' THEN 1 ELSE 0 END), count(*) FROM sides, bounds
WHERE posted_at >= since AND posted_at >= :start AND posted_at < :end
"""


@pytest.mark.parametrize("seed", range(4))
def test_the_share_equals_what_sql_counts(house, hear, seed):
    chance = random.Random(seed)
    kinobox = stream(name="Kinobox on X", rival="Kinobox")
    names = {OURS: "Lumora", THEIRS: "Vidora", kinobox: "Kinobox"}
    for _ in range(60):
        where, more = chance.choice(list(names)), chance.choice(["", " Lumora", " Vidora"])
        at = NOON - timedelta(hours=11) + timedelta(minutes=chance.randrange(2_000))
        by = chance.choice([author(), author("lumora"), VIDORA, author("kinobox")])
        hear(where, post := mention(f"{names[where]}{more}", posted_at=at, by=by))
        if chance.random() < 0.3:
            hear(chance.choice(list(names)), post)
    found = kpis(house)["share_of_voice"]
    start, end = NOON.replace(hour=0) - timedelta(hours=1), NOON.replace(hour=23)
    with house.database.read() as tx:
        sqlite = tx.get_bind().dialect.name == "sqlite"
        asked = (
            {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}
            if sqlite
            else {"start": start, "end": end}
        )
        for rivals, told in (("'', 'Vidora', 'Kinobox'", None), ("'', 'Vidora'", "Vidora")):
            sql = ORACLE.format(false="0" if sqlite else "false", rivals=rivals)
            ours, everything = tx.execute(text(sql), asked).one()
            if told is None:
                assert (found.numerator, found.denominator) == (ours, everything)
            else:
                assert f"against {told} {ours / everything:.0%} ({ours} of {everything};" in found.note
    page = rows_behind(
        Question("share_of_voice", house.brands[0], DAY, DAY + timedelta(days=1)), person=None, house=house
    )
    assert sum(row.weight for row in page.rows) == found.numerator
    assert len(page.rows) == page.total == found.denominator


def test_a_closed_day_keeps_its_share(house, hear, clock):
    later = NOON + timedelta(hours=1)
    hear(THEIRS, gone := mention("Vidora"))
    hear(stream(name="Kinobox on X", rival="Kinobox"), mention("Kinobox"))
    hear(OURS, mention("Lumora is down", posted_at=later), mention("Lumora again", posted_at=later))
    hear(THEIRS, mention("Vidora again", posted_at=later))
    clock.advance(days=9)
    assert close_days(house=house) >= 1
    before = kpis(house)["share_of_voice"]
    assert (before.numerator, before.denominator) == (2, 3)
    hear(THEIRS, *[mention(f"Vidora late {n}") for n in range(5)], removals=[Removal(gone.id, NOON)])
    assert kpis(house)["share_of_voice"] == before


def test_the_digest_says_the_share_by_rival(house, hear):
    hear(OURS, mention("Lumora is down", posted_at=NOON), mention("Lumora"))
    hear(THEIRS, mention("Vidora", posted_at=NOON))
    found = digest(brand=house.brands[0], day=DAY, house=house)
    assert found.voice is None
    assert [(voice.rival, voice.theirs) for voice in found.voices] == [("Vidora", 1)]


def test_a_rivals_answer_to_our_customer_is_one_card_outside_the_response_rate(house, hear):
    bring_customers(house, record(accounts=(Account("x", "jane"),), value=Decimal(5000)))
    post = mention("I cancel Lumora", by=author("jane", followers=99))
    hear(OURS, post)
    answer = mention(OFFER.format(who="jane"), by=VIDORA, reply_to=post.id, thread_id=post.thread_id)
    hear(THEIRS, answer)
    (card,) = poaching_cards(house)
    assert card.case.urgency is Urgency.HIGH
    (one,) = card.approached
    assert (one.author.handle, one.grade, one.value_band, one.post) == ("jane", "supplied", "high", post.id)
    found = kpis(house)
    assert (found["poaching"].value, found["complaints"].value, found["net_sentiment"].denominator) == (1, 1, 1)


def test_an_answer_that_is_read_before_the_post_is_found_out_when_the_post_comes(house, hear):
    post = mention("I cancel Lumora")
    answer = mention(OFFER.format(who="jane"), by=VIDORA, reply_to=post.id, posted_at=NOON + timedelta(minutes=5))
    hear(THEIRS, answer)
    assert poaching_cards(house) == []
    hear(OURS, post)
    (card,) = poaching_cards(house)
    assert [one.author.handle for one in card.approached] == ["jane"]


def test_a_campaign_is_one_card_that_names_everybody_and_grows_more_urgent(house, hear):
    bring_customers(house, record(accounts=(Account("x", "rich"),), value=Decimal(5000)))
    posts = [mention("I cancel Lumora", by=author(who, followers=9)) for who in ("poor", "rich", "third")]
    hear(OURS, *posts)
    hear(THEIRS, mention(OFFER.format(who="poor"), by=VIDORA, reply_to=posts[0].id))
    assert poaching_cards(house)[0].case.urgency is Urgency.NORMAL
    hear(THEIRS, *[mention(OFFER.format(who=p.author.handle), by=VIDORA, reply_to=p.id) for p in posts[1:]])
    (card,) = poaching_cards(house)
    assert sorted(one.author.handle for one in card.approached) == ["poor", "rich", "third"]
    assert (card.case.urgency, card.copies.posts) == (Urgency.HIGH, 2)


def test_whoever_deletes_her_post_leaves_the_card(house, hear):
    post = mention("I cancel Lumora")
    hear(OURS, post)
    hear(THEIRS, mention(OFFER.format(who="jane"), by=VIDORA, reply_to=post.id))
    (card,) = poaching_cards(house)
    key = f"card:{card.case.id}"
    with house.database.read() as tx:
        before = messages.get(tx, key).revision
    hear(OURS, removals=[Removal(post.id, NOON)])
    assert poaching_cards(house)[0].approached == ()
    with house.database.read() as tx:
        assert messages.get(tx, key).revision > before


def test_a_poaching_case_is_resolved_or_dismissed_and_neither_answered_nor_relabelled(house, hear):
    hear(OURS, mention("Lumora customers: switch to us, first month free", by=VIDORA))
    (card,) = poaching_cards(house)
    click = Click(card.case.id, ADA)
    with pytest.raises(Refused, match="care for the customers"):
        begin(click, repliers={}, house=house)
    with pytest.raises(Refused, match="You cannot correct this"):
        correct(click, mention_id=card.mentions[0].mention.id, task="sentiment", label="negative", house=house)
    assert resolve(click, house=house).case.state is CaseState.RESOLVED
    assert not_us(click, house=house).case.state is CaseState.DISMISSED
    assert known(house, select(CorrectionRow.number)) == []
    assert kpis(house)["poaching"].value == 0


def test_what_was_heard_of_rivals_goes_when_its_days_are_over(house, hear, clock):
    hear(OURS, ours := mention("Lumora is down"))
    hear(THEIRS, theirs := mention("Vidora"), both := mention("Vidora and Lumora"))
    hear(stream(name="Kinobox on X", rival="Kinobox"), mention("Kinobox"))
    clock.advance(days=21)
    assert forget_rivals(house=house) == 1
    assert sorted(known(house, select(MentionRow.id))) == sorted([ours.id, theirs.id, both.id])
    clock.advance(days=10)
    assert forget_rivals(house=house) == 1
    assert sorted(known(house, select(MentionRow.id))) == sorted([ours.id, both.id])
    assert known(house, select(VoiceRow.mention_id)) == []
    assert forget_rivals(house=house) == 0


def test_an_edited_post_about_a_rival_is_stored_anew(house, hear):
    hear(THEIRS, post := mention("Vidora is good"))
    hear(THEIRS, replace(post, text="Vidora is not good", edited_at=NOON + timedelta(hours=1)))
    assert known(house, select(MentionRow.text)) == ["Vidora is not good"]


def test_our_posts_are_noted_only_where_a_rival_is_listened_to_alike(house, hear):
    hear(stream(name="ours elsewhere", kind=SourceKind.MENTIONS), mention("@lumora hello"))
    assert known(house, select(VoiceRow.mention_id)) == []


def test_a_poaching_post_has_no_say_in_what_is_said_of_us(house, hear):
    hear(OURS, mention("Lumora is awful: switch to us, first month free", by=VIDORA))
    assert known(house, select(SightingRow.elsewhere)) == [True]
    with house.database.write() as tx:
        settle_where(tx)
    assert known(house, select(SightingRow.elsewhere)) == [True]
