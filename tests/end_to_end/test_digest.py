"""The daily digest is posted once, at the brand's hour, whenever the bot is started again."""

import re
from datetime import UTC, datetime, timedelta

from bot.views.card import CLAIM
from tests.stage import shown, stage, wait_for


class HandClock:
    """A clock that only the test moves."""

    def __init__(self, moment):
        self.moment = moment

    def __call__(self):
        return self.moment


def test_the_digest_appears_once_even_with_restarts_at_the_hour(tmp_path):
    clock = HandClock(datetime(2026, 3, 3, 12, tzinfo=UTC))
    with stage(tmp_path, clock=clock) as made:
        made.rewrite(lambda text: re.sub("digest_at = .*", "digest_at = 08:00:00", text))
        made.post("apricot", author="jane_doe")
        leadership = made.sandbox.workspace.channel_named("lumora-leadership")

        def digests(words):
            return [m for m in leadership.messages if m.thread_ts is None and words in shown(m)]

        clock.moment = datetime(2026, 3, 4, 6, 59, tzinfo=UTC)  # 07:59 in Berlin
        with made.bot(clock=clock):
            card = made.card("apricot")
            made.click("mia", card, CLAIM)
            wait_for(lambda: "*Claimed*" in shown(card))
        assert digests("3 March") == []
        for minutes in (1, 2, 300):  # 08:00, 08:01 and after lunch
            clock.moment = datetime(2026, 3, 4, 6, 59, tzinfo=UTC) + timedelta(minutes=minutes)
            with made.bot(clock=clock):
                (digest,) = wait_for(lambda: digests("Tuesday, 3 March 2026"))
                made.post(f"later{minutes}")
                made.card(f"later{minutes}")  # what the start had to do is done
        assert "1 complaint" in shown(digest)
        assert "apricot" in shown(digest)  # in their words
        assert f"/archives/{made.alerts.id}/p{card.ts.replace('.', '')}" in shown(digest)  # and the card
        assert digests("Tuesday, 3 March 2026") == [digest]
        assert len([m for m in leadership.messages if m.thread_ts == digest.ts]) == 1  # its chart
        clock.moment = datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
        with made.bot(clock=clock):
            wait_for(lambda: digests("Wednesday, 4 March 2026"))
        assert len([m for m in digests("") if m.thread_ts is None]) == 2  # their charts are in threads
