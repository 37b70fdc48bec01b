"""Posts that become cards: generated ones of which the shipped model is sure that they want an answer."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from config.platforms import named_platforms
from config.settings import settings_model
from crm.attribution import reading
from domain.brand import Brand
from nlp.classify import build
from sandbox.bot_settings import bot_settings_toml
from sandbox.scenario import generate
from sandbox.server import Sandbox
from sandbox.world import Draft

TITLE = "About Lumora"
COMPLAINTS = {"negative", "leaving", "considering_leaving"}
SURE = 0.75
"""Well above where a label becomes unsure: an int8 model's scores depend a little on the other texts of a batch."""


def answerable(seed: int) -> Iterator[Draft]:
    """Give drafts without end that triage makes a complaint of wherever they appear, no two texts equal."""
    classify, brand = build(), _brand()

    def wants_answer(texts: list[str]) -> list[bool]:
        said = classify([reading(text, brand) for text in texts])
        return [any(p.label in COMPLAINTS and p.score >= SURE for p in predictions.items) for predictions in said]

    for part in count():
        drafts = list(generate(seed * 1000 + part, 50))
        alone = wants_answer([draft.text for draft in drafts])
        titled = wants_answer([f"{TITLE}\n\n{draft.text}" for draft in drafts])
        yield from (draft for draft, *both in zip(drafts, alone, titled, strict=True) if all(both))


def _brand() -> Brand:
    """Return the brand as the sandbox's bot knows it: the model reads a rival's name otherwise than a stranger's."""
    raw = tomllib.loads(bot_settings_toml(Sandbox()))
    (brand,) = settings_model(named_platforms(raw)).model_validate(raw).build_brands()
    return brand


def elsewhere(draft: Draft, *, x: bool, community: str = "lumora") -> Draft:
    """Move a draft to X, or to a subreddit."""
    if x:
        return replace(draft, platform="x", title="", community="")
    return replace(draft, platform="reddit", title=TITLE, community=community)
