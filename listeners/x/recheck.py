"""Asking X whether stored posts still stand: by batch compliance jobs, or one by one where it takes no job from us."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Final

import requests
import tweepy

from domain.clock import Clock
from domain.compliance import Rechecked
from domain.errors import CredentialsError, InputError, PlatformError
from domain.mention import Mention, MentionId, Removal
from listeners.calls import NEXT_POLL
from listeners.x.client import Client, Settings
from listeners.x.posts import NAME, Payload, mentions_from_response

JOBS: Final = "https://docs.x.com/x-api/compliance/batch-compliance/introduction"
"""One job at a time, 150 calls in 15 minutes; what is to be looked up is handed over within 15 minutes, and what was
found is there for a week. X names no limit for a job, so this is ours."""

JOB_LIMIT: Final = 50_000

# https://docs.x.com/x-api/posts/lookup/introduction
LOOKUP_LIMIT: Final = 100

ASKED_AGAIN_AFTER: Final = timedelta(days=1)
"""A refusal of jobs counts so long: the operators may have made a better contract meanwhile."""

# No expansion: an author costs twice as much as a post, and is known.
_FIELDS: Final = "author_id,conversation_id,created_at,entities,lang,note_tweet,referenced_tweets,withheld"


class XRecheck:
    """Implements domain.seams.Recheck. Between calls it remembers only that jobs were refused, and why."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Make no call."""
        self._client, self._clock = Client(settings, clock), clock
        self._timeout, self._post_usd = settings.timeout_seconds, settings.post_usd
        self._no_jobs: str | None = None
        self._jobs_again_at: datetime | None = None

    @property
    def limit(self) -> int:
        """So many posts go into a job, or into one look-up."""
        return LOOKUP_LIMIT if self._refused else JOB_LIMIT

    @property
    def _refused(self) -> bool:
        return self._jobs_again_at is not None and self._clock() < self._jobs_again_at

    def affordable(self, budget_usd: Decimal) -> int | None:
        """Return how many posts can be looked up for so much; None as long as jobs are not refused."""
        return None if self._no_jobs is None else int(budget_usd / self._post_usd)

    def __call__(
        self, ids: Sequence[MentionId], *, job: str | None = None, budget_usd: Decimal = Decimal(0)
    ) -> Rechecked:
        """Begin a job, carry one on by a step, or look posts up one by one within the budget."""
        if job is not None:
            return self._carry_on(ids, job)
        if not self._refused:
            try:
                return Rechecked(job=self._begin())
            except CredentialsError as error:
                if not isinstance(error.__cause__, tweepy.Forbidden):
                    raise
                self._no_jobs = str(error)
                self._jobs_again_at = self._clock() + ASKED_AGAIN_AFTER
        return self._look_up(ids[:LOOKUP_LIMIT], budget_usd)

    def _begin(self) -> str:
        """Make a job; it is handed its posts by the next step, once its name is kept."""
        answer = self._client.call(lambda api: api.create_compliance_job("tweets", name="earshot"))
        self._no_jobs = None
        return str(_data(answer, "id")["id"])

    def _carry_on(self, ids: Sequence[MentionId], job: str) -> Rechecked:
        try:
            found = _data(self._client.call(lambda api: api.get_compliance_job(job)), "status")
        except PlatformError as error:
            if isinstance(error.__cause__, tweepy.NotFound):
                return Rechecked(lost=True)
            raise
        match found["status"]:
            case "created":
                lines = "\n".join(one.partition(":")[2] for one in ids)
                self._transfer("PUT", found.get("upload_url"), lines.encode())
                return Rechecked(job=job)
            case "in_progress":
                return Rechecked(job=job)
            case "complete":
                gone = self._removals(self._transfer("GET", found.get("download_url")))
                return Rechecked(checked=tuple(ids), removals=tuple(gone[one] for one in ids if one in gone))
        return Rechecked(lost=True)  # failed, or its time was over

    def _removals(self, result: bytes) -> dict[MentionId, Removal]:
        """Read what a job found: a line of JSON for each post that is gone, or that must lose something."""
        now = self._clock()
        removals: dict[MentionId, Removal] = {}
        try:
            for line in filter(None, map(bytes.strip, result.splitlines())):
                removals |= {gone.mention_id: gone for gone in mentions_from_response(line, seen_at=now).removals}
        except InputError as error:
            raise PlatformError(f"The result of X's job cannot be used: {error}{NEXT_POLL}", platform=NAME) from error
        return removals

    def _transfer(self, method: str, url: object, body: bytes | None = None) -> bytes:
        """Fetch or fill the file of a job. Its signed address is a secret: no error names it."""
        try:
            answer = requests.request(
                method, str(url), data=body, headers={"Content-Type": "text/plain"}, timeout=self._timeout
            )
        except requests.RequestException as error:
            what = f"The file of X's job cannot be reached ({type(error).__name__})."
            raise PlatformError(f"{what}{NEXT_POLL}", platform=NAME) from None
        if answer.status_code != HTTPStatus.OK:
            what = f"The file of X's job is refused: {answer.status_code} ({answer.reason})."
            raise PlatformError(f"{what}{NEXT_POLL}", platform=NAME)
        return answer.content

    def _look_up(self, ids: Sequence[MentionId], budget_usd: Decimal) -> Rechecked:
        asked = ids[: int(budget_usd / self._post_usd)]
        if not asked:
            return Rechecked(no_jobs=self._no_jobs)
        numbers = [one.partition(":")[2] for one in asked]
        answer = self._client.call(lambda api: api.get_tweets(numbers, tweet_fields=_FIELDS))
        try:
            mentions, removals = mentions_from_response(answer, seen_at=self._clock())
        except InputError as error:
            raise PlatformError(f"X's answer cannot be used: {error}{NEXT_POLL}", platform=NAME) from error
        gone = tuple(removal for removal in removals if removal.mention_id in asked)
        present: tuple[Mention, ...] = tuple(mention for mention in mentions if mention.id in asked)
        answered = {removal.mention_id for removal in gone} | {mention.id for mention in present}
        return Rechecked(
            checked=tuple(one for one in asked if one in answered),
            present=present,
            removals=gone,
            cost_usd=len(answer.get("data") or ()) * self._post_usd,
            no_jobs=self._no_jobs,
        )


def _data(answer: Payload, key: str) -> Payload:
    """Return a job; raises PlatformError where the answer is none."""
    data = answer.get("data")
    if not isinstance(data, dict) or key not in data:
        raise PlatformError(f"X's answer about a job lacks `{key}`.{NEXT_POLL}", platform=NAME)
    return data
