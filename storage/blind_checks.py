"""Blind checks: what was drawn, who looks at which post now, and what people said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, insert, or_, select, tuple_, update

from domain.blind_check import BlindCheck, BlindItem, Candidate, Drawn
from domain.case import Verdict
from domain.mention import Mention, MentionId
from storage.database import Tx
from storage.sightings import read, sightings
from storage.tables import (
    AuthorRow,
    BlindAnswerRow,
    BlindCheckRow,
    BlindItemRow,
    MentionRow,
    PredictionRow,
    SightingRow,
)
from storage.upserts import insert_new

_STANDING = BlindItemRow.finished_at.is_(None), BlindItemRow.mention_id.is_not(None)


@dataclass(frozen=True, slots=True)
class Item:
    """A drawn post as people see it; `mention` is None where it was erased, `held_by` who was shown it last."""

    number: int
    check_id: str
    place: int
    mention: Mention | None
    held_by: str | None
    finished: bool
    answers: Mapping[str, str]


def candidates(
    tx: Tx, *, brand: str, start: datetime, end: datetime, calling: Mapping[str, Sequence[str]]
) -> list[Candidate]:
    """Return what may be drawn of a brand's posts in [start, end): not our own, no repost, no bot, a known language.

    `calling` names the labels by which a post counts as called.
    """
    labels = [(task, label) for task, each in calling.items() for label in each]
    called = exists().where(
        PredictionRow.mention_id == SightingRow.mention_id,
        PredictionRow.brand == SightingRow.brand,
        PredictionRow.current,
        tuple_(PredictionRow.task, PredictionRow.label).in_(labels),
    )
    found = (
        select(SightingRow.mention_id, called)
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
        .where(SightingRow.brand == brand, SightingRow.posted_at >= start, SightingRow.posted_at < end)
        .where(SightingRow.verdict != Verdict.OWN, SightingRow.language_supported)
        .where(MentionRow.repost_of.is_(None), ~AuthorRow.automated)
    )
    return [Candidate(MentionId(mention_id), bool(said)) for mention_id, said in tx.execute(found)]


def is_drawn(tx: Tx, *, brand: str, week: date) -> bool:
    """Tell whether the brand has its check of that week, be it an empty one."""
    of_week = BlindCheckRow.brand == brand, BlindCheckRow.week == week
    return tx.scalar(select(BlindCheckRow.id).where(*of_week)) is not None


def add(tx: Tx, check_id: str, drawn: Sequence[Drawn], *, brand: str, week: date, at: datetime) -> bool:
    """Store a check with what the models say now of the drawn posts; False where the week has one already."""
    if not insert_new(tx, BlindCheckRow, {"id": check_id, "brand": brand, "week": week, "drawn_at": at}):
        return False
    of_these = SightingRow.mention_id.in_([one.mention_id for one in drawn]), SightingRow.brand == brand
    seen = {one.mention.id: one for one in read(tx, sightings().where(*of_these))}
    said = _said_by_models(tx, list(seen), brand=brand)
    rows: list[dict[str, Any]] = [
        {
            "check_id": check_id,
            "place": place,
            "mention_id": one.mention_id,
            "called": one.called,
            "probability": one.probability,
            "verdict": seen[one.mention_id].triage.verdict,
            "kind": seen[one.mention_id].triage.kind,
            "said": said.get(one.mention_id, {}),
            "skipped_by": [],
        }
        for place, one in enumerate((one for one in drawn if one.mention_id in seen), 1)
    ]
    if rows:
        tx.execute(insert(BlindItemRow), rows)
    return True


def _said_by_models(tx: Tx, mention_ids: Sequence[MentionId], *, brand: str) -> dict[str, dict[str, str]]:
    """Return the models' labels by post and task, without what people corrected."""
    of_these = PredictionRow.mention_id.in_(mention_ids), PredictionRow.brand == brand, PredictionRow.current
    said: dict[str, dict[str, str]] = {}
    for mention_id, task, label in tx.execute(
        select(PredictionRow.mention_id, PredictionRow.task, PredictionRow.label).where(*of_these)
    ):
        said.setdefault(mention_id, {})[task] = label
    return said


def get(tx: Tx, check_id: str) -> BlindCheck | None:
    """Return a check with how far it is."""
    row = tx.scalar(select(BlindCheckRow).where(BlindCheckRow.id == check_id))
    if row is None:
        return None
    done = func.count(BlindItemRow.finished_at)
    standing = func.count(case((and_(*_STANDING), 1)))
    finished, waiting = tx.execute(select(done, standing).where(BlindItemRow.check_id == check_id)).one()
    return BlindCheck(row.id, row.brand, row.week, total=finished + waiting, done=finished)


def take(tx: Tx, check_id: str, *, by: str, at: datetime, hold: timedelta) -> int | None:
    """Hold the next open item for a person: first the one that she holds, none that she skipped or others hold.

    What somebody left half answered for longer than `hold` begins anew. Returns its number.
    """
    free = or_(BlindItemRow.held_by.is_(None), BlindItemRow.held_by == by, BlindItemRow.held_until <= at)
    own_first = case((BlindItemRow.held_by == by, 0), else_=1)
    waiting = select(BlindItemRow).where(BlindItemRow.check_id == check_id, *_STANDING, free)
    for item in tx.scalars(waiting.order_by(own_first, BlindItemRow.place)).all():
        if by in item.skipped_by:
            continue
        held = update(BlindItemRow).where(BlindItemRow.number == item.number, *_STANDING, free)
        values = held.values(held_by=by, held_until=at + hold)
        if tx.scalar(values.returning(BlindItemRow.number)) is None:  # somebody was faster
            continue
        if item.held_by != by:
            tx.execute(delete(BlindAnswerRow).where(BlindAnswerRow.item == item.number))
        return item.number
    return None


def item(tx: Tx, number: int) -> Item | None:
    """Return one drawn post, kept from other writers until the commit; None where there is none of that number."""
    row = tx.scalar(select(BlindItemRow).where(BlindItemRow.number == number).with_for_update())
    if row is None:
        return None
    seen = read(tx, sightings().where(SightingRow.mention_id == row.mention_id).limit(1)) if row.mention_id else []
    return Item(
        number=number,
        check_id=row.check_id,
        place=row.place,
        mention=seen[0].mention if seen else None,
        held_by=row.held_by,
        finished=row.finished_at is not None,
        answers=_answers(tx, [number]).get(number, {}),
    )


def answer(tx: Tx, number: int, *, task: str, label: str, by: str, at: datetime) -> bool:
    """Keep an answer; False where the question has one already."""
    return insert_new(tx, BlindAnswerRow, {"item": number, "task": task, "label": label, "by": by, "at": at})


def finish(tx: Tx, number: int, *, at: datetime) -> None:
    """Call an item judged."""
    tx.execute(update(BlindItemRow).where(BlindItemRow.number == number).values(finished_at=at))


def skip(tx: Tx, number: int, *, by: str) -> None:
    """Leave an item to others; what was answered of it is forgotten."""
    skipped = tx.scalar(select(BlindItemRow.skipped_by).where(BlindItemRow.number == number)) or []
    left = update(BlindItemRow).where(BlindItemRow.number == number)
    tx.execute(left.values(skipped_by=sorted({*skipped, by}), held_by=None, held_until=None))
    tx.execute(delete(BlindAnswerRow).where(BlindAnswerRow.item == number))


def items(tx: Tx, *, brand: str, since: date, at: datetime) -> list[BlindItem]:
    """Return what was drawn in the checks of the weeks since that Monday, judged by then or not."""
    chosen = (
        select(BlindItemRow)
        .join(BlindCheckRow, BlindCheckRow.id == BlindItemRow.check_id)
        .where(BlindCheckRow.brand == brand, BlindCheckRow.week >= since, BlindCheckRow.drawn_at <= at)
        .order_by(BlindItemRow.number)
    )
    rows = tx.scalars(chosen).all()
    judged = [row.number for row in rows if row.finished_at is not None and row.finished_at <= at]
    answers = _answers(tx, judged)
    return [
        BlindItem(
            check_id=row.check_id,
            called=row.called,
            probability=row.probability,
            counted=row.verdict is not Verdict.REVIEW,
            kind=row.kind,
            said=row.said,
            answers=answers.get(row.number, {}),
        )
        for row in rows
    ]


def _answers(tx: Tx, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in tx.scalars(select(BlindAnswerRow).where(BlindAnswerRow.item.in_(numbers))):
        found.setdefault(row.item, {})[row.task] = row.label
    return found
