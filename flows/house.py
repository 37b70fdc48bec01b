"""What every flow works with: the database, the clock, our brands and the rules."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock

from crm.identity import value_band
from domain.brand import Brand, Stream
from domain.case import TriagePolicy
from domain.clock import Clock
from domain.deadline import DeadlinePolicy
from domain.errors import Refused
from domain.handover import EscalationPolicy
from domain.incident import IncidentPolicy
from domain.noise import NoisePolicy
from domain.reply import ReplyPolicy, ReplyTemplate
from domain.scorecard import Target
from domain.spend import SpendPolicy
from storage.database import Database


@dataclass(frozen=True, slots=True)
class House:
    """Built once by run.py.

    `secret` keys the tombstones and the audit chain; `channels` gives each brand's own channel, `product_channels`
    where its posts are sent on to; `workspace_url` is that of the Slack workspace and ends in a slash. `lists` are
    the words that queries name. By platform: `retention_days` is how long posts are kept, `recheck_usd` what looking
    stored posts up may cost in a UTC day. Who spends of what all streams share holds `paying`, so that no two spend
    the same dollar; another process reads nothing as long as this one has the lease.
    """

    database: Database
    clock: Clock
    brands: tuple[Brand, ...]
    policy: TriagePolicy
    secret: bytes
    noise: NoisePolicy = field(default_factory=NoisePolicy)
    deadlines: DeadlinePolicy = field(default_factory=DeadlinePolicy)
    channels: Mapping[str, str] = field(default_factory=dict)
    operators_channel: str | None = None
    workspace_url: str = ""
    product_channels: Mapping[str, str] = field(default_factory=dict)
    escalation: EscalationPolicy = field(default_factory=EscalationPolicy)
    replies: ReplyPolicy = field(default_factory=ReplyPolicy)
    templates: tuple[ReplyTemplate, ...] = ()
    targets: tuple[Target, ...] = ()
    incidents: IncidentPolicy = field(default_factory=IncidentPolicy)
    spend: SpendPolicy = field(default_factory=SpendPolicy)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retention_days: Mapping[str, int] = field(default_factory=dict)
    recheck_usd: Mapping[str, Decimal] = field(default_factory=dict)
    streams: tuple[Stream, ...] = ()
    paying: AbstractContextManager[object] = field(default_factory=Lock, repr=False, compare=False)

    def brand(self, name: str) -> Brand:
        """Return the brand of that name; raises Refused for one that the settings do not have (any more)."""
        for brand in self.brands:
            if brand.name == name:
                return brand
        raise Refused(f"{name} is not in the settings any more.")

    def band(self, value: Decimal | None) -> str:
        """Name a customer's value as coarsely as a channel may see it."""
        return value_band(value, high=self.policy.high_value)
