"""Draws queries and posts of few words, so that they meet; and says by plain search what a query means."""

import re
import unicodedata

from hypothesis import strategies as st

from domain.mention import Mention, MentionId
from domain.query import And, Field, FieldName, Followers, Near, Not, Or, Phrase, Prefix, Query, Word, negated
from tests import builders

NAMES = ("lumora", "Vidora", "straße", "ルモラ", "cancel", "cancelled", "price", "rise", "café", "एक")
LINKS = ("https://lumora.example/plans", "http://www.Help.Lumora.example", "https://notlumora.example/plans?x=1")
MARKS = ("", "#", "@")
JOINTS = (" ", " ", " ", ", ", ". ", "-", "\u200b", "\n", "…", "'")


def words():
    return st.builds(lambda mark, name: Word(mark + name), st.sampled_from(MARKS), st.sampled_from(NAMES)).map(
        lambda word: word if "ル" not in word.text else Phrase(word.text)
    )


def phrases():
    return st.lists(st.sampled_from(NAMES), min_size=2, max_size=3).map(lambda some: Phrase(" ".join(some)))


def prefixes():
    return st.sampled_from(("lum", "canc", "pri", "ris", "vid", "#lum")).map(Prefix)


def terms():
    return st.one_of(words(), phrases(), prefixes())


def several():
    return st.lists(terms(), min_size=1, max_size=3, unique=True).map(tuple)


def fields():
    values = {
        FieldName.AUTHOR: ("jane", "joe"),
        FieldName.LANG: ("en", "de"),
        FieldName.PLATFORM: ("x", "reddit"),
        FieldName.HAS: ("link",),
        FieldName.IS: ("repost", "reply", "verified", "automated"),
        FieldName.URL: ("lumora.example", "lumora.example/plans", "help.lumora.example"),
    }
    pairs = [Field(name, value) for name, some in values.items() for value in some]
    return st.one_of(st.sampled_from(pairs), st.builds(Followers, st.integers(0, 20), st.integers(0, 20)))


def wanting():
    """Queries that want something of every post."""
    own = st.sampled_from([Field(FieldName.AUTHOR, "jane"), Field(FieldName.URL, "lumora.example")])
    return st.one_of(terms(), own, st.builds(Near, several(), several(), st.integers(1, 4)))


def queries(depth=2) -> st.SearchStrategy[Query]:
    """Draw queries that have an anchor, as all that `parse` gives."""
    inner: st.SearchStrategy[Query] = wanting()
    for _ in range(depth):
        loose = st.one_of(inner, fields(), fields().map(Not), inner.map(negated))
        joined = st.tuples(inner, st.lists(loose, min_size=1, max_size=3)).map(lambda p: And((p[0], *p[1])))
        inner = st.one_of(inner, joined, st.lists(inner, min_size=2, max_size=3).map(lambda some: Or(tuple(some))))
    return inner


def texts():
    piece = st.tuples(st.sampled_from(MARKS), st.sampled_from(NAMES), st.booleans()).map(
        lambda p: p[0] + (p[1].upper() if p[2] else p[1])
    )
    words = st.tuples(st.one_of(piece, st.just("so")), st.sampled_from(JOINTS)).map("".join)
    link = st.sampled_from(LINKS).map(" {} ".format)  # where a link ends that has no space behind it, nobody can tell
    return st.lists(words | link, max_size=9).map("".join)


def mentions() -> st.SearchStrategy[Mention]:
    by = st.builds(
        builders.author,
        st.sampled_from(("jane", "Joe", "u/jane")),
        platform=st.sampled_from(("x", "reddit")),
        followers=st.one_of(st.none(), st.integers(0, 20)),
        verified=st.booleans(),
        automated=st.booleans(),
    )
    some_id = st.one_of(st.none(), st.just(MentionId("x:1")))
    return st.builds(
        builders.mention,
        texts(),
        by=by,
        number=st.just(7),
        language=st.sampled_from((None, "en", "de", "de-AT")),
        repost_of=some_id,
        reply_to=some_id,
    )


# What follows shares nothing with crm.query: letters are told apart one by one, and every place is tried.

_ALONE = ((0x3040, 0x30FF), (0x4E00, 0x9FFF))


def plainly(query: Query, mention: Mention) -> bool:
    """Tell what a query means by trying everything."""
    said = cut(mention.text)
    match query:
        case Word() | Phrase() | Prefix():
            return bool(spans(query, said))
        case Near():
            ours = [span for term in query.left for span in spans(term, said)]
            theirs = [span for term in query.right for span in spans(term, said)]
            return any(
                0 < b[0] - a[1] <= query.distance or 0 < a[0] - b[1] <= query.distance for a in ours for b in theirs
            )
        case Followers():
            many = mention.author.followers
            least, most = query.least or 0, 10**9 if query.most is None else query.most
            return many is not None and least <= many <= most
        case Field():
            return field_holds(query, mention)
        case Not():
            return not plainly(query.part, mention)
        case And():
            return all(plainly(part, mention) for part in query.parts)
        case Or():
            return any(plainly(part, mention) for part in query.parts)


def field_holds(field: Field, mention: Mention) -> bool:
    links = [
        link.split("//")[1].lower().removeprefix("www.").rstrip(".")
        for link in re.findall(r"https?://[\w./?=-]+", mention.text)
    ]
    site, _, page = field.value.partition("/")
    hosts_and_paths = [link.partition("/")[::2] for link in links]
    paths = [path for host, path in hosts_and_paths if f".{host}".endswith(f".{site}")]
    return {
        FieldName.AUTHOR: mention.author.handle.lower().split("/")[-1] == field.value,
        FieldName.LANG: (mention.language or "")[:2] == field.value,
        FieldName.PLATFORM: mention.platform == field.value,
        FieldName.HAS: bool(links),
        FieldName.IS: {
            "repost": mention.repost_of is not None,
            "reply": mention.reply_to is not None,
            "verified": mention.author.verified,
            "automated": mention.author.automated,
        }.get(field.value, False),
        FieldName.URL: any(not page or path == page or path.startswith((f"{page}/", f"{page}?")) for path in paths),
    }[field.name]


def spans(term: Word | Phrase | Prefix, said: list[str]) -> list[tuple[int, int]]:
    if isinstance(term, Prefix):
        (stem,) = cut(term.stem)
        return [(i, i) for i, word in enumerate(said) if word.startswith(stem) or word.lstrip("#@").startswith(stem)]
    wanted = cut(term.text)
    last = len(wanted) - 1
    return [
        (i, i + last)
        for i in range(len(said) - last)
        if all(want in (word, word.lstrip("#@")) for want, word in zip(wanted, said[i:], strict=False))
    ]


def cut(text: str) -> list[str]:
    """Cut a text into words, one letter after the other."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.replace("\u200b", "")).casefold())
    found, word, mark = [], "", ""
    for at, char in enumerate(f"{plain} "):
        inside = char == "_" or unicodedata.category(char)[0] in "LNM"
        alone = any(low <= ord(char) <= high for low, high in _ALONE)
        if word and (not inside or alone):
            found.append(mark + word)
            word, mark = "", ""
        if alone:
            found.append(mark + char)
            mark = ""
        elif inside:
            word += char
        else:
            before = plain[at - 1] if at else " "
            mark = char if char in "#@" and not (before == "_" or before.isalnum()) else ""
    return found
