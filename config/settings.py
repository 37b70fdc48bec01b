"""The settings file as a whole, and the domain values made of it."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.brands import BrandSection, RivalSection
from config.fields import Channel, Member, Section, Server, SlackServer
from config.model import ModelSection
from config.rules import EscalationSection, NoiseSection, RepliesSection, SlaSection, TargetSection, TriageSection
from config.streams import StreamSection
from domain.brand import Brand, SourceKind, Stream
from domain.case import TriagePolicy, Urgency
from domain.person import Role
from domain.scorecard import Target


class DatabaseSection(Section):
    """`[database]`: where everything is kept."""

    url: str = "sqlite:///var/earshot.db"


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
    roles: dict[Role, tuple[Member, ...]] = Field(default_factory=dict)
    triage: TriageSection = TriageSection()
    sla: SlaSection = SlaSection()
    noise: NoiseSection = NoiseSection()
    escalation: EscalationSection = EscalationSection()
    replies: RepliesSection = RepliesSection()
    targets: tuple[TargetSection, ...] = ()
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

    def build_targets(self) -> tuple[Target, ...]:
        """Make the domain's targets."""
        return tuple(target.build() for target in self.targets)

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
