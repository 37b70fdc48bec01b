"""Writing a reply: one person at a time, shown exactly as it will be sent, handed in once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from crm.access import permit
from crm.lifecycle import Step, after
from crm.risks import risks_of
from crm.wording import digest_of, fill, fits, length_fault, text_faults
from domain.case import Case, CaseFile, CaseState, Verdict
from domain.errors import AlreadyOwned, AnsweredAlready, BeingAnswered, Refused
from domain.mention import Mention, MentionId
from domain.message import MessageKind, MessageState, OutgoingMessage
from domain.person import Action, Person
from domain.prediction import SWITCHING
from domain.reply import Draft, Hold, Permit, ReplyState, ReplyTemplate, Risk
from domain.seams import Replier, Repliers
from flows.house import House
from flows.responding import Click, act, file_of, move
from storage import holds, messages, replies, responses
from storage.database import Tx

HELD = timedelta(minutes=10)
"""A person who does nothing in an open form keeps others out for so long."""

_LEFT = frozenset({ReplyState.SENT_BACK, ReplyState.FAILED, ReplyState.WITHDRAWN})
"""Drafts that their writer takes up again."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A reply in the making: the post, who may answer it and how, and the text as it would be sent now.

    `limit` and `length` count as the platform does; both are 0 where we have no account there. `faults` must be mended
    before it is handed in; `trouble` says why this person cannot hand it in at all.
    """

    file: CaseFile
    post: Mention
    permit: Permit
    account: str
    text: str
    length: int
    limit: int
    risks: tuple[Risk, ...]
    faults: tuple[str, ...] = ()
    templates: tuple[ReplyTemplate, ...] = ()
    template: str | None = None
    trouble: Refused | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What a person wrote as the answer to which post, and the template that she began with."""

    mention_id: MentionId
    text: str
    template: str | None = None


def begin(click: Click, *, repliers: Repliers, house: House) -> Sheet:
    """Open a reply to a case, keeping others out of it; what the person left unsent there is in it again.

    Raises:
        Refused: not permitted, not open, owned or being answered by somebody else.
    """
    permit(click.person, Action.REPLY)
    with house.database.write() as tx:
        file = file_of(tx, click.case_id, house)
        post = _post_to_answer(file, repliers)
        _answerable(tx, file.case, click.person, house.clock())
    left = file.draft
    text = left.text if left and left.author == click.person.user_id and left.state in _LEFT else ""
    return _sheet(file, post, text, None, repliers, house)


def look(click: Click, wording: Wording, *, repliers: Repliers, house: House) -> Sheet:
    """Show a text as it would be sent, and go on keeping others out; `trouble` says where that is over."""
    permit(click.person, Action.REPLY)
    trouble = None
    with house.database.write() as tx:
        file = file_of(tx, click.case_id, house)
        post = _post(file, wording.mention_id)
        try:
            _answerable(tx, file.case, click.person, house.clock())
        except Refused as error:
            trouble = error
    return _sheet(file, post, wording.text, wording.template, repliers, house, trouble=trouble)


def use_template(click: Click, wording: Wording, *, repliers: Repliers, house: House) -> Sheet:
    """Begin anew with the text of `wording.template`; see `look`."""
    template = next((t for t in house.templates if t.id == wording.template), None)
    if template is None:
        raise Refused("This template is gone: open the reply anew.")
    with house.database.read() as tx:
        file = file_of(tx, click.case_id, house)
    text = fill(template, _values(file, click.person, house))
    wording = Wording(wording.mention_id, text, template.id)
    return look(click, wording, repliers=repliers, house=house)


def leave(case_id: str, person: Person, *, house: House) -> None:
    """Let others write, because the person closed the form."""
    with house.database.write() as tx:
        holds.release(tx, case_id, at=house.clock(), by=person.user_id)


def open_outside(click: Click, *, house: House) -> CaseFile:
    """Note that a person went to answer on the platform: the case is hers, and so is the answer that turns up."""
    return act(click, Action.REPLY, partial(_open_outside, click.person), house)


def hand_in(click: Click, wording: Wording, *, repliers: Repliers, house: House) -> CaseFile:
    """Hand a reply in: it is sent next, or waits for an approval where something is risky about it.

    The case becomes the writer's.

    Raises:
        Refused: as `begin`; and where the text has faults, the platform forbids it, or somebody has answered meanwhile.
    """
    return act(click, Action.REPLY, partial(_hand_in, click.person, wording, repliers, house), house)


def _hand_in(
    person: Person, wording: Wording, repliers: Repliers, house: House, tx: Tx, case: Case, user: str, now: datetime
) -> str:
    _answerable(tx, case, person, now)
    file = file_of(tx, case.id, house)
    sheet = _sheet(file, _post(file, wording.mention_id), wording.text, wording.template, repliers, house)
    if not sheet.permit.may_send:
        raise Refused(sheet.permit.reason)
    if sheet.faults:
        raise Refused(" ".join(sheet.faults))
    draft = Draft(
        id=uuid4().hex,
        case_id=case.id,
        mention_id=sheet.post.id,
        brand=case.brand,
        platform=case.platform,
        author=user,
        text=sheet.text,
        state=ReplyState.WAITING if sheet.risks else ReplyState.APPROVED,
        created_at=now,
        risks=sheet.risks,
        template=sheet.template,
        sealed=None if sheet.risks else digest_of(sheet.text),
        decided_at=None if sheet.risks else now,
    )
    if not replies.add(tx, draft):
        raise Refused("A reply to this is under way already: the card shows whose.")
    step = Step.ASK_APPROVAL if sheet.risks else Step.REPLY
    move(tx, case, step, by=user, snoozed_until=None, **_as_owner(case, user, now))
    holds.release(tx, case.id, at=now)
    if not sheet.risks:
        return "handed in a reply"
    _ask_approval(tx, case, draft)
    return "asked for an approval of a reply"


def _ask_approval(tx: Tx, case: Case, draft: Draft) -> None:
    """Queue the request, in the thread of the case's card where it has one."""
    card = messages.for_case(tx, case.id)
    channel = card.channel if card else case.channel
    if not channel:
        raise Refused(
            "This case has no card, so nobody could be asked for an approval. Shorten the risk away, or wait."
        )
    request = OutgoingMessage(
        key=f"approval:{draft.id}",
        channel=channel,
        kind=MessageKind.APPROVAL,
        subject=draft.id,
        state=MessageState.PENDING,
        created_at=draft.created_at,
        parent=card.key if card else None,
    )
    messages.enqueue(tx, request)
    messages.add_mentions(tx, request.key, [draft.mention_id], brand=draft.brand)


def _open_outside(person: Person, tx: Tx, case: Case, user: str, now: datetime) -> str:
    hold = _answerable(tx, case, person, now)
    if not case.owner or case.state is CaseState.SNOOZED:
        move(tx, case, Step.REPLY, by=user, snoozed_until=None, **_as_owner(case, user, now))
    holds.release(tx, case.id, at=now, by=hold.holder)
    return "went to answer on the platform"


def _as_owner(case: Case, user: str, now: datetime) -> Mapping[str, object]:
    return {} if case.owner else {"owner": user, "claimed_at": now}


def _answerable(tx: Tx, case: Case, person: Person, now: datetime) -> Hold:
    """Keep others out of writing to this case. Raises Refused where this person cannot answer it now."""
    found = responses.of_case(tx, case.id)
    if found and case.state is CaseState.ANSWERED:
        last = found[-1]
        raise AnsweredAlready(last.credit.user_id if last.credit else last.responder, at=last.at, url=last.url)
    if case.owner not in {None, person.user_id}:
        raise AlreadyOwned(case.owner or "")
    after(Step.REPLY, case)
    hold = holds.take(tx, case.id, by=person.user_id, at=now, until=now + HELD)
    if hold.holder != person.user_id:
        raise BeingAnswered(hold.holder, since=hold.since)
    return hold


def _sheet(
    file: CaseFile,
    post: Mention,
    text: str,
    template: str | None,
    repliers: Repliers,
    house: House,
    *,
    trouble: Refused | None = None,
) -> Sheet:
    text = text.strip()
    replier = repliers.get((file.case.brand, file.case.platform))
    length = replier.length(text) if replier else 0
    too_long = length_fault(length, replier.limit) if replier else None
    return Sheet(
        file=file,
        post=post,
        permit=_permit(replier, post, file.case),
        account=replier.account if replier else "",
        text=text,
        length=length,
        limit=replier.limit if replier else 0,
        risks=risks_of(text, file, house.replies),
        faults=(*text_faults(text), *([too_long] if too_long else [])),
        templates=tuple(t for t in house.templates if fits(t, file)),
        template=template,
        trouble=trouble,
    )


def _permit(replier: Replier | None, post: Mention, case: Case) -> Permit:
    if replier is None:
        return Permit(
            may_send=False,
            reason=f"Earshot has no account of {case.brand} that may answer there: answer on the platform.",
        )
    return replier.permits(post)


def _post_to_answer(file: CaseFile, repliers: Repliers) -> Mention:
    """Choose the latest post that calls for an answer, or rather the latest of them that the platform lets us answer.

    Raises:
        Refused: the posts are gone.
    """
    calling = [s.mention for s in file.mentions if s.triage.verdict is Verdict.CASE] or [
        s.mention for s in file.mentions
    ]
    if not calling:
        raise Refused("The post is gone: its author removed it.")
    replier = repliers.get((file.case.brand, file.case.platform))
    newest_first = calling[::-1]
    permitted = (post for post in newest_first if replier and replier.permits(post).may_send)
    return next(permitted, newest_first[0])


def _post(file: CaseFile, mention_id: MentionId) -> Mention:
    found = next((s.mention for s in file.mentions if s.mention.id == mention_id), None)
    if found is None:
        raise Refused("The post is gone: its author removed it.")
    return found


def _values(file: CaseFile, person: Person, house: House) -> Mapping[str, str]:
    """Return what the variables of crm.wording stand for in this case."""
    author, case = file.author, file.case
    rivals = [p.rival for s in file.mentions if (p := s.predictions.of(SWITCHING)) and p.rival]
    prefix = {"x": "@", "reddit": "u/", "bluesky": "@"}.get(case.platform, "")
    return {
        "author": author.name or author.handle,
        "handle": f"{prefix}{author.handle}",
        "brand": case.brand,
        "agent": person.name,
        "link": house.replies.links.get(case.brand, ""),
        "rival": rivals[-1] if rivals else "",
    }
