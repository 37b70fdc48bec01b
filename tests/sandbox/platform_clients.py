"""Unmodified tweepy and praw clients, pointed at a sandbox as a program would point them."""

from typing import Any

import praw
import requests
import tweepy
from requests.adapters import HTTPAdapter

from sandbox.server import (
    REDDIT_ACCOUNT,
    REDDIT_CLIENT_ID,
    REDDIT_CLIENT_SECRET,
    REDDIT_PASSWORD,
    X_ACCESS_SECRET,
    X_API_KEY,
    X_API_SECRET,
    X_BEARER_TOKEN,
    Sandbox,
)

TWEEPY_HOST = "https://api.twitter.com"


class Redirect(HTTPAdapter):
    """Sends what is meant for tweepy's fixed host to another one."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, *args, **kwargs) -> requests.Response:
        request.url = str(request.url).replace(TWEEPY_HOST, self._base, 1)
        return super().send(request, *args, **kwargs)


def x_client(sandbox: Sandbox, *, bearer: str = X_BEARER_TOKEN, as_brand: bool = False) -> tweepy.Client:
    """An app-only client, or one that acts for the brand's account."""
    user = {
        "consumer_key": X_API_KEY,
        "consumer_secret": X_API_SECRET,
        "access_token": sandbox.x_access_token,
        "access_token_secret": X_ACCESS_SECRET,
    }
    client = tweepy.Client(bearer, **(user if as_brand else {}))
    client.session.mount(TWEEPY_HOST, Redirect(sandbox.x_api_url))
    return client


def reddit_client(sandbox: Sandbox, *, as_brand: bool = False, **changed: str) -> praw.Reddit:
    """A read-only client, or one that is signed in as the brand's account."""
    user = {"username": REDDIT_ACCOUNT, "password": REDDIT_PASSWORD} if as_brand else {}
    credentials: dict[str, Any] = {
        "client_id": REDDIT_CLIENT_ID,
        "client_secret": REDDIT_CLIENT_SECRET,
        **user,
        **changed,
    }
    return praw.Reddit(
        user_agent="python:earshot-tests:0 (by /u/nobody)",
        oauth_url=sandbox.reddit_oauth_url,
        reddit_url=sandbox.reddit_url,
        short_url=sandbox.reddit_url,
        check_for_updates=False,
        **credentials,
    )
