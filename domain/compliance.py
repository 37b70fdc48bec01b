"""What a platform says of posts that we stored, and what its rules ask of whoever keeps them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.mention import Mention, MentionId, Removal

TOO_OLD = "kept as long as may be"
"""Why a case lost its posts without their authors' doing."""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a platform says of stored posts now.

    `checked` are those that it answered for, gone or not; `present` the newest versions that it showed of them; it need
    not show any. `job` names what it still works at: the same posts are to be asked for with it again. `lost` says that
    a job came to nothing: begin anew. `no_jobs` says why it takes none, so that each post has its price.
    """

    checked: tuple[MentionId, ...] = ()
    present: tuple[Mention, ...] = ()
    removals: tuple[Removal, ...] = ()
    cost_usd: Decimal = Decimal(0)
    job: str | None = None
    lost: bool = False
    no_jobs: str | None = None


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """What a platform's terms ask of us.

    `recheck_within`: so soon after it was last known to stand a stored post is asked for again; None: deletions are
    honoured when they are seen. `retention`: longer nothing may be kept. `keeps_versions`: whether what a post said
    before an edit may be kept. `told` says the other rules in words, each with the place in our code that holds to it;
    `source` is the address of the terms.
    """

    recheck_within: timedelta | None = None
    retention: timedelta | None = None
    keeps_versions: bool = False
    told: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class PlatformReport:
    """How well one platform's rules are kept now. `retention` is what is in force, by the settings or the rules.

    `removals` counts deletions told of since `since`; `honoured` those of which nothing is left, with the median and
    the longest time that this took.
    """

    platform: str
    posts: int
    oldest: datetime | None
    checked_first: datetime | None
    checked_last: datetime | None
    next_due: datetime | None
    overdue: int
    since: datetime
    removals: int
    honoured: int
    median_delay: timedelta | None
    longest_delay: timedelta | None
    retention: timedelta | None
    rules: PlatformRules
