"""The docs name everything that users can name."""

import re
from pathlib import Path

import pytest

import listeners
import run
from bot.commands import VERBS
from config.rules import RepliesSection
from crm.kpis import KPIS
from crm.wording import VARIABLES
from domain.person import Role
from domain.reply import RiskKind
from flows.importing import COLUMNS

DOCS = Path("docs")
PAGES = [Path("README.md"), Path("CONTRIBUTING.md"), Path("CHANGELOG.md"), *sorted(DOCS.rglob("*.md"))]


def read(name: str) -> str:
    return (DOCS / name).read_text()


@pytest.mark.parametrize("name", KPIS)
def test_every_kpi_has_its_formula(name):
    assert f"| `{name}` |" in read("kpis.md")


@pytest.mark.parametrize("platform", listeners.PLATFORMS)
def test_every_platform_has_its_page(platform):
    assert (DOCS / "platforms" / f"{platform}.md").exists()


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_command_is_explained_with_its_examples(verb):
    page = read("commands.md")
    assert re.search(rf"^##+ .*\b{verb.name}\b", page, re.MULTILINE)
    for example in (verb.example, verb.also):
        assert f"`/earshot {example}`" in page


@pytest.mark.parametrize("key", RepliesSection.model_fields)
def test_every_setting_of_replies_is_explained_to_the_operator(key):
    assert f"`{key}`" in read("operator.md")


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_of_a_template_is_explained_to_its_users(name):
    assert f"| `{{{name}}}` |" in read("replying.md")


@pytest.mark.parametrize("kind", RiskKind)
def test_every_risk_of_a_reply_is_explained_to_its_users(kind):
    assert f"| `{kind.value}` |" in read("replying.md")


@pytest.mark.parametrize("role", Role)
def test_every_role_is_in_the_example(role):
    assert f"\n{role.value} =" in Path("config/earshot.example.toml").read_text()


@pytest.mark.parametrize("aliases", COLUMNS.values(), ids=list(COLUMNS))
def test_every_column_of_an_import_is_listed(aliases):
    page = read("crm-data-admin.md")
    assert [alias for alias in aliases if not re.search(rf"\b{alias}\b", page)] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_between_pages_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_of_the_command_line_is_in_the_changelog():
    commands = [command.name or command.callback.__name__ for command in run.app.registered_commands]
    text = Path("CHANGELOG.md").read_text()
    assert len(commands) >= 10
    assert [name for name in commands if name not in text] == []
