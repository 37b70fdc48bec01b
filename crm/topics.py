"""The words of a day: what people say now that they did not say before, by several of them at least."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from domain.digest import Topic

Said = tuple[str, str]
"""A post: its author's key and its text."""

LEAST = 3
"""A topic is in so many posts of so many people: nobody's own words are shown."""

PRIOR, SHARE = 500.0, 0.1
"""The informative prior weighs so many terms, but no more than this share of all: it keeps rare words from winning by
chance, without drowning the few words of a small brand."""

_LEAST_Z = 1.96
_FOREIGN = r"https?://\S+|www\.\S+|\S*[@#]\w\S*|\b[ur]/\w+|\S+\.(?:com|net|org|io|tv|co)\b\S*"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STOP_WORDS = """
a about after again all also always am an and another any anyone are as at back be because been before being but by can
can't cant could did didn't didnt do does doesn't doesnt doing don don't done dont even ever every few for from get
gets getting give go goes going gone gonna got had has hasn't have haven't having he her here hers him his how i i'd
i'll i'm i've if im in into is isn't it it's its ive just know like lol make maybe me more most much must my need never
no nobody nor not now of off ok on once one only or other our out over own people please really same see she should
since so some someone still such take than thank thanks that that's the their them then there there's these they
they're thing things think this those though through time to today too under until up us use very via want was wasn't
way we we're well were what when where which while who why will with won't wont would yeah yes yet you you're your
yours
"""
_STOP = frozenset(_STOP_WORDS.split())


def top_topics(today: Sequence[Said], before: Sequence[Said], *, names: Collection[str], limit: int) -> list[Topic]:
    """Return the terms that set the day's posts apart from those before, most telling first.

    Terms are words and pairs of neighbouring words without stop words, handles, addresses and `names`. They are ranked
    by the z-score of the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn, 2008, eq. 22),
    counted once in each post; the prior has the terms' shares in both parts together.
    """
    if not before:
        return []
    hidden = _pattern(names)
    now, authors = _counted(today, hidden)
    then, _ = _counted(before, hidden)
    n_now, n_then = sum(now.values()), sum(then.values())
    weight = min(PRIOR, SHARE * (n_now + n_then))
    ranked: list[tuple[float, str]] = []
    for term, count in now.items():
        if count < LEAST or len(authors[term]) < LEAST:
            continue
        prior = weight * (count + then[term]) / (n_now + n_then)
        more = _log_odds(count + prior, n_now + weight) - _log_odds(then[term] + prior, n_then + weight)
        z = more / math.sqrt(1 / (count + prior) + 1 / (then[term] + prior))
        if z >= _LEAST_Z:
            ranked.append((z, term))
    ranked.sort(key=lambda pair: (-pair[0], -pair[1].count(" "), pair[1]))
    return [Topic(term, now[term], len(authors[term]), then[term]) for term in _apart(ranked, now)][:limit]


def _log_odds(count: float, total: float) -> float:
    return math.log(count / (total - count))


def _apart(ranked: Sequence[tuple[float, str]], now: Counter[str]) -> Iterator[str]:
    """Leave out a term that shares a word with a stronger one; a pair stands for its word where it is most of it."""
    pairs = [term for _, term in ranked if " " in term]
    taken: set[str] = set()
    for _, term in ranked:
        if taken.intersection(term.split()):
            continue
        wider = next(
            (p for p in pairs if term in p.split() and 2 * now[p] > now[term] and not taken & {*p.split()}), term
        )
        taken.update(wider.split())
        yield wider


def _pattern(names: Collection[str]) -> re.Pattern[str]:
    """Find handles, addresses and names, the longest of them first."""
    known = "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)) if name)
    return re.compile(rf"{_FOREIGN}|(?<!\w)(?:{known})(?!\w)" if known else _FOREIGN, re.IGNORECASE)


def _counted(said: Iterable[Said], hidden: re.Pattern[str]) -> tuple[Counter[str], dict[str, set[str]]]:
    """Return in how many posts each term is, and by whom; the same words of one author count once."""
    counts: Counter[str] = Counter()
    authors: dict[str, set[str]] = defaultdict(set)
    for author, text in set(said):
        for term in set(_terms(text, hidden)):
            counts[term] += 1
            authors[term].add(author)
    return counts, authors


def _terms(text: str, hidden: re.Pattern[str]) -> Iterator[str]:
    """Yield words, and pairs of words with nothing but a space between them."""
    last, end = "", -1
    for found in _WORD.finditer(hidden.sub(" . ", text)):
        word = found[0].casefold().replace("’", "'")
        if len(word) < 3 or word in _STOP:
            last = ""
            continue
        yield word
        if last and found.start() == end + 1:
            yield f"{last} {word}"
        last, end = word, found.end()
