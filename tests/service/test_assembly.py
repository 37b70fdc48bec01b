"""What the settings make of the house."""

from config.load import parse
from config.secrets import Secrets
from domain.handover import EscalationPolicy
from service.assembly import named_channels, open_house, platform_settings
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
