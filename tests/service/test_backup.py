"""A backup is put back as it was, but for what was erased since; and an update copies the database first."""

import json
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from config.load import parse
from config.secrets import Secrets
from domain.customer import CustomerRecord
from domain.errors import EarshotError, InputError, StorageError
from domain.mention import Context
from flows.auditing import verify_audit
from flows.ingest import bring_in
from flows.removing import remove
from flows.restoring import Replayed
from service import backup, migrating
from service.assembly import open_house, reach_database
from service.backup import STONES, back_up, keep_away, keep_stones, restore_from
from service.forget import OPERATOR
from service.schedule import LEASE
from storage import backups, cases, contexts, customers, erasing, leases, mentions, records, tombstones
from storage.tables import TombstoneRow
from tests.builders import NOON, author, mention, stream
from tests.flows.fakes import by_keyword
from tests.released import release
from tests.storage.test_backups import programs

__all__ = ["programs"]

pytestmark = pytest.mark.usefixtures("programs")

SECRETS = Secrets({"EARSHOT_KEY": "a key"})
SETTINGS = '[[brands]]\nname = "Lumora"\n[backup]\nfolder = "{folder}"\n[database]\nurl = "{url}"\n'
KEPT, GONE = mention("Lumora is awful", number=901), mention("awful, says canary", number=902, by=author("canary"))


def clock():
    return NOON


@pytest.fixture
def settings(bare_url, tmp_path):
    (tmp_path / "earshot.toml").write_text(SETTINGS.format(folder=tmp_path / "backups", url=bare_url))
    return parse(tmp_path / "earshot.toml")


@pytest.fixture
def opened(settings):
    houses = []

    def open_():
        houses.append(open_house(settings, SECRETS, clock=clock))
        return houses[-1]

    yield open_
    for house in houses:
        house.database.close()


def fill(house):
    bring_in([KEPT, GONE], [], platform="x", listening=[stream()], alert=False, classify=by_keyword, house=house)
    with house.database.write() as tx:
        for name in ("jane", "canary"):
            record = CustomerRecord("crm", name, names=(name.title(),), emails=(f"{name}@example.com",))
            records.add_records(tx, [record], at=NOON)


def erase(house):
    with house.database.write() as tx:
        remove(tx, GONE.id, house=house)
        (customer,) = customers.find(tx, "canary@example.com")
        erasing.erase_customer(tx, customer.id, at=NOON)


def stored(house):
    with house.database.read() as tx:
        posts = {one for one in (KEPT.id, GONE.id) if mentions.brands_of(tx, one)}
        people = {name for name in ("jane", "canary") if customers.find(tx, f"{name}@example.com")}
    return posts, people


def test_a_backup_comes_back_whole(settings, opened, tmp_path):
    house = opened()
    fill(house)
    told = back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    assert told["verified"] is True
    with house.database.write() as tx:
        case = cases.find(tx, brand="Lumora", author_key=KEPT.author.key, thread_id=KEPT.thread_id)
        assert case is not None
    bring_in(
        [mention("awful", number=903)], [], platform="x", listening=[], alert=False, classify=by_keyword, house=house
    )
    house.database.close()
    restored = restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)
    assert (restored["tombstones"], restored["posts"], restored["records"]) == (0, 0, 0)
    house = opened()
    assert stored(house) == ({KEPT.id, GONE.id}, {"jane", "canary"})
    with house.database.read() as tx:
        assert cases.get(tx, case.id) == case
        assert not mentions.brands_of(tx, "x:903")
    assert not verify_audit(person=OPERATOR, house=house).broken


@pytest.mark.parametrize("known_from", ["the database that is replaced", "the list beside the backups"])
def test_what_was_erased_since_the_backup_stays_away(settings, opened, tmp_path, known_from):
    house = opened()
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    erase(house)
    if known_from == "the list beside the backups":
        keep_stones(house.database, settings.backup_folder)
        with house.database.write() as tx:
            tx.execute(delete(TombstoneRow))
    house.database.close()
    restored = restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)
    assert (restored["tombstones"], restored["posts"], restored["records"]) == (2, 1, 1)
    house = opened()
    assert stored(house) == ({KEPT.id}, {"jane"})
    report = bring_in([GONE], [], platform="x", listening=[], alert=False, classify=by_keyword, house=house)
    assert report.filed.new == 0, "nor does it come again from the platform"
    assert bool(restored["replaced"]) is settings.database.url.startswith("sqlite"), "the replaced one is kept"
    if settings.database.url.startswith("sqlite"):
        raw = Path(settings.database.url.removeprefix("sqlite:///")).read_bytes()
        assert b"canary" not in raw


def test_what_others_answered_of_an_erased_post_stays_away_too(settings, opened, tmp_path):
    house = opened()
    parent = mention("says canary", number=904, by=author("canary"))
    reply = mention("awful", number=905, reply_to=parent.id, context=Context(parent.author, parent.text))
    bring_in([reply], [], platform="x", listening=[stream()], alert=False, classify=by_keyword, house=house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    with house.database.write() as tx:
        remove(tx, parent.id, house=house)
    house.database.close()
    restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)
    with opened().database.read() as tx:
        assert contexts.answered(tx, [reply]) == {}


def test_a_restore_that_was_cut_short_is_finished_by_the_next_start(settings, opened, tmp_path, monkeypatch):
    house = opened()
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    erase(house)
    house.database.close()

    def cut(_stones, *, house, **_):
        with house.database.read() as tx:
            assert mentions.brands_of(tx, GONE.id), "it is back for now"
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "replay", cut)
        with pytest.raises(KeyboardInterrupt):
            restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)
    house = opened()
    keep_stones(house.database, settings.backup_folder)
    keep_away(settings.backup_folder, house=house)
    assert stored(house) == ({KEPT.id}, {"jane"})
    with house.database.write() as tx:
        assert leases.acquire(tx, LEASE, holder="bot", at=NOON, seconds=15), "a bot may start"


def test_no_bot_takes_the_database_while_it_is_restored(settings, opened, tmp_path, monkeypatch):
    house = opened()
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)

    def look(stones, **_):
        with house.database.read() as tx:
            assert leases.is_taken(tx, LEASE, at=NOON)
        return Replayed(len(stones))

    monkeypatch.setattr(backup, "LEASE_SECONDS", 0.3)  # of which each third renews it
    monkeypatch.setattr(backup, "replay", lambda stones, **_: wait_for(lambda: look(stones)))
    restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)


def wait_for(attempt):
    """Try until it holds, as the lease of what was put back is taken by a thread."""
    for _ in range(200):
        try:
            return attempt()
        except AssertionError:
            threading.Event().wait(0.05)
    return attempt()


def test_a_copy_from_before_an_update_is_put_back(settings, opened, tmp_path):
    release(settings.database.url)
    backups.save(settings.database.url, tmp_path / "copy")
    no_key, later = Secrets({}), lambda: NOON + timedelta(days=9)
    open_house(settings, no_key, clock=later).database.close()
    restore_from(tmp_path / "copy", settings, no_key, clock=later)
    with closing(reach_database(settings, no_key)) as database, database.read() as tx:
        assert len(mentions.all_ids(tx)) > 5


def test_what_was_ever_erased_stays_in_the_list(settings, opened):
    house = opened()
    fill(house)
    erase(house)
    keep_stones(house.database, settings.backup_folder)
    listed = (settings.backup_folder / STONES).read_text()
    with house.database.write() as tx:
        tx.execute(delete(TombstoneRow))
    keep_stones(house.database, settings.backup_folder)
    assert (settings.backup_folder / STONES).read_text() == listed


def test_a_database_that_a_bot_works_on_is_not_replaced(settings, opened, tmp_path):
    house = opened()
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    with house.database.write() as tx:
        leases.acquire(tx, LEASE, holder="bot", at=NOON, seconds=15)
    with pytest.raises(EarshotError, match="stop it"):
        restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)
    assert stored(house) == ({KEPT.id, GONE.id}, {"jane", "canary"})


def test_another_key_or_kind_and_damage_are_refused_and_change_nothing(settings, opened, tmp_path):
    house = opened()
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    other = tmp_path / "other"
    other.write_bytes(
        b"PGDMP rubbish" if settings.database.url.startswith("sqlite") else b"SQLite format 3\x00 rubbish"
    )
    with pytest.raises((InputError, StorageError)):
        restore_from(other, settings, SECRETS, clock=clock)
    (settings.backup_folder / STONES).write_text("half a li")
    with pytest.raises(InputError, match=STONES):
        restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)
    assert stored(house) == ({KEPT.id, GONE.id}, {"jane", "canary"})


def test_a_copy_of_another_key_is_refused_and_changes_nothing(settings, opened, tmp_path):
    house = opened()
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    with house.database.write() as tx:
        remove(tx, GONE.id, house=house)
    house.database.close()
    with pytest.raises(StorageError, match="EARSHOT_KEY is not the key"):
        restore_from(tmp_path / "copy", settings, Secrets({"EARSHOT_KEY": "another"}), clock=clock)
    assert stored(opened()) == ({KEPT.id}, {"jane", "canary"})


def test_of_sqlite_a_copy_of_another_key_is_refused_before_anything_is_replaced(sqlite_url, tmp_path):
    (tmp_path / "earshot.toml").write_text(SETTINGS.format(folder=tmp_path / "backups", url=sqlite_url))
    settings = parse(tmp_path / "earshot.toml")
    house = open_house(settings, SECRETS, clock=clock)
    fill(house)
    back_up(tmp_path / "copy", settings, SECRETS, clock=clock)
    house.database.close()
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    with pytest.raises(StorageError, match="EARSHOT_KEY is not the key"):
        restore_from(tmp_path / "copy", settings, Secrets({"EARSHOT_KEY": "another"}), clock=clock)
    left = {each.name for each in Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir()}
    assert left <= {"earshot.db-wal", "earshot.db-shm"}
    restore_from(tmp_path / "copy", settings, SECRETS, clock=clock)


def test_the_list_of_what_was_erased_tells_nothing(settings, opened):
    house = opened()
    fill(house)
    erase(house)
    keep_stones(house.database, settings.backup_folder)
    lines = (settings.backup_folder / STONES).read_text().splitlines()
    with house.database.read() as tx:
        assert {json.loads(line)[0] for line in lines} == set(tombstones.every(tx))
    assert "canary" not in "".join(lines)


def test_an_update_copies_the_database_before_it_migrates_and_keeps_the_latest_copies(settings, opened, monkeypatch):
    house = opened()
    assert not settings.backup_folder.exists(), "a new database needs no copy"
    made = []
    monkeypatch.setattr(house.database, "awaited", lambda: ["9999_more"])
    monkeypatch.setattr(house.database, "migrate", lambda: made.append("migrated"))
    for day in range(1, 6):
        migrating.migrate(house.database, settings, at=NOON.replace(day=day))
    copies = sorted(each.name for each in settings.backup_folder.iterdir())
    assert len(copies) == settings.backup.keep
    assert all("T120000" in name and name.startswith(f"before-{house.database.version()}-") for name in copies)
    assert made == ["migrated"] * 5
    assert backups.verify(settings.backup_folder / copies[-1]) is settings.database.url.startswith("sqlite")


def test_without_a_copy_nothing_is_migrated(settings, opened, monkeypatch):
    house = opened()
    settings.backup_folder.parent.mkdir(exist_ok=True)
    settings.backup_folder.write_text("in the way")
    monkeypatch.setattr(house.database, "awaited", lambda: ["9999_more"])
    monkeypatch.setattr(house.database, "migrate", lambda: pytest.fail("it migrated"))
    with pytest.raises(StorageError, match="not migrated, because no copy could be made"):
        migrating.migrate(house.database, settings, at=NOON)


def test_a_migration_that_fails_again_and_again_costs_no_older_copy(settings, opened, monkeypatch):
    house = opened()

    def fail():
        raise StorageError("no room")

    monkeypatch.setattr(house.database, "awaited", lambda: ["9999_more"])
    with monkeypatch.context() as patch:
        patch.setattr(house.database, "migrate", lambda: None)
        migrating.migrate(house.database, settings, at=NOON)
    before = list(settings.backup_folder.iterdir())
    assert len(before) == 1
    monkeypatch.setattr(house.database, "migrate", fail)
    for day in range(5, 10):
        with pytest.raises(StorageError, match="no room"):
            migrating.migrate(house.database, settings, at=NOON.replace(day=day))
    assert list(settings.backup_folder.iterdir()) == before
