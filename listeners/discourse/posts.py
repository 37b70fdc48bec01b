"""Posts of a Discourse forum, as its API writes them: in its list of new posts, an account's, and whole topics."""

from datetime import UTC, datetime
from typing import Any, Final

from domain.errors import InputError
from domain.mention import Author, Mention, MentionId, Removal, mention_id
from listeners.bodies import Body, Found, decode, in_order, reading, text_of
from listeners.discourse.cooked import own_words

NAME: Final = "discourse"
TITLE: Final = "Discourse"

Payload = dict[str, Any]

_REGULAR: Final = 1
"""`post_type` of what people write; others are notes of what happened to a topic, and whispers of the staff."""
_MACHINES: Final = frozenset({"system", "discobot"})


def bare(forum: str) -> str:
    """Return a forum's address as ids and handles name it: without scheme, as in `community.example`."""
    return forum.partition("://")[2].rstrip("/").casefold() if "://" in forum else forum.rstrip("/").casefold()


def mentions_from_response(body: Body, *, seen_at: datetime) -> Found:
    """Read one whole answer of a forum, which has to be given with it, because no answer names it.

    The body is `{"forum": "https://community.example", "response": ...}`.

    Raises:
        InputError: the body is malformed, or no forum is given; the message says where.
    """
    given = decode(body, platform=TITLE)
    if not isinstance(given, dict) or not isinstance(given.get("forum"), str) or "response" not in given:
        raise InputError(
            f'A response body of {TITLE} does not say which forum it is of: wrap it, as in {{"forum": '
            '"https://community.example", "response": ...}.'
        )
    return found_in(posts_of(given["response"]), forum=given["forum"], seen_at=seen_at)


def posts_of(body: Body) -> list[Payload]:
    """Return the posts of an answer, with the title of the topic where it tells it. Raises InputError."""
    answer = decode(body, platform=TITLE)
    with reading("The answer of Discourse", answer):
        if isinstance(answer, list):
            posts, title = answer, None
        elif "post_stream" in answer:
            posts, title = answer["post_stream"]["posts"], answer.get("title")
        elif "grouped_search_result" in answer:
            posts, title = [], None  # a search cuts the texts short
        else:
            posts, title = answer["latest_posts"], None
        return [{"topic_title": title} | post if title else dict(post) for post in posts]


def found_in(posts: list[Payload], *, forum: str, seen_at: datetime) -> Found:
    """Convert posts. What their authors deleted, or the forum hides, is a removal. Raises InputError."""
    mentions, removals = [], []
    for post in posts:
        with reading("The post", post):
            if post.get("post_type", _REGULAR) != _REGULAR:
                continue
            if post.get("deleted_at") or post.get("user_deleted") or post.get("hidden"):
                removals.append(Removal(id_of(post, forum=forum), seen_at))
            else:
                mentions.append(mention_from_post(post, forum=forum))
    return in_order(mentions, removals)


def id_of(post: Payload, *, forum: str, number: int | None = None) -> MentionId:
    """Make our id of a post, or of the one with another number in its topic.

    It is made of topic and number, by which posts name what they answer, and not of the post's own id, which they
    do not tell of each other. A post that a moderator moves into another topic gets another one.
    """
    own = number if number is not None else int(post["post_number"])
    return mention_id(NAME, f"{bare(forum)}/{int(post['topic_id'])}/{own}")


def mention_from_post(post: Payload, *, forum: str) -> Mention:
    """Convert a post. Raises KeyError, TypeError or ValueError where it is malformed."""
    number = int(post["post_number"])
    words = own_words(text_of(post["cooked"]))
    title = text_of(post.get("topic_title") or "") if number == 1 else ""
    answered = int(post.get("reply_to_post_number") or 1)
    edited = int(post.get("version") or 1) > 1
    slug = text_of(post.get("topic_slug") or "-")
    return Mention(
        id=id_of(post, forum=forum),
        author=author_of(post, forum=forum),
        text="\n\n".join(filter(None, (title.strip(), words.text))),
        url=f"https://{bare(forum)}/t/{slug}/{int(post['topic_id'])}/{number}",
        posted_at=moment_of(post["created_at"]),
        thread_id=id_of(post, forum=forum, number=1),
        # Who answers nobody in particular answers the topic.
        reply_to=None if number == 1 else id_of(post, forum=forum, number=answered),
        language=text_of(post.get("locale") or "").replace("_", "-").partition("-")[0].casefold() or None,
        edited_at=moment_of(post["updated_at"]) if edited else None,
        summons=tuple(f"{name}@{bare(forum)}" for name in words.named),
    )


def author_of(post: Payload, *, forum: str) -> Author:
    """Return who wrote a post. Numbers and names are the forum's own, so both carry it."""
    name, number = text_of(post["username"]), int(post["user_id"])
    return Author(
        platform=NAME,
        user_id=f"{bare(forum)}/{number}",
        handle=f"{name}@{bare(forum)}",
        name=text_of(post.get("name") or post.get("display_username") or ""),
        automated=number < 0 or name in _MACHINES,
        url=f"https://{bare(forum)}/u/{name}",
    )


def moment_of(written: object) -> datetime:
    """Read a time of the API. Raises ValueError or TypeError."""
    moment = datetime.fromisoformat(text_of(written))
    if moment.tzinfo is None:
        raise ValueError(f"a time is {written}, without a time zone")
    return moment.astimezone(UTC)
