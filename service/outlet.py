"""The way to Slack of a command that posts and ends: it sends what waits, unless a bot runs that does it anyway."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from bot.checking import resolve_channels
from bot.identity import asking_client, identify, posting_client
from bot.posting import SlackPost
from config.secrets import Secrets
from config.settings import Settings
from domain.clock import Clock
from domain.errors import EarshotError
from domain.seams import Post
from flows.alerting import Pace, post_pending, reconcile, recover
from flows.house import House
from service.assembly import Channels, named_channels
from service.running import slack_secrets
from service.schedule import LEASE, LEASE_SECONDS, OUTBOX_SECONDS
from storage import leases, messages

PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Outlet:
    """Slack as a command needs it: the channels by name, and the posting."""

    post: Post
    channels: Channels
    workspace_url: str


def open_outlet(settings: Settings, secrets: Secrets, *, clock: Clock) -> Outlet:
    """Ask Slack who we are and where the channels are; raises EarshotError where it refuses or cannot be reached."""
    bot_token, _, _ = slack_secrets(settings, secrets)
    asking = asking_client(bot_token, api_url=settings.slack.api_url)
    us = identify(asking)
    channels = resolve_channels(asking, named_channels(settings))
    post = SlackPost(posting_client(bot_token, api_url=settings.slack.api_url), bot_id=us.bot_id, clock=clock)
    return Outlet(post, channels, us.url)


def send_waiting(outlet: Outlet, *, house: House, progress: Callable[[int], None] = lambda _: None) -> bool:
    """Post until nothing waits; False where a running bot does it instead. `progress` is told how many were posted.

    Raises:
        EarshotError: Slack has taken nothing for PATIENCE seconds; what waits is posted by the next start.
    """
    holder, pace, posted = f"command:{uuid4().hex}", Pace(), 0
    moved = time.monotonic()
    while True:
        with house.database.write() as tx:
            free = leases.acquire(tx, LEASE, holder=holder, at=house.clock(), seconds=LEASE_SECONDS)
            waiting, _ = messages.counts(tx)
            if free and not waiting:
                leases.release(tx, LEASE, holder=holder, at=house.clock())
        if not free or not waiting:
            return free is not None
        if posted == 0:
            recover(house=house)
        if time.monotonic() - moved > PATIENCE:
            raise EarshotError(
                f"Slack has taken no message for {PATIENCE} s; {waiting} wait. They are posted when the bot starts: "
                "python run.py check says what is wrong."
            )
        report = post_pending(post=outlet.post, pace=pace, house=house)
        report += reconcile(post=outlet.post, house=house)
        posted += len(report.posted)
        moved = time.monotonic() if report.posted else moved
        progress(posted)
        time.sleep(OUTBOX_SECONDS)
