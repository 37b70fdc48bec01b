"""Building the parts from settings and secrets: the house, the classifier, what reads the platforms and answers."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import listeners
from config.model import ModelSection
from config.rules import EscalationSection
from config.secrets import Secrets
from config.settings import Settings
from config.templates import load_templates
from crm.wording import bare_text
from domain.brand import Brand, Stream
from domain.clock import Clock
from domain.engagement import BehaviourPolicy
from domain.handover import EscalationPolicy
from domain.query import SearchPlatforms
from domain.reply import ReplyTemplate
from domain.seams import Classify, Explain, Poll, Repliers
from flows.house import House
from flows.rechecking import Rechecks
from listeners.settings import secrets as secrets_of
from nlp import learned, models, reasons
from nlp import torch_classify as checkpoint
from nlp.classify import combined
from service.migrating import migrate
from storage import brands as brand_rows
from storage import saved_queries
from storage.database import Database, open_database

Channels = Mapping[str, str]
"""Channel ids by the names that the settings use, as in `#alerts`."""


def reach_database(settings: Settings, secrets: Secrets) -> Database:
    """Open the database as it is, with the key of the secrets; raises StorageError."""
    return open_database(settings.database.url, key=key_of_fields(secrets))


def key_of_fields(secrets: Secrets) -> bytes | None:
    """Return the key that customers' fields are encrypted with, None where there is none."""
    key = secrets.value("EARSHOT_KEY")
    return _derived(key, "fields") if key else None


def open_house(
    settings: Settings,
    secrets: Secrets,
    *,
    clock: Clock,
    channels: Channels | None = None,
    workspace_url: str = "",
) -> House:
    """Open and migrate the database and put the house together.

    Without `channels`, as for commands that never post, channels keep the names of the settings.
    """
    database = reach_database(settings, secrets)
    migrate(database, settings, at=clock())
    known = channels or {}
    brands = tuple(_with_channels(brand, known) for brand in settings.build_brands())
    with database.write() as tx:
        brand_rows.sync(tx, brands)
    operators = settings.slack.operators_channel
    return House(
        database=database,
        clock=clock,
        brands=brands,
        policy=settings.policy,
        noise=settings.noise.build(),
        deadlines=settings.sla.build(),
        secret=_derived(secrets.value("EARSHOT_KEY") or "earshot without a key", "chain"),
        channels={s.brand: known.get(s.channel, s.channel) for s in reversed(settings.streams) if s.rival is None},
        streams=tuple(section.build() for section in settings.streams),  # what is compared needs no saved query
        operators_channel=known.get(operators, operators) if operators else None,
        workspace_url=workspace_url,
        product_channels=_product_channels(settings, known),
        escalation=_escalation(settings.escalation, known),
        replies=settings.replies.build(),
        templates=build_templates(settings),
        targets=settings.build_targets(),
        incidents=settings.incidents.build(),
        spend=settings.spend.build(),
        lists=settings.lists,
        retention_days=settings.retention,
        recheck_usd=settings.recheck,
        behaviour=_behaviour(settings, known),
    )


def build_streams(settings: Settings, channels: Channels | None = None, *, database: Database) -> tuple[Stream, ...]:
    """List every stream with its channel's id where that is known, and with the saved queries; raises SettingsError."""
    known = channels or {}
    with database.read() as tx:
        saved = {query.name: query.text for query in saved_queries.newest(tx)}
    return tuple(replace(s, channel=known.get(s.channel, s.channel)) for s in settings.build_streams(saved))


def search_platforms(settings: Settings, secrets: Secrets) -> SearchPlatforms:
    """Return what is known of the platforms' searches; their modules load when they are asked for."""

    def cost_usd(platform: str, posts: int, authors: int) -> Decimal:
        own = platform_settings(platform, settings, secrets)
        return listeners.cost_usd(platform, own, posts=posts, authors=authors)

    return SearchPlatforms(tuple(listeners.PLATFORMS), listeners.searches, cost_usd)


def named_channels(settings: Settings) -> tuple[str, ...]:
    """List every channel that the settings name, once."""
    names = [s.channel for s in settings.streams]
    names += [channel for brand in settings.brands for channel in brand.digest_channels]
    if settings.slack.operators_channel:
        names.append(settings.slack.operators_channel)
    names += [brand.product_channel for brand in settings.brands if brand.product_channel]
    names += [
        name
        for name in (settings.slack.product_channel, settings.escalation.channel, settings.behaviour.channel)
        if name
    ]
    return tuple(dict.fromkeys(names))


def build_model(section: ModelSection) -> tuple[Classify, Explain]:
    """Load the model that the settings name, as people taught it, with what explains its alerts; raises ModelError.

    What checkpoints answer is not explained: a torch model would take seconds where ours takes milliseconds.
    """
    base, explain = reasons.build(model_folder(section), learned_dir=Path(section.learned))
    own = [
        checkpoint.build(
            each.source,
            task=task,
            revision=each.revision,
            labels=each.labels,
            masked=each.masked,
            languages=each.gate,
            unsure_below=each.unsure_below,
            device=section.device,
        )
        for task, each in section.all_checkpoints().items()
    ]
    return (combined(*own, base) if own else base), explain


def model_folder(section: ModelSection) -> Path | None:
    """Return the folder of the ONNX model that the settings name, None for the shipped one."""
    return None if section.path == "shipped" else Path(section.path)


def model_status(section: ModelSection) -> str:
    """Name the ONNX model and what was learned; raises ModelError."""
    model = models.load(model_folder(section) or models.SHIPPED)
    return f"{model.name}, {learned.status(Path(section.learned), model)}"


def platform_settings(platform: str, settings: Settings, secrets: Secrets, *, brand: str | None = None) -> Any:
    """Make a platform's own settings from its table and its secrets, with our accounts there: all, or one brand's."""
    module = listeners.load(platform)
    values = settings.of_platform(platform)
    values |= {field: secrets.value(variable) or "" for field, variable in secrets_of(module.Settings).items()}
    named = {field.name for field in fields(module.Settings)}
    if "places" in named:
        values["places"] = tuple(dict.fromkeys(p for s in settings.streams if s.platform == platform for p in s.places))
    if "accounts" in named:
        accounts = [each.accounts for each in settings.brands if brand in {None, each.name}]
        values["accounts"] = tuple(handle for each in accounts for handle in each.get(platform, ()))
    return module.Settings(**values)


def build_polls(settings: Settings, secrets: Secrets, streams: tuple[Stream, ...], *, clock: Clock) -> dict[str, Poll]:
    """Connect every stream; no call is made yet. Raises SettingsError."""
    own = {platform: platform_settings(platform, settings, secrets) for platform in {s.platform for s in streams}}
    return {s.name: listeners.load(s.platform).connect(own[s.platform], s, clock=clock) for s in streams}


def build_rechecks(settings: Settings, secrets: Secrets, platforms: Iterable[str], *, clock: Clock) -> Rechecks:
    """Make what asks these platforms for stored posts, where they have a way and our secrets suffice; no call."""
    found = {}
    for platform in sorted(set(platforms)):
        own = platform_settings(platform, settings, secrets)
        if recheck := listeners.recheck_of(platform, own, clock=clock):
            found[platform] = recheck
    return found


def build_templates(settings: Settings) -> tuple[ReplyTemplate, ...]:
    """Load the reply templates that the settings name; raises SettingsError."""
    return load_templates(Path(settings.replies.templates), brands=[brand.name for brand in settings.brands])


def build_repliers(settings: Settings, secrets: Secrets, *, clock: Clock) -> Repliers:
    """Make what answers for each brand on each platform where it has an account and our secrets suffice; no call."""
    found = {}
    for brand in settings.build_brands():
        for platform in sorted({account.platform for account in brand.accounts}):
            # The access token may be another brand's account, which must not answer.
            own = platform_settings(platform, settings, secrets, brand=brand.name)
            if replier := listeners.load(platform).replier(own, clock=clock):
                found[brand.name, platform] = replier
    return found


def too_long_templates(templates: tuple[ReplyTemplate, ...], repliers: Repliers) -> list[str]:
    """Say which templates do not fit where they are offered, even with nothing filled in."""
    return [
        f"{template.id}: {length} characters without its variables, and {platform} takes {replier.limit}"
        for template in templates
        for (brand, platform), replier in repliers.items()
        if brand in (template.brands or (brand,)) and platform in (template.platforms or (platform,))
        if (length := replier.length(bare_text(template))) > replier.limit
    ]


def _with_channels(brand: Brand, channels: Channels) -> Brand:
    return replace(brand, digest_channels=tuple(channels.get(c, c) for c in brand.digest_channels))


def _product_channels(settings: Settings, channels: Channels) -> dict[str, str]:
    """Return each brand's channel of product: its own, or that of all."""
    named = {brand.name: brand.product_channel or settings.slack.product_channel for brand in settings.brands}
    return {brand: channels.get(channel, channel) for brand, channel in named.items() if channel}


def _escalation(section: EscalationSection, channels: Channels) -> EscalationPolicy:
    channel = section.channel
    return EscalationPolicy(section.people, channels.get(channel, channel) if channel else None)


def _behaviour(settings: Settings, channels: Channels) -> BehaviourPolicy:
    channel = settings.behaviour.channel
    return replace(settings.behaviour.build(), channel=channels.get(channel, channel) if channel else None)


def _derived(key: str, purpose: str) -> bytes:
    """Derive a key for one purpose, so that the same secret never serves two (32 bytes)."""
    return hashlib.blake2b(key.encode(), person=purpose.encode(), digest_size=32).digest()
