"""Customers from a CSV file: every row is read and judged first, and then all are stored in one commit or none."""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

from domain.brand import Account
from domain.customer import CustomerRecord
from domain.errors import InputError
from flows.house import House
from storage import audit
from storage.records import ImportCounts, add_records

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 1_000_000

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id", "source_id", "customer_id", "contact_id", "external_id", "record_id"),
        "name": ("name", "full_name", "customer_name"),
        "first_name": ("first_name", "firstname", "given_name"),
        "last_name": ("last_name", "lastname", "surname", "family_name"),
        "email": ("email", "e_mail", "email_address", "mail"),
        "phone": ("phone", "phone_number", "mobile", "telephone"),
        "address": ("address", "street_address", "postal_address"),
        "x": ("x", "x_handle", "twitter", "twitter_handle", "twitter_username"),
        "reddit": ("reddit", "reddit_handle", "reddit_username", "reddit_user"),
        "value": ("value", "customer_value", "lifetime_value", "ltv", "clv", "total_spent"),
        "currency": ("currency", "currency_code"),
        "notes": ("notes", "note", "comment"),
    }
)
"""Our fields and the column names that are understood for them, in any case, with spaces or hyphens for `_`."""

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row cannot be taken. `line` counts the file's lines from 1, the header's included."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with errors did not do. `ignored` are columns that mean nothing to us."""

    rows: int
    counts: ImportCounts = field(default_factory=lambda: ImportCounts(0, 0, 0))
    errors: tuple[RowError, ...] = ()
    ignored: tuple[str, ...] = ()
    stored: bool = False


def import_customers(
    path: Path,
    *,
    house: House,
    mapping: Path | None = None,
    source: str = "csv",
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> ImportReport:
    """Import a CSV file. With one bad row nothing is stored; a row that came before and has not changed does nothing.

    `progress` is told how many rows are read or stored.

    Raises:
        InputError: the file or the mapping cannot be read at all.
    """
    reader = _reader(_text_of(path), path)
    fields, ignored = _columns(list(reader.fieldnames or ()), _read_mapping(mapping), path)
    found: dict[str, CustomerRecord] = {}
    errors: list[RowError] = []
    for row in _rows(reader, path):
        try:
            record = _record(row, fields, source)
            if record.source_id in found:
                raise ValueError(f"the id {record.source_id!r} stands in an earlier line already")
        except ValueError as error:
            errors.append(RowError(reader.line_num, str(error)))
            continue
        found[record.source_id] = record
        progress(len(found))
    report = ImportReport(rows=len(found) + len(errors), errors=tuple(errors), ignored=tuple(ignored))
    if errors or dry_run:
        return report
    return _store(list(found.values()), report, house)


def _store(found: list[CustomerRecord], report: ImportReport, house: House) -> ImportReport:
    now = house.clock()
    with house.database.write() as tx:
        counts = add_records(tx, found, at=now)
        detail = f"added {counts.added}, changed {counts.changed}"
        audit.append(
            tx, at=now, actor="operator", action="import", subject="customers", detail=detail, secret=house.secret
        )
    return ImportReport(rows=report.rows, counts=counts, ignored=report.ignored, stored=True)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: is larger than {MAX_BYTES // 1024**2} MiB; split it.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 (byte {error.start}). Save it as CSV UTF-8.") from None


def _reader(text: str, path: Path) -> "csv.DictReader[str]":
    header = text.split("\n", 1)[0]
    if not header.strip():
        raise InputError(f"{path}: is empty; the first line must name the columns, as in id,name,email,x,value.")
    delimiter = max(",;\t", key=header.count)
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _rows(reader: "csv.DictReader[str]", path: Path) -> Iterator[dict[str, str]]:
    try:
        for count, row in enumerate(reader, 1):
            if count > MAX_ROWS:
                raise InputError(f"{path}: has more than {MAX_ROWS:,} rows; split it.")
            yield row
    except csv.Error as error:
        raise InputError(
            f"{path}: line {reader.line_num} is not valid CSV ({error}); mend it and import again."
        ) from None


def _columns(names: Sequence[str], mapping: Mapping[str, str], path: Path) -> tuple[dict[str, str], list[str]]:
    """Find our fields among the file's columns; returns field -> column, and the columns without a meaning."""
    fields: dict[str, str] = {}
    for ours, aliases in COLUMNS.items():
        wanted = mapping.get(ours)
        if wanted is not None and wanted not in names:
            raise InputError(
                f"{path}: has no column {wanted!r}, which the mapping names for {ours}. It has: {', '.join(names)}."
            )
        column = wanted or next((n for n in names if _plain(n) in aliases), None)
        if column is not None:
            fields[ours] = column
    if not {"id", "email"} & fields.keys():
        known = ", ".join(COLUMNS["id"] + COLUMNS["email"])
        raise InputError(f"{path}: needs a column with an id or an e-mail address (one of {known}), or a mapping.")
    return fields, [n for n in names if n not in fields.values()]


def _plain(name: str) -> str:
    return "_".join(name.strip().casefold().replace("-", " ").replace("_", " ").split())


def _read_mapping(path: Path | None) -> Mapping[str, str]:
    """Read a TOML file whose table `[columns]` says `ours = "theirs"`."""
    if path is None:
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("columns", {})
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not valid TOML: {error}.") from None
    unknown = set(table) - set(COLUMNS)
    if unknown or not table:
        raise InputError(
            f"{path}: needs a table [columns] with some of: {', '.join(COLUMNS)}."
            + (f" It names {', '.join(sorted(unknown))}." if unknown else "")
        )
    return {ours: str(theirs) for ours, theirs in table.items()}


def _record(row: Mapping[str, str | None], fields: Mapping[str, str], source: str) -> CustomerRecord:
    """Make a record of a row; raises ValueError with the reason."""
    if None in row:
        raise ValueError("has more cells than the header; quote the cells that hold the delimiter")

    def cell(ours: str) -> str:
        return (row.get(fields.get(ours, "")) or "").strip()

    email = cell("email")
    if email and not _EMAIL.fullmatch(email):
        raise ValueError(f"{fields['email']} = {email!r} is no e-mail address")
    source_id = cell("id") or email.casefold()
    if not source_id:
        raise ValueError("has neither an id nor an e-mail address")
    name = cell("name") or " ".join(filter(None, (cell("first_name"), cell("last_name"))))
    return CustomerRecord(
        source=source,
        source_id=source_id,
        names=(name,) if name else (),
        emails=(email,) if email else (),
        phones=(cell("phone"),) if cell("phone") else (),
        addresses=(cell("address"),) if cell("address") else (),
        accounts=tuple(Account(p, _handle(cell(p), fields[p])) for p in ("x", "reddit") if cell(p)),
        value=_amount(cell("value"), fields.get("value", "")),
        currency=cell("currency").upper() or None,
        notes=cell("notes"),
    )


def _handle(text: str, column: str) -> str:
    handle = re.sub(r"^(https?://)?(www\.)?(x|twitter|reddit)\.com/", "", text, flags=re.IGNORECASE)
    handle = re.sub(r"^/?(u/|user/|@)", "", handle).rstrip("/")
    if not re.fullmatch(r"[\w-]{1,50}", handle):
        raise ValueError(f"{column} = {text!r} is no handle")
    return handle


def _amount(text: str, column: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{column} = {text!r} is no number; write it as 1234.50") from None
    if not amount.is_finite():
        raise ValueError(f"{column} = {text!r} is no number; write it as 1234.50")
    return amount
