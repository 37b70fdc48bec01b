"""The settings as people see them in Slack; they change them in the file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that the settings say. `key` is its place in the file; `ids` are those of Slack among what it names."""

    title: str
    key: str
    text: str = ""
    ids: tuple[str, ...] = ()
