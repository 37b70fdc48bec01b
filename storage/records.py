"""What source systems said of people: kept unchanged, version by version; each new person becomes a customer."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update

from domain.customer import CustomerRecord, Grade, LinkState
from storage import tombstones
from storage.cipher import Cipher
from storage.column_types import cipher_for
from storage.database import Tx
from storage.folding import fold_email, fold_handle, fold_name, fold_phone
from storage.tables import (
    ContactRow,
    CustomerRow,
    LinkRow,
    MembershipRow,
    NameRow,
    RecordRow,
    RecordVersionRow,
)
from storage.upserts import CHUNK, chunks, upsert


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many records were new, had changed, were known as they are, or are of people who were forgotten."""

    added: int
    changed: int
    unchanged: int
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """A record on its way in: which record of ours it is, and as which version."""

    record: CustomerRecord
    id: str
    version: int
    origin: str
    digest: str


def add_record(tx: Tx, record: CustomerRecord, *, at: datetime) -> str:
    """Store what a source said of one person, and return the id of the customer that it belongs to.

    The person must not have been forgotten.
    """
    add_records(tx, [record], at=at)
    belongs = select(MembershipRow.customer_id).join(RecordRow, RecordRow.id == MembershipRow.record_id)
    return tx.scalars(belongs.where(RecordRow.origin == _origin(_cipher(tx), record))).one()


def add_records(tx: Tx, records: Sequence[CustomerRecord], *, at: datetime) -> ImportCounts:
    """Store records in bulk.

    A person whom the source never named before becomes a customer. Changed content is a new version of the record,
    which stays with its customer; the same content again does nothing. Accounts wait until they are seen. The record
    of a person who was forgotten is left out.
    """
    added = changed = unchanged = forgotten = 0
    cipher = _cipher(tx)
    for told in _batches(records, cipher):
        gone = tombstones.standing(tx, list(told))
        batch = {origin: record for origin, record in told.items() if origin not in gone}
        known = {row.origin: row for row in tx.scalars(select(RecordRow).where(RecordRow.origin.in_(batch)))}
        new: list[_Told] = []
        newer: list[_Told] = []
        for origin, record in batch.items():
            row, digest = known.get(origin), _digest(cipher, record)
            if row is None:
                new.append(_Told(record, _new_id(), 1, origin, digest))
            elif row.digest != digest:
                newer.append(_Told(record, row.id, row.version + 1, origin, digest))
        _add_new(tx, new, at)
        _add_newer(tx, newer, at)
        added, changed = added + len(new), changed + len(newer)
        unchanged += len(batch) - len(new) - len(newer)
        forgotten += len(gone)
    return ImportCounts(added, changed, unchanged, forgotten)


def with_origins(tx: Tx, origins: Sequence[str]) -> list[str]:
    """Return the ids of the records with these origins."""
    found: list[str] = []
    for some in chunks(origins):
        found += tx.scalars(select(RecordRow.id).where(RecordRow.origin.in_(some)))
    return found


def oldest(tx: Tx, customer_id: str) -> str | None:
    """Return the record of a customer on which our own facts of her hang; None where she is not known any more."""
    hers = select(MembershipRow.record_id).where(MembershipRow.customer_id == customer_id)
    return tx.scalar(hers.order_by(MembershipRow.since, MembershipRow.record_id).limit(1))


def origin_of(tx: Tx, source: str, source_id: str) -> str:
    """Return the origin that a record of this source has, or would have."""
    return _blind_origin(_cipher(tx), source, source_id)


def blinds_of(tx: Tx, text: str) -> list[str]:
    """Return where the blind index would have this text: as a source's id, an e-mail address or a phone number."""
    cipher = _cipher(tx)
    found = [_blind_id(cipher, text)]
    if "@" in text:
        found.append(_blind_email(cipher, text))
    if fold_phone(text) and not any(c.isalpha() for c in text):
        found.append(_blind_phone(cipher, text))
    return found


def to_list(texts: Sequence[str]) -> str:
    """Write texts as one, so that they can be encrypted together."""
    return json.dumps(texts, ensure_ascii=False)


def from_list(stored: str) -> tuple[str, ...]:
    """Read what `to_list` has written."""
    return tuple(json.loads(stored))


def _add_new(tx: Tx, told: Sequence[_Told], at: datetime) -> None:
    customers = {one.id: _new_id() for one in told}
    upsert(
        tx,
        CustomerRow,
        [
            {"id": customers[one.id], "value": one.record.value, "currency": one.record.currency, "since": at}
            for one in told
        ],
    )
    _write(tx, told, at)
    upsert(
        tx,
        MembershipRow,
        [{"record_id": one.id, "customer_id": customers[one.id], "since": at} for one in told],
    )


def _add_newer(tx: Tx, told: Sequence[_Told], at: datetime) -> None:
    if not told:
        return
    ids = [one.id for one in told]
    tx.execute(delete(ContactRow).where(ContactRow.record_id.in_(ids)))
    tx.execute(delete(NameRow).where(NameRow.record_id.in_(ids)))
    for one in told:
        named = [(account.platform, fold_handle(account.handle)) for account in one.record.accounts]
        for link in tx.scalars(select(LinkRow).where(LinkRow.record_id == one.id, LinkRow.by.is_(None))):
            if (link.platform, link.handle_folded) not in named and link.grade is Grade.SUPPLIED:
                _set_link(tx, link, LinkState.REMOVED, at)
            elif (link.platform, link.handle_folded) in named and link.state is LinkState.REMOVED:
                _set_link(tx, link, LinkState.AWAITING, at)
    _write(tx, told, at)
    members = select(MembershipRow.customer_id).where(MembershipRow.record_id.in_(ids)).distinct()
    for customer_id in tx.scalars(members).all():
        _sum_up(tx, customer_id)


def _write(tx: Tx, told: Sequence[_Told], at: datetime) -> None:
    """Write the records, their versions, and what finds them."""
    cipher = _cipher(tx)
    upsert(tx, RecordRow, [_record_values(one) for one in told], update=["version", "digest"])
    upsert(tx, RecordVersionRow, [_version_values(one, at) for one in told])
    upsert(tx, ContactRow, [{"record_id": one.id, "blind": b} for one in told for b in _blinds(cipher, one.record)])
    upsert(tx, NameRow, [{"record_id": one.id, "folded": f" {f}"} for one in told for f in _folded(one.record)])
    upsert(tx, LinkRow, [values for one in told for values in _link_values(one, at)])


def _set_link(tx: Tx, link: LinkRow, state: LinkState, at: datetime) -> None:
    tx.execute(update(LinkRow).where(LinkRow.id == link.id).values(state=state, author_key=None, since=at))


def _sum_up(tx: Tx, customer_id: str) -> None:
    """Add up what the latest versions say a customer is worth, if they speak of one currency."""
    said = tx.execute(
        select(RecordVersionRow.value, RecordVersionRow.currency)
        .join(RecordRow, (RecordRow.id == RecordVersionRow.record_id) & (RecordRow.version == RecordVersionRow.version))
        .join(MembershipRow, MembershipRow.record_id == RecordRow.id)
        .where(MembershipRow.customer_id == customer_id, RecordVersionRow.value.is_not(None))
    ).all()
    currencies = {currency for _, currency in said}
    value = sum((amount or 0 for amount, _ in said), start=Decimal(0)) if len(currencies) == 1 else None
    currency = currencies.pop() if len(currencies) == 1 else None
    tx.execute(update(CustomerRow).where(CustomerRow.id == customer_id).values(value=value, currency=currency))


def _record_values(one: _Told) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.record.source,
        "source_id": one.record.source_id,
        "origin": one.origin,
        "version": one.version,
        "digest": one.digest,
    }


def _version_values(one: _Told, at: datetime) -> dict[str, Any]:
    said = one.record
    return {
        "record_id": one.id,
        "version": one.version,
        "names": list(said.names),
        "emails": to_list(said.emails),
        "phones": to_list(said.phones),
        "addresses": to_list(said.addresses),
        "notes": said.notes,
        "accounts": [[account.platform, account.handle] for account in said.accounts],
        "value": said.value,
        "currency": said.currency,
        "at": at,
    }


def _link_values(one: _Told, at: datetime) -> Iterator[dict[str, Any]]:
    for account in one.record.accounts:
        yield {
            "id": _new_id(),
            "record_id": one.id,
            "platform": account.platform,
            "handle": account.handle,
            "handle_folded": fold_handle(account.handle),
            "grade": Grade.SUPPLIED,
            "state": LinkState.AWAITING,
            "evidence": f"supplied by {one.record.source}",
            "since": at,
        }


def _blinds(cipher: Cipher, record: CustomerRecord) -> set[str]:
    emails = {_blind_email(cipher, address) for address in record.emails}
    phones = {_blind_phone(cipher, number) for number in record.phones}
    return {_blind_id(cipher, record.source_id), *emails, *phones}


def _blind_id(cipher: Cipher, source_id: str) -> str:
    return cipher.blind(f"id {source_id.strip().casefold()}")


def _blind_email(cipher: Cipher, address: str) -> str:
    return cipher.blind(f"email {fold_email(address)}")


def _blind_phone(cipher: Cipher, number: str) -> str:
    return cipher.blind(f"phone {fold_phone(number)}")


def _folded(record: CustomerRecord) -> set[str]:
    return {folded for name in record.names if (folded := fold_name(name))}


def _batches(records: Sequence[CustomerRecord], cipher: Cipher) -> Iterator[Mapping[str, CustomerRecord]]:
    """Cut into batches by origin in which nobody is named twice, as a second record of a person is a newer version."""
    batch: dict[str, CustomerRecord] = {}
    for record in records:
        origin = _origin(cipher, record)
        if origin in batch or len(batch) == CHUNK:
            yield batch
            batch = {}
        batch[origin] = record
    yield batch


def _origin(cipher: Cipher, record: CustomerRecord) -> str:
    return _blind_origin(cipher, record.source, record.source_id)


def _blind_origin(cipher: Cipher, source: str, source_id: str) -> str:
    return cipher.blind(json.dumps([source, source_id]))


def _digest(cipher: Cipher, record: CustomerRecord) -> str:
    return cipher.blind(json.dumps(asdict(record), default=str))


def _cipher(tx: Tx) -> Cipher:
    return cipher_for(tx.get_bind().dialect)


def _new_id() -> str:
    return secrets.token_hex(8)
