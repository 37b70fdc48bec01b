"""Foreign text on its way into Slack: nothing in it may ping, link, format, hide or break a limit.

Slack reads `<...>` in every kind of text and decodes exactly `&amp;`, `&lt;` and `&gt;`:
https://docs.slack.dev/messaging/formatting-message-text/#escaping
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JOINERS = "\u200c\u200d"  # emoji families and Persian need them
_BLANKS = "\u00ad\u034f\u115f\u1160\u2800\u3164\uffa0"  # seen as nothing, though Unicode calls them letters or marks
_MARKS_IN_A_ROW = 4
_FORMATTERS = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})
_AT_A_WORDS_EDGE = re.compile(r"(?<!\w)[*_~`]+|[*_~`]+(?!\w)")
_EMOJI_NAME = re.compile(r":[\w+'-]+:|(?<!\w):[\w+'-]+\Z")  # a colon of ours after the text would end the second
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}://", re.IGNORECASE)  # bounded: it is tried at every letter
_QUOTE = re.compile(r"^>+", re.MULTILINE)
_URL_LIMIT = 3000
_LINK_LIMIT = 300  # a longer address is no post's; ten of them must fit into a message beside their words


def escape(text: str, *, limit: int, lines: int = 1, markup: bool = False) -> str:
    """Make foreign text harmless: at most `lines` lines and `limit` UTF-16 units, entities counted, "…" where cut.

    Set `markup` where Slack reads formatting (mrkdwn, a message's `text`): there, marks that would format or quote,
    emoji names and URL schemes are replaced by what only looks like them.
    """
    clean = _clean(text.strip()[: limit * 16], lines)
    if markup:
        clean = _SCHEME.sub("", clean).replace("://", "∶//")  # "https:a:////" without "a://" has one again
        clean = _AT_A_WORDS_EDGE.sub(lambda found: found[0].translate(_FORMATTERS), clean)
        clean = _EMOJI_NAME.sub(lambda found: found[0].replace(":", "∶"), clean)
        clean = _QUOTE.sub(lambda found: found[0].replace(">", "＞"), clean)
    return _cut(clean, limit)


def unescape(typed: str) -> str:
    """Read what a person typed after a slash command as it was typed; Slack escapes it."""
    for plain, entity in reversed(_ENTITIES.items()):
        typed = typed.replace(entity, plain)
    return typed


def web_url(url: str) -> str | None:
    """Return an http(s) address that is safe in a button or link, or None where this is none.

    An address that names a user (`https://bank.example@evil.example`) is refused: it pretends to lead elsewhere.
    """
    if any(c.isspace() or unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in url):
        return None
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not named:
        return None
    safe = quote(url, safe="%/:?#[]@!$&'()*+,;=~-._")
    return safe if len(safe) <= _URL_LIMIT else None


def link(url: str, label: str) -> str:
    """Write a mrkdwn link to a foreign address under words of ours.

    The words stand alone where it is no web address, or one that would eat up the room of a message.
    """
    target = (web_url(url) or "").replace("&", "&amp;")
    return f"<{target}|{label}>" if 0 < len(target) <= _LINK_LIMIT else label


def units(text: str) -> int:
    """Count as Slack does: UTF-16 units, two for an emoji."""
    return len(text) + sum(char > "\uffff" for char in text)


def _clean(text: str, lines: int) -> str:
    shown: list[str] = []
    marks = 0
    for char in "\n".join(text.splitlines()):
        category = unicodedata.category(char)
        if char in _BLANKS or category in {"Cs", "Zs"} or (category == "Cc" and char != "\n"):
            shown.append(" ")
        elif category in {"Mn", "Me"} or char in _JOINERS:
            marks += 1
            if marks <= _MARKS_IN_A_ROW and shown:
                shown.append(char)
            continue
        elif category != "Cf":
            shown.append(char)
        marks = 0
    rows = [row for row in (" ".join(line.split()) for line in "".join(shown).split("\n")) if row.strip(_JOINERS)]
    if len(rows) > lines:
        return "\n".join([*rows[: lines - 1], " ".join(rows[lines - 1 :])])
    return "\n".join(rows)


def _cut(text: str, limit: int) -> str:
    """Escape the three special characters; never end inside an entity."""
    pieces: list[str] = []
    room = limit
    fits_with_ellipsis = 0
    for char in text:
        piece = _ENTITIES.get(char, char)
        room -= units(piece)
        if room < 0:
            return "".join(pieces[:fits_with_ellipsis]).rstrip() + "…"
        pieces.append(piece)
        if room >= 1:
            fits_with_ellipsis = len(pieces)
    return "".join(pieces)
