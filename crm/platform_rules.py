"""What the platforms' terms ask of whoever keeps their posts, by platform; read the terms yourself, they change."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from domain.compliance import PlatformRules
from domain.customer import Grade
from domain.prediction import COMPLAINT, RELEVANCE, SENTIMENT, SWITCHING

_EVERYWHERE = (
    "A deleted post leaves the database, its search index, Slack and the disk, and never comes back.",
    "Predictions are about what a post says of the brand, and nothing about its author.",
)

RULES: Final[Mapping[str, PlatformRules]] = MappingProxyType(
    {
        "x": PlatformRules(
            recheck_within=timedelta(hours=24),
            told=(
                *_EVERYWHERE,
                "An edited post loses its earlier text: what was modified on X must be modified here.",
                "An account counts as a customer's only where she gave the handle herself or proved it is hers.",
                "No model is trained on X's posts.",
            ),
            source="https://docs.x.com/developer-terms/policy",
        ),
        "reddit": PlatformRules(
            recheck_within=timedelta(hours=48),
            told=(
                *_EVERYWHERE,
                "Posts of deleted accounts and posts that moderators took away count as deleted.",
                "No model is trained on Reddit's posts.",
            ),
            source="https://redditinc.com/policies/data-api-terms",
        ),
        "youtube": PlatformRules(
            retention=timedelta(days=30),
            told=(*_EVERYWHERE, "What the API gave is kept for 30 days."),
            source="https://developers.google.com/youtube/terms/developer-policies",  # III.E.4
        ),
        # These show everybody what a post said before it was edited.
        "mastodon": PlatformRules(keeps_versions=True, told=_EVERYWHERE),
        "github": PlatformRules(keeps_versions=True, told=_EVERYWHERE),
        "stackexchange": PlatformRules(keeps_versions=True, told=_EVERYWHERE),
        "discourse": PlatformRules(keeps_versions=True, told=_EVERYWHERE),
    }
)

_OTHERS = PlatformRules(told=_EVERYWHERE)

INFERRED: Final[Mapping[str, str]] = MappingProxyType(
    {
        SENTIMENT: "how the post speaks of the brand",
        SWITCHING: "whether the post speaks of coming to the brand or leaving it",
        RELEVANCE: "whether the post is about the brand",
        COMPLAINT: "whether the post complains about the brand",
    }
)
"""All that models may say, and of what: of posts, never of people. A task that is not here is kept for no platform."""

SENSITIVE: Final = frozenset(
    {"health", "finance", "politic", "race", "racial", "ethnic", "religi", "philosoph", "sex", "gender", "union"}
    | {"crime", "criminal", "alien", "belief", "pregnan", "disab", "immigra", "orientation", "nationality"}
)
"""How the words begin for what must never be inferred about a person.

https://docs.x.com/developer-terms/restricted-use-cases
"""

COUNTS_AS_CUSTOMER: Final = frozenset({Grade.VERIFIED, Grade.SUPPLIED})
"""How an account must be known to count as a customer's: she proved it, or gave the handle herself. Guesses wait.

The strictest rule, X's, holds everywhere: https://docs.x.com/developer-terms/policy
"""


def rules_of(platform: str) -> PlatformRules:
    """Return a platform's rules; where its terms ask for nothing more, deletions are honoured when they are seen."""
    return RULES.get(platform, _OTHERS)


def retention_of(platform: str, *, days: int | None) -> timedelta | None:
    """Return how long posts are kept: as many days as the settings say, and never longer than the rules let us."""
    limits = [limit for limit in (rules_of(platform).retention, timedelta(days=days) if days else None) if limit]
    return min(limits, default=None)
