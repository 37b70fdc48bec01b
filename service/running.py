"""The running bot: Slack connected, the schedule going, until somebody stops it."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat
from types import FrameType
from typing import NoReturn

import structlog

from bot.app import build_app
from bot.checking import resolve_channels
from bot.connection import Connection, connect_socket, serve_http
from bot.desk import Desk
from bot.home import draw
from bot.identity import BotIdentity, SlackUnreachableError, asking_client, identify, posting_client
from bot.people import People
from bot.posting import SlackPost
from bot.windows import Windows
from config.secrets import Secrets
from config.settings import Settings
from domain.brand import SourceKind, Stream
from domain.clock import Clock
from domain.errors import SettingsError
from flows.house import House
from service.assembly import (
    build_model,
    build_polls,
    build_rechecks,
    build_repliers,
    build_streams,
    model_status,
    named_channels,
    open_house,
    search_platforms,
)
from service.backup import keep_away, keep_stones
from service.inbound import serve_web
from service.schedule import Schedule, Watch
from service.settings_overview import settings_overview
from service.vitals import Counting, vitals_of
from web.server import WebServer

log = structlog.get_logger(__name__)

SLACK_WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long we wait before asking an unreachable Slack again; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Running:
    """A bot, connected to Slack. `start` begins the work; `stop` ends all of it within 5 seconds."""

    house: House
    streams: tuple[Stream, ...]
    schedule: Schedule
    connection: Connection
    web: WebServer | None = None

    def start(self) -> None:
        """Poll and post from now on."""
        self.schedule.start()

    def stop(self) -> bool:
        """Stop polling and posting, hang up, close the database; False where a job was still under way."""
        finished = self.schedule.stop()
        self.connection.close()
        if self.web is not None:
            self.web.close()
        if finished:
            self.house.database.close()
        return finished


def connect_bot(
    settings: Settings,
    secrets: Secrets,
    *,
    clock: Clock,
    watch: Watch | None = None,
    batch_period: timedelta = timedelta(hours=1),
) -> Running:
    """Build everything and connect to Slack, waiting for it where it cannot be reached; nothing is polled yet.

    Raises:
        EarshotError: something in settings, secrets, model or database needs a person.
    """
    bot_token, app_token, signing_secret = slack_secrets(settings, secrets)
    classify, explain = build_model(settings.model)
    model = model_status(settings.model)
    api_url = settings.slack.api_url
    asking = asking_client(bot_token, api_url=api_url)
    us = _wait_for_slack(lambda: identify(asking))
    channels = resolve_channels(asking, named_channels(settings))
    house = open_house(settings, secrets, clock=clock, channels=channels, workspace_url=us.url)
    keep_away(settings.backup_folder, house=house)
    streams = build_streams(settings, channels, database=house.database)
    polled = tuple(stream for stream in streams if stream.kind is not SourceKind.INBOUND)
    polls = build_polls(settings, secrets, polled, clock=clock)
    post = SlackPost(posting_client(bot_token, api_url=api_url), bot_id=us.bot_id, clock=clock)
    people = People(asking, settings.roles, us, settings.replies.approvers)
    repliers = build_repliers(settings, secrets, clock=clock)
    shown = settings_overview(settings, channels, streams)
    desk = Desk(
        house,
        post,
        people,
        Windows(asking),
        streams,
        model,
        repliers,
        shown,
        platforms=search_platforms(settings, secrets),
    )
    app = build_app(client=asking, us=us, signing_secret=signing_secret or "", desk=desk)
    if settings.slack.mode == "socket":
        connection = connect_socket(app, app_token=app_token or "", client=asking)
    else:
        connection = serve_http(app, host=settings.slack.host, port=settings.slack.port)
    log.info(
        "connected",
        mode=settings.slack.mode,
        team=us.team_id,
        streams=len(streams),
        address=connection.address,
        model=model,
    )
    counting = Counting()
    schedule = Schedule(
        house=house,
        streams=polled,
        polls=polls,
        classify=classify,
        explain=explain,
        post=post,
        repliers=repliers,
        rechecks=build_rechecks(settings, secrets, (s.platform for s in streams), clock=clock),
        draw_home=lambda user: draw(people.person(user), desk),
        is_connected=connection.is_alive,
        watch=counting.beside(watch),
        batch_period=batch_period,
        erased=lambda: keep_stones(house.database, settings.backup_folder),
    )
    look = vitals_of(schedule.pulse, counting, streams=streams, house=house)
    served = serve_web(settings, secrets, streams, look=look, classify=classify, explain=explain, house=house)
    return Running(house, streams, schedule, connection, served)


def run_until_stopped(settings: Settings, secrets: Secrets, *, clock: Clock) -> None:
    """Run the bot until SIGINT or SIGTERM. Raises as `connect_bot`, and KeyboardInterrupt before all is connected."""
    running = connect_bot(settings, secrets, clock=clock)
    stopping = stop_on_signal()
    running.start()
    stopping.wait()
    log.info("stopping")
    finished = running.stop()
    log.info("stopped", unfinished_jobs=not finished)


def stop_on_signal() -> threading.Event:
    """Return an event that SIGINT and SIGTERM set."""
    stopping = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stopping


def leave() -> NoReturn:
    """End the process with success, without waiting for threads that hang in a network call."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


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


def _wait_for_slack(ask: Callable[[], BotIdentity]) -> BotIdentity:
    """Ask until Slack can be reached, and say once that it cannot; a refused token is raised at once."""
    for attempt, wait in enumerate(chain(SLACK_WAITS, repeat(SLACK_WAITS[-1]))):
        try:
            return ask()
        except SlackUnreachableError as error:
            if attempt == 0:
                log.warning("slack_unreachable", reason=str(error))
            time.sleep(wait)
    raise AssertionError("the waits never end")  # pragma: no cover
