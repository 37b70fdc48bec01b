"""The tables of the settings file that say what is read: `[[streams]]`."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

import listeners
from config.fields import Channel, Handle, Name, Platform, Section
from domain.brand import SourceKind, Stream

_Text = Annotated[str, Field(min_length=1)]


class StreamSection(Section):
    """`[[streams]]`: one thing to poll; which keys it needs is its platform's and its kind's business."""

    name: Name
    brand: Name
    rival: Name | None = None
    platform: Platform
    kind: SourceKind = SourceKind.SEARCH
    query: _Text | None = None
    saved_query: _Text | None = None
    native_query: _Text | None = None
    subreddits: tuple[Handle, ...] = ()
    places: tuple[_Text, ...] = ()
    account: Handle | None = None
    channel: Channel
    poll_seconds: float = Field(default=60.0, ge=0.2, le=86_400)
    daily_cap_usd: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _has_what_it_reads(self) -> Self:
        reads = listeners.load(self.platform).READS
        if self.kind not in reads:
            raise ValueError(f"{self.platform} has no {self.kind.value}: use kind = {', '.join(reads)}")
        if self.subreddits and self.platform != "reddit":
            raise ValueError("subreddits are Reddit's: write places")
        if self.places and self.platform == "reddit":
            raise ValueError("Reddit's places are its subreddits: write subreddits")
        self._is_asked_once(searched="native_query" in reads[self.kind])
        for key in reads[self.kind]:
            if key != "native_query" and not getattr(self, key):
                raise ValueError(f"kind = {self.kind.value} needs the key {key}")
        return self

    def _is_asked_once(self, *, searched: bool) -> None:
        """A search needs one query; whatever else is read may be narrowed by one, but never our own posts."""
        asked = [key for key in ("query", "saved_query", "native_query") if getattr(self, key)]
        if len(asked) > 1:
            raise ValueError(f"{asked[0]} and {asked[1]} are both given: keep one of them")
        if searched and not asked:
            raise ValueError(f"kind = {self.kind.value} needs the key query (or saved_query, or native_query)")
        if asked and self.kind is SourceKind.OWN_POSTS:
            raise ValueError(f"kind = own_posts takes no {asked[0]}: every post of ours may be an answer")

    def build(self) -> Stream:
        """Make the domain's value."""
        return Stream(
            name=self.name,
            brand=self.brand,
            rival=self.rival,
            platform=self.platform,
            kind=self.kind,
            target=self.native_query or self.account or "",
            places=self.subreddits or self.places,
            channel=self.channel,
            poll_seconds=self.poll_seconds,
            daily_cap_usd=self.daily_cap_usd,
        )
