"""The tables of the settings file that say who we are and whom we compete with: `[[brands]]`, `[[rivals]]`."""

from datetime import date, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from config.fields import DAYS, Channel, Day, Handle, Name, Platform, Section, zone
from domain.brand import Account, Brand, BusinessHours, QuietHours, Rival

Accounts = dict[Platform, tuple[Handle, ...]]
"""Handles by platform."""


def _accounts(accounts: Accounts) -> tuple[Account, ...]:
    return tuple(Account(platform, handle) for platform, handles in accounts.items() for handle in handles)


class RivalSection(Section):
    """`[[rivals]]`: a competitor of the brands named, or of all."""

    name: Name
    aliases: tuple[Name, ...] = ()
    accounts: Accounts = Field(default_factory=dict)
    brands: tuple[Name, ...] = ()
    keep_days: int = Field(default=30, ge=14, le=3650)

    def build(self) -> Rival:
        """Make the domain's value."""
        accounts = _accounts(self.accounts)
        return Rival(name=self.name, aliases=self.aliases, accounts=accounts, keep_days=self.keep_days)


class HoursSection(Section):
    """`[brands.hours]`: when people answer, in the brand's time zone."""

    opens: time = time(9)
    closes: time = time(18)
    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
    holidays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.opens >= self.closes or not self.days:
            raise ValueError("opens must come before closes, on one day at least")
        return self


class QuietSection(Section):
    """`[brands.quiet]`: when only urgent cards are posted, in the brand's time zone; may reach over midnight."""

    begins: time
    ends: time

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("begins and ends must differ; leave the table out where no hours are quiet")
        return self


class BrandSection(Section):
    """`[[brands]]`: one of our brands."""

    name: Name
    aliases: tuple[Name, ...] = ()
    accounts: Accounts = Field(default_factory=dict)
    time_zone: Annotated[str, AfterValidator(zone)] = "UTC"
    hours: HoursSection = HoursSection()
    quiet: QuietSection | None = None
    digest_at: time = time(8)
    digest_channels: tuple[Channel, ...] = ()
    product_channel: Channel | None = None

    def build(self, rivals: tuple[RivalSection, ...]) -> Brand:
        """Make the domain's value with the rivals that concern this brand."""
        days = frozenset(DAYS.index(day) for day in self.hours.days)
        return Brand(
            name=self.name,
            aliases=self.aliases,
            accounts=_accounts(self.accounts),
            rivals=tuple(r.build() for r in rivals if not r.brands or self.name in r.brands),
            time_zone=ZoneInfo(self.time_zone),
            hours=BusinessHours(self.hours.opens, self.hours.closes, days, frozenset(self.hours.holidays)),
            quiet=QuietHours(self.quiet.begins, self.quiet.ends) if self.quiet else None,
            digest_channels=self.digest_channels,
            digest_at=self.digest_at,
        )
