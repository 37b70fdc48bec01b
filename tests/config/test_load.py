from pathlib import Path
from typing import get_args

import pytest

from config.fields import Task
from config.load import EXAMPLE, load, parse
from config.model import CheckpointSection
from config.settings import settings_model
from domain.brand import SourceKind
from domain.errors import SettingsError
from domain.event import EventKind
from domain.query import written
from domain.reply import RiskKind
from listeners import PLATFORMS
from nlp.tasks import TASKS

GOOD = """
[[brands]]
name = "Lumora"
accounts = { x = ["@lumora"], reddit = ["u/LumoraHelp"] }
[[streams]]
name = "search"
brand = "Lumora"
platform = "x"
native_query = "lumora"
channel = "#alerts"
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path: Path = tmp_path / "earshot.toml"
        path.write_text(text)
        return path

    return write


def faults(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(path)
    return str(caught.value)


def test_the_example_is_valid_and_shows_every_key():
    text = Path(EXAMPLE).read_text()
    parse(Path(EXAMPLE))
    for name, field in settings_model(PLATFORMS).model_fields.items():
        assert name in text
        section = field.annotation
        for key in getattr(section, "model_fields", {}):
            assert f"{key} =" in text or f"[{name}.{key}" in text, f"[{name}] {key}"
    for key in CheckpointSection.model_fields:
        assert f"# {key} =" in text, key


def test_the_checkpoint_of_the_example_is_valid_where_it_is_taken(write):
    lines = Path(EXAMPLE).read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if "[model.checkpoints.sentiment]" in line)
    for i in range(start, start + 1 + len(CheckpointSection.model_fields)):
        lines[i] = lines[i].removeprefix("# ")
    checkpoint = parse(write("\n".join(lines))).model.checkpoints["sentiment"]
    assert checkpoint.languages == ("*",)
    assert checkpoint.gate == frozenset()


def test_a_short_key_of_the_model_is_a_checkpoint_of_every_language(write):
    model = parse(write(f'{GOOD}\n[model]\nsentiment = "a/b"\nsentiment_revision = "c0ffee"\n')).model
    assert model.all_checkpoints() == {
        "sentiment": CheckpointSection(source="a/b", revision="c0ffee", languages=("*",))
    }


def test_every_task_can_have_a_checkpoint_but_only_one(write):
    assert get_args(Task) == tuple(TASKS)
    text = f'{GOOD}\n[model]\nsentiment = "a/b"\n[model.checkpoints.sentiment]\nsource = "c/d"\n'
    assert "sentiment is given twice: keep [model.checkpoints.sentiment]" in faults(write(text))
    assert "mood" in faults(write(f'{GOOD}\n[model.checkpoints.mood]\nsource = "c/d"\n'))


def test_all_faults_are_reported_at_once_with_key_value_and_fix(write):
    text = faults(
        write(
            """
            [slack]
            api_url = "https://slack.com"
            modus = "socket"
            [[brands]]
            name = "Lumora"
            time_zone = "Berlin"
            [[streams]]
            name = "a"
            brand = "Lumora"
            platform = "tiktok"
            channel = "alerts"
            [roles]
            boss = ["U1"]
            """
        )
    )
    assert "6 faults" in text
    for part in (
        "slack.api_url = 'https://slack.com': must end in /api/",
        "slack.modus: there is no such key. Did you mean mode?",
        "brands[1].time_zone = 'Berlin': write a zone of the IANA list, as in Europe/Berlin or UTC (in 'Lumora')",
        "streams[1].platform = 'tiktok'",
        "streams[1].channel = 'alerts': write the channel as #name",
        "roles.boss",
    ):
        assert part in text, text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "is empty"),
        ("brands = [", "not valid TOML"),
        ("[slack]\n", "brands: is missing"),
        (GOOD.replace('"Lumora"\nplatform', '"Lumorra"\nplatform'), "Did you mean 'Lumora'?"),
        (GOOD + GOOD.split("[[streams]]")[1].join(["[[streams]]", ""]), "stands 2 times"),
        (GOOD.replace('native_query = "lumora"', ""), "needs the key query"),
        (GOOD + '[roles]\ncrm_admin = ["S123"]', "takes user ids only"),
        (GOOD + '[roles]\nleadership = ["@leo"]', "roles.leadership[1] = '@leo': write Slack user ids"),
        (GOOD.replace('"x"\nnative', '"x"\nkind = "comments"\nnative'), "x has no comments"),
        (GOOD + '[escalation]\npeople = ["@leo"]', "escalation.people[1] = '@leo': write Slack user ids"),
        (GOOD + '[escalation]\npeople = ["S0BOSS"]', "the user group S0BOSS can be told in a channel only"),
        (GOOD + f"[escalation]\npeople = {[f'U{n}' for n in range(11)]}", "at most 10 items"),
        (
            GOOD + "[spend]\ndaily_cap_usd = 1\n[recheck]\nx = 1.0",
            "what [recheck] may cost, 1.0 USD, is taken out of it",
        ),
    ],
)
def test_each_fault_says_what_to_do(write, text, hint):
    assert hint in faults(write(text))


def test_a_missing_file_names_the_example(tmp_path):
    assert EXAMPLE in faults(tmp_path / "none.toml")


def test_our_own_accounts_are_read_wherever_we_listen(write):
    streams = parse(write(GOOD)).build_streams()
    assert [(s.kind, s.platform, s.target) for s in streams] == [
        (SourceKind.SEARCH, "x", "lumora"),
        (SourceKind.OWN_POSTS, "x", "lumora"),  # and not Reddit, where no stream listens
    ]


def test_a_reddit_search_can_be_narrowed_to_subreddits(write):
    text = GOOD.replace('platform = "x"', 'platform = "reddit"\nsubreddits = ["a", "b"]')
    stream = parse(write(text)).build_streams()[0]
    assert (stream.target, stream.places, stream.what) == ("lumora", ("a", "b"), "lumora in a, b")


def test_secrets_come_from_the_environment_and_the_env_file_beside(write, monkeypatch):
    path = write(GOOD)
    (path.parent / ".env").write_text("SLACK_BOT_TOKEN=from-file\nX_BEARER_TOKEN=from-file\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "from-environment")
    monkeypatch.setenv("REDDIT_CLIENT_ID", "")
    _, secrets = load(path)
    assert secrets.value("SLACK_BOT_TOKEN") == "from-environment"
    assert secrets.value("X_BEARER_TOKEN") == "from-file"
    assert secrets.value("REDDIT_CLIENT_ID") is None
    assert "from-" not in repr(secrets)


def test_rivals_concern_the_brands_that_they_name(write):
    text = GOOD + '[[brands]]\nname = "Helio"\n[[rivals]]\nname = "R1"\n[[rivals]]\nname = "R2"\nbrands = ["Helio"]\n'
    lumora, helio = parse(write(text)).build_brands()
    assert [r.name for r in lumora.rivals] == ["R1"]
    assert [r.name for r in helio.rivals] == ["R1", "R2"]


def test_a_stream_listens_for_a_rival_of_its_brand_and_reads_that_rivals_accounts(write):
    rivals = '[[rivals]]\nname = "Vidora"\naccounts = { x = ["vidora"] }\nkeep_days = 20\n'
    stream = '[[streams]]\nname = "{name}"\nbrand = "Lumora"\nrival = "{rival}"\nplatform = "x"\nchannel = "#a"\n'
    search = stream.format(name="v", rival="Vidora") + 'native_query = "vidora"\n'
    own = stream.format(name="own", rival="Vidora") + 'kind = "own_posts"\naccount = "{account}"\n'
    settings = parse(write(GOOD + rivals + search + own.format(account="vidora")))
    assert [s.rival for s in settings.build_streams() if s.name in {"v", "own"}] == ["Vidora", "Vidora"]
    assert settings.build_brands()[0].rivals[0].keep_days == 20
    told = faults(write(GOOD + rivals + search.replace('"Vidora"', '"Vidor"') + own.format(account="lumora")))
    assert "rival = 'Vidor': Lumora has no such rival (in 'v'). Did you mean 'Vidora'?" in told
    assert "account = 'lumora': is none of Vidora's accounts (in 'own')" in told
    assert "keep_days = 3: input should be greater than or equal to 14" in faults(
        write(GOOD + rivals.replace("20", "3"))
    )


def test_replies_are_set_with_their_faults_named(write):
    good = (
        GOOD
        + '[replies]\napprove = ["value"]\nsites = ["www.Lumora.example"]\n[replies.links]\nLumora = "https://a.example"\n'
    )
    policy = parse(write(good)).replies.build()
    assert (set(policy.approve), policy.sites) == ({RiskKind.VALUE}, ("lumora.example",))
    assert policy.links == {"Lumora": "https://a.example"}
    told = faults(write(GOOD + '[replies]\napprove = ["fun"]\nsites = ["https://a.example"]\napprovers = ["mia"]\n'))
    for words in (
        "replies.approve[1] = 'fun'",
        "write the site's name alone",
        "replies.approvers[1] = 'mia': write Slack",
    ):
        assert words in told
    assert "replies.links.Helio" in faults(write(GOOD + '[replies.links]\nHelio = "https://a.example"\n'))


def test_a_target_names_a_kpi_a_brand_of_ours_and_a_deadline_after_its_beginning(write):
    target = '[[targets]]\nkpi = "response_rate"\nvalue = 0.25\nby = 2027-02-28\n'
    (built,) = parse(write(GOOD + target)).build_targets()
    assert (built.kpi, built.value, built.by.isoformat(), built.since, built.brand) == (
        "response_rate", 0.25, "2027-02-28", None, None,
    )  # fmt: skip
    assert "targets[1].brand = 'Lumore': no such brand" in faults(write(f'{GOOD}{target}brand = "Lumore"\n'))
    assert "since must come before by" in faults(write(f"{GOOD}{target}since = 2027-02-28\n"))
    assert "did you mean sla_kept?" in faults(write(GOOD + target.replace("response_rate", "sla_keep")))
    assert "value = nan: input should be a finite number" in faults(write(GOOD + target.replace("0.25", "nan")))


def asking(query, *, lists="", **changes):
    key = changes.get("key", "query")
    text = GOOD.replace('native_query = "lumora"', f"{key} = {query!r}\ndaily_cap_usd = 6.00")
    return f"{text}\n[lists]\n{lists}"


def test_a_query_becomes_what_its_platform_searches(write):
    stream, *_ = parse(write(asking("lumora cancel* -is:repost"))).build_streams()
    assert (stream.name, stream.target) == ("search", "lumora -is:retweet")
    assert written(stream.query) == "lumora cancel* -is:repost"


def test_a_query_that_takes_several_searches_becomes_streams_whose_names_stay(write):
    words = [f"unpleasantness{n}" for n in range(60)]

    def streams(some):
        found = parse(write(asking("@many", lists=f"many = {some}"))).build_streams()
        return [stream for stream in found if stream.kind is SourceKind.SEARCH]

    before, after = streams(words), streams([*words, "more"])
    assert len(before) == 3
    assert len({stream.name for stream in before}) == 3
    assert [stream.daily_cap_usd for stream in before] == [2, 2, 2]
    assert [stream.name for stream in after[:2]] == [stream.name for stream in before[:2]]
    own = parse(write(asking("@many", lists=f"many = {words}"))).build_streams()[-1]
    assert own.kind is SourceKind.OWN_POSTS
    assert own.daily_cap_usd == 6


def test_a_saved_query_is_taken_from_what_was_saved(write):
    settings = parse(write(asking("Prices", key="saved_query")))
    assert settings.build_streams({"prices": "lumora price"})[0].target == "lumora price"
    with pytest.raises(SettingsError, match=r"no saved query 'Prices'.*Saved are: other"):
        settings.build_streams({"other": "lumora"})


def test_what_is_not_searched_may_be_narrowed_by_a_query(write):
    text = asking("lumora").replace('platform = "x"', 'platform = "reddit"\nkind = "comments"\nsubreddits = ["tv"]')
    stream, *_ = parse(write(text)).build_streams()
    assert (stream.target, stream.places, written(stream.query)) == ("", ("tv",), "lumora")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (asking("lumora or vidora"), "streams[1].query (in 'search'): Column 8: write OR in capitals"),
        (asking("cancel*"), "write the words out"),
        (asking("lumora @churm", lists='churn = ["cancel*"]'), "Did you mean @churn?"),
        (asking("lumora", lists='rivals = ["x"]'), "neither brand nor rivals"),
        (GOOD.replace('native_query = "lumora"', 'native_query = "lumora"\nquery = "lumora"'), "are both given"),
        (
            asking("lumora").replace('platform = "x"', 'platform = "x"\nkind = "own_posts"\naccount = "lumora"'),
            "takes no",
        ),
    ],
)
def test_each_fault_of_a_query_says_what_to_do(write, text, hint):
    assert hint in faults(write(text))


def test_the_weights_of_events_that_are_left_out_keep_their_default(write):
    settings, _ = load(write(GOOD + "[behaviour]\nkeep_days = 30\n[behaviour.weights]\nvisit = 0\n"))
    policy = settings.behaviour.build()
    assert (policy.keep_days, policy.weights[EventKind.VISIT], policy.weights[EventKind.STREAM]) == (30, 0, 2)
    told = faults(write(GOOD + "[behaviour.weights]\nvisits = 1\nlogin = -1\n"))
    assert "visits" in told
    assert "login" in told
