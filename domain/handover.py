"""What a person passes on: a case up the ladder, a post to those who make the product, a lead to those who sell it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.mention import MentionId


class HandoverKind(StrEnum):
    """To whom it is passed on."""

    ESCALATION = "escalation"
    PRODUCT = "product"
    LEAD = "lead"


class Interest(StrEnum):
    """How near somebody is to joining us."""

    READY = "ready"
    COMPARING = "comparing"
    CURIOUS = "curious"


@dataclass(frozen=True, slots=True)
class Handover:
    """One thing passed on. It goes with its post where that is erased.

    `note` is what the person wrote. Without a post, `quote` and `source_url` are those of a message in Slack. `whom`
    holds the Slack ids of those whom it goes to, separated by spaces; `interest` is set for a lead.
    """

    id: str
    kind: HandoverKind
    brand: str
    at: datetime
    by: str
    note: str
    mention_id: MentionId | None = None
    case_id: str | None = None
    quote: str = ""
    source_url: str = ""
    whom: str | None = None
    interest: Interest | None = None


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """To whom cases are escalated. `people` are ids of Slack users and, where there is a channel, of user groups.

    With a `channel` the message goes there and names the people; without one each person gets it directly.
    """

    people: tuple[str, ...] = ()
    channel: str | None = None
