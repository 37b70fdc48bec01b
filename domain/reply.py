"""A public reply of ours on a platform: what it may be, and what became of sending it."""

from dataclasses import dataclass
from datetime import datetime

from domain.mention import Author, MentionId


@dataclass(frozen=True, slots=True)
class Permit:
    """Whether the platform lets us answer a post through its API; `reason` tells people why not, or by which rule."""

    may_send: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SentReply:
    """Our reply as the platform took it. `author` is our own account; `at`, aware UTC, is the platform's word."""

    id: MentionId
    url: str
    at: datetime
    author: Author
