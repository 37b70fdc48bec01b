"""The stories of a post, as the command line prints them."""

import json
from collections.abc import Sequence

from domain.clock import iso
from domain.story import Story


def print_stories(stories: Sequence[Story], *, as_json: bool) -> None:
    """Print what happened to a post, for each brand."""
    if as_json:
        print(json.dumps([_fields(story) for story in stories], indent=2))
        return
    for story in stories:
        print(f"{story.seen.mention.id} about {story.seen.brand}: {story.seen.mention.url}")
        for line in story.lines:
            by = f" ({line.by})" if line.by else ""
            print(f"  {iso(line.at) if line.at else '':<21} {' '.join(line.words.split())}{by}")


def _fields(story: Story) -> dict[str, object]:
    lines = [{"at": iso(line.at) if line.at else None, "what": line.words, "by": line.by} for line in story.lines]
    return {
        "id": story.seen.mention.id,
        "brand": story.seen.brand,
        "verdict": story.seen.triage.verdict,
        "lines": lines,
    }
