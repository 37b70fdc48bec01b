"""Why a post was alerted or not: its whole story, told from what is stored."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crm.access import permit
from domain.case import Case, SeenMention, Verdict
from domain.errors import Refused
from domain.mention import MentionId
from domain.message import MessageKind, MessageState, OutgoingMessage
from domain.person import Action, Person
from domain.prediction import Prediction
from domain.story import Arrival, Story, StoryLine
from flows.carding import card_key
from flows.house import House
from storage import cases, corrections, mentions, messages, sightings, surges
from storage.database import Tx

_MENTION_ID = re.compile(r"[a-z]{1,20}:[^\s/]\S*")
_SUBDOMAINS = ("www.", "mobile.", "m.", "old.")
_VERDICTS = {
    Verdict.CASE: "calls for an answer",
    Verdict.BATCH: "goes to the hourly line, without a card",
    Verdict.REVIEW: "waits for a person's eye, without a card",
    Verdict.COPY: "is a copy, counted on the card of the case that it copies",
    Verdict.OWN: "is ours, and never alerted on",
}
_SHOWN_BY = {
    MessageKind.CARD: "card",
    MessageKind.BATCH: "hourly line",
    MessageKind.REVIEW: "line of posts for a person's eye",
    MessageKind.SURGE_LINE: "line in a surge's thread",
    MessageKind.DIGEST: "daily digest",
    MessageKind.BLIND_CHECK: "blind check",
    MessageKind.PRODUCT: "message to product",
}
_LATE = timedelta(minutes=5)


def why(reference: str, *, person: Person, house: House) -> tuple[Story, ...]:
    """Tell the story of the post that a link or an id names, once for each brand that it was seen for.

    Raises:
        Refused: not permitted, nothing named, or no such post is stored.
    """
    permit(person, Action.EXPLAIN)
    named = reference.strip().strip("<>").partition("|")[0]
    if not named:
        raise Refused("Name a post by its link or its id, as in `/earshot why https://x.com/jane/status/12`.")
    with house.database.read() as tx:
        found = mentions.named(tx, id_=MentionId(named) if _MENTION_ID.fullmatch(named) else None, urls=_urls(named))
        stories = tuple(_story(tx, seen) for seen in found)
    if not stories:
        raise Refused(
            "No stored post has this link or id: no stream brought it, or it was erased. `/earshot health` tells what "
            "is read, and `/earshot search` finds posts by their words."
        )
    return stories


def _urls(link: str) -> list[str]:
    """Return the spellings under which a post's link may be stored."""
    if not link.casefold().startswith(("http://", "https://")):
        return []
    parts = urlsplit(link)
    host = parts.netloc.casefold()
    bare = next((host.removeprefix(prefix) for prefix in _SUBDOMAINS if host.startswith(prefix)), host)
    bare = "x.com" if bare == "twitter.com" else bare
    hosts = dict.fromkeys((parts.netloc, bare, f"www.{bare}"))
    path = parts.path.rstrip("/")
    tails = dict.fromkeys((path, f"{path}/", *(f"{each}?{parts.query}" for each in (path, f"{path}/") if parts.query)))
    return [link, *(f"{scheme}://{host}{tail}" for scheme in ("https", "http") for host in hosts for tail in tails)]


def _story(tx: Tx, seen: SeenMention) -> Story:
    mention_id, brand = seen.mention.id, seen.brand
    arrival = mentions.arrival(tx, mention_id, brand=brand)
    case = cases.get(tx, seen.case_id or seen.copy_of or "")
    lines = [StoryLine(seen.mention.posted_at, "posted")]
    if arrival:
        lines += _arrival(seen, arrival)
    lines += [StoryLine(None, _said(each)) for each in sightings.by_models(tx, mention_id, brand=brand)]
    lines.append(StoryLine(None, f"triage: it {_VERDICTS[seen.triage.verdict]}, because: {seen.triage.reason}"))
    later = [*_case(tx, seen, case)] if case else []
    later += [_message(each) for each in messages.showing_for(tx, mention_id, brand=brand)]
    later += [
        StoryLine(each.at, f"{each.task} corrected to {each.label.replace('_', ' ')}", each.by)
        for each in corrections.of(tx, mention_id)
        if each.brand == brand
    ]
    never = datetime.max.replace(tzinfo=seen.mention.posted_at.tzinfo)
    lines += sorted(later, key=lambda line: line.at or never)
    lines += _not_shown(tx, seen, arrival, case)
    return Story(seen, tuple(lines), case)


def _arrival(seen: SeenMention, arrival: Arrival) -> Iterator[StoryLine]:
    late = arrival.seen_at - seen.mention.posted_at
    delay = f", {_lasting(late)} after it was posted" if late >= _LATE else ""
    source = f"brought by the stream “{arrival.stream}”" if arrival.stream else "brought in from a file"
    yield StoryLine(arrival.seen_at, f"{source}{delay}")
    if seen.mention.edited_at:
        yield StoryLine(seen.mention.edited_at, "edited by its author; triage is that of the first text")
    if not seen.predictions.language_supported:
        yield StoryLine(None, f"the model does not know its language ({seen.predictions.language or 'unknown'})")


def _said(said: Prediction) -> str:
    sure = "unsure" if said.unsure else "sure"
    rival = f", rival {said.rival}" if said.rival else ""
    reasons = " … ".join(f"“{reason}”" for reason in said.reasons or ())
    because = f", because of {reasons}" if reasons else ""
    return f"{said.task}: {said.label.replace('_', ' ')} ({said.score:.0%}, {sure}{rival}), says {said.model}{because}"


def _case(tx: Tx, seen: SeenMention, case: Case) -> Iterator[StoryLine]:
    if not seen.case_id:
        yield StoryLine(None, f"the case that it copies: {case.id}, {case.state.value.replace('_', ' ')}")
        return
    state = case.state.value.replace("_", " ")
    yield StoryLine(
        case.opened_at, f"case {case.id} of this author: {case.kind.value}, {case.urgency.value}, now {state}"
    )
    for line in cases.history(tx, case.id):
        yield StoryLine(line.at, line.action, line.actor)
    surge = surges.of_case(tx, case.id)
    if surge:
        told = f"no card of its own: counted in the living message of the surge in {surge.channel}"
        yield StoryLine(case.opened_at, told)


def _message(message: OutgoingMessage) -> StoryLine:
    name = _SHOWN_BY.get(message.kind, message.kind.value.replace("_", " "))
    if message.state is MessageState.POSTED:
        waited = (message.attempted_at or message.created_at) - message.created_at
        delay = f", {_lasting(waited)} after it was queued (quiet hours, or Slack's pace)" if waited >= _LATE else ""
        return StoryLine(message.attempted_at or message.created_at, f"{name} posted in {message.channel}{delay}")
    until = f", not before {message.not_before:%Y-%m-%d %H:%M} UTC" if message.not_before else ""
    failed = f": {message.error}" if message.error else ""
    return StoryLine(message.created_at, f"{name} for {message.channel} is {message.state.value}{until}{failed}")


def _not_shown(tx: Tx, seen: SeenMention, arrival: Arrival | None, case: Case | None) -> Iterator[StoryLine]:
    """Say plainly why there is no message, where nothing before has said it."""
    if seen.case_id and case and messages.get(tx, card_key(case.id)) is None and arrival and not arrival.stream:
        yield StoryLine(None, "no card: a file brought it, and was not told to alert")
    waits = seen.triage.verdict in {Verdict.BATCH, Verdict.REVIEW} and not seen.case_id
    if waits and arrival and not arrival.batched_in:
        yield StoryLine(None, "in no line: " + ("the next one lists it" if arrival.stream else "a file brought it"))


def _lasting(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
