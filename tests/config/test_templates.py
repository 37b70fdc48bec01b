from pathlib import Path

import pytest

from config.templates import load_templates
from crm.wording import VARIABLES, variables_in
from domain.errors import SettingsError
from service.assembly import too_long_templates
from tests.builders import NOON
from tests.flows.fakes import MemoryPlatform, SetClock

SHIPPED = Path("config/templates")


def write(folder, text, name="a.toml"):
    (folder / name).write_text(text, encoding="utf-8")


def faults(folder):
    with pytest.raises(SettingsError) as caught:
        load_templates(folder, brands=["Lumora"])
    return str(caught.value)


def table(**changes):
    values = {"id": "a", "title": "A", "text": "Hi {author}"} | changes
    return "[[templates]]\n" + "\n".join(f"{key} = {value!r}" for key, value in values.items()) + "\n"


def test_the_shipped_templates_are_sound_and_fit_every_platform():
    templates = load_templates(SHIPPED, brands=["Lumora"])
    assert {"en", "de"} <= {template.language for template in templates}
    assert all(set(variables_in(template.text)) <= set(VARIABLES) for template in templates)
    assert too_long_templates(templates, {("Lumora", "x"): MemoryPlatform(SetClock(NOON))}) == []


def test_a_folder_that_is_not_there_has_no_templates(tmp_path):
    assert load_templates(tmp_path / "none", brands=[]) == ()


def test_every_fault_is_named_with_its_file(tmp_path):
    write(tmp_path, table(text="Hi {autor}") + table(id="b", brands=["Helio"]) + table(id="c", colour="red"))
    write(tmp_path, table(id="b"), "b.toml")
    write(tmp_path, "[[templates]", "c.toml")
    write(tmp_path, "[replies]\n", "d.toml")
    told = faults(tmp_path)
    for words in (
        "a.toml: a: there is no variable {autor}; use {author}",
        "a.toml: b: there is no brand 'Helio'; the settings have Lumora.",
        "a.toml: templates[3].colour: Extra inputs are not permitted",
        "b.toml: the id 'b' stands in",
        "c.toml: is not valid TOML",
        "d.toml: holds something else than [[templates]] tables.",
    ):
        assert words in told


def test_a_template_that_no_filling_makes_fit_is_named(tmp_path):
    write(tmp_path, table(text="x" * 281 + "{author}") + table(id="b", text="x" * 281, platforms=["reddit"]))
    templates = load_templates(tmp_path, brands=["Lumora"])
    (fault,) = too_long_templates(templates, {("Lumora", "x"): MemoryPlatform(SetClock(NOON))})
    assert fault == "a: 281 characters without its variables, and x takes 280"
