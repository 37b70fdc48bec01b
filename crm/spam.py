"""Signs that a post is spam or a bot's: each has a weight and words, and only several together make a suspicion.

Suspected posts go to the hourly line with the reason. A real complaint must not: angry people post often, shout and use
hashtags, so no sign suffices alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.copies import normalised
from domain.mention import Mention
from domain.noise import Activity

SUSPECTED = 100
"""The sum of weights from which a post is suspected."""

BUSY_POSTS, SAME_POSTS, SAME_ACCOUNTS = 8, 3, 5
MANY_LINKS, MANY_TAGS, MANY_HANDLES, MANY_DIGITS = 3, 7, 7, 6

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_TAG = re.compile(r"(?<!\w)#\w+")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_DIGITS_AT_END = re.compile(rf"\d{{{MANY_DIGITS},}}$")

_FOLLOWERS = (
    "follow back", "followback", "follow for follow", "f4f", "l4l", "sub4sub", "gain followers", "free followers",
    "more followers", "teamfollowback", "retweet to win", "rt to win", "follow and retweet", "follow rt",
    "giveaway alert",
)  # fmt: skip
_MONEY = (
    "earn money", "make money", "earn daily", "passive income", "work from home", "forex", "binary options",
    "airdrop",
    "guaranteed profit", "double your", "crypto signals", "free iphone", "free gift card", "claim your prize",
    "click the link below",
    "link in bio", "whatsapp me", "message me on whatsapp", "telegram channel", "dm me to earn", "dm me to win",
    "use my code",
    "use my referral", "my referral code", "my promo code", "my discount code", "my coupon code", "cheap accounts",
    "accounts for sale", "account for sale", "selling accounts", "recovery expert", "recovered my account",
    "hire a hacker",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for spam, in words that people are shown."""

    weight: int
    words: str


def suspicion(mention: Mention, activity: Activity) -> str | None:
    """Say why a post is suspected, the weightiest sign first; None where it is not."""
    found = sorted(signs(mention, activity), key=lambda sign: -sign.weight)
    if sum(sign.weight for sign in found) < SUSPECTED:
        return None
    return ", ".join(sign.words for sign in found)


def signs(mention: Mention, activity: Activity) -> Iterator[Sign]:
    """Give the signs that hold."""
    yield from _of_text(mention.text)
    author = mention.author
    if _DIGITS_AT_END.search(author.handle):
        yield Sign(25, f"a handle that ends in {MANY_DIGITS} digits or more")
    if author.followers == 0:
        yield Sign(15, "no followers")
    minutes = int(activity.within.total_seconds() // 60)
    if activity.same_words >= SAME_POSTS:
        yield Sign(60, f"the same words from this account {activity.same_words:,} times within {minutes} minutes")
    elif activity.posts >= BUSY_POSTS:
        yield Sign(35, f"{activity.posts:,} posts of this account within {minutes} minutes")
    if activity.accounts >= SAME_ACCOUNTS:
        yield Sign(40, f"the same words from {activity.accounts:,} other accounts")


def _of_text(text: str) -> Iterator[Sign]:
    folded = f" {normalised(text)} "
    links, tags, handles = (len(pattern.findall(text)) for pattern in (_LINK, _TAG, _HANDLE))
    if links and not normalised(_TAG.sub(" ", text)):
        yield Sign(50, "nothing but a link")
    if any(f" {phrase} " in folded for phrase in _MONEY):
        yield Sign(60, "words that sell something")
    if any(f" {phrase} " in folded for phrase in _FOLLOWERS):
        yield Sign(60, "words that fish for followers")
    if links >= MANY_LINKS:
        yield Sign(30, f"{links} links")
    if tags >= MANY_TAGS:
        yield Sign(40, f"{tags} hashtags")
    if handles >= MANY_HANDLES:
        yield Sign(40, f"{handles} accounts named")
