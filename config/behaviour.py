"""The table of the settings file that says what counts as engagement."""

from typing import Annotated

from pydantic import Field

from config.fields import Channel, Section
from domain.engagement import WEIGHTS, BehaviourPolicy
from domain.event import EventKind


class BehaviourSection(Section):
    """`[behaviour]`: who delivers events, who hears of changes, how long events are kept, and what each kind is worth.

    Kinds that `weights` leaves out keep their default.
    """

    sources: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")], ...] = ()
    channel: Channel | None = None
    keep_days: int = Field(default=400, ge=1, le=36_500)
    weights: dict[EventKind, Annotated[float, Field(ge=0, le=1_000)]] = Field(default_factory=dict)

    def build(self) -> BehaviourPolicy:
        """Make the domain's value."""
        return BehaviourPolicy(keep_days=self.keep_days, weights={**WEIGHTS, **self.weights})
