"""The audit log as people read it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, and when: ids of ours, of Slack and of platforms only.

    `actor` is a Slack user id, or `earshot`. Numbers begin at 1 and have no gap.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The state of the whole log: how many entries, the digest of the last, and the numbers that do not fit."""

    entries: int
    head: str
    broken: tuple[int, ...]
