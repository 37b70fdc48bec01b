"""Migrating a database to this version's tables, with a copy from before."""

from datetime import datetime
from pathlib import Path

import structlog

from config.settings import Settings
from domain.errors import EarshotError, StorageError
from storage import backups
from storage.database import Database

log = structlog.get_logger(__name__)

_BEFORE = "before-"


def migrate(database: Database, settings: Settings, *, at: datetime) -> None:
    """Migrate where there is something to migrate; what is there already is copied first, as the settings say.

    Raises:
        StorageError: it cannot be copied, or not migrated; nothing was changed, and no copy is kept.
    """
    version, awaited = database.version(), database.awaited()
    if version is None or not awaited or not settings.backup.before_migration:
        database.migrate()
        return
    copy = _copy(settings, version, at)
    try:
        database.migrate()
    except StorageError:
        copy.unlink(missing_ok=True)  # else each attempt to start leaves one, and older ones go for it
        raise
    _forget_old(settings)


def _copy(settings: Settings, version: str, at: datetime) -> Path:
    file = settings.backup_folder / f"{_BEFORE}{version}-{backups.stamp(at)}.backup"
    try:
        backups.save(settings.database.url, file)
    except EarshotError as error:
        raise StorageError(
            f"The database was not migrated, because no copy could be made first: {error} Mend that, or set "
            "before_migration = false under [backup]."
        ) from error
    log.info("backed_up", file=str(file), schema=version)
    return file


def _forget_old(settings: Settings) -> None:
    folder = settings.backup_folder
    copies = sorted(folder.glob(f"{_BEFORE}*.backup"), key=lambda copy: copy.stat().st_mtime)
    for old in copies[: -settings.backup.keep]:
        old.unlink(missing_ok=True)
        log.info("backup_removed", file=str(old))
