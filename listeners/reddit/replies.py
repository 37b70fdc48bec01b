"""Answering posts of Reddit from the account of the refresh token."""

import re
import threading
from datetime import datetime, timedelta
from typing import Any, Final

from praw.exceptions import RedditAPIException
from prawcore.exceptions import ResponseException

from domain.clock import Clock
from domain.errors import (
    CredentialsError,
    InputError,
    PlatformError,
    ReplyError,
    ReplyRateLimited,
    ReplyRejected,
)
from domain.mention import Author, Mention
from domain.reply import Permit, SentReply
from listeners.bodies import reading
from listeners.paging import MAX_PAGES
from listeners.reddit.client import Client, Settings
from listeners.reddit.poll import PAGE_SIZE
from listeners.reddit.things import NAME, SITE, mentions_from_response
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

LIMIT: Final = 10_000
"""Characters of a comment, by POST_comment in r2/r2/controllers/api.py of https://github.com/reddit-archive/reddit."""

ARCHIVED_AFTER: Final = timedelta(days=180)
"""ARCHIVE_AGE in r2/example.ini of the same; subreddits may have switched it off."""

_SIGN_IN_FIX = "Check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET, or make a new REDDIT_REFRESH_TOKEN."
_RATE_LIMITS = frozenset({"RATELIMIT", "SUBREDDIT_RATELIMIT", "QUOTA_FILLED"})
_OPEN = "Open the post and see there whether you can answer."
# How to mend a refusal, by Reddit's code of it.
_FIXES = {
    "BANNED_FROM_SUBREDDIT": "Ask the subreddit's moderators to let the account in.",
    "DELETED_COMMENT": "The comment is gone: there is nothing to answer.",
    "DELETED_LINK": "The submission is gone: there is nothing to answer.",
    "DELETED_THING": "The post is gone: there is nothing to answer.",
    "NO_TEXT": "Write a text.",
    "SUBREDDIT_NOTALLOWED": "The subreddit does not let the account comment: ask its moderators.",
    "THREAD_LOCKED": "Moderators closed the thread: nobody can answer there.",
    "TOO_LONG": "Shorten the reply.",
    "TOO_OLD": "The thread is archived: nobody can answer there.",
    "USER_REQUIRED": _SIGN_IN_FIX,
    "403": f"The thread is locked, or the subreddit closed to the account. {_OPEN}",
}
_SECONDS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}
_WAIT = re.compile(rf"(\d+) ({'|'.join(_SECONDS)})s?\b")


class RedditReplier:
    """Answers as one account, see domain.seams.Replier. One call at a time: praw is not thread-safe."""

    limit: int = LIMIT

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._client = Client(settings, signed_in=True)
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._accounts = settings.accounts
        self._me: Author | None = None
        self._refused = ""
        self.account = settings.accounts[0] if len(settings.accounts) == 1 else ""

    def length(self, text: str) -> int:
        """Count the characters."""
        return len(text)

    def permits(self, mention: Mention) -> Permit:
        """Permit every answer: what is locked, archived or closed to our account only Reddit knows, and refuses.

        Once the refresh token is known to be for none of the brand's accounts, nothing is permitted.
        """
        if self._refused:
            return Permit(may_send=False, reason=self._refused)
        account = f"u/{self.account}" if self.account else "the account that signed in"
        limits = "as far as the subreddit's rules allow it"
        if self._clock() - mention.posted_at > ARCHIVED_AFTER:
            limits += ", unless the thread is archived by now"
        return Permit(may_send=True, reason=f"Reddit lets us answer as {account}, {limits}.")

    def send(self, mention: Mention, text: str) -> SentReply:
        """Answer once, see domain.seams.Replier."""
        refuse_beyond(LIMIT, len(text.strip()), platform=NAME)
        with self._one_at_a_time:
            try:
                me = self._sign_in()
            except CredentialsError as error:
                raise _refused_account(error) from error
            except PlatformError as error:
                raise not_sent(error) from error
            try:
                form = {"thing_id": mention.id.partition(":")[2], "text": text}
                answer = self._client.call("POST", "api/comment/", data=form)
            except PlatformError as error:
                raise _failure(error) from error
        return self._sent(answer, mention, me)

    def find(self, mention: Mention, text: str, *, since: datetime) -> SentReply | None:
        """Look through our account's comments, newest first, as far as Reddit lists them (about 1,000)."""
        earliest = since - CLOCKS_DIFFER
        after: str | None = None
        for _ in range(MAX_PAGES):
            with self._one_at_a_time:
                me = self._sign_in()
                params: dict[str, str | int] = {"sort": "new", "limit": PAGE_SIZE}
                if after:
                    params["after"] = after
                page = self._client.get(f"user/{me.handle}/comments", params)
            try:
                comments, _ = mentions_from_response(page, seen_at=self._clock())
                with reading("The listing", page):
                    moments = [float(child["data"]["created_utc"]) for child in page["data"]["children"]]
                    after = page["data"].get("after")
            except InputError as error:
                raise PlatformError(f"Reddit answered badly. {error}", platform=NAME) from error
            for comment in comments:
                ours = comment.reply_to == mention.id and comment.posted_at >= earliest
                if ours and same_words(comment.text, text):
                    return SentReply(comment.id, comment.url, comment.posted_at, me)
            if after is None or (moments and min(moments) < earliest.timestamp()):
                break
        return None

    def _sign_in(self) -> Author:
        """Return our account, looked up once.

        Raises:
            CredentialsError: the refresh token is of an account that is none of the brand's.
            PlatformError: Reddit does not tell whose it is.
        """
        if self._me is None:
            user = self._client.get("api/v1/me", {})
            try:
                with reading("Our account", user):
                    handle = str(user["name"])
                    self._me = Author(NAME, f"t2_{user['id']}", handle, url=f"{SITE}/user/{handle}")
            except InputError as error:
                raise PlatformError(f"Reddit answered badly. {error}", platform=NAME) from error
        try:
            refuse_stranger(self._me.handle, accounts=self._accounts, variable="REDDIT_REFRESH_TOKEN", platform=NAME)
        except CredentialsError as error:
            self._refused = str(error)
            raise
        self.account = self._me.handle
        return self._me

    def _sent(self, answer: Any, mention: Mention, me: Author) -> SentReply:
        """Read what Reddit answers to a new comment: the comment, or errors, each with a code, words and a field."""
        try:
            with reading("The answer", answer):
                errors = [(str(code), str(words)) for code, words, *_ in answer["json"].get("errors") or ()]
            comments, _ = mentions_from_response(answer, seen_at=self._clock())
        except InputError as error:
            raise unknown(f"Reddit answered badly. {error}", platform=NAME) from error
        if errors:
            raise _refusal(*errors[0])
        for comment in comments:
            if comment.reply_to == mention.id:
                return SentReply(comment.id, comment.url, comment.posted_at, me)
        # As in quarantined subreddits that the account has not opted into.
        raise unknown("Reddit took the reply, but does not show it.", platform=NAME, code="not_shown")


def _failure(error: PlatformError) -> ReplyError:
    """Say what is known after the call that should have posted."""
    if isinstance(error, CredentialsError):
        return _refused_account(error)
    match error.__cause__:
        case RedditAPIException() as refusal:
            return _refusal(refusal.items[0].error_type, refusal.items[0].message or "")
        case ResponseException() as refusal if 400 <= refusal.response.status_code < 500:
            return _refusal(str(refusal.response.status_code), refusal.response.reason)
    return failed(error)


def _refusal(code: str, words: str) -> ReplyError:
    if code in _RATE_LIMITS:
        found = _WAIT.search(words)
        wait = int(found[1]) * _SECONDS[found[2]] if found else None
        says = f"Reddit lets the account comment no faster ({words})."
        return ReplyRateLimited(f"{says} Nothing was posted.", platform=NAME, code="rate_limited", retry_after=wait)
    fix = _FIXES.get(code, _OPEN)
    return ReplyRejected(f"Reddit refuses the reply ({code}: {words}). {fix}", platform=NAME, code=code)


def _refused_account(error: CredentialsError) -> ReplyRejected:
    says = told(error)
    if "REDDIT_REFRESH_TOKEN" not in says:
        says += " If they are right, make a new REDDIT_REFRESH_TOKEN."
    return ReplyRejected(f"{says} Nothing was posted.", platform=NAME, code="credentials")
