"""Filing classified posts: links, cases and pending messages, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from crm.business_time import due_at
from crm.copies import Wording, wording
from crm.lifecycle import Step, after
from crm.near_copies import MOST_CANDIDATES, Leaders, bands, first_copied
from crm.poaching import is_suspect, poaching, signs_of
from crm.triage import triage
from domain.brand import Brand
from domain.case import (
    OPEN_STATES,
    Case,
    CaseKind,
    CaseState,
    HistoryLine,
    SeenMention,
    Triage,
    Urgency,
    Verdict,
)
from domain.customer import CustomerMatch
from domain.mention import Mention, MentionId
from domain.message import MessageKind
from domain.outcome import Outcome
from domain.poaching import Approached
from domain.prediction import Predictions
from flows.answering import record_answers
from flows.auditing import audit_step
from flows.carding import Cards, Origin, card_key
from flows.first_answer import settle_due
from flows.house import House
from flows.linking import sight_authors
from flows.suspecting import Lately
from storage import approaches, brands, cases, copies, mentions, messages, outcomes
from storage.database import Tx

_COUNTED_AS = {
    CaseKind.COMPLAINT: "complaints",
    CaseKind.OPPORTUNITY: "opportunities",
    CaseKind.POACHING: "poaching",
}

Classified = tuple[Mention, Brand, Predictions]


@dataclass(frozen=True, slots=True)
class Filed:
    """How many posts per brand went where; `responses` counts answers found, `linked` accounts tied to customers."""

    new: int = 0
    complaints: int = 0
    opportunities: int = 0
    poaching: int = 0
    joined: int = 0
    batch: int = 0
    review: int = 0
    own: int = 0
    copy: int = 0
    responses: int = 0
    linked: int = 0

    def __add__(self, other: "Filed") -> "Filed":
        """Sum two counts."""
        return Filed(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Filed)))


@dataclass(slots=True)
class _Tray:
    """What one filing has decided so far, before it is written."""

    tx: Tx
    origin: Origin
    house: House
    now: datetime
    cards: Cards
    discussed: set[tuple[str, str]]
    """The brands and threads that have a case: in other threads there is none to look for."""
    leaders: dict[tuple[str, str], str] = field(default_factory=dict)
    """The cases that posts of this filing opened, by brand and fingerprint or post id: they are not stored yet."""
    near: dict[str, Leaders[str]] = field(default_factory=dict)
    """The same cases by brand, for near copies."""
    lately: Lately = field(init=False)
    cases: dict[tuple[str, str, str], Case | None] = field(default_factory=dict)
    seen: list[SeenMention] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    joined_answered: set[str] = field(default_factory=set)
    """The answered cases that a post joined: their first answer may have been due at another time."""
    approached: dict[str, dict[MentionId, tuple[Approached, ...]]] = field(default_factory=dict)
    """Whom of ours rivals' posts speak to, by brand."""

    def __post_init__(self) -> None:
        self.lately = Lately(self.tx, self.house.noise)

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1


@dataclass(slots=True)
class _Said:
    """What a post says, and whether it calls for a case: only then are near copies of it a matter."""

    words: Wording
    calls: bool
    fingerprint: str | None = None
    bands: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.fingerprint = self.words.fingerprint
        self.bands = bands(self.words) if self.calls else ()


def file_mentions(tx: Tx, classified: Sequence[Classified], *, origin: Origin, house: House) -> Filed:
    """Store posts that no one has stored yet, oldest first, with everything that follows from them."""
    if not classified:
        return Filed()
    brands.lock(tx, sorted({brand.name for _, brand, _ in classified}))
    customers, linked = sight_authors(tx, [m.author for m, _, _ in classified], house=house)
    now = house.clock()
    tray = _Tray(tx, origin, house, now, Cards(tx, origin, house, now), discussed=_discussed(tx, classified))
    for mention, brand, predictions in sorted(classified, key=lambda c: (c[0].posted_at, c[0].id)):
        _file(tray, mention, brand, predictions, customers.get(mention.author.key))
    mentions.add(tx, tray.seen, stream=origin.stream, at=tray.now, secret=house.secret)
    for name, approached in tray.approached.items():
        approaches.add(tx, approached, brand=name)
    answers = record_answers(tx, tray.seen, house=house)
    for case_id in sorted(tray.joined_answered | answers.case_ids):
        settle_due(tx, case_id, joined=case_id in tray.joined_answered, house=house)
    return Filed(new=len(tray.seen), responses=answers.new, linked=linked, **tray.counts)


def open_for(tx: Tx, mention: Mention, brand: Brand, decision: Triage, *, origin: Origin, house: House) -> Case:
    """Open the case of a stored post that had none, or let it join the one that its author has in the thread."""
    now = house.clock()
    tray = _Tray(tx, origin, house, now, Cards(tx, origin, house, now), {(brand.name, mention.thread_id)})
    case = _join_or_open(tray, _own_case(tray, mention, brand), mention, brand, decision)
    messages.add_mentions(tx, card_key(case.id), [mention.id], brand=brand.name)
    copies.keep_bands(tx, {mention.id: (mention.posted_at, bands(wording(mention.text)))})
    return case


def _discussed(tx: Tx, classified: Sequence[Classified]) -> set[tuple[str, str]]:
    threads: dict[str, set[str]] = {}
    for mention, brand, _ in classified:
        threads.setdefault(brand.name, set()).add(mention.thread_id)
    return {
        (name, thread_id)
        for name, thread_ids in threads.items()
        for thread_id in cases.threads_with_any(tx, sorted(thread_ids), brand=name)
    }


def _file(
    tray: _Tray, mention: Mention, brand: Brand, predictions: Predictions, customer: CustomerMatch | None
) -> None:
    words = wording(mention.text)
    decision = _decide(tray, mention, brand, predictions, customer, words)
    if decision.verdict is not Verdict.OWN:
        decision = _courting(tray, mention, brand, predictions) or decision
    case, copy_of, opened, said = None, None, False, _Said(words, calls=decision.verdict is Verdict.CASE)
    if decision.verdict is not Verdict.OWN:
        case = _own_case(tray, mention, brand)
        if case is None and (copy_of := _leader(tray, mention, brand, said)):
            _press(tray, copy_of, mention, brand, decision)
            decision = Triage(Verdict.COPY, "the same text has a case already", kind=_kept_kind(decision))
            messages.touch(tray.tx, kind=MessageKind.CARD, subject=copy_of)
        elif case is not None or decision.verdict is Verdict.CASE:
            opened = case is None
            case = _join_or_open(tray, case, mention, brand, decision)
    if case is None:
        tray.count(decision.verdict.value)
    late = opened and tray.origin.is_late(mention, policy=tray.house.policy, now=tray.now)
    case_id, keys = (case.id, said.bands) if case else (None, ())
    tray.seen.append(
        SeenMention(mention, brand.name, predictions, decision, case_id, copy_of, said.fingerprint, late, keys)
    )
    if case:
        for mark in filter(None, (said.fingerprint, mention.id)):
            tray.leaders.setdefault((brand.name, mark), case.id)
        tray.near.setdefault(brand.name, Leaders()).add(case.id, said.words, keys)
        messages.add_mentions(tray.tx, card_key(case.id), [mention.id], brand=brand.name)


def _decide(
    tray: _Tray,
    mention: Mention,
    brand: Brand,
    predictions: Predictions,
    customer: CustomerMatch | None,
    words: Wording,
) -> Triage:
    """Triage a post; a stranger's that would ask something of us is looked at for signs of spam."""
    value = customer.value if customer else None
    decide = partial(triage, mention, predictions, brand=brand, customer_value=value, policy=tray.house.policy)
    decision, shape = decide(), words.fingerprint
    asks = decision.verdict in {Verdict.CASE, Verdict.REVIEW}
    if asks and customer is None and _own_case(tray, mention, brand) is None:
        decision = decide(suspected=tray.lately.suspicion(mention, shape))
    tray.lately.note(mention, shape)
    return decision


def _courting(tray: _Tray, mention: Mention, brand: Brand, predictions: Predictions) -> Triage | None:
    """Decide whether a rival courts our customers with this post, and note whom it speaks to."""
    signs = signs_of(mention, brand=brand)
    if not is_suspect(signs, predictions, mention):
        return None
    approached = approaches.of_ours(tray.tx, [mention], brand=brand).get(mention.id, ())
    decision = poaching(signs, approached, predictions, mention, policy=tray.house.policy)
    if decision and approached:
        tray.approached.setdefault(brand.name, {})[mention.id] = approached
    return decision


def _kept_kind(decision: Triage) -> CaseKind | None:
    """Return the kind that a copy keeps: a rival's post says nothing of us, however often it comes."""
    return decision.kind if decision.kind is CaseKind.POACHING else None


def _press(tray: _Tray, case_id: str, mention: Mention, brand: Brand, decision: Triage) -> None:
    """Raise the urgency of a rival's campaign that comes to a customer who is worth more, or reaches more people."""
    case = cases.get(tray.tx, case_id)
    if case is None or case.kind is not CaseKind.POACHING or decision.urgency is None:
        return
    if decision.kind is CaseKind.POACHING and decision.urgency.rank > case.urgency.rank:
        due = min(case.due_at, _due(tray, mention.posted_at, decision.urgency, brand))
        if cases.change(tray.tx, case_id, states=(case.state,), urgency=decision.urgency, due_at=due):
            outcomes.put(tray.tx, outcome_of(replace(case, urgency=decision.urgency, due_at=due), brand))


def _own_case(tray: _Tray, mention: Mention, brand: Brand) -> Case | None:
    """Return the case that the author has in this thread already."""
    place = (brand.name, mention.author.key, mention.thread_id)
    if place not in tray.cases and (brand.name, mention.thread_id) in tray.discussed:
        tray.cases[place] = cases.find(
            tray.tx, brand=brand.name, author_key=mention.author.key, thread_id=mention.thread_id
        )
    return tray.cases.get(place)


def _leader(tray: _Tray, mention: Mention, brand: Brand, said: _Said) -> str | None:
    """Return the case whose post says the same, for a post that would open one or that shares another."""
    shape, shared = said.fingerprint if said.calls else None, mention.repost_of
    marks = [mark for mark in (shape, shared) if mark]
    if not marks:
        return None
    known = next((tray.leaders[brand.name, mark] for mark in marks if (brand.name, mark) in tray.leaders), None)
    since = mention.posted_at - tray.house.noise.copies_within
    same = known or copies.leader(tray.tx, brand=brand.name, fingerprint=shape, repost_of=shared, since=since)
    return same or _near_leader(tray, brand, said, since)


def _near_leader(tray: _Tray, brand: Brand, said: _Said, since: datetime) -> str | None:
    """Return the case whose post says the same with other words around it; the words decide, not their bands."""
    if not said.bands:
        return None
    met = copies.near(tray.tx, brand=brand.name, bands=said.bands, since=since, per_band=MOST_CANDIDATES)
    stored = first_copied(said.words, ((case_id, wording(text)) for case_id, text in met))
    return stored or tray.near.get(brand.name, Leaders[str]()).copied(said.words, said.bands)


def _join_or_open(tray: _Tray, case: Case | None, mention: Mention, brand: Brand, decision: Triage) -> Case:
    if case is None:
        case = _open(tray, mention, brand, decision)
        tray.count(_COUNTED_AS[case.kind])
    else:
        case = _join(tray, case, mention, brand, decision)
        tray.count("joined")
    tray.cases[brand.name, mention.author.key, mention.thread_id] = case
    return case


def _open(tray: _Tray, mention: Mention, brand: Brand, decision: Triage) -> Case:
    kind, urgency = decision.kind or CaseKind.COMPLAINT, decision.urgency or Urgency.NORMAL
    case = Case(
        id=uuid4().hex,
        brand=brand.name,
        platform=mention.platform,
        author_key=mention.author.key,
        thread_id=mention.thread_id,
        kind=kind,
        state=CaseState.NEW,
        urgency=urgency,
        channel=tray.origin.channels.get(brand.name, ""),
        stream=tray.origin.stream or "",
        posted_at=mention.posted_at,
        opened_at=tray.now,
        due_at=_due(tray, mention.posted_at, urgency, brand),
    )
    cases.open_case(tray.tx, case)
    outcomes.put(tray.tx, outcome_of(case, brand))
    tray.cards.queue(case, mention, brand, opened=True)
    return case


def _join(tray: _Tray, case: Case, mention: Mention, brand: Brand, decision: Triage) -> Case:
    """Add a post to its author's case: it may raise the urgency, turn a wish into a complaint, or reopen the case."""
    calls = decision.verdict is Verdict.CASE and case.state is not CaseState.DISMISSED
    if calls and decision.kind and outcomes.ineligible(tray.tx, [case.id]):
        case = replace(case, kind=decision.kind)  # people found nothing to answer until now
    reopens, wakes = calls and case.state not in OPEN_STATES, calls and case.state is CaseState.SNOOZED
    urgency = max(case.urgency, decision.urgency or case.urgency, key=lambda u: u.rank) if calls else case.urgency
    start = min(case.posted_at, mention.posted_at) if calls else case.posted_at
    due = _due(tray, mention.posted_at if reopens else start, urgency, brand)
    joined = replace(
        case,
        kind=CaseKind.COMPLAINT if calls and decision.kind is CaseKind.COMPLAINT else case.kind,
        state=after(Step.CALL_AGAIN if reopens else Step.WAKE, case) if reopens or wakes else case.state,
        urgency=urgency,
        posted_at=start,
        due_at=due if reopens else min(case.due_at, due),
        snoozed_until=None if wakes else case.snoozed_until,
        closed_at=None if reopens else case.closed_at,
    )
    changed = cases.change(
        tray.tx,
        case.id,
        states=(case.state,),
        kind=joined.kind,
        state=joined.state,
        urgency=joined.urgency,
        posted_at=joined.posted_at,
        due_at=joined.due_at,
        snoozed_until=joined.snoozed_until,
        closed_at=joined.closed_at,
    )
    if not changed and (meanwhile := cases.get(tray.tx, case.id)):  # somebody has clicked since it was read
        return _join(tray, meanwhile, mention, brand, decision)
    if joined.state is not case.state:
        audit_step(tray.tx, case.id, Step.CALL_AGAIN if reopens else Step.WAKE, at=tray.now, house=tray.house)
    outcomes.put(tray.tx, outcome_of(joined, brand), keeps_due=reopens or case.answered_at is not None)
    if calls and case.answered_at is not None:
        tray.joined_answered.add(case.id)
    if calls:
        outcomes.counts(tray.tx, case.id, eligible=True)
        if tray.cards.queue(joined, mention, brand):  # what was silent until now is on the card, too
            earlier = [seen.mention.id for seen in mentions.of_case(tray.tx, case.id)]
            messages.add_mentions(tray.tx, card_key(case.id), earlier, brand=case.brand)
    consequence = ": reopened" if reopens else ": no longer snoozed" if wakes else ""
    action = f"the author wrote again{consequence}"
    cases.note(tray.tx, case.id, HistoryLine(at=mention.posted_at, actor=None, action=action))
    messages.touch(tray.tx, kind=MessageKind.CARD, subject=case.id)
    return joined


def outcome_of(case: Case, brand: Brand) -> Outcome:
    """Make the fact row of a case; what became of it is added as it happens."""
    return Outcome(
        id=case.id,
        brand=case.brand,
        day=case.posted_at.astimezone(brand.time_zone).date(),
        platform=case.platform,
        kind=case.kind,
        urgency=case.urgency,
        posted_at=case.posted_at,
        due_at=case.due_at,
        answered_at=case.answered_at,
        not_us=case.state is CaseState.DISMISSED,
    )


def _due(tray: _Tray, start: datetime, urgency: Urgency, brand: Brand) -> datetime:
    return due_at(start, minutes=tray.house.policy.due_minutes[urgency], brand=brand)
