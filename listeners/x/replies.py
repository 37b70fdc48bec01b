"""Answering posts of X from the account of the access token."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import tweepy

from domain.clock import Clock
from domain.errors import CredentialsError, InputError, PlatformError, ReplyError, ReplyRejected
from domain.mention import Author, Mention, mention_id
from domain.reply import Permit, SentReply
from listeners.bodies import reading
from listeners.paging import MAX_PAGES
from listeners.replying import (
    CLOCKS_DIFFER,
    failed,
    not_sent,
    refuse_beyond,
    refuse_stranger,
    same_words,
    told,
    unknown,
)
from listeners.x.client import Client, Settings
from listeners.x.length import LIMIT, length
from listeners.x.posts import NAME, Payload, Surroundings, entities_of, mention_from_post, moment_of

NOT_SUMMONED: Final = (
    "X lets us answer by its API only where the author mentions or quotes us; open the post and answer there."
)

_DUPLICATE = "duplicate"
_REFUSALS = (
    # what X's refusal says, the code that we give it, how to mend it; the first that fits counts
    ("duplicate content", _DUPLICATE, "Change the words."),
    ("not been mentioned", "not_summoned", NOT_SUMMONED),
    ("not allowed because", "not_summoned", "Open the post and answer there."),
    ("oauth1 app permissions", "permissions", "Let the app read and write, then make its access token anew."),
    ("deleted or not visible", "gone", "The post is gone, or its author keeps us out: answer in another way."),
    ("too long", "too_long", "Shorten the reply."),
)  # fmt: skip
_STATUSES = {
    401: "Check X_API_KEY, X_API_SECRET, X_ACCESS_TOKEN and X_ACCESS_SECRET at https://console.x.com.",
    402: "Buy credits or raise the spending limit at https://console.x.com.",
}
_NO_ANSWER = 408
"""A proxy's status of the 4xx that says nothing of what X did."""

_FIELDS = "created_at,entities,note_tweet,referenced_tweets"
_LEADING_NAME = re.compile(r"@[A-Za-z0-9_]{1,20}\s+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


class XReplier:
    """Answers as one account, see domain.seams.Replier. Its name is looked up at the first call, for $0.010."""

    limit: int = LIMIT

    def __init__(self, settings: Settings, clock: Clock) -> None:
        # Two clients, because a client waits as a whole when the quota of one of its endpoints is used up.
        self._writer = Client(settings, clock)
        self._reader = Client(settings, clock)
        self._accounts = settings.accounts
        self._ours = frozenset(handle.casefold() for handle in settings.accounts)
        self._me: Author | None = None
        self._refused = ""
        self.account = settings.accounts[0] if len(settings.accounts) == 1 else ""

    def length(self, text: str) -> int:
        """Count as X does; see listeners.x.length."""
        return length(text)

    def permits(self, mention: Mention) -> Permit:
        """Permit an answer where the author summoned our account.

        As long as it is not known which of the brand's accounts the access token is for, each of them counts; once it
        is known to be for none of them, nothing is permitted.
        """
        if self._refused:
            return Permit(may_send=False, reason=self._refused)
        named = {handle.casefold() for handle in mention.summons}
        if named & ({self.account.casefold()} if self.account else self._ours):
            return Permit(may_send=True, reason="X lets us answer: the author mentions or quotes us.")
        return Permit(may_send=False, reason=NOT_SUMMONED)

    def send(self, mention: Mention, text: str) -> SentReply:
        """Answer once. X refuses what our account has posted already: where that is this very reply, it is returned.

        A duplicate that is not found among the answers to this post raises ReplyUnknown with the code `duplicate`: it
        is an earlier attempt that X does not show yet, or, if there was none, the same words to somebody else.
        """
        refuse_beyond(LIMIT, length(text), platform=NAME)
        try:
            me = self._sign_in()
        except CredentialsError as error:
            raise ReplyRejected(f"{told(error)} Nothing was posted.", platform=NAME, code="credentials") from error
        except PlatformError as error:
            raise not_sent(error) from error
        if not (permit := self.permits(mention)).may_send:
            raise ReplyRejected(permit.reason, platform=NAME, code="not_summoned")
        try:
            answer = self._writer.call(
                lambda api: api.create_tweet(text=text, in_reply_to_tweet_id=_id_of(mention), user_auth=True)
            )
            with reading("The created post", answer):
                return _sent(str(int(answer["data"]["id"])), me)
        except PlatformError as error:
            failure = _failure(error)
            if failure.code == _DUPLICATE:
                return self._duplicate(mention, text, failure)
            raise failure from error
        except InputError as error:
            raise unknown(f"X's answer cannot be used: {error}", platform=NAME) from error

    def find(self, mention: Mention, text: str, *, since: datetime) -> SentReply | None:
        """Look through our account's posts, newest first, at $0.001 each where it owns the app."""
        me = self._sign_in()
        token: str | None = None
        for _ in range(MAX_PAGES):
            page = self._timeline(me, since, token)
            try:
                with reading("The timeline", page):
                    for post in _answers(page, to=mention):
                        if _says(post, text):
                            return _sent(str(post["id"]), me)
                    token = page.get("meta", {}).get("next_token")
            except InputError as error:
                raise PlatformError(f"X's answer cannot be used: {error}", platform=NAME) from error
            if token is None:
                break
        return None

    def _timeline(self, me: Author, since: datetime, token: str | None) -> Payload:
        return self._reader.call(
            lambda api: api.get_users_tweets(
                me.user_id,
                exclude="retweets",
                max_results=100,
                pagination_token=token,
                start_time=since - CLOCKS_DIFFER,
                tweet_fields=_FIELDS,
                user_auth=True,
            )
        )

    def _sign_in(self) -> Author:
        """Return our account, looked up once.

        Raises:
            CredentialsError: the access token is of an account that is none of the brand's.
            PlatformError: X does not tell whose it is.
        """
        if self._me is None:
            answer = self._reader.call(lambda api: api.get_me(user_auth=True))
            try:
                with reading("Our account", answer):
                    user = answer["data"]
                    handle = str(user["username"])
                    url = f"https://x.com/{handle}"
                    self._me = Author(NAME, str(user["id"]), handle, str(user.get("name", "")), url=url)
            except InputError as error:
                raise PlatformError(f"X's answer cannot be used: {error}", platform=NAME) from error
        try:
            refuse_stranger(self._me.handle, accounts=self._accounts, variable="X_ACCESS_TOKEN", platform=NAME)
        except CredentialsError as error:
            self._refused = str(error)
            raise
        self.account = self._me.handle
        return self._me

    def _duplicate(self, mention: Mention, text: str, refusal: ReplyError) -> SentReply:
        try:
            found = self.find(mention, text, since=mention.posted_at)
        except PlatformError as error:
            raise unknown(f"{refusal} {told(error)}", platform=NAME, code=_DUPLICATE) from error
        if found is None:
            raise unknown(str(refusal), platform=NAME, code=_DUPLICATE)
        return found


def _failure(error: PlatformError) -> ReplyError:
    """Say what is known after the call that should have posted."""
    refusal = error.__cause__
    if not isinstance(refusal, tweepy.HTTPException):
        return failed(error)
    status = refusal.response.status_code
    if status in (429, _NO_ANSWER) or not 400 <= status < 500:
        return failed(error)
    reason = "; ".join(map(str, refusal.api_messages)) or refusal.response.reason
    code, fix = str(status), _STATUSES.get(status, "Open the post and answer there.")
    for words, named, mend in _REFUSALS:
        if words in reason:
            code, fix = named, mend
            break
    return ReplyRejected(f"X refuses the reply ({status}: {reason}). {fix}", platform=NAME, code=code)


def _answers(page: Payload, *, to: Mention) -> Iterator[Payload]:
    """Return the posts of a page that reply to a post."""
    around = Surroundings.of(page)
    for post in page.get("data") or ():
        if mention_from_post(post, around=around).reply_to == to.id:
            yield post


def _says(post: Payload, text: str) -> bool:
    """Tell whether a post of ours says `text`, which X may have shortened links in and put names in front of."""
    shown = mention_from_post(post, around=Surroundings()).text
    for found in entities_of(post):
        for link in found.get("urls") or ():
            shown = shown.replace(link["url"], link.get("expanded_url") or link["url"])
    wanted, shown = _SCHEME.sub("", text), _SCHEME.sub("", shown)
    while not same_words(shown, wanted):
        shorter = _LEADING_NAME.sub("", shown, count=1) if _LEADING_NAME.match(shown) else shown
        if shorter == shown:
            return False
        shown = shorter
    return True


def _sent(post_id: str, me: Author) -> SentReply:
    """Make the reply of its id, in which X tells the time, to the second as in its answers."""
    url = f"https://x.com/{me.handle}/status/{post_id}"
    return SentReply(mention_id(NAME, post_id), url, moment_of(int(post_id)).replace(microsecond=0), me)


def _id_of(mention: Mention) -> str:
    return mention.id.partition(":")[2]
