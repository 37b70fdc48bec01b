"""Owns what an app manifest asks for: scopes, slash commands, events, shortcuts and the home tab."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry of `features.shortcuts`; `kind` is `message` or `global`."""

    callback_id: str
    kind: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What the installed app may do; None of scopes, commands or shortcuts grants all of them.

    Whoever opens the home tab is announced unless a manifest leaves that out; other events take a subscription.
    """

    scopes: frozenset[str] | None = None
    commands: tuple[str, ...] | None = None
    shortcuts: tuple[Shortcut, ...] | None = None
    events: frozenset[str] = frozenset({"app_home_opened"})
    home: bool = True

    @classmethod
    def by(cls, manifest: Mapping[str, Any] | None) -> Self:
        """Read a manifest as a mapping; without one everything is granted."""
        if manifest is None:
            return cls()
        features = manifest.get("features", {})
        shortcuts = [
            Shortcut(entry["callback_id"], entry["type"], entry["name"], entry["description"])
            for entry in features.get("shortcuts", [])
        ]
        return cls(
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            commands=tuple(entry["command"] for entry in features.get("slash_commands", [])),
            shortcuts=tuple(shortcuts),
            events=frozenset(manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])),
            home=bool(features.get("app_home", {}).get("home_tab_enabled", False)),
        )

    def has_shortcut(self, callback_id: str, kind: str) -> bool:
        if self.shortcuts is None:
            return True
        return any((each.callback_id, each.kind) == (callback_id, kind) for each in self.shortcuts)
