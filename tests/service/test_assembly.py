"""What the settings make of the house."""

from config.load import parse
from config.secrets import Secrets
from domain.handover import EscalationPolicy
from service.assembly import build_repliers, named_channels, open_house, platform_settings
from tests.builders import NOON

SETTINGS = """
[slack]
product_channel = "#product"
[escalation]
people = ["U0LEO", "S0BOSS"]
channel = "#ladder"
[[brands]]
name = "Lumora"
[[brands]]
name = "Helio"
product_channel = "#helio"
"""


def test_channels_of_product_and_of_the_ladder_are_known_by_their_ids(tmp_path):
    path = tmp_path / "earshot.toml"
    path.write_text(f'{SETTINGS}\n[database]\nurl = "sqlite:///{tmp_path}/earshot.db"\n')
    settings = parse(path)
    assert set(named_channels(settings)) == {"#product", "#ladder", "#helio"}
    ids = {"#product": "C0PRODUCT", "#ladder": "C0LADDER", "#helio": "C0HELIO"}
    house = open_house(settings, Secrets({}), clock=lambda: NOON, channels=ids)
    assert house.product_channels == {"Lumora": "C0PRODUCT", "Helio": "C0HELIO"}
    assert house.escalation == EscalationPolicy(("U0LEO", "S0BOSS"), "C0LADDER")
    house.database.close()


def test_a_platforms_check_knows_the_places_of_all_streams(tmp_path):
    path = tmp_path / "earshot.toml"
    stream = '[[streams]]\nname = "{}"\nbrand = "Lumora"\nplatform = "rss"\nkind = "new"\nplaces = {}\nchannel = "#a"\n'
    one, two = (
        stream.format("a", '["https://a.example/f", "https://b.example/f"]'),
        stream.format("b", '["https://a.example/f"]'),
    )
    path.write_text(f"{SETTINGS}\n{one}{two}")
    own = platform_settings("rss", parse(path), Secrets({}))
    assert own.places == ("https://a.example/f", "https://b.example/f")


TWO_BRANDS = """
[[brands]]
name = "Lumora"
accounts = { x = ["lumora"], reddit = ["LumoraHelp"] }
[[brands]]
name = "Kinobox"
accounts = { x = ["kinobox"], reddit = ["KinoboxHelp"] }
"""
KEYS = dict.fromkeys(
    (
        "X_API_KEY",
        "X_API_SECRET",
        "X_ACCESS_TOKEN",
        "X_ACCESS_SECRET",
        "REDDIT_CLIENT_ID",
        "REDDIT_CLIENT_SECRET",
        "REDDIT_REFRESH_TOKEN",
    ),
    "1-secret",
)


def test_what_answers_for_a_brand_knows_its_accounts_alone_and_check_knows_all(tmp_path):
    path = tmp_path / "earshot.toml"
    path.write_text(TWO_BRANDS)
    settings, secrets = parse(path), Secrets(KEYS)
    assert {key: replier.account for key, replier in build_repliers(settings, secrets, clock=lambda: NOON).items()} == {
        ("Lumora", "x"): "lumora",
        ("Lumora", "reddit"): "LumoraHelp",
        ("Kinobox", "x"): "kinobox",
        ("Kinobox", "reddit"): "KinoboxHelp",
    }
    assert platform_settings("reddit", settings, secrets, brand="Kinobox").accounts == ("KinoboxHelp",)
    assert platform_settings("reddit", settings, secrets).accounts == ("LumoraHelp", "KinoboxHelp")
