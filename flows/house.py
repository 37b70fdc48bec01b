"""What every flow works with: the database, the clock, our brands and the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.database import Database

from domain.brand import Brand
from domain.case import TriagePolicy
from domain.clock import Clock


@dataclass(frozen=True, slots=True)
class House:
    """Built once by run.py. `secret` keys the tombstones and the audit chain; `channels` gives each brand's own."""

    database: Database
    clock: Clock
    brands: tuple[Brand, ...]
    policy: TriagePolicy
    secret: bytes
    channels: Mapping[str, str] = field(default_factory=dict)
    operators_channel: str | None = None

    def brand(self, name: str) -> Brand:
        """Return the brand of that name; raises KeyError for one that the settings do not have."""
        return {brand.name: brand for brand in self.brands}[name]
