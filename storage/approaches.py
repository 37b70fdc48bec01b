"""Whom rivals' posts speak to: finding those of ours among authors and customers, and keeping who it was."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from domain.brand import Brand
from domain.case import Verdict
from domain.mention import Mention, MentionId
from domain.poaching import Approached
from storage import authors
from storage.customers import match_keys
from storage.database import Tx
from storage.sightings import to_author, to_mention
from storage.tables import ApproachRow, AuthorRow, MentionRow, SightingRow
from storage.upserts import chunks, upsert


def of_ours(tx: Tx, posts: Sequence[Mention], *, brand: Brand) -> dict[MentionId, tuple[Approached, ...]]:
    """Return whom of ours each of the posts speaks to, for those that speak to somebody.

    That is the author of the post that it answers, where this is about the brand or she is a known customer, and
    every known customer whom it names. Our own accounts and rivals' are nobody, and neither is the post's author.
    """
    answered = _answered(tx, [post.reply_to for post in posts if post.reply_to], brand=brand.name)
    found: dict[MentionId, tuple[Approached, ...]] = {}
    for post in posts:
        about_us, parent = answered.get(post.reply_to, (False, None)) if post.reply_to else (False, None)
        named = [a for handle in post.summons for a in authors.by_handle(tx, handle, platform=post.platform)]
        spoken_to = [parent] if parent else []
        spoken_to += [Approached(author) for author in named]
        matches = match_keys(tx, [one.author.key for one in spoken_to])
        kept: dict[str, Approached] = {}
        for one in spoken_to:
            match = matches.get(one.author.key)
            if _is_nobody(one, post, brand) or not (match or (about_us and one is parent)):
                continue
            known = replace(one, grade=match.grade.value, value=match.value) if match else one
            kept.setdefault(one.author.key, known)
        if kept:
            found[post.id] = tuple(kept.values())
    return found


def add(tx: Tx, approached: Mapping[MentionId, Sequence[Approached]], *, brand: str) -> None:
    """Keep whom these posts, which are stored for the brand, speak to."""
    rows = [
        {"mention_id": mention_id, "brand": brand, "author_key": one.author.key, "post_id": one.post}
        for mention_id, everybody in approached.items()
        for one in everybody
    ]
    upsert(tx, ApproachRow, rows)


def of_cases(tx: Tx, case_ids: Sequence[str]) -> dict[str, tuple[Approached, ...]]:
    """Return whom the posts of each case and their copies speak to, in the order of these posts; nobody who is gone."""
    found: dict[str, dict[str, Approached]] = {}
    answered = aliased(MentionRow)
    belongs = func.coalesce(SightingRow.case_id, SightingRow.copy_of)
    for some in chunks(case_ids):
        sighted = and_(SightingRow.mention_id == ApproachRow.mention_id, SightingRow.brand == ApproachRow.brand)
        rows = (
            select(belongs, AuthorRow, answered.id, answered.url)
            .select_from(ApproachRow)
            .join(SightingRow, sighted)
            .join(AuthorRow, AuthorRow.key == ApproachRow.author_key)
            .outerjoin(answered, answered.id == ApproachRow.post_id)
            .where(or_(SightingRow.case_id.in_(some), SightingRow.copy_of.in_(some)))
            .order_by(SightingRow.posted_at, SightingRow.mention_id, AuthorRow.key)
        )
        everybody = tx.execute(rows).all()
        matches = match_keys(tx, sorted({author.key for _, author, _, _ in everybody}))
        for case_id, author, post_id, url in everybody:
            match = matches.get(author.key)
            one = Approached(
                author=to_author(author),
                post=MentionId(post_id) if post_id else None,
                url=url or "",
                grade=match.grade.value if match else None,
                value=match.value if match else None,
            )
            found.setdefault(case_id, {}).setdefault(author.key, one)
    return {case_id: tuple(everybody.values()) for case_id, everybody in found.items()}


def cases_showing(tx: Tx, post_ids: Sequence[str], author_keys: Sequence[str]) -> set[str]:
    """Return the cases whose cards name somebody as approached by one of these posts, or one of these authors."""
    found: set[str] = set()
    belongs = func.coalesce(SightingRow.case_id, SightingRow.copy_of)
    for column, values in ((ApproachRow.post_id, post_ids), (ApproachRow.author_key, author_keys)):
        for some in chunks(values):
            sighted = and_(SightingRow.mention_id == ApproachRow.mention_id, SightingRow.brand == ApproachRow.brand)
            shown = select(belongs).select_from(ApproachRow).join(SightingRow, sighted).where(column.in_(some))
            found.update(case_id for case_id in tx.scalars(shown) if case_id)
    return found


def unsighted_answers(tx: Tx, post_ids: Sequence[MentionId], *, brand: str) -> list[Mention]:
    """Return the stored posts that answer one of these and were never seen for the brand."""
    found: list[Mention] = []
    for some in chunks(post_ids):
        sighted = and_(SightingRow.mention_id == MentionRow.id, SightingRow.brand == brand)
        answers = (
            select(MentionRow, AuthorRow)
            .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
            .outerjoin(SightingRow, sighted)
            .where(MentionRow.reply_to.in_(some), SightingRow.mention_id.is_(None))
        )
        found += [to_mention(post, author) for post, author in tx.execute(answers)]
    return sorted(found, key=lambda post: (post.posted_at, post.id))


def _answered(tx: Tx, ids: Sequence[MentionId], *, brand: str) -> dict[MentionId, tuple[bool, Approached]]:
    """Return the stored ones of these posts' authors, each with whether the post is about the brand."""
    found: dict[MentionId, tuple[bool, Approached]] = {}
    for some in chunks(sorted(set(ids))):
        sighted = and_(SightingRow.mention_id == MentionRow.id, SightingRow.brand == brand)
        rows = (
            select(MentionRow.id, MentionRow.url, AuthorRow, SightingRow.verdict, SightingRow.elsewhere)
            .join(AuthorRow, AuthorRow.key == MentionRow.author_key)
            .outerjoin(SightingRow, sighted)
            .where(MentionRow.id.in_(some))
        )
        for post_id, url, author, verdict, elsewhere in tx.execute(rows):
            about_us = verdict not in {None, Verdict.OWN} and not elsewhere
            found[MentionId(post_id)] = about_us, Approached(to_author(author), MentionId(post_id), url)
    return found


def _is_nobody(one: Approached, post: Mention, brand: Brand) -> bool:
    author = one.author
    is_ours_or_theirs = brand.wrote_as(author) or brand.rival_of(author.platform, author.handle) is not None
    return is_ours_or_theirs or one.author.key == post.author.key
