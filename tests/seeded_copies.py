"""Copies that people make of a post, and posts that only look like them, made by stated edits from given texts.

The edits of the two halves have no word in common, so that what is tuned on one half is measured on strangers.
"""

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.copies import wording
from nlp import examples
from tests.shared import SHARED

DEVELOPMENT, REPORTED = 0, 1
_BEFORE = (
    ("Hi all, ", "Hey folks! ", "Good morning everybody. ", "RT this: ", "Hello @lumora_help, ", "Wow, ",
     "This, from a neighbour of mine: ",
     "Seen in the forum just now: ", "Hey Anna, ", "Same here. "),
    ("Hello there, ", "Hey guys - ", "Good evening team, ", "Please RT! ", "Dear support, ", "OMG ",
     "My brother sent me these words: ",
     "Somebody posted that on the board: ", "Hi Mr Novak! ", "Word for word my day. "),
)  # fmt: skip
_BEHIND = (
    (" Please help!", " Thanks.", " please rt", " Anyone else here?", " copied from a friend", " smh",
     " pls share", " Day three of it."),
    (" Thank you so much", " any ideas?", " plz retweet", " Pass it on!", " taken from their page", " ugh",
     " cheers", " Who feels the same?"),
)  # fmt: skip
_TAGS = (
    (" #fail", " #Lumora #outage", " #help #badservice #angry"),
    (" #epicfail", " #customerservice #refund", " #LumoraDown #wtf"),
)
_HANDLES = (("@jane_doe ", "@LumoraHelp ", "@a1 @b2 "), ("@kim.lee ", "@Support_Team ", "@x_y @press_desk @noon "))
_EMOJI = (("😡", "🤬🤬", " 😭 "), ("🙄", "👎👎👎", " 💔"))
_LINKS = (
    (" https://t.co/Ab12Cd", " http://example.com/status?id=4"),
    (" https://t.co/Zz98Yy", " https://forum.example.org/t/117#p2"),
)
_TURNED = (
    (" Not true at all.", " Update: it is fixed now!", " But I will stay anyway."),
    (" This is fake.", " Edit: solved, works again.", " Still, I never had that problem."),
)
_OPPOSITES = {
    "up": "down", "down": "up", "good": "bad", "bad": "good", "worst": "best", "best": "worst", "love": "hate",
    "hate": "love",
    "never": "always", "always": "never", "leaving": "staying", "more": "less", "slow": "fast", "late": "early",
    "first": "last",
    "can't": "can", "won't": "will", "didn't": "did", "day": "week", "hours": "minutes", "great": "awful",
    "old": "new",
}  # fmt: skip
_SMALL_WORDS = (
    "that this with from have been were they them then than what when your yours their there here just about would "
    "could should into over some very much such only also even will while where which really still going"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_CONTENT = re.compile(r"(?<![@#\w/.])[A-Za-z]{4,}(?![\w@/.])")


@dataclass(frozen=True, slots=True)
class Seeded:
    """A text and the number of the seed that it copies; None where it copies none. `how` names the edits."""

    text: str
    seed: int | None
    how: str


def seeds(half: int, *, shared: bool = True, most: int = 20_000) -> list[str]:
    """Return half of the texts to copy: invented posts and, where they are, those of the shared folder.

    A text that has a third of another's three-word sequences is left out: people do copy, and nobody labelled that.
    """
    texts = [example.reading.text for example in examples.written()]
    if shared and SHARED.is_dir():
        texts += _of_shared()
    holders: dict[str, list[int]] = {}
    found = []
    for number, text in enumerate(texts):
        mark = wording(text).fingerprint
        words = re.findall(r"\w+", text.casefold())
        sequences = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
        shared_with = Counter(holder for each in sequences for holder in holders.get(each, ()))
        for each in sequences:
            holders.setdefault(each, []).append(number)
        if mark and 3 * max(shared_with.values(), default=0) < len(sequences) and int(mark[:8], 16) % 2 == half:
            found.append(text)
    return random.Random(7).sample(found, min(most, len(found)))


def _of_shared() -> Iterator[str]:
    for line in (SHARED / "data" / "airline_sentiment.jsonl").read_text(encoding="utf-8").splitlines():
        yield str(json.loads(line)["text"])
    with (SHARED / "data" / "complaints.csv").open(encoding="utf-8", newline="") as file:
        yield from (row[1] for row in csv.reader(file) if len(row) > 1)
    for line in (SHARED / "data" / "sentiment_train.jsonl").read_text(encoding="utf-8").splitlines():
        yield str(json.loads(line)["text"])


def copies(texts: Sequence[str], half: int, *, each: int = 2, seed: int = 1) -> Iterator[Seeded]:
    """Copy every text as people do: one to three edits around it or in its marks, or a share that breaks off."""
    chance = random.Random(seed)
    for number, text in enumerate(texts):
        for _ in range(each):
            if len(text) > 100 and chance.random() < 0.1:
                yield Seeded(_broken_off(text, chance), number, "broken off")
                continue
            edits = chance.sample(sorted(_EDITS), chance.choice((1, 1, 2, 2, 3)))
            copied = text
            for edit in sorted(edits, key=list(_EDITS).index):
                copied = _EDITS[edit](copied, half, chance)
            yield Seeded(copied, number, " + ".join(sorted(edits)))


def strangers(texts: Sequence[str], half: int, *, seed: int = 2) -> Iterator[Seeded]:
    """Give for every text one that is like it and says something else."""
    chance = random.Random(seed)
    vocabulary = sorted({word for text in texts for word in _content(text)})
    for text in texts:
        how = chance.choice(("another word", "another word", "the opposite", "negated", "another half", "turned"))
        other = texts[chance.randrange(len(texts))]
        if how == "another half" and other != text:
            words, theirs = text.split(), other.split()
            yield Seeded(" ".join(words[: len(words) // 2] + theirs[len(theirs) // 2 :]), None, how)
        elif how == "turned":
            yield Seeded(text + chance.choice(_TURNED[half]), None, how)
        elif made := _reworded(text, how, vocabulary, chance):
            yield Seeded(made, None, how)


def _reworded(text: str, how: str, vocabulary: Sequence[str], chance: random.Random) -> str | None:
    if how == "the opposite":
        for word, opposite in chance.sample(sorted(_OPPOSITES.items()), len(_OPPOSITES)):
            found = re.search(rf"(?<![\w@#]){re.escape(word)}(?!\w)", text, re.IGNORECASE)
            if found:
                return text[: found.start()] + opposite + text[found.end() :]
    places = list(_CONTENT.finditer(text))
    places = [place for place in places if place[0].casefold() not in _SMALL]
    if not places:
        return None
    place = chance.choice(places)
    if how == "negated":
        return f"{text[: place.start()]}not {text[place.start() :]}"
    word = chance.choice(vocabulary)
    return None if word == place[0].casefold() else text[: place.start()] + word + text[place.end() :]


def _content(text: str) -> set[str]:
    return {word.casefold() for word in _CONTENT.findall(text)} - _SMALL


def _broken_off(text: str, chance: random.Random) -> str:
    return f"RT @jane_doe: {text[: int(len(text) * chance.uniform(0.7, 0.95))].rstrip()}…"


def _before(text, half, chance):
    return chance.choice(_BEFORE[half]) + text


def _behind(text, half, chance):
    return text + chance.choice(_BEHIND[half])


def _tag(text, half, chance):
    return text + chance.choice(_TAGS[half])


def _handle(text, half, chance):
    return chance.choice(_HANDLES[half]) + text


def _link(text, half, chance):
    return text + chance.choice(_LINKS[half])


def _emoji(text, half, chance):
    places = [0, len(text), *(found.end() for found in re.finditer(r"(?<=\w)[.!?] ", text))]
    place = chance.choice(places)
    return f"{text[:place]}{chance.choice(_EMOJI[half])}{text[place:]}"


def _shared(text, half, chance):
    return f"RT {chance.choice(_HANDLES[half]).split()[0]}: {text}"


def _marks(text, half, chance):
    made = re.sub(r"[.!](?=\s|$)", "…" if half else "!!!", text) if chance.random() < 0.5 else text.upper()
    return made.replace("'", "’") if half else made


_EDITS = {
    "marks": _marks,
    "emoji": _emoji,
    "greeting": _before,
    "sign-off": _behind,
    "handle": _handle,
    "hashtag": _tag,
    "link": _link,
    "shared": _shared,
}
"""In the order in which they are made."""
