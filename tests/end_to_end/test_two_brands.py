"""Two brands of one house: a post that names both is judged, shown and answered for each on its own."""

from bot.views.card import CLAIM
from domain.mention import mention_id
from storage import mentions
from tests.stage import shown, stage, wait_for

SECOND = """
[[brands]]
name = "Kinobox"

[[streams]]
name = "Kinobox on X"
brand = "Kinobox"
platform = "x"
native_query = "kinobox -is:retweet"
channel = "#lumora-opportunities"
poll_seconds = 0.5

"""


def test_one_post_about_two_brands_makes_two_results_and_two_cards(tmp_path):
    with stage(tmp_path) as made:
        made.rewrite(lambda text: text.replace("[roles]", f"{SECOND}[roles]"))
        kinobox_channel = made.sandbox.workspace.channel_named("lumora-opportunities")
        with made.bot() as running:
            post = made.post("apricot", text="{mark}: Lumora and Kinobox are both terrible, I hate them, I am leaving.")
            of_lumora, of_kinobox = made.card("apricot"), made.card("apricot", kinobox_channel)
            assert "about *Lumora*" in shown(of_lumora)
            assert "about *Kinobox*" in shown(of_kinobox)
            made.click("mia", of_lumora, CLAIM)
            wait_for(lambda: "*Claimed*" in shown(of_lumora))
            assert "*New*" in shown(of_kinobox)
            with running.house.database.read() as tx:
                assert mentions.brands_of(tx, mention_id("x", post.id)) == ["Kinobox", "Lumora"]
                judged = {
                    seen.brand: seen.predictions for seen in mentions.of_authors(tx, [f"x:{post.author.id}"], limit=9)
                }
        assert set(judged) == {"Kinobox", "Lumora"}
        assert judged["Kinobox"].items != judged["Lumora"].items
        assert (len(made.cards("apricot")), len(made.cards("apricot", kinobox_channel))) == (1, 1)
