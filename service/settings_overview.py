"""The settings as CRM admins see them in Slack: what is set, and under which key of the file."""

from collections.abc import Mapping, Sequence

from config.brands import BrandSection
from config.settings import Settings
from domain.brand import Stream
from domain.setting import Setting


def settings_overview(
    settings: Settings, channels: Mapping[str, str], streams: Sequence[Stream]
) -> tuple[Setting, ...]:
    """List brands, streams, channels, roles, the service level and what keeps the noise down; no secret is in it.

    `channels` gives channels' ids by the names that the settings use.
    """
    known = dict(channels)
    found = [each for brand in settings.brands for each in _brand(brand, known)]
    for stream in streams:
        reads = f"{stream.kind.value} on {stream.platform}: {stream.what}, every {stream.poll_seconds:g} s"
        found.append(Setting(f"Stream {stream.name}", "[[streams]]", reads, _ids(known, stream.channel)))
    for name, channel in (
        ("operators_channel", settings.slack.operators_channel),
        ("product_channel", settings.slack.product_channel),
    ):
        found.append(Setting(name.replace("_", " ").capitalize(), f"[slack] {name}", "", _ids(known, channel)))
    found += [Setting(f"Role {role.value}", f"[roles] {role.value}", "", ids) for role, ids in settings.roles.items()]
    escalation = settings.escalation
    found.append(Setting("Escalation", "[escalation]", "", (*_ids(known, escalation.channel), *escalation.people)))
    sla, noise = settings.sla, settings.noise
    due = f"urgent {sla.urgent_minutes}, high {sla.high_minutes}, normal {sla.normal_minutes}, low {sla.low_minutes}"
    told = f"a warning {sla.warn_minutes} min before; alarm after {sla.silence_minutes} min of silence"
    surge = f"more than {noise.surge_cards} cards in {noise.surge_minutes} min"
    return (
        *found,
        Setting("Answer due after", "[sla]", f"{due} minutes of business hours; {told}"),
        Setting("Surge", "[noise]", surge),
    )


def _brand(brand: BrandSection, known: Mapping[str, str]) -> list[Setting]:
    hours = brand.hours
    when = f"{hours.opens:%H:%M} to {hours.closes:%H:%M} on {', '.join(hours.days)}, {brand.time_zone}"
    key = f'[[brands]] name = "{brand.name}"'
    quiet = f"{brand.quiet.begins:%H:%M} to {brand.quiet.ends:%H:%M}" if brand.quiet else ""
    digest = tuple(each for channel in brand.digest_channels for each in _ids(known, channel))
    return [
        Setting(f"Brand {brand.name}", key, f"also {', '.join(brand.aliases)}" if brand.aliases else ""),
        Setting(f"Hours of {brand.name}", "[brands.hours]", when),
        Setting(f"Quiet hours of {brand.name}", "[brands.quiet]", quiet),
        Setting(f"Digest of {brand.name}", "digest_at, digest_channels", f"at {brand.digest_at:%H:%M}", digest),
    ]


def _ids(known: Mapping[str, str], channel: str | None) -> tuple[str, ...]:
    """Return a channel's id, or its name where Slack was not asked."""
    return (known.get(channel, channel),) if channel else ()
