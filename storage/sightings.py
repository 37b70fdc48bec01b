"""Posts as seen for a brand, between domain values and rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row as Joined
from sqlalchemy import Select, select

from domain.case import SeenMention, Triage
from domain.mention import Author, Mention, MentionId
from domain.prediction import Prediction, Predictions
from storage import corrections, labels
from storage.column_types import storable
from storage.corrections import Correction
from storage.database import Tx
from storage.tables import AuthorRow, MentionRow, PredictionRow, SightingRow
from storage.upserts import chunks

Rows = tuple[SightingRow, MentionRow, AuthorRow]


def sightings() -> Select[*Rows]:
    """Select posts with their authors as seen for brands; the caller adds conditions, order and limit."""
    return (
        select(SightingRow, MentionRow, AuthorRow)
        .join(MentionRow, MentionRow.id == SightingRow.mention_id)
        .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
    )


def read(tx: Tx, statement: Select[*Rows]) -> list[SeenMention]:
    """Run a selection of `sightings` and add what models and people say now, in the statement's order."""
    rows = tx.execute(statement).all()
    ids = [sighting.mention_id for sighting, _, _ in rows]
    said, corrected = _predictions(tx, ids), corrections.latest(tx, ids)
    keys = [(sighting.mention_id, sighting.brand) for sighting, _, _ in rows]
    return [_seen(row, said.get(key, ()), corrected.get(key, {})) for row, key in zip(rows, keys, strict=True)]


def by_models(tx: Tx, mention_id: str, *, brand: str) -> list[Prediction]:
    """Return what the models say that count, whatever people said since, by task."""
    return [_prediction(row) for row in _predictions(tx, [mention_id]).get((mention_id, brand), ())]


def to_author(row: AuthorRow) -> Author:
    """Make the author of its row."""
    return Author(
        platform=row.platform,
        user_id=row.user_id,
        handle=row.handle,
        name=row.name,
        followers=row.followers,
        verified=row.verified,
        automated=row.automated,
        url=row.url,
    )


def to_mention(row: MentionRow, author: AuthorRow) -> Mention:
    """Make the post of its row and its author's."""
    return Mention(
        id=MentionId(row.id),
        author=to_author(author),
        text=row.text,
        url=row.url,
        posted_at=row.posted_at,
        thread_id=row.thread_id,
        reply_to=None if row.reply_to is None else MentionId(row.reply_to),
        repost_of=None if row.repost_of is None else MentionId(row.repost_of),
        language=row.language,
        edited_at=row.edited_at,
        summons=tuple(row.summons or ()),
    )


def _seen(row: Joined[*Rows], said: Iterable[PredictionRow], corrected: Mapping[str, Correction]) -> SeenMention:
    sighting, mention, author = row
    by_model = {p.task: _prediction(p) for p in said}
    items = by_model | {task: _by_a_person(c, by_model.get(task)) for task, c in corrected.items()}
    predictions = Predictions(
        items=tuple(items[task] for task in sorted(items)),
        language=sighting.language,
        language_supported=sighting.language_supported,
    )
    triage = Triage(sighting.verdict, sighting.reason, sighting.kind, sighting.urgency)
    return SeenMention(
        to_mention(mention, author),
        sighting.brand,
        predictions,
        triage,
        sighting.case_id,
        sighting.copy_of,
        late=sighting.late,
    )


def _prediction(row: PredictionRow) -> Prediction:
    probabilities: dict[str, Any] = row.probabilities
    reasons = None if row.reasons is None else tuple(row.reasons)
    return Prediction(row.task, row.label, row.score, row.unsure, row.model, row.rival, probabilities, reasons)


def _by_a_person(correction: Correction, by_model: Prediction | None) -> Prediction:
    """Put a person's word in the place of the model's; the rival that was found in the text stays."""
    said = Prediction(correction.task, correction.label, score=1.0, unsure=False, model="", by=correction.by)
    return said if by_model is None else replace(said, rival=by_model.rival)


def _predictions(tx: Tx, mention_ids: Sequence[str]) -> dict[tuple[str, str], list[PredictionRow]]:
    said: dict[tuple[str, str], list[PredictionRow]] = {}
    for some in chunks(list(dict.fromkeys(mention_ids))):
        of_these = select(PredictionRow).where(PredictionRow.mention_id.in_(some), PredictionRow.current)
        for row in tx.scalars(of_these.order_by(PredictionRow.task)):
            said.setdefault((row.mention_id, row.brand), []).append(row)
    return said


def author_values(author: Author, at: datetime) -> dict[str, Any]:
    """Make the author's row."""
    return {
        "key": author.key,
        "platform": author.platform,
        "user_id": author.user_id,
        "handle": author.handle,
        "name": author.name,
        "followers": author.followers,
        "verified": author.verified,
        "automated": author.automated,
        "url": author.url,
        "seen_at": at,
    }


def mention_values(mention: Mention) -> dict[str, Any]:
    """Make the post's row."""
    return {
        "id": mention.id,
        "author_key": mention.author.key,
        "text": mention.text,
        "url": mention.url,
        "posted_at": mention.posted_at,
        "thread_id": mention.thread_id,
        "reply_to": mention.reply_to,
        "repost_of": mention.repost_of,
        "language": mention.language,
        "edited_at": mention.edited_at,
        "summons": list(mention.summons),
        "platform": mention.platform,
    }


def sighting_values(seen: SeenMention, stream: str | None, at: datetime) -> dict[str, Any]:
    """Make the row that says how the post was seen."""
    return {
        "mention_id": seen.mention.id,
        "brand": seen.brand,
        "verdict": seen.triage.verdict,
        "reason": seen.triage.reason,
        "kind": seen.triage.kind,
        "urgency": seen.triage.urgency,
        "case_id": seen.case_id,
        "copy_of": seen.copy_of,
        "stream": stream,
        "posted_at": seen.mention.posted_at,
        "seen_at": at,
        "late": seen.late,
        "language": seen.predictions.language,
        "language_supported": seen.predictions.language_supported,
        **labels.label_values(seen.predictions, kind=seen.triage.kind),
    }


def prediction_values(mention_id: MentionId, brand: str, predictions: Predictions) -> list[dict[str, Any]]:
    """Make a row for each task."""
    return [
        {
            "mention_id": mention_id,
            "brand": brand,
            "task": p.task,
            "model": p.model,
            "label": p.label,
            "score": p.score,
            "unsure": p.unsure,
            "rival": p.rival,
            "probabilities": dict(p.probabilities),
            "reasons": None if p.reasons is None else [storable(reason) for reason in p.reasons],
            "current": True,
        }
        for p in predictions.items
    ]
