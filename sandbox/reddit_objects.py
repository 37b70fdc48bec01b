"""Comments, submissions, accounts and listings as Reddit's API writes them, deleted and removed ones included."""

import html
import random
import re
from collections.abc import Sequence
from typing import Any

from sandbox.ids import base36
from sandbox.world import Author, Post, World

Thing = dict[str, Any]

_DELETED = {"deleted": "[deleted]", "removed": "[removed]"}


def listing(children: Sequence[Thing], *, after: str | None = None, before: str | None = None) -> Thing:
    """Wrap things as one page."""
    data = {
        "after": after,
        "dist": len(children),
        "modhash": "",
        "geo_filter": "",
        "children": list(children),
        "before": before,
    }
    return {"kind": "Listing", "data": data}


def thing(post: Post, world: World, *, with_replies: bool = False) -> Thing:
    """Write a post as `t3` or `t1`; `with_replies` puts the tree of answers into a comment."""
    if post.id.startswith("t3_"):
        return {"kind": "t3", "data": _submission(post, world)}
    return {"kind": "t1", "data": _comment(post, world, with_replies=with_replies)}


def inbox_item(post: Post, world: World) -> Thing:
    """Write a comment as an inbox has it: with its place only in the path of its context."""
    comment = _comment(post, world, with_replies=False)
    left_out = ("link_id", "link_author", "link_permalink", "link_url", "permalink")
    inbox = {
        "context": f"{permalink(post, world)}?context=3",
        "subject": "username mention",
        "type": "username_mention",
        "was_comment": True,
        "new": True,
        "dest": "",
    }
    return {"kind": "t1", "data": {name: value for name, value in comment.items() if name not in left_out} | inbox}


def account(author: Author) -> Thing:
    """Write an account as `t2`."""
    karma = author.followers * 7
    created = author.created_at.timestamp()
    data = {
        "id": author.id.removeprefix("t2_"),
        "name": author.handle,
        "created": created,
        "created_utc": created,
        "link_karma": karma // 4,
        "comment_karma": karma - karma // 4,
        "total_karma": karma,
        "is_employee": False,
        "is_mod": False,
        "is_gold": False,
        "verified": author.verified,
        "has_verified_email": True,
        "is_suspended": False,
    }
    return {"kind": "t2", "data": data}


def community(name: str, world: World) -> Thing:
    """Write a subreddit as `t5`."""
    posts = sum(post.community == name for post in world.newest_first("reddit"))
    data = {
        "id": community_id(name).removeprefix("t5_"),
        "name": community_id(name),
        "display_name": name,
        "display_name_prefixed": f"r/{name}",
        "title": name,
        "public_description": "",
        "subscribers": 1000 + posts * 40,
        "subreddit_type": "public",
        "over18": False,
        "quarantine": False,
        "url": f"/r/{name}/",
        "created_utc": 1500000000.0,
    }
    return {"kind": "t5", "data": data}


def community_id(name: str) -> str:
    return f"t5_{base36(int.from_bytes(name.casefold().encode()[:4], 'big'))}"


def permalink(post: Post, world: World) -> str:
    """Return the path of a post on the site."""
    root = world.find(post.thread)
    slug = re.sub(r"[^a-z0-9]+", "_", (root.title if root else "").casefold()).strip("_")[:50] or "_"
    path = f"/r/{post.community}/comments/{post.thread.removeprefix('t3_')}/{slug}/"
    return path if post.id.startswith("t3_") else f"{path}{post.id.removeprefix('t1_')}/"


def _both(post: Post) -> Thing:
    """Return what submissions and comments share."""
    created = float(int(post.posted_at.timestamp()))
    score = int(random.Random(post.id).lognormvariate(1.2, 1.1))  # noqa: S311  # scenery, not secrets
    return {
        "id": post.id[3:],
        "name": post.id,
        "author": "[deleted]" if post.gone else post.author.handle,
        "author_flair_css_class": None,
        "author_flair_text": None,
        "subreddit": post.community,
        "subreddit_id": community_id(post.community),
        "subreddit_name_prefixed": f"r/{post.community}",
        "subreddit_type": "public",
        "created": created,
        "created_utc": created,
        "edited": float(int(post.edited_at.timestamp())) if post.edited_at else False,
        "score": score,
        "ups": score,
        "downs": 0,
        "likes": None,
        "saved": False,
        "stickied": False,
        "locked": False,
        "archived": False,
        "gilded": 0,
        "distinguished": None,
        "approved_by": None,
        "banned_by": None,
        "removal_reason": None,
        "num_reports": None,
        "mod_reports": [],
        "user_reports": [],
        "over_18": False,
        "quarantine": False,
    } | ({} if post.gone else {"author_fullname": post.author.id})


def _body(post: Post) -> tuple[str, str]:
    """Return the text and its HTML; a gone post shows the platform's marker instead."""
    text = _DELETED.get(post.gone, post.text)
    paragraphs = (f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return text, f'<div class="md">{chr(10).join(paragraphs)}\n</div>'


def _submission(post: Post, world: World) -> Thing:
    text, markup = _body(post)
    return _both(post) | {
        "title": "[deleted by user]" if post.gone == "deleted" else post.title,
        "selftext": text,
        "selftext_html": f"<!-- SC_OFF -->{markup}<!-- SC_ON -->" if text else None,
        "is_self": True,
        "domain": f"self.{post.community}",
        "url": f"https://www.reddit.com{permalink(post, world)}",
        "permalink": permalink(post, world),
        "num_comments": _count_answers(post, world),
        "upvote_ratio": 0.9,
        "hidden": False,
        "hide_score": False,
        "spoiler": False,
        "is_video": False,
        "thumbnail": "self",
        "link_flair_text": None,
        "media": None,
    }


def _comment(post: Post, world: World, *, with_replies: bool) -> Thing:
    text, markup = _body(post)
    root = world.find(post.thread)
    answers = [thing(child, world, with_replies=True) for child in world.children(post.id)] if with_replies else []
    return _both(post) | {
        "body": text,
        "body_html": markup,
        "parent_id": post.reply_to,
        "link_id": post.thread,
        "link_title": root.title if root else "",
        "link_author": root.author.handle if root and not root.gone else "[deleted]",
        "link_permalink": f"https://www.reddit.com{permalink(root, world)}" if root else "",
        "link_url": f"https://www.reddit.com{permalink(root, world)}" if root else "",
        "permalink": permalink(post, world),
        "is_submitter": root is not None and root.author == post.author,
        "replies": listing(answers) if answers else "",
        "score_hidden": False,
        "collapsed": False,
        "collapsed_reason": None,
        "controversiality": 0,
    }


def _count_answers(post: Post, world: World) -> int:
    return sum(1 + _count_answers(child, world) for child in world.children(post.id))
