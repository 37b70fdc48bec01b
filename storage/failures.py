"""Says what a database error means and what to do about it."""

from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from domain.errors import StorageError

_FREE = "Free some space; nothing was stored, and Earshot goes on by itself"
_MIGRATE = "Migrate it first, as `python run.py start` does"

_SQLITE = (
    ("database is locked", "is locked by another process", "Stop the other program that holds it open, then try again"),
    ("disk is full", "has no space left on its disk", _FREE),
    ("disk i/o error", "cannot be read or written (disk I/O error)", "Check the disk and its free space"),
    ("readonly database", "is read-only", "Let the user who runs Earshot write the file and its folder"),
    ("not a database", "is not a database", "Name another file in [database] url, or restore a backup"),
    ("malformed", "is damaged", "Stop Earshot and restore a backup"),
    ("unable to open", "cannot be opened", "Let the user who runs Earshot read and write the file and its folder"),
    ("no such table", "has not been prepared", _MIGRATE),
)
"""What SQLite says, what it means, what to do (https://sqlite.org/rescode.html)."""

_POSTGRES = (
    ("28", "refuses the user or the password", "Check both in [database] url"),
    ("3D000", "does not exist", "Create it with `createdb`, or name another one in [database] url"),
    ("42501", "does not permit this to the user", "Make the user the owner of the database"),
    ("42P01", "has not been prepared", _MIGRATE),
    ("53100", "has no space left on its disk", _FREE),
    ("53300", "has no connection left", "Raise max_connections or stop other programs that use it"),
    ("25006", "is read-only", "Name the primary server in [database] url, not a standby"),
    ("40", "was busy with a conflicting change", "Try again; nothing was stored"),
    ("55P03", "is locked by another process", "Try again; nothing was stored"),
    ("57P", "is shutting down or starting", "Try again when it is up; nothing was stored"),
    ("XX", "is damaged", "Look into the server's log and restore a backup"),
)
"""SQLSTATE prefixes, what they mean, what to do (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


def explain(error: SQLAlchemyError, url: str) -> StorageError:
    """Make the error that people see; `url` has its password masked."""
    what, fix = _meaning(error)
    return StorageError(f"The database {url} {what}. {fix}.")


def _meaning(error: SQLAlchemyError) -> tuple[str, str]:
    if isinstance(error, NoSuchModuleError | ArgumentError):
        return (
            "has an address that Earshot cannot use",
            "Write sqlite:///path/to/earshot.db or postgresql://user@host/name",
        )
    cause = error.orig if isinstance(error, DBAPIError) else None
    if cause is None:
        return f"refused a statement of Earshot's ({error})", "This is a fault in Earshot: please report it"
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        known = next((known for known in _POSTGRES if state.startswith(known[0])), None)
    else:
        said = str(cause).lower()
        known = next((known for known in _SQLITE if known[0] in said), None)
    if known:
        return known[1:]
    first_line = str(cause).partition("\n")[0]
    if isinstance(error, IntegrityError):
        return f"refused a row ({first_line})", "Nothing was stored; this is a fault in Earshot: please report it"
    if "psycopg" in type(cause).__module__:
        return f"cannot be reached ({first_line})", "Check that the server runs and that [database] url is right"
    return f"failed ({first_line})", "Nothing was stored"
