"""A community manager's day, a leader's and an operator's, lived with the real bot in the sandbox."""

import json
from functools import partial

import pytest

from bot.views.approval import APPROVE
from bot.views.card import CLAIM, NOT_US, REPLY, RESOLVE, WAKE
from bot.views.case_menus import MORE, SNOOZE
from bot.views.forget import FORGET
from bot.views.home import PREFERENCES
from bot.views.kpi import EVIDENCE
from bot.views.reply import OUTSIDE, TEMPLATE, TEXT
from sandbox.scenario import load_scenario, recall
from tests.bot.office import MANIFEST
from tests.command_line import earshot
from tests.stage import labels, shown, stage, wait_for

NAMED = "{mark}: @lumora it crashed again, this is the worst service ever. I hate it."
LEAVING = "{mark}: @lumora crashed again, worst service ever. I am cancelling Lumora today and go to Vidora."
CUSTOMERS = "id,name,email,x,value\nc7,Nora Quince,nora@quince.example,@noraq,2500\n"


class Office:
    """The stage, and what people do on it with menus, modals, the home tab and what they are told directly."""

    def __init__(self, made):
        self.made, self.act, self.views = made, made.sandbox.slack.interactions, made.sandbox.workspace.views

    def choose(self, name, card, menu, words):
        """Choose in a card's menu by the words that one reads there."""
        menus = [each for b in card.blocks for each in b.get("elements", []) if each.get("action_id") == menu]
        groups = menus[0].get("option_groups") or [menus[0]]
        value = next(o["value"] for group in groups for o in group["options"] if o["text"]["text"] == words)
        self.made.sandbox.run(self.act.click(self.made.user(name), self.made.alerts.id, card.ts, menu, option=value))

    def form(self, name, words=""):
        """Await the modal in front of a person, and that it says something."""
        user = self.made.user(name)
        return wait_for(lambda: next((v for v in reversed(self.views[user]) if words in json.dumps(v)), None))

    def submit(self, name, words, **values):
        """Fill in the form that says so."""
        user, view = self.made.user(name), self.form(name, words)
        assert self.made.sandbox.run(self.act.submit_view(user, view["id"], values)) == {}

    def close(self, name):
        user = self.made.user(name)
        while self.views[user]:
            self.made.sandbox.run(self.act.close_view(user, self.views[user][-1]["id"]))

    def direct(self, name):
        return "\n".join(shown(m) for m in self.made.sandbox.workspace.direct_channel(self.made.user(name)).messages)

    def home(self, name, words):
        user = self.made.user(name)
        self.made.sandbox.run(self.act.open_home(user))
        return wait_for(lambda: words in json.dumps(home := self.made.sandbox.workspace.homes.get(user)) and home)


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    """A bot whose brand has been talked about for a week, and that asks for no more rights than the manifest."""
    with stage(tmp_path_factory.mktemp("stage"), manifest=MANIFEST) as made:
        made.rewrite(lambda text: f"{text}\n[triage]\nalert_within_hours = 1\n")
        recall(made.sandbox.world, load_scenario())
        customers = made.folder / "customers.csv"
        customers.write_text(CUSTOMERS)
        assert earshot("import", customers, "--config", made.config, secrets=made.secrets).code == 0
        with made.bot():
            yield made


@pytest.fixture
def office(at_work):
    return Office(at_work)


def await_words(message, *words):
    wait_for(lambda: all(each in shown(message) for each in words))


def test_a_community_manager_takes_cases_and_answers_them(at_work, office):
    post, risky = at_work.post("quince", text=NAMED), at_work.post("raisin", text=LEAVING)
    card = at_work.card("quince")
    buttons, before = card.blocks, len(at_work.alerts.ephemeral)
    at_work.click("mia", card, CLAIM)
    await_words(card, f"*Claimed* by <@{at_work.user('mia')}>")
    card.blocks = buttons  # Noa's screen has not caught up
    at_work.click("noa", card, CLAIM)
    assert "owns this case already" in at_work.told("noa", since=before)
    at_work.click("mia", card, REPLY)
    office.form("mia", "X lets us answer")
    office.submit("mia", "X lets us answer", **{TEXT: "Sorry! We look into it right now."})
    await_words(card, "*Answered*", "by @lumora")
    office.close("mia")
    card = at_work.card("raisin")
    at_work.click("mia", card, REPLY)
    view = office.form("mia", "X lets us answer")
    rows = [each for block in view["blocks"] for each in block.get("elements", [])]
    templates = [o["value"] for row in rows for g in row.get("option_groups", []) for o in g["options"]]
    leaving = next(value for value in templates if value.endswith("|leaving"))
    at_work.sandbox.run(office.act.click_view(at_work.user("mia"), view["id"], TEMPLATE, leaving))
    office.form("mia", "Exactly this")
    office.submit("mia", "An approval is needed")
    await_words(card, "waits for an approval")
    office.close("mia")
    request = wait_for(lambda: [m for m in at_work.alerts.messages if m.thread_ts == card.ts])[0]
    at_work.click("noa", request, APPROVE)
    await_words(card, "*Answered*")
    answers = [p.reply_to for p in at_work.sandbox.world.newest_first("x") if p.author.handle == "lumora"]
    assert (answers.count(post.id), answers.count(risky.id)) == (1, 1)


def test_a_community_manager_hands_cases_on(at_work, office):
    post = at_work.post("tamarind", author="tam")
    at_work.post("elder")
    card, other = at_work.card("tamarind"), at_work.card("elder")
    at_work.click("mia", card, REPLY)
    view = office.form("mia", "It cannot be sent from here")
    at_work.sandbox.run(office.act.click_view(at_work.user("mia"), view["id"], OUTSIDE))
    await_words(card, f"*Claimed* by <@{at_work.user('mia')}>")
    office.close("mia")
    office.choose("mia", card, SNOOZE, "in 1 hour")
    await_words(card, "*Snoozed* until")
    at_work.click("mia", card, WAKE)
    await_words(card, "*Claimed*")
    for choice, values in (
        ("Assign …", {"person": at_work.user("noa")}),
        ("Escalate …", {"reason": "the press asks"}),
        ("Send to product …", {"note": "it crashes at the start"}),
    ):
        office.choose("mia", card, MORE, choice)
        office.submit("mia", choice.removesuffix(" …"), **values)
        office.form("mia", "one" if choice != "Send to product …" else "Sent to product")
        office.close("mia")
    wait_for(lambda: "assigned you" in office.direct("noa"))
    wait_for(lambda: "the press asks" in office.direct("ops"))
    product = at_work.sandbox.workspace.channel_named("lumora-product")
    wait_for(lambda: any("it crashes at the start" in shown(m) for m in product.messages))
    office.choose("mia", card, MORE, "thinks of leaving us")
    await_words(card, f"said by <@{at_work.user('mia')}>")
    before = len(at_work.alerts.ephemeral)
    office.choose("mia", card, MORE, "This author for a day")
    assert "@tam" in at_work.told("mia", since=before)
    assert "Nothing is muted" in at_work.type("mia", "/earshot unmute @tam")
    at_work.click("mia", other, NOT_US)
    await_words(other, "*Not us*")
    at_work.post("", author="lumora", text="We are sorry and look into it.", reply_to=post.id)
    await_words(card, "*Answered*")
    at_work.click("noa", card, RESOLVE)
    await_words(card, "*Resolved*")


def test_a_community_manager_looks_things_up(at_work, office):
    at_work.post("fig", author="noraq")
    card = at_work.card("fig")
    at_work.click("mia", card, CLAIM)
    await_words(card, "*Claimed*")
    for line, words in (
        ("/earshot help", "/earshot queue"),
        ("/earshot queue", "waiting for an answer"),
        ("/earshot mine", "fig"),
        ("/earshot search fig", "fig"),
        ("/earshot unsure", "for a person's eye"),
        ("/earshot quue", "Did you mean `/earshot queue`?"),
        ("/customer @noraq", "Nora Quince"),
    ):
        assert words in at_work.type("mia", line), line
    home = office.home("mia", "fig")
    assert PREFERENCES in json.dumps(home)


def test_copies_share_a_card_and_a_deleted_post_leaves_an_empty_one(at_work):
    text = "{mark}: my card was charged twice this month and nobody at support answers. Terrible service, Lumora!"
    first = at_work.post("medlar", text=text)
    card = at_work.card("medlar")
    second = at_work.post("medlar", author="somebody_else", text=text)
    await_words(card, "1 more post with the same words")
    told = at_work.folder / "compliance.jsonl"
    with told.open("w") as lines:
        for post in (first, second):
            at_work.sandbox.world.delete(post.id)
            gone = {"id": post.id, "action": "delete", "reason": "deleted", "author_id": post.author.id}
            lines.write(f"{json.dumps(gone)}\n")
    done = earshot("ingest", told, "--platform", "x", "--config", at_work.config, secrets=at_work.secrets)
    assert done.json["removed"] == 2
    await_words(card, "The author removed the post. Nothing of it is kept.")
    assert "medlar" not in shown(card)


def test_a_leader_reads_her_digest_and_the_kpis_and_changes_nothing(at_work, office):
    leadership = at_work.sandbox.workspace.channel_named("lumora-leadership")
    digest = wait_for(lambda: [m for m in leadership.messages if "KPIs of" in shown(m)])[0]
    assert "A quiet day" not in shown(digest)
    assert "target 75%" in shown(digest)
    wait_for(lambda: [m for m in leadership.messages if m.thread_ts == digest.ts and m.files])
    leo = at_work.user("leo")
    at_work.sandbox.run(office.act.click(leo, leadership.id, digest.ts, EVIDENCE))
    evidence = shown(wait_for(lambda: [m for m in leadership.ephemeral if m.visible_to == leo])[0])
    assert "Evidence of" in evidence
    assert "@" not in evidence.replace(f"<@{leo}>", "")
    assert "Response rate" in at_work.type("leo", "/earshot kpi response_rate month")
    assert "Together" in at_work.type("leo", "/earshot stats")
    at_work.post("kiwi")
    card = at_work.card("kiwi")
    before = len(at_work.alerts.ephemeral)
    at_work.click("leo", card, CLAIM)
    assert "You may not claim cases" in at_work.told("leo", since=before)
    assert labels(card)[0] == "Claim"


def test_an_operator_checks_audits_and_forgets(at_work):
    run = partial(earshot, secrets=at_work.secrets)
    assert "0 failed" in run("check", "--config", at_work.config).out
    assert "All is well" in at_work.type("ops", "/earshot health")
    assert "The chain is whole" in at_work.type("ops", "/earshot audit")
    at_work.post("xylo", author="noraq")
    card = at_work.card("xylo")
    before = len(at_work.alerts.ephemeral)
    assert "Forget this person?" in at_work.type("ops", "/earshot forget nora@quince.example")
    offer = at_work.alerts.ephemeral[before]
    at_work.click("ops", offer, FORGET)
    await_words(offer, "Receipt")
    wait_for(lambda: "xylo" not in shown(card))
    assert "The audit log is whole" in run("audit", "verify", "--config", at_work.config).out
