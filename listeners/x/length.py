"""How long a post is as X counts it, by the published rules of twitter-text 3.

https://docs.x.com/fundamentals/counting-characters and https://github.com/twitter/twitter-text/blob/master/config/v3.json
"""

import re
import unicodedata
from typing import Final

LIMIT: Final = 280
LINK: Final = 23
"""What every link counts, because X shortens it."""

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""The code points that count 1; all others count 2, and so does an emoji, however many code points make it up."""

_PICTURE = (
    r"(?:[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d"
    r"\u3297\u3299\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?|[\xa9\xae]\ufe0f)"
)
_EMOJI = re.compile(
    r"[#*0-9]\ufe0f?\u20e3"  # keycaps
    r"|[\U0001f1e6-\U0001f1ff]{2}"  # flags of countries
    r"|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"  # flags of regions
    rf"|{_PICTURE}(?:\u200d(?:{_PICTURE}|[\u2640\u2642]\ufe0f?))*"
)

# Endings after which X makes a link of a name without https://; of the rest it does so too, which we cannot all list:
# such a name is counted by its letters, and X refuses the reply if that is too few.
_ENDINGS = (
    "academy|agency|app|art|biz|blog|cafe|center|click|cloud|club|com|community|company|design|dev|digital|edu|email|"
    "events|fun|games|global|gov|group|guru|help|info|int|land|life|link|live|ltd|media|mobi|museum|name|net|network|"
    "news|online|org|page|plus|pro|sale|shop|show|site|social|software|solutions|space|store|studio|support|systems|"
    "team|tech|tips|today|tools|top|travel|tube|tv|video|vip|watch|web|website|wiki|work|world|xyz|zone"
)
_LONGEST_PART = 63
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_REST = r"(?::\d+)?(?:[/?#][^\s\u2066-\u2069\u202a-\u202e]*)?"
_URL = re.compile(
    rf"(?<![\w@#$])https?://(?:{_LABEL}\.)+[^\W\d_]{{2,63}}(?![\w-]){_REST}"
    rf"|(?<![\w@#$./-])(?:{_LABEL}\.)+(?:{_ENDINGS}|co)(?![\w@-]){_REST}"
    rf"|(?<![\w@#$./-])(?:{_LABEL}\.){{2,}}[a-z]{{2}}(?![\w@-]){_REST}"  # other countries' need more than one dot
    rf"|(?<![\w@#$./-]){_LABEL}\.[a-z]{{2}}(?=/)[^\s]*",  # or a path
    re.IGNORECASE,
)


def length(text: str) -> int:
    """Count a text as X does: a link 23, an emoji 2, Latin letters and the like 1, what is wider 2."""
    text = unicodedata.normalize("NFC", text)
    links = [found[0] for found in _URL.finditer(text) if _is_host(found[0])]
    for link in links:
        text = text.replace(link, "", 1)
    text, emoji = _EMOJI.subn("", text)
    return LINK * len(links) + 2 * emoji + sum(_weight(ord(character)) for character in text)


def _is_host(url: str) -> bool:
    """Tell whether every part of the name fits the domain name system, in which other letters are written longer."""
    host = re.split(r"[/?#:]", re.sub("^https?://", "", url, flags=re.IGNORECASE), maxsplit=1)[0]
    return all(
        part.isascii() or len(part.encode("punycode")) + len("xn--") <= _LONGEST_PART for part in host.split(".")
    )


def _weight(code_point: int) -> int:
    return 1 if any(first <= code_point <= last for first, last in _LIGHT) else 2
