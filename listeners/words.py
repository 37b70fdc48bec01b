"""Words to look for in posts, where a platform gives all of them and cannot search."""

import re
from collections.abc import Callable
from typing import Final

_WORD: Final = re.compile(r'"([^"]+)"|([^\s"]+)')


def words_test(words: str) -> Callable[[str], bool]:
    """Return a test for texts that hold one of the words or "phrases", in any case, not inside longer Latin words."""
    wanted = [phrase or word for phrase, word in _WORD.findall(words)]
    if not wanted:
        return lambda _: True
    either = "|".join(re.escape(each) for each in wanted)
    pattern = re.compile(rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_])", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None
