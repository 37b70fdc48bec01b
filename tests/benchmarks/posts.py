"""Posts that become cards: generated ones of which the shipped model is sure that they want an answer."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from crm.attribution import reading
from crm.triage import triage
from domain.case import TriagePolicy, Verdict
from domain.seams import Classify
from nlp.classify import build
from sandbox.scenario import generate
from sandbox.world import Draft
from tests import builders


def answerable(seed: int, *, classify: Classify | None = None) -> Iterator[Draft]:
    """Give drafts without end that triage makes a case of, no two texts equal."""
    said_by, brand = classify or build(), builders.brand()
    for part in count():
        drafts = list(generate(seed * 1000 + part, 100))
        said = said_by([reading(draft.text, brand) for draft in drafts])
        for draft, predictions in zip(drafts, said, strict=True):
            mention = builders.mention(draft.text, by=builders.author(draft.author, platform=draft.platform))
            found = triage(mention, predictions, brand=brand, customer_value=None, policy=TriagePolicy())
            if found.verdict is Verdict.CASE:
                yield draft


def elsewhere(draft: Draft, *, x: bool, community: str = "lumora") -> Draft:
    """Move a draft to X, or to a subreddit."""
    if x:
        return replace(draft, platform="x", title="", community="")
    return replace(draft, platform="reddit", title="About Lumora", community=community)
