"""Why a post was alerted or not."""

from bot.desk import Answer, Ask
from bot.views.why import why_blocks, why_text
from flows.explaining import why


def show_why(ask: Ask) -> Answer:
    """Tell the story of the post that a link or an id names."""
    stories = why(ask.words, person=ask.person, house=ask.desk.house)
    return Answer(why_text(stories), why_blocks(stories))
