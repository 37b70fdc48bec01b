"""Asking platforms whether what we stored still stands, as often as their rules want, and doing what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import structlog

from crm.attribution import reading
from crm.platform_rules import rules_of
from domain.clock import iso
from domain.compliance import Rechecked
from domain.errors import PlatformError
from domain.mention import Cursor, Mention, MentionId
from domain.prediction import Predictions
from domain.seams import Classify, Recheck
from flows.house import House
from flows.notices import tell_operators
from flows.removing import remove
from storage import brands, mentions, rechecks, streams
from storage.database import Tx

log = structlog.get_logger(__name__)

Rechecks = Mapping[str, Recheck]
"""What asks for stored posts, by platform."""

BEGUN, TAKEN_ALONG = 0.75, 0.5
"""Asking begins when the oldest post has waited for three quarters of its time, and takes along what has waited half:
so that jobs are few, and there is time left for one that fails."""

ROUNDS = 5
"""So many calls are made for a platform at a time."""

Edits = list[tuple[Mention, dict[str, Predictions]]]
"""Edited posts, with what the model says of each by brand."""


@dataclass(frozen=True, slots=True)
class RecheckReport:
    """What one round did. `asked` posts were answered for."""

    asked: int = 0
    edited: int = 0
    removed: int = 0
    cost_usd: Decimal = Decimal(0)

    def __add__(self, other: "RecheckReport") -> "RecheckReport":
        """Sum two reports."""
        return RecheckReport(
            self.asked + other.asked,
            self.edited + other.edited,
            self.removed + other.removed,
            self.cost_usd + other.cost_usd,
        )


def stream_of(platform: str) -> str:
    """Name what keeps the state, the failures and the spending of a platform's rechecks among the streams."""
    return f"recheck {platform}"


def recheck_due(*, rechecks: Rechecks, classify: Classify, house: House) -> RecheckReport:
    """Ask each platform for what is due, and carry on the jobs that are under way.

    A platform's failure is told once and never raised: the next round asks again.
    """
    return sum((_platform(name, recheck, classify, house) for name, recheck in rechecks.items()), RecheckReport())


def _platform(name: str, recheck: Recheck, classify: Classify, house: House) -> RecheckReport:
    total = RecheckReport()
    for _ in range(ROUNDS):
        with house.database.read() as tx:
            job, ids = _work(tx, name, recheck, house.clock())
            spent = streams.spent(tx, stream_of(name), day=house.clock().astimezone(UTC).date())
        if not ids:
            break
        budget = max(Decimal(0), house.recheck_usd.get(name, Decimal(0)) - spent.stream)
        try:
            found = recheck(ids, job=job, budget_usd=budget)
        except PlatformError as error:
            _failed(name, str(error), house)
            break
        total += _take(name, ids, job, found, classify, house)
        if found.job or not found.checked:
            break
    return total


def _work(tx: Tx, name: str, recheck: Recheck, now: datetime) -> tuple[str | None, list[MentionId]]:
    """Return the job that is under way and its posts, or the posts that are due, none as long as no one is."""
    if underway := rechecks.job(tx, name):
        return underway
    within = rules_of(name).recheck_within
    if within is None or not rechecks.due(tx, name, before=now - BEGUN * within, limit=1):
        return None, []
    return None, rechecks.due(tx, name, before=now - TAKEN_ALONG * within, limit=recheck.limit)


def _take(
    name: str, ids: Sequence[MentionId], job: str | None, found: Rechecked, classify: Classify, house: House
) -> RecheckReport:
    """Store what a platform said in one transaction, the place in its job included."""
    with house.database.read() as tx:
        changed = _edited(tx, found.present)
        seen_by = {one.id: mentions.brands_of(tx, one.id) for one in changed}
    edits: Edits = [(one, _said(one, seen_by[one.id], classify, house)) for one in changed]
    now = house.clock()
    with house.database.write() as tx:
        if found.removals:
            brands.lock(tx, sorted(brand.name for brand in house.brands))
        if job and not found.job:
            rechecks.end_job(tx, name)
        if found.job:
            rechecks.begin_job(tx, ids, found.job)
        rechecks.checked(tx, found.checked, at=now)
        keeps = rules_of(name).keeps_versions
        still = {one.id for one in _edited(tx, [one for one, _ in edits])}
        for mention, said in edits:
            if mention.id in still:
                mentions.update_text(tx, mention, said, at=now, keeps_version=keeps)
        removed = [remove(tx, one.mention_id, noticed_at=one.seen_at, house=house) for one in found.removals]
        if streams.read_ok(tx, stream_of(name), at=now, mentions=0, cost=found.cost_usd):
            log.info("recheck_recovered", platform=name)
        _tell_of_price(tx, name, found, house)
    if found.lost:
        log.warning("recheck_job_lost", platform=name, job=job)
    if removed or still:
        log.info("rechecked", platform=name, asked=len(found.checked), removed=sum(removed), edited=len(still))
    return RecheckReport(len(found.checked), len(still), sum(removed), found.cost_usd)


def _edited(tx: Tx, present: Sequence[Mention]) -> list[Mention]:
    """Return the stored posts that say something else now, as they were but for that.

    A look-up may leave out the author, and cut the end of what a repost quotes, which cannot be edited.
    """
    newer = {one.id: one for one in mentions.edited(tx, present) if one.repost_of is None}
    found = []
    for mention in newer.values():
        brand = next(iter(mentions.brands_of(tx, mention.id)), None)
        stored = None if brand is None else mentions.get(tx, mention.id, brand=brand)
        if stored is not None:
            found.append(
                replace(
                    stored.mention,
                    text=mention.text,
                    language=mention.language,
                    summons=mention.summons,
                    edited_at=mention.edited_at,
                )
            )
    return found


def _said(mention: Mention, names: Sequence[str], classify: Classify, house: House) -> dict[str, Predictions]:
    """Classify an edited text for every brand that it was stored for; our own words need no label."""
    ours = {brand.name: brand for brand in house.brands if brand.name in names}
    foreign = [brand for brand in ours.values() if not brand.owns(mention.platform, mention.author.handle)]
    said = classify([reading(mention.text, brand) for brand in foreign]) if foreign else []
    labels = {brand.name: one for brand, one in zip(foreign, said, strict=True)}
    return {name: labels.get(name, Predictions(items=())) for name in ours}


def since_priced(tx: Tx, name: str) -> datetime | None:
    """Return since when a platform takes no jobs from us, so that each post has its price; None where it does."""
    kept = streams.cursor(tx, stream_of(name))
    return datetime.fromisoformat(kept) if kept else None


def _tell_of_price(tx: Tx, name: str, found: Rechecked, house: House) -> None:
    """Keep since when jobs are refused, and tell the operators what follows, once; a job ends it."""
    now, since = house.clock(), since_priced(tx, name)
    if found.job and since:
        streams.save_cursor(tx, stream_of(name), Cursor(""), brand="", at=now)
    if found.no_jobs and since is None:
        streams.save_cursor(tx, stream_of(name), Cursor(iso(now)), brand="", at=now)
        grace = rules_of(name).recheck_within or timedelta(0)
        hours = int(grace.total_seconds() // 3600)
        tell_operators(
            tx,
            f"{name} takes no compliance jobs from us: {found.no_jobs} Stored posts are looked up one by one within "
            f"[recheck] {name} = {house.recheck_usd.get(name, Decimal(0))} USD a day. From {hours} hours from now on, "
            f"posts that this does not pay for are erased {hours} hours after they were last known to stand, the "
            "oldest first. Raise the amount, or get the app's access to compliance jobs; docs/compliance.md says more.",
            subject=f"{stream_of(name)} priced {iso(now)}",
            house=house,
        )


def _failed(name: str, reason: str, house: House) -> None:
    now = house.clock()
    with house.database.write() as tx:
        if streams.read_failed(tx, stream_of(name), at=now, error=reason):
            log.warning("recheck_failed", platform=name, reason=reason)
            told = f"Stored posts of {name} cannot be asked for: {reason}"
            tell_operators(tx, told, subject=f"{stream_of(name)} failed {iso(now)}", house=house)
