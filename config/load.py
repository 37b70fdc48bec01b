"""Reading the settings file: every fault at once, each with file, key, value and the fix."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.platforms import named_platforms
from config.secrets import Secrets, load_secrets
from config.settings import Settings, resolve_paths, settings_model
from config.streams import StreamSection
from domain.brand import SourceKind
from domain.errors import SettingsError
from domain.person import Role

EXAMPLE = "config/earshot.example.toml"


def load(path: Path) -> tuple[Settings, Secrets]:
    """Read the settings at `path` and the secrets of the environment and of `.env` beside the file or here.

    Raises:
        SettingsError: listing every fault of the file.
    """
    beside = path.parent / ".env"
    secrets = load_secrets(beside if beside.exists() else Path(".env"))
    return resolve_paths(parse(path), Path.cwd()), secrets


def parse(path: Path) -> Settings:
    """Read and verify the settings at `path`; raises as `load`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such file. Copy {EXAMPLE} there and fill it in.") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}. {EXAMPLE} shows the form.") from None
    if not raw:
        raise SettingsError(f"{path}: is empty. Copy {EXAMPLE} there and fill it in.")
    model = settings_model(named_platforms(raw))
    try:
        settings = model.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(e, raw, model) for e in error.errors()]
    else:
        faults = list(_cross_faults(settings))
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise SettingsError("\n".join([f"{path}: {count}", *(f"  {path}: {fault}" for fault in faults)]))
    return settings


def _fault(error: ErrorDetails, raw: dict[str, Any], model: type[Settings]) -> str:
    location = [part for part in error["loc"] if part != "[key]"]
    key = _dotted(location)
    if error["type"] == "extra_forbidden":
        return f"{key}: there is no such key. {_nearest(str(location[-1]), location[:-1], model)}"
    if error["type"] == "missing":
        return f"{key}: is missing. {EXAMPLE} shows it."
    message = error["msg"].removeprefix("Value error, ").replace("tuple", "list")
    if location[:1] == ["roles"] and error["loc"][-1] == "[key]":
        message = f"is no role: use one of {', '.join(Role)}"
    value = error["input"]
    shown = "" if isinstance(value, dict | list) and len(str(value)) > 60 else f" = {value!r}"
    return f"{key}{shown}: {message[:1].lower() + message[1:]}{_line_hint(location, raw)}"


def _dotted(location: Iterable[int | str]) -> str:
    """Write `("streams", 0, "brand")` as `streams[1].brand`, counting from 1 as people do."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _line_hint(location: list[int | str], raw: dict[str, Any]) -> str:
    """Name the table's own `name`, because people do not count tables."""
    if len(location) < 2 or not isinstance(location[1], int):
        return ""
    table = raw.get(str(location[0]))
    entry = table[location[1]] if isinstance(table, list) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    return f" (in {name!r})" if name else ""


def _nearest(word: str, inside: Iterable[int | str], whole: type[Settings]) -> str:
    table: type[BaseModel] | None = whole
    for part in inside:
        if isinstance(part, str) and table is not None:
            found = table.model_fields.get(part)
            table = next((a for a in _models(found.annotation)), None) if found else None
    known = list(table.model_fields) if table else []
    close = get_close_matches(word, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _cross_faults(settings: Settings) -> Iterable[str]:
    brands = [brand.name for brand in settings.brands]
    if not brands:
        yield f"brands: one [[brands]] table at least is needed. {EXAMPLE} shows it."
    yield from _repeated("brands", brands)
    yield from _repeated("streams", [stream.name for stream in settings.streams])
    for i, stream in enumerate(settings.streams, 1):
        yield from _unknown(f"streams[{i}].brand", stream.brand, brands, owner=stream.name)
        yield from _foreign_account(i, stream, settings)
        yield from _foreign_rival(i, stream, settings)
        yield from _unread_query(i, stream, settings)
    for i, rival in enumerate(settings.rivals, 1):
        for name in rival.brands:
            yield from _unknown(f"rivals[{i}].brands", name, brands, owner=rival.name)
    for name in settings.replies.links:
        yield from _unknown(f"replies.links.{name}", name, brands, owner="[replies.links]")
    for i, target in enumerate(settings.targets, 1):
        if target.brand is not None:
            yield from _unknown(f"targets[{i}].brand", target.brand, brands, owner=target.kpi)
    yield from _nothing_to_read_with(settings)
    for member in settings.roles.get(Role.CRM_ADMIN, ()):
        if member.startswith("S"):
            yield f"roles.crm_admin = {member!r}: takes user ids only, because a user group changes unseen."


def _nothing_to_read_with(settings: Settings) -> Iterable[str]:
    cap, kept = settings.spend.daily_cap_usd, sum(settings.recheck.values(), Decimal(0))
    if cap is not None and kept and kept >= cap:
        yield (
            f"spend.daily_cap_usd = {cap}: what [recheck] may cost, {kept} USD, is taken out of it, so that nothing is "
            "left to read with. Raise the one or lower the other."
        )


def _repeated(what: str, names: list[str]) -> Iterable[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what}: the name {name!r} stands {count} times; give each its own."


def _unknown(key: str, word: str, known: list[str], *, owner: str) -> Iterable[str]:
    if word not in known:
        close = get_close_matches(word, known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(known)}."
        yield f"{key} = {word!r}: no such brand (in {owner!r}). {hint}"


def _unread_query(i: int, stream: StreamSection, settings: Settings) -> Iterable[str]:
    if not stream.query or stream.brand not in {brand.name for brand in settings.brands}:
        return
    try:
        settings.build_stream(stream, {})
    except SettingsError as error:
        yield f"streams[{i}].query (in {stream.name!r}): {error}"


def _foreign_account(i: int, stream: StreamSection, settings: Settings) -> Iterable[str]:
    """Our own posts under an account that the brand does not list would be read as a customer's."""
    brand = next((b for b in settings.build_brands() if b.name == stream.brand), None)
    if (
        brand
        and stream.rival is None
        and stream.kind is SourceKind.OWN_POSTS
        and not brand.owns(stream.platform, stream.account or "")
    ):
        yield (
            f"streams[{i}].account = {stream.account!r}: is none of {brand.name}'s accounts (in {stream.name!r}). "
            f"Add it to the brand's accounts, under {stream.platform}."
        )


def _foreign_rival(i: int, stream: StreamSection, settings: Settings) -> Iterable[str]:
    """A stream of a rival hears what is said of it, and reads what its own accounts write."""
    brand = next((b for b in settings.build_brands() if b.name == stream.brand), None)
    if brand is None or stream.rival is None:
        return
    rivals = {rival.name: rival for rival in brand.rivals}
    if stream.rival not in rivals:
        close = get_close_matches(stream.rival, rivals, n=1)
        known = f"Known: {', '.join(rivals) or 'none; add a [[rivals]] table'}."
        hint = f"Did you mean {close[0]!r}?" if close else known
        yield f"streams[{i}].rival = {stream.rival!r}: {brand.name} has no such rival (in {stream.name!r}). {hint}"
        return
    found = brand.rival_of(stream.platform, stream.account or "")
    if stream.kind is SourceKind.OWN_POSTS and (found is None or found.name != stream.rival):
        yield (
            f"streams[{i}].account = {stream.account!r}: is none of {stream.rival}'s accounts (in {stream.name!r}). "
            f"Add it to the rival's accounts, under {stream.platform}."
        )
