"""The settings file: its keys, their limits and defaults, and the domain values made of it."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from config.fields import (
    DAYS,
    PLATFORMS,
    Channel,
    Day,
    Handle,
    Member,
    Name,
    Platform,
    Section,
    Server,
    Site,
    SlackServer,
    Task,
    zone,
)
from domain.brand import Account, Brand, BusinessHours, QuietHours, Rival, SourceKind, Stream
from domain.case import TriagePolicy, Urgency
from domain.deadline import DeadlinePolicy
from domain.noise import NoisePolicy
from domain.person import Role
from domain.prediction import SENTIMENT, SWITCHING
from domain.reply import ReplyPolicy, RiskKind


class DatabaseSection(Section):
    """`[database]`: where everything is kept."""

    url: str = "sqlite:///var/earshot.db"


class CheckpointSection(Section):
    """`[model.checkpoints.TASK]`: a Hugging Face directory, or a hub id at a pinned revision, that answers one task."""

    source: Annotated[str, Field(min_length=1)]
    revision: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("en",)
    masked: bool = False
    unsure_below: float = Field(default=0.0, ge=0, le=1)

    @property
    def gate(self) -> frozenset[str]:
        """The languages that it knows; none means all."""
        return frozenset() if "*" in self.languages else frozenset(self.languages)


class ModelSection(Section):
    """`[model]`: `shipped` or a folder, what people taught it, and what answers single tasks in its place.

    `learned` is a folder. `sentiment` and `switching` are short for a checkpoint of every language.
    """

    path: str = "shipped"
    learned: Annotated[str, Field(min_length=1)] = "var/learned"
    device: Annotated[str, Field(min_length=1)] = "auto"
    sentiment: str | None = None
    sentiment_revision: str | None = None
    switching: str | None = None
    switching_revision: str | None = None
    checkpoints: dict[Task, CheckpointSection] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if twice := [task for task, _ in self._short() if task in self.checkpoints]:
            raise ValueError(f"{twice[0]} is given twice: keep [model.checkpoints.{twice[0]}] or the short key")
        return self

    def all_checkpoints(self) -> dict[str, CheckpointSection]:
        """List what answers single tasks, however the file writes it."""
        return dict(self._short()) | self.checkpoints

    def _short(self) -> Iterator[tuple[str, CheckpointSection]]:
        for task, source, revision in (
            (SENTIMENT, self.sentiment, self.sentiment_revision),
            (SWITCHING, self.switching, self.switching_revision),
        ):
            if source:
                yield task, CheckpointSection(source=source, revision=revision, languages=("*",))


class SlackSection(Section):
    """`[slack]`: how we reach Slack and how Slack reaches us."""

    api_url: SlackServer = "https://slack.com/api/"
    mode: Literal["socket", "http"] = "socket"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    operators_channel: Channel | None = None
    product_channel: Channel | None = None


class XSection(Section):
    """`[x]`: X's API."""

    api_url: Server = "https://api.twitter.com"


class RedditSection(Section):
    """`[reddit]`: Reddit's API; `user_agent` by its rules, `<platform>:<app id>:<version> (by /u/name)`."""

    oauth_url: Server = "https://oauth.reddit.com"
    reddit_url: Server = "https://www.reddit.com"
    user_agent: Annotated[str, Field(min_length=1)] = "python:earshot:0.1.0 (by /u/earshot-operator)"


class AccountsSection(Section):
    """Accounts by platform."""

    x: tuple[Handle, ...] = ()
    reddit: tuple[Handle, ...] = ()

    def build(self) -> tuple[Account, ...]:
        """List the accounts."""
        return tuple(Account(platform, handle) for platform in PLATFORMS for handle in getattr(self, platform))


class RivalSection(Section):
    """`[[rivals]]`: a competitor of the brands named, or of all."""

    name: Name
    aliases: tuple[Name, ...] = ()
    accounts: AccountsSection = AccountsSection()
    brands: tuple[Name, ...] = ()

    def build(self) -> Rival:
        """Make the domain's value."""
        return Rival(name=self.name, aliases=self.aliases, accounts=self.accounts.build())


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
    accounts: AccountsSection = AccountsSection()
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
            accounts=self.accounts.build(),
            rivals=tuple(r.build() for r in rivals if not r.brands or self.name in r.brands),
            time_zone=ZoneInfo(self.time_zone),
            hours=BusinessHours(self.hours.opens, self.hours.closes, days, frozenset(self.hours.holidays)),
            quiet=QuietHours(self.quiet.begins, self.quiet.ends) if self.quiet else None,
            digest_channels=self.digest_channels,
            digest_at=self.digest_at,
        )


class StreamSection(Section):
    """`[[streams]]`: one thing to poll; `native_query`, `subreddits` or `account`, by its kind."""

    name: Name
    brand: Name
    platform: Platform
    kind: SourceKind = SourceKind.SEARCH
    native_query: Annotated[str, Field(min_length=1)] | None = None
    subreddits: tuple[Handle, ...] = ()
    account: Handle | None = None
    channel: Channel
    poll_seconds: float = Field(default=60.0, ge=0.2, le=86_400)
    daily_cap_usd: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _has_target(self) -> Self:
        if self.platform == "x" and self.kind in {SourceKind.NEW, SourceKind.COMMENTS}:
            raise ValueError(f"X has no {self.kind.value}: use kind = search, mentions or own_posts")
        if self.platform == "reddit" and self.kind is SourceKind.MENTIONS:
            raise ValueError("Reddit has no mentions: use kind = search, new, comments or own_posts")
        wanted = {
            SourceKind.SEARCH: ("native_query", self.native_query),
            SourceKind.NEW: ("subreddits", self.subreddits),
            SourceKind.COMMENTS: ("subreddits", self.subreddits),
            SourceKind.MENTIONS: ("account", self.account),
            SourceKind.OWN_POSTS: ("account", self.account),
        }[self.kind]
        if not wanted[1]:
            raise ValueError(f"kind = {self.kind.value} needs the key {wanted[0]}")
        return self

    def build(self) -> Stream:
        """Make the domain's value. A Reddit search within subreddits is written `a+b: query`."""
        joined = "+".join(self.subreddits)
        if self.kind is SourceKind.SEARCH:
            target = f"{joined}: {self.native_query}" if joined else self.native_query or ""
        else:
            target = self.account or joined
        return Stream(
            name=self.name,
            brand=self.brand,
            platform=self.platform,
            kind=self.kind,
            target=target,
            channel=self.channel,
            poll_seconds=self.poll_seconds,
            daily_cap_usd=self.daily_cap_usd,
        )


class TriageSection(Section):
    """`[triage]`: what makes a case more urgent."""

    high_reach: int = Field(default=10_000, ge=0)
    high_value: Decimal = Field(default=Decimal(1000), ge=0)
    alert_within_hours: int | None = Field(default=None, ge=1)


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


class Settings(Section):
    """The whole file."""

    database: DatabaseSection = DatabaseSection()
    model: ModelSection = ModelSection()
    slack: SlackSection = SlackSection()
    x: XSection = XSection()
    reddit: RedditSection = RedditSection()
    brands: tuple[BrandSection, ...]
    rivals: tuple[RivalSection, ...] = ()
    streams: tuple[StreamSection, ...] = ()
    roles: dict[Role, tuple[str, ...]] = Field(default_factory=dict)
    triage: TriageSection = TriageSection()
    sla: SlaSection = SlaSection()
    noise: NoiseSection = NoiseSection()
    escalation: EscalationSection = EscalationSection()
    replies: RepliesSection = RepliesSection()
    own_posts_poll_seconds: float = Field(default=60.0, ge=0.2, le=86_400)

    @property
    def policy(self) -> TriagePolicy:
        """The rules of triage and of the service level."""
        hours = self.triage.alert_within_hours
        minutes = {urgency: getattr(self.sla, f"{urgency.value}_minutes") for urgency in Urgency}
        return TriagePolicy(
            high_reach=self.triage.high_reach,
            high_value=self.triage.high_value,
            due_minutes=minutes,
            response_window_hours=self.sla.response_window_hours,
            alert_within=None if hours is None else timedelta(hours=hours),
        )

    def build_brands(self) -> tuple[Brand, ...]:
        """Make the domain's brands."""
        return tuple(brand.build(self.rivals) for brand in self.brands)

    def build_streams(self) -> tuple[Stream, ...]:
        """Make the streams, and add the reading of our own accounts wherever the file does not name it.

        Without it nobody would learn that a complaint was answered.
        """
        streams = [s.build() for s in self.streams]
        read = {(s.brand, s.platform, s.target.casefold()) for s in streams if s.kind is SourceKind.OWN_POSTS}
        for brand in self.build_brands():
            for account in brand.accounts:
                near = next((s for s in streams if s.brand == brand.name and s.platform == account.platform), None)
                if near is None or (brand.name, account.platform, account.handle.casefold()) in read:
                    continue
                streams.append(
                    Stream(
                        name=f"{brand.name} own posts {account.platform}/{account.handle}",
                        brand=brand.name,
                        platform=account.platform,
                        kind=SourceKind.OWN_POSTS,
                        target=account.handle,
                        channel=near.channel,
                        poll_seconds=self.own_posts_poll_seconds,
                        daily_cap_usd=near.daily_cap_usd,
                    )
                )
        return tuple(streams)


def resolve_paths(settings: Settings, folder: Path) -> Settings:
    """Read relative paths of our data as seen from `folder`, the place that the command runs in."""
    model = settings.model.model_copy(update={"learned": str(folder / settings.model.learned)})
    replies = settings.replies.model_copy(update={"templates": str(folder / settings.replies.templates)})
    settings = settings.model_copy(update={"model": model, "replies": replies})
    prefix = "sqlite:///"
    path = settings.database.url.removeprefix(prefix)
    if not settings.database.url.startswith(prefix) or path.startswith("/") or path in {"", ":memory:"}:
        return settings
    database = DatabaseSection(url=f"{prefix}{folder / path}")
    return settings.model_copy(update={"database": database})
