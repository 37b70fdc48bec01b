"""Whom a rival's posts speak to: people who wrote about us, or whom we know as customers."""

from dataclasses import dataclass
from decimal import Decimal

from domain.mention import Author, MentionId


@dataclass(frozen=True, slots=True)
class Approached:
    """One of ours whom a rival's post answers or names.

    `post` is what it answers, where that is stored, and `url` leads there. `grade` is that of the customer's link, None
    where she is no known customer; `value` is hers.
    """

    author: Author
    post: MentionId | None = None
    url: str = ""
    grade: str | None = None
    value: Decimal | None = None
    value_band: str = ""
