"""Queries: what a stream keeps, what a trial finds, and what is saved."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import listeners
from crm.query.parse import QueryError, parse
from domain.errors import InputError, Refused
from domain.query import SearchPlatforms
from flows import queries
from flows.ingest import ingest
from flows.queries import Trier
from storage import audit, mentions, saved_queries, streams
from tests.builders import LEO, MIA, NOON, author, brand, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword


def cost_usd(platform, posts, authors):
    settings = listeners.load("x").Settings(bearer_token="")
    return listeners.cost_usd(platform, settings, posts=posts, authors=authors)


PLATFORMS = SearchPlatforms(tuple(listeners.PLATFORMS), listeners.searches, cost_usd)


@pytest.fixture
def trier(house):
    return Trier(house, house.brands[0], PLATFORMS, ("x",))


def poll(house, *posts, query="lumora -spam", **changes):
    asked = stream(query=parse(query))
    return ingest(asked, poll=Scripted(batch(*posts, cursor="c1", **changes)), classify=by_keyword, house=house)


def stored(house, post):
    with house.database.read() as tx:
        return mentions.get(tx, post.id, brand="Lumora")


def test_what_the_query_of_a_stream_does_not_mean_is_not_stored_but_counted(house):
    meant, other = mention("Lumora is awful"), mention("Lumora spam")
    report = poll(house, meant, other, cost_usd=Decimal("0.03"))
    assert (report.read, report.unmatched, report.filed.new) == (2, 1, 1)
    assert stored(house, meant)
    assert stored(house, other) is None
    with house.database.read() as tx:
        assert streams.cursor(tx, "lumora on X") == "c1"
        assert streams.spent(tx, "lumora on X", day=NOON.date()).stream == Decimal("0.03")


def test_an_answer_of_ours_is_kept_though_the_query_does_not_mean_it(house):
    ours = mention("We are sorry", by=author("lumora"))
    report = poll(house, ours)
    assert (report.unmatched, report.filed.own) == (0, 1)


def test_an_edit_of_a_stored_post_counts_though_the_query_no_longer_means_it(house):
    post = mention("Lumora is awful")
    poll(house, post)
    edited = replace(post, text="never mind", edited_at=NOON + timedelta(minutes=5))
    report = poll(house, edited, mention("something else"))
    assert (report.edited, report.unmatched) == (1, 1)
    assert stored(house, post).mention.text == "never mind"


def test_a_trial_counts_days_platforms_searches_and_cost(house, trier):
    days = [NOON, NOON - timedelta(days=1), NOON - timedelta(days=1), NOON - timedelta(days=40)]
    posts = [mention(f"Lumora price {n}", number=n + 1, posted_at=at) for n, at in enumerate(days)]
    posts += [mention("Lumora spam price", number=9), mention("other", number=10)]
    posts += [mention("Lumora price", number=11, by=author("mo", platform="reddit"))]
    poll(house, *posts, query="lumora OR other")
    house.clock.advance(hours=1)
    trial = queries.try_query("lumora pric* -spam followers:<5 OR lumora price -spam", person=MIA, trier=trier)
    assert (trial.looked_at, trial.found, len(trial.days)) == (6, 4, queries.DAYS)
    assert [number for _, number in trial.days[-2:]] == [2, 2]
    x, reddit = sorted(trial.platforms, key=lambda each: each.searches.platform, reverse=True)
    assert (x.kept, x.read) == (3, 3)
    assert x.monthly_usd == 3 * Decimal("0.005") + 2 * Decimal("0.010")  # one author on two days
    assert (reddit.kept, reddit.monthly_usd) == (1, Decimal(0))
    assert [sample.platform for sample in trial.samples].count("reddit") == 1
    assert trial.monthly_usd == x.monthly_usd


def test_a_trial_reads_any_number_of_posts_in_parts(house, trier, monkeypatch):
    monkeypatch.setattr(queries, "_PART", 3)
    same = [mention(f"Lumora {n}", number=n + 1, posted_at=NOON - timedelta(hours=n // 4)) for n in range(11)]
    poll(house, *same)
    house.clock.advance(hours=1)
    assert queries.try_query("lumora", person=MIA, trier=trier).found == 11


def test_saved_queries_keep_every_version_with_who_and_when(house, trier):
    queries.save_query("Prices", "lumora price*", person=MIA, trier=trier)
    house.clock.advance(hours=1)
    queries.save_query("prices", "lumora (price* OR cost)", person=MIA, trier=trier)
    queries.save_query("rivals", "@rivals", person=MIA, trier=trier)
    found = queries.versions("PRICES", person=MIA, house=house)
    assert [(q.version, q.text, q.by, q.at) for q in found] == [
        (2, "lumora (price* OR cost)", "U0MIA", NOON + timedelta(hours=1)),
        (1, "lumora price*", "U0MIA", NOON),
    ]
    assert [(q.name, q.version) for q in queries.saved(person=MIA, house=house)] == [("prices", 2), ("rivals", 1)]
    with house.database.read() as tx:
        assert [entry.subject for entry in audit.entries(tx, limit=9)] == [
            "query rivals",
            "query prices",
            "query prices",
        ]


def test_what_cannot_be_read_or_named_is_not_saved(house, trier):
    with pytest.raises(QueryError, match="Column 8"):
        queries.save_query("prices", "lumora or price", person=MIA, trier=trier)
    with pytest.raises(InputError, match="up to 40 letters"):
        queries.save_query("price rise", "lumora", person=MIA, trier=trier)
    with pytest.raises(InputError, match="Saved are: none"):
        queries.versions("prices", person=MIA, house=house)
    with house.database.read() as tx:
        assert saved_queries.newest(tx) == []


def test_lists_of_the_settings_can_be_named(house, trier):
    listed = replace(trier, house=replace(house, lists={"churn": ("cancel*",)}))
    assert queries.save_query("churn", "@brand @churn", person=MIA, trier=listed).version == 1


def test_who_may_not_is_refused(house, trier):
    with pytest.raises(Refused):
        queries.try_query("lumora", person=LEO, trier=trier)
    with pytest.raises(Refused):
        queries.save_query("a", "lumora", person=LEO, trier=trier)


def test_a_brands_own_day_counts(house, trier):
    tokyo = replace(trier, brand=brand(time_zone=ZoneInfo("Asia/Tokyo")))
    poll(house, mention("Lumora", posted_at=NOON.replace(hour=16) - timedelta(days=1)))
    trial = queries.try_query("lumora", person=MIA, trier=tokyo)
    assert trial.days[-1] == (NOON.date(), 1)
