"""The reply templates: TOML files in a folder, every fault named with its file."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from config.fields import Name, Platform, Section
from crm.wording import VARIABLES, variables_in
from domain.case import CaseKind
from domain.errors import SettingsError
from domain.reply import ReplyTemplate

LONGEST = 3000
"""What Slack's text field takes: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""


def _id(text: str) -> str:
    if not text.replace("-", "").replace("_", "").isalnum() or not text.isascii():
        raise ValueError("write letters, digits, - and _ only")
    return text


class TemplateSection(Section):
    """`[[templates]]`: one text to start a reply from; `platforms`, `brands` and `kinds` narrow where it is offered."""

    id: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_id)]
    title: Annotated[str, Field(min_length=1, max_length=70)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] = "en"
    purpose: Annotated[str, Field(min_length=1, max_length=60)] = "General"
    platforms: tuple[Platform, ...] = ()
    brands: tuple[Name, ...] = ()
    kinds: tuple[CaseKind, ...] = ()

    def build(self) -> ReplyTemplate:
        """Make the domain's value."""
        return ReplyTemplate(
            id=self.id,
            title=self.title,
            text=self.text.strip(),
            language=self.language,
            purpose=self.purpose,
            platforms=self.platforms,
            brands=self.brands,
            kinds=tuple(kind.value for kind in self.kinds),
        )


def load_templates(folder: Path, *, brands: Sequence[str]) -> tuple[ReplyTemplate, ...]:
    """Read every template of a folder's `*.toml` files, in the order of their names; a missing folder has none.

    Raises:
        SettingsError: listing every fault with its file.
    """
    loaded: dict[str, tuple[Path, ReplyTemplate]] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        for number, raw in enumerate(_tables(path, faults), 1):
            try:
                template = TemplateSection.model_validate(raw).build()
            except ValidationError as error:
                faults += [f"{path}: templates[{number}].{_where(e['loc'])}: {e['msg']}" for e in error.errors()]
                continue
            faults += [f"{path}: {fault}" for fault in _template_faults(template, brands)]
            if template.id in loaded:
                faults.append(
                    f"{path}: the id {template.id!r} stands in {loaded[template.id][0]} too; give it another."
                )
            loaded.setdefault(template.id, (path, template))
    if faults:
        raise SettingsError("\n".join(["The reply templates have faults:", *(f"  {fault}" for fault in faults)]))
    return tuple(template for _, template in loaded.values())


def _tables(path: Path, faults: list[str]) -> list[Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(f"{path}: cannot be read ({error.strerror}).")
    except UnicodeDecodeError as error:
        faults.append(f"{path}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path}: is not valid TOML: {error}.")
    else:
        tables = raw.get("templates")
        if set(raw) <= {"templates"} and isinstance(tables, list):
            return tables
        faults.append(f"{path}: holds something else than [[templates]] tables.")
    return []


def _template_faults(template: ReplyTemplate, brands: Sequence[str]) -> Iterator[str]:
    for name in variables_in(template.text):
        if name not in VARIABLES:
            known = ", ".join(f"{{{known}}}" for known in VARIABLES)
            yield f"{template.id}: there is no variable {{{name}}}; use {known}."
    for name in template.brands:
        if name not in brands:
            yield f"{template.id}: there is no brand {name!r}; the settings have {', '.join(brands)}."


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))
