"""The settings as CRM admins see them: every table of the file that matters, by its key, and no secret."""

from dataclasses import replace
from pathlib import Path

from config.load import load
from service.settings_overview import settings_overview

EXAMPLE = Path("config/earshot.example.toml")


def overview(**channels):
    settings, _ = load(EXAMPLE)
    streams = [replace(s, channel=channels.get(s.channel, s.channel)) for s in settings.build_streams()]
    return settings, settings_overview(settings, channels, streams)


def test_brands_streams_roles_and_rules_are_shown_with_their_keys():
    settings, shown = overview()
    titles = {each.title for each in shown}
    assert {f"Brand {brand.name}" for brand in settings.brands} <= titles
    assert {f"Hours of {brand.name}" for brand in settings.brands} <= titles
    assert {f"Quiet hours of {brand.name}" for brand in settings.brands} <= titles
    assert {f"Stream {stream.name}" for stream in settings.build_streams()} <= titles
    assert {f"Role {role.value}" for role in settings.roles} <= titles
    assert {"Escalation", "Answer due after", "Surge", "Operators channel", "Product channel"} <= titles
    assert all(each.key for each in shown)


def test_channels_are_shown_by_their_ids():
    settings, _ = overview()
    name = settings.streams[0].channel
    _, shown = overview(**{name: "C0ALERTS"})
    (stream,) = [each for each in shown if each.title == f"Stream {settings.streams[0].name}"]
    assert stream.ids == ("C0ALERTS",)
