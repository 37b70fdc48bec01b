"""Slash commands through signed HTTP, a real database and the sandbox's Slack."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.commands import LOOK_UP, VERBS, turn_page
from bot.commands.figures import show_kpis
from bot.desk import Ask
from bot.views.customer import PICK
from bot.views.kpi import EVIDENCE
from bot.views.paging import LATER
from crm.access import may, roles_for
from crm.kpis import KPIS
from domain.errors import StorageError
from domain.scorecard import Target
from flows.carding import Origin
from flows.filing import file_mentions
from storage import records
from tests import builders
from tests.bot.office import shown
from tests.bot.validation import faults, live, live_tokens
from tests.builders import NOON
from tests.sandbox.running import wait_until


@pytest.mark.parametrize(
    "command", ["/earshot queue", "/earshot kpi", "/earshot health", "/earshot help", "/customer jane"]
)
@pytest.mark.parametrize("name", ["nia", "gus"])
def test_nobody_without_a_role_learns_anything(at_work, name, command):
    answer = at_work.type(name, command)
    assert answer.text.startswith("You may not")
    assert not answer.blocks


def test_every_verb_and_button_is_documented():
    docs = Path(__file__).parents[2] / "docs"
    commands = (docs / "commands.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"`/earshot {verb.example}`" in commands
        assert f"`/earshot {verb.also}`" in commands
    assert f"`/customer {LOOK_UP.example}`" in commands
    page = (docs / "community-manager.md").read_text(encoding="utf-8")
    for label in ("Claim", "Resolve", "Not us", "Reopen", "Open post"):
        assert f"| **{label}** |" in page


@pytest.mark.parametrize("name", ["mia", "leo", "ada"])
def test_help_lists_what_this_person_may_use_with_an_example_each(at_work, name):
    answer = shown(at_work.type(name, "/earshot"))
    person = at_work.desk.people.person(at_work.people[name].id)
    for verb in VERBS:
        assert (f"as in `/earshot {verb.example}`" in answer) == may(person, verb.action)
    assert ("/customer jane@example.com" in answer) == may(person, LOOK_UP.action)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_help_of_a_verb_has_usage_two_examples_and_who_may_use_it(at_work, verb):
    answer = shown(at_work.type("leo", f"/earshot help {verb.name}"))
    assert f"/earshot {verb.usage}" in answer
    assert f"`/earshot {verb.example}` or `/earshot {verb.also}`" in answer
    assert verb.also
    assert "For everybody with a role." in answer or f"For the roles {roles_for(verb.action)}." in answer


def test_help_of_what_is_no_verb_suggests_one(at_work):
    assert "Did you mean `/earshot help search`?" in at_work.type("leo", "/earshot help serch").text
    assert "`/customer jane@example.com` or `/customer @jane`" in shown(at_work.type("leo", "/earshot help customer"))


def test_mistyped_verb_is_answered_with_the_whole_line_that_was_meant(at_work):
    assert "Did you mean `/earshot queue 2`?" in at_work.type("mia", "/earshot qeue 2").text
    answer = at_work.type("mia", "/earshot <!channel> <@U0BEN>")
    assert "/earshot help" in answer.text
    assert live_tokens(answer.text) == []


def test_queue_lists_what_waits_and_pages(at_work):
    answer = shown(at_work.type("mia", "/earshot queue"))
    assert "1 case waiting for an answer." in answer
    assert "Lumora is down again" in answer
    assert "is no page" in at_work.type("mia", "/earshot queue next").text
    assert "none of our brands: Lumora" in at_work.type("mia", "/earshot queue brand:Vidora").text


def test_queue_page_is_turned_in_place(at_work):
    for number in range(12):
        file_another(at_work, number)
    answer = at_work.type("mia", "/earshot queue")
    assert "Showing 1 to 10" in shown(answer)
    at_work.click("mia", LATER, answer)
    wait_until(lambda: "Showing 11 to 13" in shown(answer))
    assert at_work.buttons(answer) == ["Earlier"]


def file_another(at_work, number):
    mention = builders.mention(f"down {number}", number=100 + number, by=builders.author(f"user{number}"))
    with at_work.house.database.write() as tx:
        file_mentions(
            tx,
            [(mention, at_work.house.brands[0], builders.predictions("negative"))],
            origin=Origin(stream="s", alert=False, channels={}),
            house=at_work.house,
        )


def test_kpis_are_shown_with_their_fractions(at_work):
    answer = shown(at_work.type("leo", "/earshot kpi"))
    assert "KPIs of Lumora, 2 March 2026 to 4 March 2026" in answer
    assert "*Response rate*: no figure yet (0 of 0)" in answer
    one = shown(at_work.type("leo", "/earshot kpi complaints yesterday"))
    assert "*Complaints*: 0" in one
    assert "Response rate" not in one


def test_kpis_of_very_many_brands_come_in_pages_that_slack_takes(at_work):
    names = [f"Lumora Broadband {n}" for n in range(13)]
    targets = tuple(Target(name, 0.5, date(2026, 6, 1), since=date(2026, 1, 1), baseline=0.1) for name in KPIS)
    house = replace(at_work.house, brands=tuple(builders.brand(name) for name in names), targets=targets)
    leo = at_work.desk.people.person(at_work.people["leo"].id)
    ask = Ask(words="month", person=leo, desk=replace(at_work.desk, house=house))
    answer, titles = show_kpis(ask), []
    for page in range(13):
        assert faults(list(answer.blocks)) == []
        dicts = [block.to_dict() for block in answer.blocks]
        titles += [block["text"]["text"] for block in dicts if block["type"] == "header"]
        later = [e for b in dicts if b["type"] == "actions" for e in b["elements"] if e["action_id"] == LATER]
        if not later:
            break
        assert later[0]["value"] == f"kpi|{page + 1}|month|"
        answer = turn_page(replace(ask, words=later[0]["value"]))
    assert page > 0
    assert titles == [f"KPIs of {name}, 1 March 2026 to 4 March 2026" for name in names]
    last = turn_page(replace(ask, words="kpi|99|month|complaints,response_rate"))
    assert "complaints" in str([block.to_dict() for block in last.blocks]).casefold()
    assert "sentiment" not in str([block.to_dict() for block in last.blocks])


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("respones_rate", "Did you mean `/earshot kpi response_rate`?"),
        ("week month", "more than one period"),
        ("2026-02-31", "is no date"),
        ('brand:"Lumora', "quotation mark"),
    ],
)
def test_mistyped_kpi_question_says_what_to_type(at_work, words, answer):
    assert answer in at_work.type("leo", f"/earshot kpi {words}").text


def test_health_names_each_source(at_work):
    assert "lumora on X" in shown(at_work.type("leo", "/earshot health"))


def add_customers(at_work, *told):
    with at_work.house.database.write() as tx:
        records.add_records(tx, told, at=NOON)


def test_customer_is_shown_to_the_asker_alone_and_masked_by_role(at_work):
    add_customers(at_work, builders.record())
    answer = shown(at_work.type("mia", "/customer jane@example.com"))
    assert "Jane Doe" in answer
    assert "j***@example.com" in answer
    assert "jane@example.com" not in answer
    assert "jane@example.com" in shown(at_work.type("ada", "/customer @jane"))
    assert all("Jane Doe" not in shown(message) for message in at_work.alerts.messages)


def test_several_customers_can_be_picked_from(at_work):
    add_customers(at_work, builders.record(), builders.record("c2", emails=("j2@example.com",), accounts=()))
    answer = at_work.type("mia", "/customer Jane Doe")
    assert "2 customers found" in shown(answer)
    at_work.click("mia", PICK, answer)
    wait_until(lambda: "*Accounts*" in shown(answer))


def test_unknown_customer_is_said_without_bringing_the_question_to_life(at_work):
    answer = at_work.type("mia", "/customer <!channel>")
    assert "Nobody found" in answer.text
    assert live(answer.blocks) == []
    assert "Say whom you look for" in at_work.type("mia", "/customer").text


def test_known_trouble_is_told_in_its_own_words(at_work, monkeypatch):
    def locked(*args, **kwargs):
        raise StorageError("The database is locked. Try again in a minute.")

    monkeypatch.setattr("flows.reporting.health", locked)
    assert at_work.type("leo", "/earshot health").text == "The database is locked. Try again in a minute."


def test_unknown_trouble_gets_a_reference_and_no_detail(at_work, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("flows.reporting.health", broken)
    answer = at_work.type("leo", "/earshot health").text
    assert answer.startswith("Something went wrong (ref ")
    assert "secret" not in answer


def test_evidence_opens_beside_the_kpis_and_its_pages_are_turned_in_place(at_work):
    for number in range(12):
        file_another(at_work, number)
    answer = at_work.type("mia", "/earshot kpi complaints")
    before = len(at_work.alerts.ephemeral)
    at_work.click("mia", EVIDENCE, answer)
    page = at_work.told("mia", since=before)
    assert "*Complaints*: 13" in shown(answer)
    assert "Rows 1 to 10 of 13." in shown(page)
    assert "@user11: “down 11”" in shown(page)
    assert at_work.buttons(page) == ["Next"]
    at_work.click("mia", LATER, page)
    wait_until(lambda: "Rows 11 to 13 of 13." in shown(page))
    assert "@jane: “Lumora is down again" in shown(page)
    assert at_work.buttons(page) == ["Earlier"]


def test_leadership_sees_what_was_counted_but_not_who_wrote_what(at_work):
    answer = at_work.type("leo", "/earshot kpi complaints")
    before = len(at_work.alerts.ephemeral)
    at_work.click("leo", EVIDENCE, answer)
    page = shown(at_work.told("leo", since=before))
    assert f"`{at_work.case_id}` · X · new · posted" in page
    for secret in ("jane", "down again", "archives"):
        assert secret not in page
