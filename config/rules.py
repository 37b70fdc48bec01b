"""The tables of the settings file that say what becomes of a post, and what is to be reached."""

from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.fields import Channel, Member, Name, Section, Server, Site
from crm.kpis import KPIS
from domain.deadline import DeadlinePolicy
from domain.incident import IncidentPolicy
from domain.noise import NoisePolicy
from domain.reply import ReplyPolicy, RiskKind
from domain.scorecard import Target
from domain.spend import SpendPolicy


class TriageSection(Section):
    """`[triage]`: what makes a case more urgent."""

    high_reach: int = Field(default=10_000, ge=0)
    high_value: Decimal = Field(default=Decimal(1000), ge=0)
    alert_within_hours: int = Field(default=24, ge=0)  # 0: of every age


class NoiseSection(Section):
    """`[noise]`: when cards become one living message, and how long a text counts as a copy of another."""

    surge_cards: int = Field(default=20, ge=1)
    surge_minutes: int = Field(default=5, ge=1, le=60)
    urgent_cards: int = Field(default=25, ge=0)
    copies_hours: int = Field(default=24, ge=1, le=168)

    def build(self) -> NoisePolicy:
        """Make the domain's value."""
        return NoisePolicy(
            surge_cards=self.surge_cards,
            surge_within=timedelta(minutes=self.surge_minutes),
            urgent_cards=self.urgent_cards,
            copies_within=timedelta(hours=self.copies_hours),
        )


class SlaSection(Section):
    """`[sla]`: business time until an answer is due, what is told around it, and the response rate's window."""

    urgent_minutes: int = Field(default=60, ge=1)
    high_minutes: int = Field(default=240, ge=1)
    normal_minutes: int = Field(default=480, ge=1)
    low_minutes: int = Field(default=960, ge=1)
    response_window_hours: int = Field(default=24, ge=1, le=24 * 14)
    warn_minutes: int = Field(default=30, ge=0)
    silence_minutes: int = Field(default=60, ge=1)

    def build(self) -> DeadlinePolicy:
        """Make the domain's value of what is told before and after a deadline."""
        return DeadlinePolicy(
            warn_before=timedelta(minutes=self.warn_minutes), silence=timedelta(minutes=self.silence_minutes)
        )


class EscalationSection(Section):
    """`[escalation]`: who is told of a case that waits too long, or that somebody passes up."""

    people: Annotated[tuple[Member, ...], Field(max_length=10)] = ()
    channel: Channel | None = None

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        groups = [each for each in self.people if each.startswith("S")]
        if groups and not self.channel:
            raise ValueError(f"the user group {groups[0]} can be told in a channel only: set channel as well")
        return self


class IncidentsSection(Section):
    """`[incidents]`: how long a source fails until the operators are told, and works until they are told that, too."""

    patience_seconds: int = Field(default=60, ge=0, le=86_400)
    calm_seconds: int = Field(default=120, ge=1, le=86_400)

    def build(self) -> IncidentPolicy:
        """Make the domain's value."""
        return IncidentPolicy(
            patience=timedelta(seconds=self.patience_seconds), calm=timedelta(seconds=self.calm_seconds)
        )


class SpendSection(Section):
    """`[spend]`: what listening may cost on a UTC day, and how that is spread."""

    daily_cap_usd: Decimal | None = Field(default=None, ge=0)
    freely: Decimal = Field(default=Decimal("0.5"), ge=0, le=1)
    reserved: Decimal = Field(default=Decimal("0.2"), ge=0, lt=1)

    def build(self) -> SpendPolicy:
        """Make the domain's value."""
        return SpendPolicy(self.daily_cap_usd, self.freely, self.reserved)


class RepliesSection(Section):
    """`[replies]`: what is answered with, what needs an approval and whose, and which answers no person wrote.

    `legal_words` left out: those of crm.risks.
    """

    templates: Annotated[str, Field(min_length=1)] = "config/templates"
    links: dict[str, Server] = Field(default_factory=dict)
    approve: tuple[RiskKind, ...] = (RiskKind.SWITCHING, RiskKind.REACH, RiskKind.LEGAL)
    approve_reach: int = Field(default=10_000, ge=0)
    legal_words: tuple[Name, ...] = ()
    sites: tuple[Site, ...] = ()
    approvers: tuple[Member, ...] = ()
    automatic: tuple[Annotated[str, Field(min_length=4)], ...] = ()

    def build(self) -> ReplyPolicy:
        """Make the domain's value."""
        return ReplyPolicy(
            approve=frozenset(self.approve),
            approve_reach=self.approve_reach,
            legal_words=self.legal_words,
            sites=self.sites,
            approvers=self.approvers,
            links=self.links,
            automatic=self.automatic,
        )


def _kpi(name: str) -> str:
    if name in KPIS:
        return name
    close = get_close_matches(name, KPIS, n=1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(KPIS)}"
    raise ValueError(f"is no KPI; {hint}")


class TargetSection(Section):
    """`[[targets]]`: what a KPI shall reach, and by when; `brand` None means each."""

    kpi: Annotated[str, AfterValidator(_kpi)]
    value: float
    by: date
    since: date | None = None
    brand: Name | None = None
    baseline: float | None = None

    @model_validator(mode="after")
    def _some_days(self) -> Self:
        if self.since and self.since >= self.by:
            raise ValueError("since must come before by")
        return self

    def build(self) -> Target:
        """Make the domain's value."""
        return Target(self.kpi, self.value, self.by, self.since, self.brand, self.baseline)
