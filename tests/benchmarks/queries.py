"""How fast a query is read, and how fast one text is matched with 10,000 queries."""

import random
import time
from collections.abc import Iterator

from crm.query.index import QueryIndex
from crm.query.match import Document, compiled
from crm.query.parse import MAX_LENGTH, Vocabulary, parse
from domain.mention import Mention
from domain.query import Query
from sandbox.scenario import generate
from tests import builders
from tests.benchmarks.figure import Figure, at_least, at_most, none_of, progress, quantile, shown

QUERIES, BRANDS, TEXTS, COMPARED, READ = 10_000, 2_500, 50_000, 200, 20_000
TEMPLATES = (
    "{name} -is:repost",
    '"{name}" NEAR/5 (cancel* OR "price rise" OR switch*) -is:repost',
    "(#{name} OR {name}app) (down OR outage OR broken OR buffer*) lang:en",
    '({name} OR "{name} help") -@rivals (refund OR charged OR "customer service" OR url:{name}.example)',
)
"""What four teams of every brand ask."""

RIVALS = Vocabulary({"rivals": ("vidora", "vidora plus", "strelio", "kinoa tv")})


def measure() -> list[Figure]:
    """Read many queries, then match texts of which each names one of the brands."""
    names = [_name(number) for number in range(BRANDS)]
    wanted = [text.format(name=name) for name in names for text in TEMPLATES]
    parse(wanted[0], RIVALS)  # the grammar is read once
    reading, working = zip(*(_timed(text) for text in _as_people_write(wanted)), strict=True)
    queries = [parse(text, RIVALS) for text in wanted]
    posts = list(_posts(names))
    began = time.perf_counter()
    index = QueryIndex(queries)
    building = time.perf_counter() - began
    rounds = [_match(index, posts) for _ in range(3)]
    seconds, work, matches = min(rounds)
    wrong, alone = _compare(index, queries, random.Random(4).sample(posts, COMPARED))
    letters = sum(len(post.text) for post in posts) / len(posts)
    return [
        at_least(
            f"one text against {QUERIES:,} queries, best of {len(rounds)}", TEXTS / seconds, 50_000, "texts a second"
        ),
        shown("a second that the thread works", TEXTS / work, "texts"),
        shown("letters of a text, on average", letters, "letters"),
        shown("queries that mean a text, on average", matches / TEXTS, "queries"),
        shown("the same by testing every query", alone, "texts a second"),
        none_of(f"pairs of {COMPARED * QUERIES:,} that are judged otherwise by testing every query", wrong),
        shown(f"the index of {QUERIES:,} queries built", building, "s"),
        at_most(f"a query of up to {MAX_LENGTH:,} characters read, p99", quantile(reading, 0.99) * 1000, 5, "ms"),
        shown("p99 of the time that its thread works", quantile(working, 0.99) * 1000, "ms"),
        shown("p50", quantile(reading, 0.5) * 1000, "ms"),
        shown("the slowest", max(reading) * 1000, "ms"),
    ]


def _timed(text: str) -> tuple[float, float]:
    """Return how long a query takes to be read, and how much of that this thread worked."""
    began, began_work = time.perf_counter(), time.thread_time()
    parse(text, RIVALS)
    return time.perf_counter() - began, time.thread_time() - began_work


def _as_people_write(wanted: list[str]) -> Iterator[str]:
    """Give queries as they are, and joined with OR up to the longest that may be: one in ten is longer than half."""
    drawn = random.Random(5)
    for _ in range(READ):
        room = drawn.choice((100, 100, 100, 200, 200, 400, 400, 800, 1_000, MAX_LENGTH))
        parts = [drawn.choice(wanted)]
        while sum(map(len, parts)) + 4 * len(parts) + 120 < room:
            parts.append(drawn.choice(wanted))
        yield " OR ".join(parts)


def _name(number: int) -> str:
    """Invent a brand's name."""
    syllables = ("lu", "mo", "ra", "vi", "do", "stre", "li", "ki", "no", "zen", "ta", "pu", "qui", "bex")
    name = ""
    while number or len(name) < 5:
        number, syllable = divmod(number, len(syllables))
        name += syllables[syllable]
    return name


def _posts(names: list[str]) -> Iterator[Mention]:
    drawn = random.Random(6)
    for number, draft in enumerate(generate(3, TEXTS)):
        name = drawn.choice(names)
        text = draft.text.replace("Lumora", name.title()).replace("lumora", name)
        by = builders.author(draft.author, platform=draft.platform)
        yield builders.mention(text if name in text.lower() else f"{name.title()}: {text}", number=number + 1, by=by)


def _match(index: QueryIndex, posts: list[Mention]) -> tuple[float, float, int]:
    """Return how long it took to match all posts, how much of that was work, and how many pairs matched."""
    began, began_work = time.perf_counter(), time.thread_time()
    matches = sum(len(index.matching(post)) for post in posts)
    return time.perf_counter() - began, time.thread_time() - began_work, matches


def _compare(index: QueryIndex, queries: list[Query], posts: list[Mention]) -> tuple[int, float]:
    """Count the pairs that are judged otherwise by every query's own test; and the texts that these judge a second."""
    tests = [compiled(query) for query in queries]
    wrong, spent = 0, 0.0
    with progress("texts against every query", len(posts)) as done:
        for post in posts:
            began = time.perf_counter()
            document = Document(post)
            found = {number for number, test in enumerate(tests) if test(document)}
            spent += time.perf_counter() - began
            wrong += len(found ^ set(index.matching(post)))
            done(1)
    return wrong, len(posts) / spent
