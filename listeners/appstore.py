"""App Store: polling an app's reviews in the stores of countries, through Apple's feed of customer reviews."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from domain.brand import SourceKind, Stream
from domain.clock import Clock, system_clock
from domain.errors import SettingsError
from domain.mention import Author, Mention, mention_id
from domain.seams import Poll, Replier
from listeners.bodies import Body, Found, decode, in_order, reading, text_of
from listeners.http import Http
from listeners.listing import Below, ListingPoll
from listeners.paging import MAX_PAGES, Page, Stretch
from listeners.places import PlacesPoll
from listeners.settings import KEY

NAME: Final = "appstore"
TITLE: Final = "The App Store"

TRAINABLE: Final = False
"""Reviews belong to their authors, and Apple's media services terms grant no licence to train on them."""

READS: Final = {SourceKind.NEW: ("places",)}

# Apple documents the feed no more. That page 11 is refused it says itself ("page depth is limited to 10"); 50 reviews a
# page is what it gives. https://rss.marketingtools.apple.com/ is what remains of the feeds' own pages.
DEEPEST: Final = 10
PAGE_SIZE: Final = 50

Payload = dict[str, Any]

_PLACE = re.compile(r"([a-z]{2})/([0-9]{3,15})")
_PAGE = re.compile(r"/page=([0-9]{1,6})/")
_AUTHOR = re.compile(r"/id([0-9]+)\Z")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Apple's feed is, and how carefully it is read. `places` are those of all streams, for `check`.

    `overlap_seconds`: a review that Apple lists so late is found all the same; they are moderated for up to a day.
    `deepest` is the last page that there is.
    """

    api_url: str = field(default="https://itunes.apple.com", metadata=KEY)
    timeout_seconds: float = 10.0
    overlap_seconds: float = 86_400.0
    max_pages: int = MAX_PAGES
    deepest: int = DEEPEST
    places: tuple[str, ...] = ()


def connect(settings: Settings, stream: Stream, *, clock: Clock) -> Poll:
    """Return what polls the reviews of the stream's apps. No call is made.

    Raises:
        SettingsError: the stream is of another kind, or a place is not a country and an app.
    """
    if stream.kind not in READS:
        raise SettingsError(f"The stream {stream.name} reads {stream.kind} of {TITLE}: use {', '.join(READS)}.")
    for place in stream.places:
        if not _PLACE.fullmatch(place):
            raise SettingsError(
                f"The stream {stream.name} has the place {place}: write the country and the app's number, as in "
                "us/123456789; both are in the address of its page, apps.apple.com/us/app/name/id123456789."
            )
    http = _http(settings, clock)
    polls = {place: _poll(settings, stream, place, http=http) for place in stream.places}
    return PlacesPoll(stream, polls, title=TITLE)


def replier(settings: Settings, *, clock: Clock) -> Replier | None:
    """Return None: reviews are answered in App Store Connect, by people or with a key that can do much more."""
    del settings, clock
    return None


def check(settings: Settings) -> str:
    """Ask for each app's first page; return a sentence. Raises PlatformError."""
    http = _http(settings, system_clock)
    silent = []
    for place in settings.places:
        with http.usable():
            page, _ = _read(http.get(_path(place, 1)))
        silent += [] if page else [place]
    none = f" No reviews are listed for {', '.join(silent)}: are country and app right?" if silent else ""
    return f"{TITLE} answers for {len(settings.places)} place(s); it needs no credentials.{none}"


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one page of the feed, as JSON. The app itself, which old pages list first, is no review.

    Raises:
        InputError: the body is malformed; the message says where.
    """
    del seen_at
    return in_order(_read(body)[0], ())


def mention_from_entry(entry: Payload) -> Mention:
    """Convert a review: its title, and below it its text. Raises KeyError or ValueError.

    The stars stay out of the text: they are not the author's words, and would be read as such by people and the model.
    """
    own = mention_id(NAME, str(int(_label(entry["id"]))))
    handle = _label(entry["author"]["name"])
    profile = entry["author"].get("uri", {}).get("label", "")
    numbered = _AUTHOR.search(profile)
    return Mention(
        id=own,
        author=Author(NAME, numbered[1] if numbered else handle, handle, url=profile if numbered else ""),
        text="\n\n".join(filter(None, (_label(entry[part]).strip() for part in ("title", "content")))),
        url=_link(entry),
        posted_at=datetime.fromisoformat(_label(entry["updated"])).astimezone(UTC),
        thread_id=own,
    )


def _poll(settings: Settings, stream: Stream, place: str, *, http: Http) -> Poll:
    reached: dict[int, int] = {}  # the oldest second on each page; new reviews push others down, so it can only grow

    def fetch(stretch: Stretch, token: str | None, _budget_usd: Decimal | None) -> Page:
        below = Below.parse(token or stretch.resume)
        number = below.page or 1
        # What is left was pushed to later pages: those before it are passed over; but one, as reviews may be deleted.
        while below.second is not None and reached.get(number + 1, 0) > below.second:
            number += 1
        answer = http.get(_path(place, number))
        with http.usable():
            mentions, last = _read(answer)
        if not mentions and number == 1 and stretch.floor is not None:
            raise http.error(f"lists no review of {place} all at once, which it does now and then.")
        seconds = [int(mention.posted_at.timestamp()) for mention in mentions]
        following = f"{min(seconds)}:{number + 1}" if seconds and number < min(last, settings.deepest) else None
        reached[number] = min(seconds, default=0)
        return Page(
            mentions,
            (),
            newest=max(seconds, default=None),
            token=following,
            resume=following,
            oldest=min(seconds, default=None),
            cut=following is None and (number >= settings.deepest or len(mentions) >= PAGE_SIZE),
        )

    return ListingPoll(
        stream,
        fetch,
        title=TITLE,
        reach=f"lists no more than {settings.deepest * PAGE_SIZE} reviews of {place}",
        advice="Polled more often (poll_seconds), they would be read before they fall out.",
        overlap_seconds=settings.overlap_seconds,
        max_pages=settings.max_pages,
    )


def _read(body: Body) -> tuple[tuple[Mention, ...], int]:
    """Return a page's reviews, in no order, and the number of the last page. Raises InputError."""
    answer = decode(body, platform=TITLE)
    with reading("The answer of the App Store", answer):
        feed: Payload = answer["feed"]  # type: ignore[call-overload]
        found = feed.get("entry", [])
        entries = found if isinstance(found, list) else [found]  # a single one comes without its list
        links = feed.get("link", [])
        last = next((link["attributes"]["href"] for link in links if link["attributes"]["rel"] == "last"), "")
    numbered = _PAGE.search(last)
    mentions = []
    for entry in entries:
        with reading("The review", entry):
            if "im:name" not in entry:
                mentions.append(mention_from_entry(entry))
    return tuple(mentions), int(numbered[1]) if numbered else DEEPEST


def _path(place: str, number: int) -> str:
    country, _, app = place.partition("/")
    return f"/{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"


def _label(payload: Payload) -> str:
    return text_of(payload["label"])


def _link(entry: Payload) -> str:
    """Return the page of the app's reviews; a review has none of its own."""
    links = entry["link"] if isinstance(entry["link"], list) else [entry["link"]]
    href = text_of(links[0]["attributes"]["href"])
    if urlsplit(href).scheme != "https":
        raise ValueError("the review's link does not lead into the web")
    return href


def _http(settings: Settings, clock: Clock) -> Http:
    fixes = {400: "Is there such a country, and such an app in its store? Mend the stream's places."}
    return Http(NAME, TITLE, settings.api_url, clock=clock, timeout_seconds=settings.timeout_seconds, fixes=fixes)
