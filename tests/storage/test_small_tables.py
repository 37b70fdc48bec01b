"""Deliveries, brands and corrections."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from storage import brands, corrections, deliveries
from storage.corrections import Correction
from tests.builders import NOON, brand, mention
from tests.storage.values import seen, store


def test_a_delivery_has_its_effect_once_for_as_long_as_it_is_remembered(database):
    with database.write() as tx:
        assert deliveries.first_time(tx, "Ev1", at=NOON)
        assert not deliveries.first_time(tx, "Ev1", at=NOON + timedelta(minutes=5))
        assert deliveries.first_time(tx, "Ev2", at=NOON + timedelta(minutes=5))
        deliveries.purge(tx, before=NOON + timedelta(minutes=1))
        assert deliveries.first_time(tx, "Ev1", at=NOON)
        assert not deliveries.first_time(tx, "Ev2", at=NOON)


def test_an_effect_that_failed_takes_its_delivery_back(database):
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        assert deliveries.first_time(tx, "Ev1", at=NOON) / 0
    with database.write() as tx:
        assert deliveries.first_time(tx, "Ev1", at=NOON)


def test_brands_are_remembered_with_their_present_time_zone(database):
    with database.write() as tx:
        brands.sync(tx, [brand(), brand("Helio")])
        brands.sync(tx, [brand(time_zone=ZoneInfo("Asia/Tokyo"))])
        found = tx.execute(text("SELECT name, time_zone FROM brands ORDER BY name")).all()
    assert found == [("Helio", "Europe/Berlin"), ("Lumora", "Asia/Tokyo")]


def test_corrections_add_up(database):
    post = mention()
    with database.write() as tx:
        store(tx, seen(post))
        for label in ("negative", "positive"):
            corrections.add(tx, mention_id=post.id, brand="Lumora", task="sentiment", label=label, by="U0MIA", at=NOON)
        assert corrections.of(tx, post.id) == [
            Correction("Lumora", "sentiment", label, "U0MIA", NOON) for label in ("negative", "positive")
        ]
        assert corrections.of(tx, mention().id) == []
