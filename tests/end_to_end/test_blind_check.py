"""The weekly blind check in the sandbox's Slack: one person judges twenty posts; a restart draws no second check."""

import re
from datetime import UTC, datetime

from bot.views.blind_check import SKIP, START, answer_id
from domain.clock import system_clock
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING
from tests.stage import labels, shown, stage, wait_for

COMPLAINT = "{mark}: Lumora is terrible, I hate it. It crashed again, worst service ever."
CALM = "{mark}: Lumora shows the second season of the series from Thursday on."


class SetClock:
    """A clock that goes on from whatever it was set to: Slack's limits count seconds."""

    def __init__(self, moment):
        self.set(moment)

    def set(self, moment):
        self.moment, self.since = moment, system_clock()

    def __call__(self):
        return self.moment + (system_clock() - self.since)


def answered(place):
    """Say what the person answers of the post at this place."""
    if place % 5 == 0:
        return [(RELEVANCE, "spam")]
    return [(RELEVANCE, "about"), (SENTIMENT, "negative"), (SWITCHING, "none")]


def await_words(message, words):
    wait_for(lambda: words in shown(message))


def test_one_person_goes_through_a_check_of_twenty_posts(tmp_path):
    clock = SetClock(datetime(2026, 3, 8, 12, tzinfo=UTC))  # a Sunday
    with stage(tmp_path, clock=clock) as made:
        made.rewrite(lambda text: re.sub("digest_at = .*", "digest_at = 08:00:00", text))
        with made.bot(clock=clock):
            for number in range(20):
                made.post(f"post{number}x", text=COMPLAINT if number % 3 == 0 else CALM)
            wait_for(lambda: "20 mentions so far" in made.type("ops", "/earshot health"))
        clock.set(datetime(2026, 3, 9, 7, tzinfo=UTC))  # Monday, 08:00 in Berlin
        with made.bot(clock=clock):
            (invitation,) = wait_for(lambda: made.cards("20 posts found for *Lumora* wait for a blind look"))
            assert labels(invitation) == ["Start"]
            before = len(made.alerts.ephemeral)
            made.click("mia", invitation, START)
            made.told("mia", since=before)
            private, marks = made.alerts.ephemeral[-1], set()
            for place in range(1, 21):
                await_words(private, f"*{place} of 20*")
                marks |= set(re.findall(r"post\d+x", shown(private)))
                assert "%" not in shown(private)
                for task, label in answered(place):
                    button = answer_id(task, label)
                    await_words(private, button)
                    made.click("mia", private, button)
            await_words(private, "20 posts of this week's blind check of *Lumora* judged")
            assert len(marks) == 20
            assert SKIP not in shown(private)
            await_words(invitation, "is done: 20 posts judged. Thank you!")
            health = made.type("ops", "/earshot health")
            assert "20 of 20 posts of the last 8 weeks judged" in health
            found = re.search(
                r"negative: precision \d+% \((\d+) of (\d+) judged.*?recall \d+% \((\d+) of (\d+)", health
            )
            assert found, health
            hits, flagged, again, true = map(int, found.groups())
            assert (again, true) == (hits, 16)  # every fifth was spam, whatever it says
            assert hits <= flagged
        with made.bot(clock=clock):  # another start within the week draws no other
            made.post("later")
            made.card("later")
        assert made.cards("blind check") == [invitation]
        assert len(made.alerts.ephemeral) - before == 2  # the one message, edited from post to post, and the health
