"""What an author posted lately, stored or in the same filing, and whether that makes a post suspected spam."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from crm.spam import suspicion
from domain.mention import Mention
from domain.noise import NoisePolicy
from storage import copies
from storage.database import Tx


@dataclass(slots=True)
class Lately:
    """Counts posts inside one transaction: those that it files are not stored yet."""

    tx: Tx
    noise: NoisePolicy
    _posts: dict[str, list[tuple[datetime, str | None]]] = field(default_factory=dict)
    _accounts: dict[str, dict[str, datetime]] = field(default_factory=dict)

    def suspicion(self, mention: Mention, fingerprint: str | None) -> str | None:
        """Say why a post is suspected; None where it is not. Posts must come oldest first."""
        at, within, author = mention.posted_at, self.noise.activity_within, mention.author.key
        stored = copies.activity(
            self.tx,
            author_key=author,
            fingerprint=fingerprint,
            at=at,
            within=within,
            copies_within=self.noise.copies_within,
        )
        recent = [shape for moment, shape in self._posts.get(author, ()) if moment > at - within]
        same = recent.count(fingerprint) if fingerprint else 0
        others = self._accounts.get(fingerprint or "", {})
        others_lately = sum(key != author and moment > at - self.noise.copies_within for key, moment in others.items())
        activity = replace(
            stored,
            posts=stored.posts + len(recent) + 1,
            same_words=stored.same_words + same + 1,
            accounts=stored.accounts + others_lately,
        )
        return suspicion(mention, activity)

    def note(self, mention: Mention, fingerprint: str | None) -> None:
        """Count a post that is being filed."""
        self._posts.setdefault(mention.author.key, []).append((mention.posted_at, fingerprint))
        if fingerprint:
            self._accounts.setdefault(fingerprint, {})[mention.author.key] = mention.posted_at
