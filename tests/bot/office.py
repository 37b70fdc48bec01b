"""The real bot at work on the sandbox's Slack, with a database of its own and one posted card."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from slack_bolt import App

from bot.app import build_app
from bot.connection import Connection, serve_http
from bot.desk import Desk
from bot.identity import identify, posting_client
from bot.people import People
from bot.posting import SlackPost
from bot.windows import Windows
from domain.case import CaseFile, TriagePolicy
from domain.handover import EscalationPolicy
from domain.person import Role
from domain.reply import ReplyTemplate
from flows.alerting import Pace, post_pending
from flows.carding import Origin
from flows.filing import file_mentions
from flows.house import House
from sandbox.slack import Channel, Message, Timing, User, Workspace
from storage import cases
from storage.database import open_database
from tests import builders
from tests.bot.validation import texts
from tests.flows.fakes import MemoryPlatform, SetClock
from tests.sandbox.running import RunningSlack, running_slack, wait_until

MANIFEST_FILE = Path(__file__).parents[2] / "config" / "slack-manifest.yaml"
MANIFEST: dict[str, Any] = yaml.safe_load(MANIFEST_FILE.read_text(encoding="utf-8"))

Open = Callable[[App, RunningSlack], Connection]


@dataclass(slots=True)
class Office:
    """Mia and Ben work on cases, Leo leads, Ada administers the CRM and Dan cleans its data.

    Gus is a guest, and Nia has no role.
    """

    slack: RunningSlack
    people: dict[str, User]
    alerts: Channel
    house: House
    desk: Desk
    connection: Connection
    clock: SetClock
    platform: MemoryPlatform

    @property
    def case_id(self) -> str:
        (button, *_) = self.card().blocks[-1]["elements"]
        return str(button["value"])

    def case(self) -> CaseFile:
        """The case of the card, as the database has it."""
        with self.house.database.read() as tx:
            file = cases.file(tx, self.case_id, value_band=self.house.band)
        assert file is not None
        return file

    def card(self) -> Message:
        """The first message that the bot posted for everybody."""
        return next(message for message in self.alerts.messages if message.by_app)

    def buttons(self, message: Message | None = None) -> list[str]:
        """The labels of the message's buttons."""
        rows = [b["elements"] for b in (message or self.card()).blocks if b["type"] == "actions"]
        return [(element.get("text") or element["placeholder"])["text"] for row in rows for element in row]

    def choices(self) -> dict[str, str]:
        """What the card's menu offers, with the value of each."""
        menus = [element for element in self.card().blocks[-1]["elements"] if element["type"] == "static_select"]
        groups = [group for menu in menus for group in menu["option_groups"]]
        return {option["text"]["text"]: option["value"] for group in groups for option in group["options"]}

    def click(self, name: str, action_id: str, message: Message | None = None, *, option: str | None = None) -> None:
        """Press a button, or choose an option by its value."""
        ts = (message or self.card()).ts
        self.slack.run(
            self.slack.slack.interactions.click(self.people[name].id, self.alerts.id, ts, action_id, option=option)
        )

    def use(self, name: str, callback_id: str, message: Message, channel: Channel | None = None) -> None:
        """Use a shortcut in the menu of a message."""
        work = self.slack.slack.interactions.shortcut(
            self.people[name].id, callback_id, channel_id=(channel or self.alerts).id, ts=message.ts
        )
        self.slack.run(work)

    def modal(self, name: str, title: str) -> dict[str, Any]:
        """Wait until a person sees a modal of this title on top, and return it."""
        wait_until(lambda: self._on_top(name).get("title", {}).get("text") == title and self._is_ready(name))
        return self._on_top(name)

    def submit(self, name: str, title: str, **values: Any) -> dict[str, Any]:
        """Fill a modal in, and return what took its place."""
        view = self.modal(name, title)
        errors = self.slack.run(self.slack.slack.interactions.submit_view(self.people[name].id, view["id"], values))
        assert errors == {}
        wait_until(lambda: self._on_top(name)["blocks"] != view["blocks"] and self._is_ready(name))
        return self._on_top(name)

    def _on_top(self, name: str) -> dict[str, Any]:
        stack = self.slack.workspace.views[self.people[name].id]
        return stack[-1] if stack else {}

    def _is_ready(self, name: str) -> bool:
        return "One moment" not in str(self._on_top(name))

    def post(self) -> None:
        """Send what waits in the outbox."""
        post_pending(post=self.desk.post, pace=Pace(), house=self.house)

    def direct(self, name: str) -> list[str]:
        """All that the bot has told a person directly."""
        self.post()
        return [shown(message) for message in self.slack.workspace.direct_channel(self.people[name].id).messages]

    def form(self, name: str) -> dict[str, Any]:
        """The modal in front of a person; empty where there is none."""
        views = self.slack.workspace.views[self.people[name].id]
        return views[-1] if views else {}

    def press(self, name: str, action_id: str, value: Any = None, *, values: dict[str, Any] | None = None) -> None:
        """Press a button of the modal, or choose, after filling its fields."""
        user, view = self.people[name].id, self.form(name)["id"]
        self.slack.run(self.slack.slack.interactions.click_view(user, view, action_id, value, values=values))

    def hand_in(self, name: str, values: dict[str, Any] | None = None) -> dict[str, str]:
        """Fill the modal and press its submit button; return what is shown beside its fields."""
        user, view = self.people[name].id, self.form(name)["id"]
        return self.slack.run(self.slack.slack.interactions.submit_view(user, view, values))

    def close(self, name: str) -> None:
        """Close the modal."""
        user, view = self.people[name].id, self.form(name)["id"]
        self.slack.run(self.slack.slack.interactions.close_view(user, view))

    def deliver(self, kind: str, payload: dict[str, Any]) -> None:
        """Send a payload as Slack would, whoever has sent it before."""
        self.slack.run(self.slack.slack.delivery.send(kind, payload))

    def type(self, name: str, text: str) -> Message:
        """Type a command and return what the person alone is shown."""
        before = len(self.alerts.ephemeral)
        self.slack.run(self.slack.slack.interactions.write(self.people[name].id, self.alerts.id, text))
        return self.told(name, since=before)

    def told(self, name: str, *, since: int = 0) -> Message:
        """Wait for what a person is told privately."""

        def answers() -> list[Message]:
            return [m for m in self.alerts.ephemeral[since:] if m.visible_to == self.people[name].id]

        wait_until(answers)
        return answers()[-1]


def shown(message: Message) -> str:
    """All words of a message."""
    return "\n".join([message.text, *texts(message.blocks)])


def over_http(app: App, slack: RunningSlack) -> Connection:
    """Let the sandbox call the bot by signed HTTP requests."""
    connection = serve_http(app, host="127.0.0.1", port=0)
    slack.slack.delivery.request_url = connection.address
    return connection


@contextmanager
def office(folder: Path, *, line: Open = over_http) -> Iterator[Office]:
    """Open an office for one test."""
    workspace = Workspace(manifest=MANIFEST)
    names = {
        "mia": "Mia Park",
        "ben": "Ben Ito",
        "leo": "Leo Roy",
        "ada": "Ada Sand",
        "dan": "Dan Urs",
        "nia": "Nia Low",
    }
    people = {name: workspace.add_user(name, real) for name, real in names.items()}
    people["gus"] = workspace.add_user("gus", "Gus Guest", guest=True)
    alerts = workspace.add_channel("alerts", members=list(people.values()))
    product = workspace.add_channel("product", members=[people["leo"]])
    database = open_database(f"sqlite:///{folder}/earshot.db")
    database.migrate()
    clock = SetClock()
    platform = MemoryPlatform(clock)
    house = House(
        database=database,
        clock=clock,
        brands=(builders.brand(),),
        policy=TriagePolicy(),
        secret=b"s" * 32,
        channels={"Lumora": alerts.id},
        workspace_url="https://lumora.slack.com/",
        product_channels={"Lumora": product.id},
        escalation=EscalationPolicy(people=(people["leo"].id, people["ada"].id)),
        templates=(ReplyTemplate("sorry", "We are sorry", "Hi {author}, {agent} of {brand} here. More: {link}"),),
    )
    with running_slack(workspace, timing=Timing()) as slack:
        client = posting_client(workspace.bot_token, api_url=f"{slack.url}/api/")
        us = identify(client)
        roles = {
            Role.SOCIAL_EXPERT: [people["mia"].id, people["ben"].id, people["gus"].id],
            Role.LEADERSHIP: [people["leo"].id],
            Role.CRM_ADMIN: [people["ada"].id],
            Role.DATA_CLEANER: [people["dan"].id],
        }
        post = SlackPost(client, bot_id=us.bot_id, clock=house.clock)
        known = People(client=client, roles=roles, us=us)
        desk = Desk(
            house, post, known, Windows(client), streams=[builders.stream()], repliers={("Lumora", "x"): platform}
        )
        app = build_app(client=client, us=us, signing_secret=workspace.signing_secret, desk=desk)
        connection = line(app, slack)
        try:
            _file_complaint(house)
            assert post_pending(post=post, pace=Pace(), house=house).posted
            yield Office(slack, people, alerts, house, desk, connection, clock, platform)
        finally:
            connection.close()
    database.close()


def _file_complaint(house: House) -> None:
    guess = builders.predictions("negative", "leaving", rival="Vidora")
    origin = Origin(stream="lumora on X", alert=True, channels=house.channels)
    with house.database.write() as tx:
        file_mentions(tx, [(builders.mention(number=7), house.brands[0], guess)], origin=origin, house=house)
