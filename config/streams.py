"""The tables of the settings file that say what is read: `[[streams]]`."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.fields import Channel, Handle, Name, Platform, Section
from domain.brand import SourceKind, Stream


class StreamSection(Section):
    """`[[streams]]`: one thing to poll; `native_query`, `subreddits` or `account`, by its kind."""

    name: Name
    brand: Name
    platform: Platform
    kind: SourceKind = SourceKind.SEARCH
    native_query: Annotated[str, Field(min_length=1)] | None = None
    subreddits: tuple[Handle, ...] = ()
    account: Handle | None = None
    channel: Channel
    poll_seconds: float = Field(default=60.0, ge=0.2, le=86_400)
    daily_cap_usd: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _has_target(self) -> Self:
        if self.platform == "x" and self.kind in {SourceKind.NEW, SourceKind.COMMENTS}:
            raise ValueError(f"X has no {self.kind.value}: use kind = search, mentions or own_posts")
        if self.platform == "reddit" and self.kind is SourceKind.MENTIONS:
            raise ValueError("Reddit has no mentions: use kind = search, new, comments or own_posts")
        wanted = {
            SourceKind.SEARCH: ("native_query", self.native_query),
            SourceKind.NEW: ("subreddits", self.subreddits),
            SourceKind.COMMENTS: ("subreddits", self.subreddits),
            SourceKind.MENTIONS: ("account", self.account),
            SourceKind.OWN_POSTS: ("account", self.account),
        }[self.kind]
        if not wanted[1]:
            raise ValueError(f"kind = {self.kind.value} needs the key {wanted[0]}")
        return self

    def build(self) -> Stream:
        """Make the domain's value. A Reddit search within subreddits is written `a+b: query`."""
        joined = "+".join(self.subreddits)
        if self.kind is SourceKind.SEARCH:
            target = f"{joined}: {self.native_query}" if joined else self.native_query or ""
        else:
            target = self.account or joined
        return Stream(
            name=self.name,
            brand=self.brand,
            platform=self.platform,
            kind=self.kind,
            target=target,
            channel=self.channel,
            poll_seconds=self.poll_seconds,
            daily_cap_usd=self.daily_cap_usd,
        )
