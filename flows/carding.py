"""Whether and when a case gets its card: not for what is muted, later in quiet hours, and not one by one in a surge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from crm.business_time import quiet_until
from crm.muting import muted_by
from domain.brand import Brand
from domain.case import Case, HistoryLine, TriagePolicy, Urgency
from domain.mention import Mention
from domain.message import ORDINARY, PRESSING, MessageKind, MessageState, OutgoingMessage
from domain.noise import Mute, SurgeSpan
from flows.house import House
from storage import cases, messages, mutes, surges
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Origin:
    """Where posts come from. `stream` is None for a file; `channels` gives each brand's channel by name."""

    stream: str | None
    alert: bool
    channels: Mapping[str, str]

    def alerts_on(self, mention: Mention, *, policy: TriagePolicy, now: datetime) -> bool:
        """Tell whether a post may alert: a file alerts on every one when it was told to, a poll on what is fresh."""
        return self.alert and not self.is_late(mention, policy=policy, now=now)

    def is_late(self, mention: Mention, *, policy: TriagePolicy, now: datetime) -> bool:
        """Tell whether a stream brought a post when it was too old for a card: the hourly line has it instead."""
        within = policy.alert_within
        return self.stream is not None and within is not None and now - mention.posted_at > within


@dataclass(slots=True)
class Cards:
    """Queues cards inside one transaction, and remembers what it has counted and queued so far."""

    tx: Tx
    origin: Origin
    house: House
    now: datetime
    _mutes: list[Mute] | None = None
    _surges: dict[tuple[str, str], SurgeSpan | None] = field(default_factory=dict)
    _queued: dict[tuple[str, int | None], int] = field(default_factory=dict)

    def queue(self, case: Case, mention: Mention, brand: Brand, *, opened: bool = False) -> bool:
        """Queue the case's one card where this post may alert; `opened` says that there can be none yet.

        True where it is new.
        """
        channel = case.channel or self.origin.channels.get(case.brand, "")
        if not (channel and self.origin.alert):
            return False
        has_card = not opened and messages.get(self.tx, card_key(case.id)) is not None
        if has_card or self._is_too_old(case, mention) or self._is_muted(case, mention):
            return False
        urgent = case.urgency is Urgency.URGENT
        surge = self._surge(channel, brand)
        if surge and not (urgent and self._crowd(channel, PRESSING) < self.house.noise.urgent_cards):
            surges.add(self.tx, surge.id, case.id)
            messages.touch(self.tx, kind=MessageKind.SURGE, subject=surge.id)
            return False
        card = OutgoingMessage(
            key=card_key(case.id),
            channel=channel,
            kind=MessageKind.CARD,
            subject=case.id,
            state=MessageState.PENDING,
            created_at=self.now,
            not_before=None if urgent else quiet_until(self.now, brand),
            rank=PRESSING if urgent else ORDINARY,
        )
        for rank in (None, card.rank):
            self._queued[channel, rank] = self._crowd(channel, rank) + 1
        return messages.enqueue(self.tx, card)

    def _is_too_old(self, case: Case, mention: Mention) -> bool:
        if self.origin.alerts_on(mention, policy=self.house.policy, now=self.now):
            return False
        hours = int((self.now - mention.posted_at).total_seconds() // 3600)
        cases.note(self.tx, case.id, HistoryLine(self.now, None, f"no card: the post was {hours} hours old"))
        return True

    def _is_muted(self, case: Case, mention: Mention) -> bool:
        if self._mutes is None:
            self._mutes = mutes.active(self.tx, at=self.now)
        mute = muted_by(mention, self._mutes, brand=case.brand, now=self.now)
        if mute is None:
            return False
        line = HistoryLine(at=self.now, actor=mute.by, action=f"no card: the {mute.kind.value} is muted")
        cases.note(self.tx, case.id, line)
        return True

    def _surge(self, channel: str, brand: Brand) -> SurgeSpan | None:
        """Return the brand's surge that goes on in the channel, begun now where one card more would be too many."""
        place = brand.name, channel
        if place not in self._surges:
            self._surges[place] = surges.going_on_in(self.tx, brand=brand.name, channel=channel)
        if self._surges[place] is None and self._crowd(channel, None) >= self.house.noise.surge_cards:
            self._surges[place] = self._begin(channel, brand)
        return self._surges[place]

    def _begin(self, channel: str, brand: Brand) -> SurgeSpan:
        span = SurgeSpan(uuid4().hex, brand.name, channel, since=self.now, told_until=self.now)
        surges.begin(self.tx, span)  # the brand is locked: nobody else begins one
        living = OutgoingMessage(
            key=surge_key(span.id),
            channel=channel,
            kind=MessageKind.SURGE,
            subject=span.id,
            state=MessageState.PENDING,
            created_at=self.now,
            not_before=quiet_until(self.now, brand),
            rank=PRESSING,
        )
        messages.enqueue(self.tx, living)
        return span

    def _crowd(self, channel: str, rank: int | None) -> int:
        """Count the cards that the channel got lately or waits for, with those of this transaction."""
        if (channel, rank) not in self._queued:
            since = self.now - self.house.noise.surge_within
            self._queued[channel, rank] = surges.cards(self.tx, channel=channel, since=since, rank=rank)
        return self._queued[channel, rank]


def card_key(case_id: str) -> str:
    """Name a case's card in the outbox."""
    return f"card:{case_id}"


def surge_key(surge_id: str) -> str:
    """Name a surge's living message in the outbox."""
    return f"surge:{surge_id}"
