"""The Bolt app, put together."""

import logging
from collections.abc import Callable

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import actions, commands, forms, home, shortcuts
from bot.desk import Desk
from bot.identity import BotIdentity
from bot.reception import Reception, tell


def build_app(*, client: WebClient, us: BotIdentity, signing_secret: str, desk: Desk) -> App:
    """Build the app. `signing_secret` matters in HTTP mode only; `us` proves that the token was checked before."""
    logger = logging.getLogger("earshot.bolt")
    logger.setLevel(logging.CRITICAL)  # below that, Bolt logs whole requests, and a traceback for each broken line
    app = App(
        client=client,
        logger=logger,
        signing_secret=signing_secret,
        token_verification_enabled=False,
        authorize=_authorize(us, client.token),
    )
    app.use(Reception(forms.acknowledgement))
    app.error(tell)
    commands.register(app, desk)
    actions.register(app, desk)
    forms.register(app, desk)
    home.register(app, desk)
    shortcuts.register(app, desk)
    return app


def _authorize(us: BotIdentity, token: str | None) -> Callable[..., AuthorizeResult]:
    """Answer from what we know, so that no click waits for an `auth.test` of its own."""
    known = AuthorizeResult(
        enterprise_id=us.enterprise_id,
        team_id=us.team_id,
        bot_id=us.bot_id,
        bot_user_id=us.bot_user_id,
        bot_token=token,
    )
    return lambda: known
