"""Says what a database error means and what to do about it."""

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError, StatementError

from domain.errors import StorageError

_FREE = "Free some space; nothing was stored, and Earshot goes on by itself"
_FAULT = "Nothing was stored; this is a fault in Earshot: please report it"
_MIGRATE = "Migrate it first, as `python run.py start` does"

_SQLITE = (
    ("database is locked", "is locked by another process", "Stop the other program that holds it open, then try again"),
    ("disk is full", "has no space left on its disk", _FREE),
    ("disk i/o error", "cannot be read or written (disk I/O error)", "Check the disk and its free space"),
    ("readonly database", "is read-only", "Let the user who runs Earshot write the file and its folder"),
    ("not a database", "is not a database", "Name another file in [database] url, or restore a backup"),
    ("malformed", "is damaged", "Stop Earshot and restore a backup"),
    ("unable to open", "cannot be opened", "Let the user who runs Earshot read and write the file and its folder"),
    ("append-only", "keeps its audit log as it is", "Entries are only ever added; nothing was changed"),
    ("no such table", "has not been prepared", _MIGRATE),
)
"""What SQLite says, what it means, what to do (https://sqlite.org/rescode.html)."""

_POSTGRES = (
    ("23001", "keeps its audit log as it is", "Entries are only ever added; nothing was changed"),
    ("42501", "does not permit this to the user", "Make the user the owner of the database"),
    ("42P01", "has not been prepared", _MIGRATE),
    ("53100", "has no space left on its disk", _FREE),
    ("53300", "has no connection left", "Raise max_connections or stop other programs that use it"),
    ("25006", "is read-only", "Name the primary server in [database] url, not a standby"),
    ("40", "was busy with a conflicting change", "Try again; nothing was stored"),
    ("55P03", "is locked by another process", "Try again; nothing was stored"),
    ("57P", "is shutting down or starting", "Try again when it is up; nothing was stored"),
    ("XX001", "is damaged", "Look into the server's log and restore a backup"),
    ("XX002", "has a damaged index", "Look into the server's log and run REINDEX"),
)
"""SQLSTATE prefixes, what they mean, what to do (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


def explain(error: SQLAlchemyError, url: str) -> StorageError:
    """Make the error that people see; `url` has its password masked."""
    what, fix = _meaning(error)
    return StorageError(f"The database {url} {what}. {fix}.")


def _meaning(error: SQLAlchemyError) -> tuple[str, str]:
    if not isinstance(error, DBAPIError) or error.orig is None:
        reason = error.orig if isinstance(error, StatementError) else error
        return f"was asked for something impossible ({reason})", _FAULT
    said, _, _ = str(error.orig).partition("\n")
    known = _known(error, said)
    if known is not None:
        return known
    if isinstance(error, IntegrityError):
        return f"refused a row ({said})", _FAULT
    return f"failed ({said})", "Nothing was stored"


def _known(error: DBAPIError, said: str) -> tuple[str, str] | None:
    if "psycopg" not in type(error.orig).__module__:
        return next(((what, fix) for sign, what, fix in _SQLITE if sign in said.lower()), None)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return next(((what, fix) for sign, what, fix in _POSTGRES if state.startswith(sign)), None)
    if "FATAL:" in said:  # the server answers, but psycopg keeps no SQLSTATE of a connection that it refuses
        refusal = said.rpartition("FATAL:")[2].strip()
        return f"refuses the connection ({refusal})", "Check user, password and database name in [database] url"
    if isinstance(error, OperationalError):
        return f"cannot be reached ({said})", "Check that the server runs and that [database] url is right"
    return None
