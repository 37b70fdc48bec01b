"""X's search operators over the posts of the world (https://docs.x.com/x-api/posts/search/integrate/operators)."""

from collections.abc import Callable

from sandbox.query import Match, QueryError, Term, compile_query, says
from sandbox.world import Post, World
from sandbox.x_objects import hashtags, mentioned_handles, urls

MAX_QUERY_CHARS = 512
"""Self-serve access; https://docs.x.com/x-api/posts/search/introduction."""

_IS: dict[str, Match] = {
    "retweet": lambda post: post.reposts is not None,
    "reply": lambda post: post.reply_to is not None,
    "quote": lambda post: post.quotes is not None,
    "verified": lambda post: post.author.verified,
}
_HAS: dict[str, Match] = {
    "links": lambda post: bool(urls(post.text)),
    "mentions": lambda post: bool(mentioned_handles(post.text)),
    "hashtags": lambda post: bool(hashtags(post.text)),
}


def compile_search(query: str, world: World) -> Match:
    """Compile a query of recent search.

    Raises:
        QueryError: X would answer 400; the message is X's.
    """
    if not query.strip():
        raise QueryError("Rule cannot be empty (at position 1)")
    standing_alone = False

    def leaf(term: Term) -> Match:
        nonlocal standing_alone
        standing_alone |= not term.negated and term.field not in {"is", "has", "lang"}
        return _leaf(term, world)

    match = compile_query(query, leaf)
    if not standing_alone:
        raise QueryError("Rules must contain at least one positive, non-stopword clause (at position 1)")
    return match


def _leaf(term: Term, world: World) -> Match:
    value = term.value
    if term.field:
        return _operator(term, world)
    if not term.quoted and value.startswith("@"):
        return _mentions(value[1:])
    if not term.quoted and value.startswith("#"):
        tag = value[1:].casefold()
        return lambda post: tag in (found.casefold() for found in hashtags(post.text))
    if not term.quoted and value == "AND":
        raise QueryError(f"Ambiguous use of and as a keyword (at position {term.position})")
    test = says(value)
    return lambda post: test(post.text)


def _operator(term: Term, world: World) -> Match:
    value = term.value
    operators: dict[str, Callable[[], Match]] = {
        "from": lambda: lambda post: _is_account(post, value),
        "to": lambda: lambda post: _answers(post, value, world),
        "lang": lambda: lambda post: post.lang == value,
        "conversation_id": lambda: lambda post: post.thread == value,
        "url": lambda: lambda post: any(value.casefold() in url.casefold() for url in _links(post, world)),
        "is": lambda: _listed(term, _IS),
        "has": lambda: _listed(term, _HAS),
    }
    if term.field not in operators:
        raise QueryError(
            f"Reference to invalid operator '{term.field}'. Operator is not available in current product or product "
            f"packaging. (at position {term.position})"
        )
    return operators[term.field]()


def _listed(term: Term, known: dict[str, Match]) -> Match:
    if term.value not in known:
        raise QueryError(f"Reference to invalid field '{term.field}:{term.value}' (at position {term.position})")
    return known[term.value]


def _mentions(handle: str) -> Match:
    folded = handle.casefold()
    return lambda post: folded in (found.casefold() for found in mentioned_handles(post.text))


def _is_account(post: Post, account: str) -> bool:
    return account.removeprefix("@").casefold() in (post.author.handle.casefold(), post.author.id)


def _links(post: Post, world: World) -> list[str]:
    """Return the links of a post; a quote ends in one to the quoted post."""
    quoted = world.find(post.quotes) if post.quotes else None
    return urls(post.text) + ([f"https://x.com/{quoted.author.handle}/status/{quoted.id}"] if quoted else [])


def _answers(post: Post, account: str, world: World) -> bool:
    parent = world.find(post.reply_to) if post.reply_to else None
    return parent is not None and _is_account(parent, account)
