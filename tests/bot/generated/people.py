"""Draws customers, people to be forgotten, and what people of ours work with: lists, mutes, home tabs, forms."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.views.paging import PAGE
from crm.access import may
from domain.case import CaseKind
from domain.customer import Customer, CustomerNote, CustomerProfile, Grade, LinkState
from domain.errors import AlreadyOwned, AnsweredAlready, BeingAnswered, Refused
from domain.forgetting import Forgetting, ForgettingState, Holdings, Offer, Somebody
from domain.noise import Mute, MuteKind
from domain.person import Action, Person, Role
from domain.preference import DirectKind, Preferences
from domain.queue import QueueFilter
from domain.reply import Permit, ReplyTemplate
from domain.setting import Setting
from domain.story import Story, StoryLine
from flows.drafting import Sheet
from flows.home import MINE_SHOWN, Home
from flows.judging import UnsurePage
from flows.lookup import SHOWN, Hit, QueuePage, SearchPage, SearchQuery
from tests.bot import files
from tests.bot.generated.figures import brand_states, healths, kpis
from tests.bot.generated.posts import authors, case_files, cases, mentions, risks, seen
from tests.bot.generated.words import (
    COUNTS,
    MEMBERS,
    MOMENTS,
    MONEY,
    NAMED,
    PEOPLE,
    PLATFORMS,
    RECORD_IDS,
    SLACK_IDS,
    URLS,
    WORDS,
    apart,
    many,
    maybe,
    names,
)


def links() -> st.SearchStrategy[tuple[Any, ...]]:
    link = st.builds(
        files.link,
        handle=WORDS,
        platform=PLATFORMS,
        state=st.sampled_from(LinkState),
        grade=st.sampled_from(Grade),
        evidence=WORDS,
        since=MOMENTS,
    )
    return many(link, most=25).map(apart)


def customers() -> st.SearchStrategy[Customer]:
    several = many(WORDS, most=9)
    return st.builds(
        files.customer,
        id=RECORD_IDS,
        names=several,
        emails=several,
        phones=several,
        addresses=several,
        links=links(),
        value=maybe(MONEY),
        currency=maybe(WORDS),
        notes=several,
        sources=several,
    )


def profiles() -> st.SearchStrategy[CustomerProfile]:
    note = st.builds(CustomerNote, at=MOMENTS, by=PEOPLE, text=WORDS)
    several = {"cases": cases(), "mentions": seen(), "notes": note}
    return st.builds(
        files.profile, customer=customers(), **{name: many(each, most=SHOWN) for name, each in several.items()}
    )


def found_customers(most: int, *, least: int = 0) -> st.SearchStrategy[tuple[CustomerProfile, ...]]:
    """Draw what a look-up finds where more than one may be meant."""
    found = many(st.builds(files.profile, customer=customers()), most=most, least=least)
    return found.map(
        lambda some: tuple(
            replace(each, customer=replace(each.customer, id=f"{number:032x}")) for number, each in enumerate(some)
        )
    )


def holdings() -> st.SearchStrategy[Holdings]:
    counted = (
        "posts",
        "copies",
        "replies",
        "cases",
        "messages",
        "corrections",
        "judged",
        "accounts",
        "links",
        "events",
    )
    records = st.dictionaries(NAMED, COUNTS, max_size=5)
    return st.builds(Holdings, records=records, versions=COUNTS, notes=COUNTS, **dict.fromkeys(counted, COUNTS))


def offers() -> st.SearchStrategy[Offer]:
    somebody = st.builds(Somebody, customer=maybe(customers()), accounts=many(authors(), most=20))
    return st.builds(Offer, id=RECORD_IDS, who=somebody, held=maybe(holdings()))


def forgettings() -> st.SearchStrategy[Forgetting]:
    return st.builds(
        Forgetting,
        id=RECORD_IDS,
        state=st.sampled_from(ForgettingState),
        by=PEOPLE,
        offered_at=MOMENTS,
        confirmed_at=maybe(MOMENTS),
        erased_at=maybe(MOMENTS),
        customer_id=st.none(),
        author_keys=st.just(()),
        gone=holdings(),
    )


# Lists


def queue_filters() -> st.SearchStrategy[QueueFilter]:
    return st.builds(
        QueueFilter,
        brand=maybe(NAMED),
        owner=maybe(SLACK_IDS),
        kind=maybe(st.sampled_from(CaseKind)),
        platform=maybe(PLATFORMS),
    )


def queue_pages() -> st.SearchStrategy[QueuePage]:
    return st.builds(QueuePage, files=many(case_files(), most=PAGE), total=COUNTS, overdue=COUNTS)


def search_queries() -> st.SearchStrategy[SearchQuery]:
    return st.builds(
        SearchQuery,
        words=WORDS,
        brand=maybe(NAMED),
        since=maybe(MOMENTS),
        author=maybe(WORDS),
        platform=maybe(st.sampled_from(["x", "reddit"])),
    )


def search_pages() -> st.SearchStrategy[SearchPage]:
    hit = st.builds(Hit, seen=seen(), case=maybe(cases()))
    return st.builds(SearchPage, hits=many(hit, most=PAGE), more=st.booleans())


def unsure_pages() -> st.SearchStrategy[UnsurePage]:
    return st.builds(UnsurePage, posts=many(seen(), most=PAGE), total=COUNTS)


def stories() -> st.SearchStrategy[tuple[Story, ...]]:
    line = st.builds(StoryLine, at=maybe(MOMENTS), words=WORDS, by=maybe(PEOPLE))
    return many(st.builds(Story, seen=seen(), lines=many(line, most=40), case=maybe(cases())), most=4, least=1)


def mute() -> st.SearchStrategy[Mute]:
    return st.builds(
        Mute,
        id=RECORD_IDS,
        kind=st.sampled_from(MuteKind),
        value=WORDS,
        shown=WORDS,
        brand=maybe(NAMED),
        by=PEOPLE,
        since=MOMENTS,
        until=MOMENTS,
    )


def mutes(most: int) -> st.SearchStrategy[tuple[Mute, ...]]:
    return many(mute(), most=most).map(apart)


# Home


@st.composite
def homes(draw: st.DrawFn, roles: frozenset[Role]) -> Home:
    """Draw a home tab as somebody with these roles gets it."""
    person = Person(draw(SLACK_IDS), roles)
    works = may(person, Action.CLAIM)
    off = st.frozensets(st.sampled_from(DirectKind))
    of_brand = st.tuples(NAMED, kpis())
    return Home(
        person=person,
        mine=draw(many(case_files(), most=MINE_SHOWN)) if works else (),
        mine_total=draw(COUNTS) if works else 0,
        team=draw(many(brand_states(), most=30)),
        kpis=draw(many(of_brand, most=30)),
        preferences=draw(st.builds(Preferences, off=off, open_hours_only=st.booleans())),
        health=draw(healths()),
        works_on_cases=works,
        mutes=draw(mutes(200)) if may(person, Action.MUTE) else None,
        may_see_settings=may(person, Action.SEE_SETTINGS),
    )


def settings() -> st.SearchStrategy[tuple[Setting, ...]]:
    return many(st.builds(Setting, title=NAMED, key=NAMED, text=WORDS, ids=many(MEMBERS | NAMED, most=40)), most=100)


# Replies


def templates() -> st.SearchStrategy[tuple[ReplyTemplate, ...]]:
    """Draw up to a hundred and more, within what config.templates lets through."""
    template = st.builds(
        ReplyTemplate,
        id=st.just(""),
        title=names(70),
        text=NAMED,
        language=st.sampled_from(["en", "de", "sv", "gsw"]),
        purpose=names(60),
    )
    return many(template, most=120).map(
        lambda some: tuple(replace(each, id=f"{number:x}".ljust(40, "_")) for number, each in enumerate(some))
    )


def refusals() -> st.SearchStrategy[Refused]:
    return st.one_of(
        WORDS.map(lambda words: Refused(f"Not now: {words}")),
        st.builds(AlreadyOwned, PEOPLE),
        st.builds(BeingAnswered, PEOPLE, since=MOMENTS),
        st.builds(AnsweredAlready, PEOPLE | WORDS, at=MOMENTS, url=URLS),
    )


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Draw a reply in the making: any text, every risk, every fault, few templates or many."""
    text = draw(st.just("") | WORDS).strip()[:3000]
    offered = draw(templates())
    return Sheet(
        file=draw(case_files(least=1)),
        post=draw(mentions()),
        permit=draw(st.builds(Permit, may_send=st.booleans(), reason=WORDS)),
        account=draw(WORDS | st.just("")),
        text=text,
        length=len(text),
        limit=draw(st.sampled_from([0, 280, 10_000])),
        risks=draw(risks()),
        faults=draw(many(WORDS, most=4)),
        templates=offered,
        template=draw(st.sampled_from([None, *(each.id for each in offered)])),
        trouble=draw(maybe(refusals())),
    )
