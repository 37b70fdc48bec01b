"""Sending replies: what was approved, as it was approved, once, whatever happens between us and the platform.

At least once, converging to once: a send whose outcome nobody knows is looked for among our account's own posts before
it is repeated. A platform that hides it for longer than the last look could show it twice.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import structlog

from crm.lifecycle import Step
from crm.wording import digest_of
from domain.case import CaseState, HistoryLine
from domain.errors import PlatformError, ReplyRateLimited, ReplyRejected, ReplyUnknown
from domain.mention import Mention
from domain.reply import Draft, ReplyState, SentReply
from domain.seams import Replier, Repliers
from flows.alerting import LONGEST_CALL, LOOKS
from flows.answering import record_answer
from flows.approving import tell_writer, touch
from flows.auditing import audit_step
from flows.house import House
from flows.notices import tell_operators
from flows.responding import move
from storage import brands, cases, mentions, replies
from storage.database import Tx

log = structlog.get_logger(__name__)

PATIENCE = timedelta(hours=1)
"""What the platform will not take for so long goes back to its writer: by then she may want to say something else."""

MOST_ATTEMPTS = 5
"""After so many sends of unknown fate people have to look themselves."""

CREDENTIALS = "credentials"
"""The code of a refusal that concerns our account, not the reply."""

_MARGIN = timedelta(minutes=2)
"""By how much a platform's clock and ours may differ."""

_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class ReplyReport:
    """What one round of sending did."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    unknown: int = 0
    repeated: int = 0

    def __add__(self, other: "ReplyReport") -> "ReplyReport":
        """Sum two reports."""
        return ReplyReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(ReplyReport)))


def recover_replies(*, house: House) -> int:
    """At start: whatever was being sent when the last process died is unknown now. Returns how many that were."""
    with house.database.write() as tx:
        return replies.recover(tx, before=house.clock())


def send_replies(*, repliers: Repliers, house: House) -> ReplyReport:
    """Send what is approved, and look for what may have been sent, oldest first."""
    now = house.clock()
    with house.database.read() as tx:
        due, unknown = replies.due(tx, at=now), replies.unknowns(tx, at=now)
    report = ReplyReport()
    for draft in unknown:
        report += _look_for(draft, repliers.get((draft.brand, draft.platform)), house)
    for draft in due:
        report += _send(draft, repliers.get((draft.brand, draft.platform)), house)
    return report


def settle_drafts(*, house: House) -> int:
    """Withdraw the drafts whose case is over, and wake the cases whose draft is gone; returns how many those were.

    A draft that has been `sending` for longer than any call takes counts as unknown.
    """
    now = house.clock()
    with house.database.read() as tx:
        overtaken, idle = replies.overtaken(tx), replies.waiting_for_nothing(tx)
    if overtaken or idle:
        with house.database.write() as tx:
            for draft in overtaken:
                _withdraw(tx, draft, now)
            for case_id in idle:
                case = cases.get(tx, case_id)
                if case is not None and case.state is CaseState.WAITING_APPROVAL:
                    move(tx, case, Step.DECIDE)
                    audit_step(tx, case_id, Step.DECIDE, at=now, house=house)
    with house.database.write() as tx:
        replies.recover(tx, before=now - LONGEST_CALL)
    return len(overtaken) + len(idle)


def _send(draft: Draft, replier: Replier | None, house: House) -> ReplyReport:
    if replier is None:
        return _fail(draft, "Earshot has no account any more that may answer there: answer on the platform.", house)
    with house.database.write() as tx:
        post = _post(tx, draft)
        started = replies.start(tx, draft.id, at=house.clock()) if post else None
    if post is None or started is None:  # another process took it, or its case is over
        return ReplyReport()
    if started.sealed != digest_of(started.text):
        return _fail(started, "The text is not the one that was approved, so it was not sent: write it anew.", house)
    return _call(started, post, replier, house)


def _call(started: Draft, post: Mention, replier: Replier, house: House) -> ReplyReport:
    """Ask the platform once, and note what is known afterwards."""
    try:
        sent = replier.send(post, started.text)
    except ReplyRateLimited as error:
        return _postpone(started, error, house)
    except ReplyRejected as error:
        log.warning("reply_refused", reply=started.id, code=error.code)
        if error.code == CREDENTIALS:
            _tell_operators(error, house)
        return _fail(started, str(error), house)
    except ReplyUnknown as error:
        log.warning("reply_unknown", reply=started.id, code=error.code)
        with house.database.write() as tx:
            under_way = (ReplyState.SENDING,)
            replies.change(tx, started.id, states=under_way, state=ReplyState.UNKNOWN, not_before=started.attempted_at)
            touch(tx, started)
        return ReplyReport(unknown=1)
    return _sent(started, post, sent, house)


def _tell_operators(error: ReplyRejected, house: House) -> None:
    """Say once a day that a platform refuses our credentials: no writer can mend that."""
    subject = f"replies on {error.platform} refused on {house.clock().date().isoformat()}"
    with house.database.write() as tx:
        tell_operators(tx, f"Replies cannot be sent: {error}", subject=subject, house=house)


def _look_for(draft: Draft, replier: Replier | None, house: House) -> ReplyReport:
    if replier is None:
        return _fail(draft, "Earshot has no account any more to look whether it was sent: look yourself.", house)
    now = house.clock()
    with house.database.read() as tx:
        post = _post(tx, draft)
    if post is None:
        return ReplyReport()
    try:
        found = replier.find(post, draft.text, since=draft.created_at - _MARGIN)
    except PlatformError as error:
        log.warning("reply_look_failed", reply=draft.id)
        _look_again(draft, now + timedelta(seconds=error.retry_after or _WAIT), house)
        return ReplyReport()
    if found:
        return _sent(draft, post, found, house)
    attempted = draft.attempted_at or now
    if next_look := next((attempted + look for look in LOOKS if attempted + look > now), None):
        _look_again(draft, next_look, house)
        return ReplyReport()
    return _repeat(draft, house)


def _repeat(draft: Draft, house: House) -> ReplyReport:
    """Send again what is nowhere to be found, unless the case is over or it was tried often enough."""
    if draft.attempts >= MOST_ATTEMPTS:
        return _fail(draft, "Nobody knows whether it was sent: look at the post before you answer again.", house)
    with house.database.write() as tx:
        replies.change(tx, draft.id, states=(ReplyState.UNKNOWN,), state=ReplyState.APPROVED, not_before=None)
    return ReplyReport(repeated=1)


def _look_again(draft: Draft, at: datetime, house: House) -> None:
    with house.database.write() as tx:
        replies.change(tx, draft.id, states=(ReplyState.UNKNOWN,), not_before=at)


def _postpone(draft: Draft, error: ReplyRateLimited, house: House) -> ReplyReport:
    now = house.clock()
    if now - (draft.decided_at or draft.created_at) > PATIENCE:
        return _fail(draft, f"It could not be sent for an hour: {error}", house)
    with house.database.write() as tx:
        replies.change(
            tx,
            draft.id,
            states=(ReplyState.SENDING,),
            state=ReplyState.APPROVED,
            attempts=draft.attempts - 1,  # nothing was sent, so there is nothing to look for
            not_before=now + timedelta(seconds=error.retry_after or _WAIT),
        )
    return ReplyReport(delayed=1)


def _fail(draft: Draft, reason: str, house: House) -> ReplyReport:
    """Give a draft up and tell its writer, who finds her text in the form."""
    under_way = (ReplyState.APPROVED, ReplyState.SENDING, ReplyState.UNKNOWN)
    now = house.clock()
    with house.database.write() as tx:
        if not replies.change(tx, draft.id, states=under_way, state=ReplyState.FAILED, note=reason):
            return ReplyReport()
        cases.note(tx, draft.case_id, HistoryLine(at=now, actor=None, action="the reply was not sent"))
        tell_writer(tx, draft, at=now)
        touch(tx, draft)
    return ReplyReport(failed=1)


def _sent(draft: Draft, post: Mention, sent: SentReply, house: House) -> ReplyReport:
    """Note that a reply is public: the clock stops, and its writer is credited."""
    answer = Mention(
        id=sent.id,
        author=sent.author,
        text=draft.text,
        url=sent.url,
        posted_at=sent.at,
        thread_id=post.thread_id,
        reply_to=post.id,
    )
    with house.database.write() as tx:
        brands.lock(tx, [draft.brand])  # what the author writes meanwhile must not be overlooked
        under_way = (ReplyState.SENDING, ReplyState.UNKNOWN)
        replies.change(tx, draft.id, states=under_way, state=ReplyState.SENT, sent_url=sent.url, not_before=None)
        record_answer(tx, draft.case_id, answer, house=house, sent_by=draft.author)
        touch(tx, draft)
    log.info("reply_sent", reply=draft.id, mention=sent.id)
    return ReplyReport(sent=1)


def _withdraw(tx: Tx, draft: Draft, now: datetime) -> None:
    """Take back what nobody has begun to send, because its case is over."""
    states = (ReplyState.WAITING, ReplyState.APPROVED)
    reason = "The case was over before this was sent."
    if replies.change(tx, draft.id, states=states, state=ReplyState.WITHDRAWN, note=reason, decided_at=now):
        cases.note(tx, draft.case_id, HistoryLine(at=now, actor=None, action="withdrew the reply: the case is over"))
        touch(tx, draft)


def _post(tx: Tx, draft: Draft) -> Mention | None:
    posts = (seen.mention for seen in mentions.of_case(tx, draft.case_id))
    return next((post for post in posts if post.id == draft.mention_id), None)
