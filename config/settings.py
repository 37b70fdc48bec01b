"""The settings file as a whole, and the domain values made of it."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

import listeners
from config.behaviour import BehaviourSection
from config.brands import BrandSection, RivalSection
from config.fields import Channel, Member, Platform, Section, SlackServer
from config.model import ModelSection
from config.platforms import section_of
from config.queries import ListName, ListWords, read_query, streams_of
from config.rules import (
    EscalationSection,
    IncidentsSection,
    NoiseSection,
    RepliesSection,
    SlaSection,
    SpendSection,
    TargetSection,
    TriageSection,
)
from config.streams import StreamSection
from domain.brand import Brand, SourceKind, Stream
from domain.case import TriagePolicy, Urgency
from domain.errors import SettingsError
from domain.person import Role
from domain.scorecard import Target


class DatabaseSection(Section):
    """`[database]`: where everything is kept."""

    url: str = "sqlite:///var/earshot.db"

    @property
    def shown(self) -> str:
        """The address without a password."""
        return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", self.url)


class BackupSection(Section):
    """`[backup]`: where copies of the database are kept, and whether one is made before a migration."""

    folder: str | None = None
    before_migration: bool = True
    keep: int = Field(default=3, ge=1)


class SlackSection(Section):
    """`[slack]`: how we reach Slack and how Slack reaches us."""

    api_url: SlackServer = "https://slack.com/api/"
    mode: Literal["socket", "http"] = "socket"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    operators_channel: Channel | None = None
    product_channel: Channel | None = None


class WebSection(Section):
    """`[web]`: where health and metrics are answered; nowhere without a port."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)


class Settings(Section):
    """The whole file, but for the platforms' own tables: `settings_model` adds them."""

    database: DatabaseSection = DatabaseSection()
    model: ModelSection = ModelSection()
    slack: SlackSection = SlackSection()
    brands: tuple[BrandSection, ...]
    rivals: tuple[RivalSection, ...] = ()
    lists: dict[ListName, ListWords] = Field(default_factory=dict)
    streams: tuple[StreamSection, ...] = ()
    roles: dict[Role, tuple[Member, ...]] = Field(default_factory=dict)
    triage: TriageSection = TriageSection()
    sla: SlaSection = SlaSection()
    noise: NoiseSection = NoiseSection()
    escalation: EscalationSection = EscalationSection()
    replies: RepliesSection = RepliesSection()
    spend: SpendSection = SpendSection()
    incidents: IncidentsSection = IncidentsSection()
    backup: BackupSection = BackupSection()
    targets: tuple[TargetSection, ...] = ()
    web: WebSection = WebSection()
    behaviour: BehaviourSection = BehaviourSection()
    retention: dict[Platform, Annotated[int, Field(ge=1, le=36_500)]] = Field(default_factory=dict)
    recheck: dict[Platform, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)
    own_posts_poll_seconds: float = Field(default=60.0, ge=0.2, le=86_400)

    def of_platform(self, name: str) -> dict[str, Any]:
        """Return what the file says in a platform's own table, and the defaults of what it does not say."""
        section = getattr(self, name, None) or section_of(name)()
        return dict(section)

    @property
    def backup_folder(self) -> Path:
        """Where backups are: as named, or beside the database, or in `var/backups` where that is no file."""
        file = Path(self.database.url.removeprefix("sqlite:///"))
        beside = file.parent / "backups" if self.database.url.startswith("sqlite:") else Path("var/backups")
        return Path(self.backup.folder) if self.backup.folder else beside

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
            alert_within=timedelta(hours=hours) if hours else None,
        )

    def build_brands(self) -> tuple[Brand, ...]:
        """Make the domain's brands."""
        return tuple(brand.build(self.rivals) for brand in self.brands)

    def build_targets(self) -> tuple[Target, ...]:
        """Make the domain's targets."""
        return tuple(target.build() for target in self.targets)

    def build_stream(self, section: StreamSection, saved: Mapping[str, str]) -> tuple[Stream, ...]:
        """Make the streams of one table: several where its query takes several searches; raises SettingsError."""
        text = section.query
        if section.saved_query:
            text = saved.get(section.saved_query.casefold())
            if text is None:
                raise SettingsError(
                    f"There is no saved query {section.saved_query!r} (stream {section.name!r}): save it with "
                    f"`python run.py query save {section.saved_query} ...`. Saved are: {', '.join(saved) or 'none'}."
                )
        if text is None:
            return (section.build(),)
        brand = next(brand for brand in self.build_brands() if brand.name == section.brand)
        return streams_of(section.build(), read_query(text, brand=brand, lists=self.lists))

    def build_streams(self, saved: Mapping[str, str] | None = None) -> tuple[Stream, ...]:
        """Make the streams, and add the reading of our own accounts wherever the file does not name it.

        Without it nobody would learn that a complaint was answered. `saved` are the saved queries by their names.

        Raises:
            SettingsError: a query cannot be read, is not there, or its platform has nothing to ask for.
        """
        streams = [stream for section in self.streams for stream in self.build_stream(section, saved or {})]
        read = {(s.brand, s.platform, s.target.casefold()) for s in streams if s.kind is SourceKind.OWN_POSTS}
        for brand in self.build_brands():
            for account in brand.accounts:
                near = next((s for s in self.streams if (s.brand, s.platform) == (brand.name, account.platform)), None)
                if near is None or (brand.name, account.platform, account.handle.casefold()) in read:
                    continue
                if SourceKind.OWN_POSTS not in listeners.load(account.platform).READS:
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


def settings_model(platforms: Iterable[str]) -> type[Settings]:
    """Return the whole file with the tables of these platforms."""
    sections: dict[str, Any] = {name: (section_of(name), section_of(name)()) for name in platforms}
    return create_model("Settings", __base__=Settings, **sections)


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
