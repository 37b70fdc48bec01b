"""The running bot: Slack connected, the schedule going, until somebody stops it."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

import structlog

from bot.app import build_app
from bot.checking import resolve_channels
from bot.connection import Connection, connect_socket, serve_http
from bot.desk import Desk
from bot.identity import BotIdentity, SlackUnreachableError, asking_client, identify, posting_client
from bot.people import People
from bot.posting import SlackPost
from config.secrets import Secrets
from config.settings import Settings
from domain.brand import Stream
from domain.clock import Clock
from domain.errors import SettingsError
from flows.house import House
from service.assembly import build_classify, build_polls, build_streams, named_channels, open_house
from service.schedule import Schedule, Watch

log = structlog.get_logger(__name__)

SLACK_WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long we wait before asking an unreachable Slack again; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Running:
    """A bot that runs. `stop` ends it within 5 seconds; False where a job was still under way."""

    house: House
    streams: tuple[Stream, ...]
    schedule: Schedule
    connection: Connection

    def stop(self) -> bool:
        """Stop polling and posting, hang up, close the database."""
        finished = self.schedule.stop()
        self.connection.close()
        if finished:
            self.house.database.close()
        return finished


def start_bot(
    settings: Settings,
    secrets: Secrets,
    *,
    clock: Clock,
    watch: Watch | None = None,
    batch_period: timedelta = timedelta(hours=1),
    stopping: threading.Event | None = None,
) -> Running | None:
    """Start everything; None where `stopping` was set while Slack could not be reached.

    Raises:
        EarshotError: something in settings, secrets, model or database needs a person.
    """
    bot_token, app_token, signing_secret = slack_secrets(settings, secrets)
    classify = build_classify(settings.model)
    api_url = settings.slack.api_url
    asking = asking_client(bot_token, api_url=api_url)
    us = _wait_for_slack(lambda: identify(asking), stopping or threading.Event())
    if us is None:
        return None
    channels = resolve_channels(asking, named_channels(settings))
    house = open_house(settings, secrets, clock=clock, channels=channels, workspace_url=us.url)
    streams = build_streams(settings, channels)
    polls = build_polls(settings, secrets, streams, clock=clock)
    post = SlackPost(posting_client(bot_token, api_url=api_url), bot_id=us.bot_id, clock=clock)
    people = People(asking, settings.roles, us)
    desk = Desk(house, post, people, streams)
    app = build_app(client=asking, us=us, signing_secret=signing_secret or "", desk=desk)
    if settings.slack.mode == "socket":
        connection = connect_socket(app, app_token=app_token or "", client=asking)
    else:
        connection = serve_http(app, host=settings.slack.host, port=settings.slack.port)
    log.info("connected", mode=settings.slack.mode, team=us.team_id, streams=len(streams), address=connection.address)
    schedule = Schedule(
        house=house,
        streams=streams,
        polls=polls,
        classify=classify,
        post=post,
        watch=watch,
        batch_period=batch_period,
    )
    schedule.start()
    return Running(house, streams, schedule, connection)


def run_until_stopped(settings: Settings, secrets: Secrets, *, clock: Clock) -> bool:
    """Run the bot until SIGINT or SIGTERM; returns whether every job had ended. Raises as `start_bot`."""
    stopping = stop_on_signal()
    running = start_bot(settings, secrets, clock=clock, stopping=stopping)
    if running is None:
        return True
    stopping.wait()
    log.info("stopping")
    finished = running.stop()
    log.info("stopped", unfinished_jobs=not finished)
    return finished


def stop_on_signal() -> threading.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopping = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stopping


def slack_secrets(settings: Settings, secrets: Secrets) -> tuple[str, str | None, str | None]:
    """Return bot token, app token and signing secret; the mode decides which of the two last is needed.

    Raises:
        SettingsError: naming what is missing and where to find it.
    """
    bot, app, signing = (secrets.value(f"SLACK_{n}") for n in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET"))
    missing = []
    if not bot:
        missing.append("SLACK_BOT_TOKEN (Slack app, OAuth & Permissions; starts with xoxb-)")
    if settings.slack.mode == "socket" and not app:
        missing.append("SLACK_APP_TOKEN (Slack app, Basic Information, App-Level Tokens; starts with xapp-)")
    if settings.slack.mode == "http" and not signing:
        missing.append("SLACK_SIGNING_SECRET (Slack app, Basic Information)")
    if missing or not bot:
        raise SettingsError(f"Missing in the environment or .env: {'; '.join(missing)}.")
    return bot, app, signing


def _wait_for_slack(ask: Callable[[], BotIdentity], stopping: threading.Event) -> BotIdentity | None:
    """Ask until Slack can be reached; a refused token is raised at once."""
    waits = iter(SLACK_WAITS)
    wait = SLACK_WAITS[0]
    while not stopping.is_set():
        try:
            return ask()
        except SlackUnreachableError as error:
            wait = next(waits, wait)
            log.warning("slack_unreachable", reason=str(error), next_try_seconds=wait)
            stopping.wait(wait)
    return None
