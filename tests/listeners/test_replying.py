"""What every platform's replier promises, told to the sandbox's platforms with every fault that they can have."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest

import listeners
from domain.brand import SourceKind
from domain.errors import CredentialsError, PlatformError, ReplyRateLimited, ReplyRejected, ReplyUnknown
from domain.mention import Mention, MentionId
from domain.reply import SentReply
from listeners import reddit, x
from sandbox.server import (
    REDDIT_ACCOUNT,
    REDDIT_CLIENT_ID,
    REDDIT_CLIENT_SECRET,
    REDDIT_REFRESH_TOKEN,
    X_ACCESS_SECRET,
    X_ACCOUNT,
    X_BEARER_TOKEN,
    Sandbox,
)
from sandbox.world import Draft
from tests.builders import listing
from tests.listeners.platforms import FAKES, HandClock
from tests.sandbox.running import wait_until

WORDS = "We are sorry, and on our way."


@dataclass
class Place:
    """One platform of a sandbox, with posts that we may answer."""

    name: str
    account: str
    posting: str
    sandbox: Sandbox
    clock: HandClock

    @property
    def faults(self):
        return self.sandbox.x_faults if self.name == "x" else self.sandbox.reddit_faults

    def settings(self, **changes: Any) -> x.Settings | reddit.Settings:
        if self.name == "x":
            own = x.Settings(
                X_BEARER_TOKEN,
                "k",
                "s",
                self.sandbox.x_access_token,
                X_ACCESS_SECRET,
                accounts=(X_ACCOUNT,),
                api_url=self.sandbox.x_api_url,
            )
            return replace(own, **changes)
        return replace(
            reddit.Settings(
                REDDIT_CLIENT_ID,
                REDDIT_CLIENT_SECRET,
                "python:earshot:0.1.0 (by /u/nobody)",
                refresh_token=REDDIT_REFRESH_TOKEN,
                accounts=(REDDIT_ACCOUNT,),
                oauth_url=self.sandbox.reddit_oauth_url,
                reddit_url=self.sandbox.reddit_url,
            ),
            **changes,
        )

    def replier(self, **changes: Any):
        replier = listeners.load(self.name).replier(self.settings(**changes), clock=self.clock)
        assert replier is not None
        return replier

    def asked(self, text: str = "@lumora it is down", *, by: str = "jane") -> Mention:
        """Publish what summons us, and read it as a poll does."""
        title = {} if self.name == "x" else {"title": "Help", "community": "lumora"}
        self.sandbox.world.add(Draft(self.name, by, text, **title))
        self.clock.advance(seconds=1)
        kind = SourceKind.MENTIONS if self.name == "x" else SourceKind.NEW
        return self._poll(kind, X_ACCOUNT if self.name == "x" else "lumora")[-1]

    def own(self) -> list[Mention]:
        """Read our own posts as a poll does."""
        self.clock.advance(seconds=1)
        return self._poll(SourceKind.OWN_POSTS, self.account)

    def _poll(self, kind: SourceKind, target: str) -> list[Mention]:
        wanted = listing(kind, target, platform=self.name)
        poll = listeners.load(self.name).connect(self.settings(), wanted, clock=self.clock)
        return list(poll(None).mentions)


ACCOUNTS = {"reddit": REDDIT_ACCOUNT, "x": X_ACCOUNT}
"""Where Earshot can answer, and as whom."""


@pytest.mark.parametrize("name", sorted(FAKES.keys() - ACCOUNTS.keys()))
def test_elsewhere_people_answer_on_the_platform_itself(name):
    with FAKES[name](HandClock()) as fake:
        assert listeners.load(name).replier(fake.settings(), clock=fake.clock) is None


@pytest.fixture(params=sorted(ACCOUNTS))
def place(request):
    clock = HandClock()
    account = ACCOUNTS[request.param]
    posting = {"x": "POST /2/tweets", "reddit": "POST /reddit/api/comment"}[request.param]
    with Sandbox(clock=clock) as sandbox:
        yield Place(request.param, account, posting, sandbox, clock)


def test_a_reply_is_posted_and_polling_brings_the_same(place):
    asked, replier = place.asked(), place.replier()
    sent = replier.send(asked, WORDS)
    (ours,) = place.own()
    assert (sent.id, sent.url, sent.at) == (ours.id, ours.url, ours.posted_at)
    assert (sent.author.key, sent.author.handle) == (ours.author.key, place.account)
    assert (ours.reply_to, ours.thread_id) == (asked.id, asked.thread_id)
    assert ours.text.endswith(WORDS)
    assert replier.account == place.account


def test_what_was_sent_is_found(place):
    asked, replier = place.asked(), place.replier()
    since = place.clock()
    sent = replier.send(asked, WORDS)
    assert replier.find(asked, WORDS, since=since) == sent
    assert place.replier().find(asked, WORDS, since=since) == sent, "by another process as well"


def test_links_wide_letters_and_markup_are_found_as_they_were_sent(place):
    words = "Größe ändern: https://lumora.example/a?b=1&c=2 <neu>  \n\n*bitte* 直します 👨‍👩‍👧‍👦"
    asked, replier = place.asked(), place.replier()
    sent = replier.send(asked, words)
    assert replier.find(asked, words, since=place.clock()) == sent


def test_no_other_reply_is_taken_for_it(place):
    first, second, replier = place.asked(), place.asked("@lumora again", by="ann"), place.replier()
    place.sandbox.world.add(Draft(place.name, "bob", WORDS, reply_to=first.id.partition(":")[2]))
    replier.send(first, "Please tell us more.")
    replier.send(second, WORDS)
    assert replier.find(first, WORDS, since=first.posted_at) is None
    place.clock.advance(hours=1)
    assert replier.find(second, WORDS, since=place.clock()) is None, "that one was earlier"


def test_a_reply_is_found_below_many_others(place):
    asked, replier = place.asked(), place.replier()
    sent = replier.send(asked, WORDS)
    for number in range(120):
        place.sandbox.world.add(Draft(place.name, place.account, f"No. {number}", reply_to=asked.id.partition(":")[2]))
    assert replier.find(asked, WORDS, since=sent.at) == sent


FAULTS = {
    # kind: the error, and whether the reply is there all the same
    "ratelimited": (ReplyRateLimited, False),
    "revoked": (ReplyRejected, False),
    "server_error": (ReplyUnknown, False),
    "late_error": (ReplyUnknown, True),
    "malformed": (ReplyUnknown, False),
    "reset": (ReplyUnknown, False),
    "lost_ack": (ReplyUnknown, True),
    "slow": (ReplyUnknown, True),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_every_failure_says_what_is_known_and_find_tells_the_rest(place, kind):
    error, posted = FAULTS[kind]
    asked, replier = place.asked(), place.replier(**({"timeout_seconds": 1.5} if kind == "slow" else {}))
    since = place.clock()
    place.faults.add(kind, target=place.posting, times=1, seconds=2.5)
    with pytest.raises(error) as raised:
        replier.send(asked, WORDS)
    assert raised.value.platform == place.name
    assert "next poll" not in str(raised.value)
    if kind == "slow":
        replier = place.replier()
        wait_until(lambda: len(place.own()) == 1)
    found = replier.find(asked, WORDS, since=since)
    assert bool(found) == posted
    assert [mention.id for mention in place.own()] == ([found.id] if found else [])
    if not posted and kind != "ratelimited":
        assert replier.send(asked, WORDS).id == place.own()[0].id, "a second attempt works"
    assert len(place.own()) == (0 if kind == "ratelimited" else 1)


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "malformed", "reset", "lost_ack"])
def test_what_fails_before_the_reply_is_sent_has_posted_nothing(place, kind):
    asked, replier = place.asked(), place.replier()
    place.faults.add(kind, target="/me", times=1)
    with pytest.raises(ReplyRateLimited, match="Nothing was posted"):
        replier.send(asked, WORDS)
    assert place.own() == []


def test_refused_credentials_have_posted_nothing_and_are_told_apart(place):
    wrong = {"x": {"access_token": "900-wrong"}, "reddit": {"refresh_token": "wrong"}}[place.name]
    asked, replier = place.asked(), place.replier(**wrong)
    with pytest.raises(ReplyRejected, match=r"X_ACCESS_TOKEN|keys of X|REDDIT_REFRESH_TOKEN") as raised:
        replier.send(asked, WORDS)
    assert raised.value.code == "credentials"
    with pytest.raises(PlatformError):
        replier.find(asked, WORDS, since=asked.posted_at)


@pytest.mark.parametrize("accounts", [("kinobox",), ()])
def test_an_account_that_is_not_the_brands_never_answers(place, accounts):
    """With two brands and one token, the other brand's account would answer in the open."""
    asked = place.asked(f"@{place.account} @kinobox it is down")
    replier = place.replier(accounts=accounts)
    asked = replace(asked, summons=(*asked.summons, "kinobox"))
    for _ in range(2):
        with pytest.raises(ReplyRejected, match=f"of the account {place.account}") as raised:
            replier.send(asked, WORDS)
        assert raised.value.code == "credentials"
        assert (accounts[0] if accounts else "none") in str(raised.value)
    with pytest.raises(CredentialsError):
        replier.find(asked, WORDS, since=asked.posted_at)
    permit = replier.permits(asked)
    assert not permit.may_send
    assert place.account in permit.reason
    assert place.own() == []


def test_the_brands_account_answers_however_its_name_is_written(place):
    asked, replier = place.asked(), place.replier(accounts=("kinobox", place.account.swapcase()))
    assert replier.send(asked, WORDS).id == place.own()[0].id
    assert replier.account == place.account


def test_check_says_of_which_account_the_token_is_and_who_cannot_answer(place):
    check = listeners.load(place.name).check
    with pytest.raises(CredentialsError, match=f"of the account {place.account}.*ours here: kinobox"):
        check(place.settings(accounts=("kinobox",)))
    assert check(place.settings(accounts=("kinobox", place.account))).endswith(
        f"Replies are sent as {place.account} only, not as kinobox."
    )
    assert "only" not in check(place.settings(accounts=()))


def test_a_platform_that_is_not_there_has_got_nothing(place):
    asked, replier = place.asked(), place.replier()
    replier.find(asked, WORDS, since=asked.posted_at)
    place.sandbox.stop()
    with pytest.raises(ReplyRateLimited) as raised:
        replier.send(asked, WORDS)
    assert (raised.value.code, raised.value.retry_after) == ("unreachable", None)
    with pytest.raises(PlatformError):
        replier.find(asked, WORDS, since=asked.posted_at)


@pytest.mark.parametrize("words", ["", "x"])
def test_what_is_empty_or_too_long_is_not_even_sent(place, words):
    asked, replier = place.asked(), place.replier()
    with pytest.raises(ReplyRejected) as raised:
        replier.send(asked, words * (replier.limit + 1))
    assert raised.value.code == ("too_long" if words else "empty")
    sent = replier.send(asked, "x" * replier.limit)
    assert place.own()[0].id == sent.id, "the longest that is allowed passes the platform's own count"


def test_a_post_that_is_gone_is_refused_for_good(place):
    asked, replier = place.asked(), place.replier()
    place.sandbox.world.delete(asked.id.partition(":")[2])
    with pytest.raises(ReplyRejected, match="gone") as raised:
        replier.send(asked, WORDS)
    assert raised.value.code in ("gone", "DELETED_LINK")


def test_many_threads_send_each_reply_once(place):
    asked, replier = place.asked(), place.replier()
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda number: replier.send(asked, f"Answer {number}"), range(24)))
    assert len({one.id for one in sent}) == 24
    assert {mention.id for mention in place.own()} == {one.id for one in sent}


def test_without_the_secrets_for_writing_there_is_no_replier(place):
    module = listeners.load(place.name)
    missing = {
        "x": ("api_key", "api_secret", "access_token", "access_secret"),
        "reddit": ("client_id", "client_secret", "refresh_token"),
    }[place.name]
    for name in missing:
        assert module.replier(place.settings(**{name: ""}), clock=place.clock) is None


def test_check_names_the_account_that_answers(place):
    assert place.account in listeners.load(place.name).check(place.settings())


def test_logs_hold_no_secret_and_no_text(place, caplog):
    listeners.quiet_vendor_loggers()
    caplog.set_level(logging.DEBUG)
    asked, replier = place.asked(), place.replier()
    place.faults.add("server_error", target=place.posting, times=1)
    with pytest.raises(ReplyUnknown) as raised:
        replier.send(asked, "text-canary")
    replier.send(asked, "text-canary")
    written = caplog.text + str(raised.value) + repr(place.settings())
    secrets = ("text-canary", place.sandbox.x_access_token, X_ACCESS_SECRET, REDDIT_REFRESH_TOKEN, REDDIT_CLIENT_SECRET)
    assert not [canary for canary in secrets if canary in written]


@pytest.fixture
def on_x():
    clock = HandClock()
    with Sandbox(clock=clock) as sandbox:
        yield Place("x", X_ACCOUNT, "POST /2/tweets", sandbox, clock)


def test_x_is_answered_only_where_the_author_names_or_quotes_us(on_x):
    world = on_x.sandbox.world
    ours = world.add(Draft("x", X_ACCOUNT, "News from us"))
    drafts = {
        "named": Draft("x", "jane", "hello @LUMORA"),
        "quoted": Draft("x", "jane", "lumora, look at this", quotes=ours.id),
        "answered": Draft("x", "jane", "lumora is no news", reply_to=ours.id),
        "only spoken of": Draft("x", "jane", "lumora is down"),
        "another named": Draft("x", "jane", "@kinobox is better than lumora"),
        "another quoted": Draft("x", "jane", "lumora too", quotes=world.add(Draft("x", "ann", "down")).id),
        "reposted": Draft("x", "jane", "", reposts=world.add(Draft("x", "ann", "@lumora is down")).id),
    }
    posts = {name: world.add(draft) for name, draft in drafts.items()}
    on_x.clock.advance(seconds=1)
    read: dict[MentionId, Mention] = {}
    for kind, target in (
        (SourceKind.SEARCH, "lumora"),
        (SourceKind.MENTIONS, X_ACCOUNT),
        (SourceKind.OWN_POSTS, "jane"),
    ):
        read |= {mention.id: mention for mention in on_x._poll(kind, target)}
    mentions = {name: read[MentionId(f"x:{post.id}")] for name, post in posts.items()}
    replier = on_x.replier()
    permits = {name: replier.permits(mention) for name, mention in mentions.items()}
    assert {name for name, permit in permits.items() if permit.may_send} == {"named", "quoted", "answered"}
    assert "open the post and answer there" in permits["only spoken of"].reason
    for name, mention in mentions.items():
        if not permits[name].may_send:
            with pytest.raises(ReplyRejected) as raised:
                replier.send(mention, WORDS)
            assert raised.value.code == "not_summoned"
        else:
            assert replier.send(mention, f"{WORDS} {name}").id


def test_of_several_accounts_of_ours_the_one_that_signed_in_must_be_summoned(on_x):
    replier = on_x.replier(accounts=("lumora_jp", X_ACCOUNT))
    theirs, ours = on_x.asked("@lumora_jp and @lumora"), on_x.asked("@lumora")
    theirs = replace(theirs, summons=("lumora_jp",))
    assert replier.account == ""
    assert replier.permits(theirs).may_send, "as long as nobody knows which it is"
    with pytest.raises(ReplyRejected) as raised:
        replier.send(theirs, WORDS)
    assert raised.value.code == "not_summoned"
    assert (replier.account, replier.permits(theirs).may_send, replier.permits(ours).may_send) == (
        X_ACCOUNT, False, True,
    )  # fmt: skip


def test_x_says_of_a_duplicate_that_it_is_there_and_it_is_taken_for_sent(on_x):
    asked, replier = on_x.asked(), on_x.replier()
    on_x.faults.add("lost_ack", target=on_x.posting, times=1)
    with pytest.raises(ReplyUnknown):
        replier.send(asked, WORDS)
    assert replier.send(asked, WORDS).id == on_x.own()[0].id
    assert len(on_x.own()) == 1


def test_the_first_of_two_racing_twins_is_the_reply_of_both(on_x):
    asked, replier = on_x.asked(), on_x.replier()
    together = threading.Barrier(2)

    def send(_: int) -> MentionId:
        together.wait()
        sent: SentReply = replier.send(asked, WORDS)
        return sent.id

    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(send, range(2)))
    assert ids == {mention.id for mention in on_x.own()}
    assert len(ids) == 1
