import struct
import subprocess
import sys
from dataclasses import replace

import pytest

from charts.digest import alt_text, digest_chart
from tests.bot.files import chart_days

DAYS = chart_days()


def ratio(one, other):
    """The contrast of two colours by WCAG 2.2, from 1 to 21."""

    def luminance(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def draw(days=DAYS, target=0.25):
    return digest_chart(days, target=target)


def test_the_chart_is_a_png_of_its_size_and_the_same_days_give_the_same_bytes():
    png = draw()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (832, 858)
    assert len(png) < 200_000
    assert draw() == png
    assert draw([*DAYS[:-1], replace(DAYS[-1], open=DAYS[-1].open + 5)]) != png


@pytest.mark.parametrize("target", [None, 0.0, 1.0])
def test_days_without_anything_have_a_chart(target):
    quiet = [replace(day, answered=0, open=0, rate=None, negative=0, neutral=0, positive=0) for day in DAYS]
    assert draw(quiet, target) != draw(DAYS, target)
    assert "0 complaints" in alt_text(quiet, brand="Lumora", target=target)


def test_every_colour_stands_out_from_the_card():
    from charts import digest

    for colour in (digest._BLUE, digest._RED, digest._GREEN, digest._GREY, digest._PURPLE):
        assert ratio(colour, digest._CARD) >= 3
    for colour in (digest._INK, digest._QUIET):
        assert ratio(colour, digest._CARD) >= 4.5


def test_the_words_say_what_the_picture_shows():
    answered, waiting = sum(d.answered for d in DAYS), sum(d.open for d in DAYS)
    said = alt_text(DAYS, brand="Lumora", target=0.25)
    assert said.startswith(f"Lumora, the 14 days to 2026-03-04: {answered + waiting} complaints, {answered} of them")
    last = [d for d in DAYS if d.rate is not None][-1]
    assert f"last {last.rate:.0%} on {last.day}; the target is 25%." in said
    assert "are negative" in said
    assert len(alt_text(DAYS, brand="L" * 5000, target=0.25)) <= 1000


def test_importing_loads_no_matplotlib():
    script = "import charts.digest, flows.digest, sys; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
