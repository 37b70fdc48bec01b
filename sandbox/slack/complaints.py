"""Owns the collecting of what Slack would refuse, in its words and with the place of each fault."""

from typing import Any


class Complaints:
    """Complaints about one list of blocks or one view, each with a JSON pointer."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def add(self, what: str, pointer: str) -> None:
        self.errors.append(f"{what} [json-pointer:{pointer}]")

    def string(self, value: Any, pointer: str, *, most: int, required: bool = True) -> None:
        if value is None and not required:
            return
        if not isinstance(value, str):
            self.add("must be a string" if value is not None else "missing required field", pointer)
        elif not value and required:
            self.add("must be more than 0 characters", pointer)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", pointer)

    def text(self, value: Any, pointer: str, *, most: int, plain: bool = False, required: bool = True) -> None:
        if value is None and not required:
            return
        if not isinstance(value, dict):
            self.add("must provide a text object", pointer)
            return
        if value.get("type") not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            self.add(f"unsupported text type: {value.get('type')}", f"{pointer}/type")
        self.string(value.get("text"), f"{pointer}/text", most=most)

    def count(self, value: Any, pointer: str, *, most: int, least: int = 1) -> list[Any]:
        if not isinstance(value, list):
            self.add("must provide an array", pointer)
            return []
        if len(value) < least:
            self.add(f"no less than {least} items required", pointer)
        if len(value) > most:
            self.add(f"no more than {most} items allowed", pointer)
        return value

    def number(self, value: Any, pointer: str, *, least: int, most: int) -> None:
        """Check a whole number that may be absent."""
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            self.add("must be an integer", pointer)
        elif not least <= value <= most:
            self.add(f"must be between {least} and {most}", pointer)
