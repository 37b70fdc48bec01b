"""Owns the rate limits: Slack's tiers per method and the posting limit per channel, on an injected clock."""

import math
from dataclasses import dataclass

from domain.clock import Clock

TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
"""Calls a minute that a tier promises: https://docs.slack.dev/apis/web-api/rate-limits/. The sandbox grants no more."""

SPECIAL = 600
"""Calls a minute of methods whose limit Slack calls special; it says "hundreds" for auth.test."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the workspace allows.

    Slack promises one post a second and channel, "short bursts" above it, and "several hundred" posts a minute and
    workspace, without figures for the last two: the sandbox takes `post_burst` and `workspace_posts`.
    """

    enabled: bool = True
    posts_per_second: float = 1.0
    post_burst: int = 4
    workspace_posts: int = 600


class RateLimiter:
    """Token buckets; a bucket is full at first, so a whole tier may be used at once."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def method(self, name: str, per_minute: int) -> int:
        """Count one call; return 0, or the whole seconds to wait."""
        return self._take(name, capacity=per_minute, per_second=per_minute / 60)

    def post(self, channel_id: str) -> int:
        """Count one post into a channel; return 0, or the whole seconds to wait."""
        limits = self.limits
        wait = self._take(f"post {channel_id}", capacity=limits.post_burst, per_second=limits.posts_per_second)
        return wait or self._take("posts", capacity=limits.workspace_posts, per_second=limits.workspace_posts / 60)

    def _take(self, key: str, *, capacity: float, per_second: float) -> int:
        if not self.limits.enabled:
            return 0
        now = self._clock().timestamp()
        tokens, since = self._buckets.get(key, (capacity, now))
        tokens = min(capacity, tokens + max(0.0, now - since) * per_second)
        if tokens >= 1:
            self._buckets[key] = (tokens - 1, now)
            return 0
        self._buckets[key] = (tokens, now)
        return max(1, math.ceil((1 - tokens) / per_second))
