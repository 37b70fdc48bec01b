"""What commands and the home tab show, filled with examples."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.commands import VERBS
from bot.typed import EARSHOT
from bot.views.audit import audit_blocks
from bot.views.help import verb_blocks
from bot.views.home import home_view, stranger_view
from bot.views.leads import leads_blocks
from bot.views.muting import begun_blocks, muted_blocks
from bot.views.queue import queue_blocks
from bot.views.search import search_blocks
from bot.views.stats import stats_blocks
from bot.views.unsure import unsure_blocks
from bot.views.why import why_blocks
from domain.audit import AuditEntry, Chain
from domain.case import CaseFile, CaseKind, CaseState, SeenMention, Triage, Verdict
from domain.handover import HandoverKind, Interest
from domain.noise import Mute, MuteKind
from domain.person import Person, Role
from domain.preference import DirectKind, Preferences
from domain.queue import QueueFilter
from domain.setting import Setting
from domain.story import Story, StoryLine
from domain.team import BrandState, Deeds, TeamStats
from flows.auditing import AuditPage
from flows.handing_over import LeadPage
from flows.home import Home
from flows.judging import UnsurePage
from flows.lookup import Hit, SearchPage, SearchQuery
from tests import builders
from tests.bot import files
from tests.builders import NOON

HEAD = "9f" * 32


def mute(shown="x:jane_doe", *, kind=MuteKind.AUTHOR, **changes) -> Mute:
    values = {"brand": None, "by": "U0MIA", "since": NOON, "until": NOON + timedelta(hours=2)}
    return Mute(**({"id": f"mute-{shown}"[:40], "kind": kind, "value": shown, "shown": shown} | values | changes))


def unsure(number=31, **changes) -> SeenMention:
    guess = builders.predictions("negative", score=0.51, unsure=True)
    waits = Triage(Verdict.REVIEW, "unsure: negative")
    post = builders.mention("Lumora again, well done", number=number, by=files.jane())
    return files.seen(**({"mention": post, "predictions": guess, "triage": waits, "case_id": None} | changes))


def stats(*people: Deeds, **changes) -> TeamStats:
    values = {"brand": "Lumora", "since": date(2026, 3, 2), "until": date(2026, 3, 5)}
    total = Deeds(None, claimed=14, answered=9, resolved=11, first_response=5025.0)
    return TeamStats(**(values | {"total": total, "people": people} | changes))


def entry(number=41, **changes) -> AuditEntry:
    values = {"number": number, "at": NOON, "actor": "U0MIA", "action": "claim", "subject": "case1"}
    return AuditEntry(**(values | changes))


def story(seen: SeenMention, text="triage: it waits for a person's eye, because: unsure: negative", **changes) -> Story:
    told = (
        StoryLine(NOON, "brought by the stream “lumora on X”"),
        StoryLine(None, text),
        StoryLine(NOON, "no card: the topic is muted", "U0MIA"),
    )
    return Story(seen, told, **changes)


def home(*mine: CaseFile, **changes) -> Home:
    values = {
        "person": Person("U0MIA", frozenset({Role.SOCIAL_EXPERT})),
        "mine": mine,
        "mine_total": len(mine),
        "team": (
            BrandState("Lumora", open=12, overdue=3, unowned=5, surging=True, silent=2),
            BrandState("Helio", open=0, overdue=0, unowned=0, surging=False, silent=0),
        ),
        "kpis": (("Lumora", files.kpis()),),
        "preferences": Preferences(frozenset({DirectKind.AWAKE}), open_hours_only=True),
        "health": files.health(),
        "works_on_cases": True,
        "mutes": (mute(),),
    }
    return Home(**(values | changes))


SETTINGS = (
    Setting("Brand Lumora", '[[brands]] name = "Lumora"', "also lumora"),
    Setting("Stream lumora on X", "[[streams]]", "search on x: lumora, every 60 s", ("C0ALERTS",)),
    Setting("Role social_expert", "[roles] social_expert", "", ("U0MIA", "S0SOCIAL")),
    Setting("Quiet hours of Lumora", "[brands.quiet]"),
)
SNOOZED = files.file(
    state=CaseState.SNOOZED, owner="U0MIA", snoozed_by="U0MIA", snoozed_until=NOON + timedelta(hours=3)
)
WAITING = files.file(state=CaseState.WAITING_APPROVAL, owner="U0MIA")
QUERY = SearchQuery("price_rise", "Lumora", NOON - timedelta(days=7), "jane", "x")
ADMIN = home(files.file(state=CaseState.CLAIMED, owner="U0MIA"), SNOOZED, mine_total=13, may_see_settings=True)


KEPT = files.handover(HandoverKind.LEAD, interest=Interest.READY, note="Wants a family plan.")
LEAD = files.handed(HandoverKind.LEAD, handover=KEPT)


def blocks_of(view: View) -> list[Block]:
    return list(view.blocks or ())


VIEWS: dict[str, Callable[[], list[Block]]] = {
    "queue_snoozed": lambda: queue_blocks(files.queue(SNOOZED, WAITING), page=0, now=NOON),
    "queue_mine": lambda: queue_blocks(
        files.queue(SNOOZED),
        page=0,
        now=NOON,
        wanted=QueueFilter("Lumora", "U0MIA", CaseKind.COMPLAINT, "x"),
        value="U0MIA|complaint|x|Lumora",
    ),
    "search": lambda: search_blocks(
        SearchPage((Hit(files.seen(), files.case(state=CaseState.CLAIMED, owner="U0MIA")), Hit(unsure(), None)), True),
        QUERY,
        page=1,
        key="k1",
    ),
    "search_nothing": lambda: search_blocks(SearchPage((), more=False), QUERY, page=0, key="k1"),
    "unsure": lambda: unsure_blocks(UnsurePage((unsure(), unsure(32)), 14), page=0, brand="", judged=files.file()),
    "unsure_empty": lambda: unsure_blocks(UnsurePage((), 0), page=0, brand=""),
    "leads": lambda: leads_blocks(
        LeadPage((LEAD, replace(LEAD, seen=None, handover=replace(KEPT, interest=None))), 19), page=1, value=" ", most=8
    ),
    "leads_past_the_end": lambda: leads_blocks(LeadPage((), 3), page=1, value=" ", most=8),
    "leads_none": lambda: leads_blocks(LeadPage((), 0), page=0, value=" ", most=8),
    "why": lambda: why_blocks((story(unsure()), story(files.seen(), case=files.case()))),
    "muted": lambda: muted_blocks(
        [mute(), mute("price rise", kind=MuteKind.TOPIC, brand="Lumora")], page=0, new="mute-price rise"
    ),
    "mute_begun": lambda: begun_blocks(mute(brand="Lumora")),
    "muted_nothing": lambda: muted_blocks([], page=0),
    "stats": lambda: stats_blocks(
        [stats(Deeds("U0MIA", 10, 7, 8, 3600.0), Deeds("U0BEN", 4, 0, 3, None)), stats(brand="Helio")]
    ),
    "audit": lambda: audit_blocks(
        AuditPage((entry(), entry(40, actor="earshot", action="answer", detail="lead1")), 41),
        page=0,
        value="",
        chain=Chain(41, HEAD, ()),
    ),
    "audit_broken": lambda: audit_blocks(AuditPage((), 0), page=0, value="", chain=Chain(41, HEAD, (7, 8, 9))),
    "help_of_a_verb": lambda: verb_blocks(EARSHOT, next(verb for verb in VERBS if verb.name == "search")),
    "home": lambda: blocks_of(home_view(ADMIN, now=NOON, settings=SETTINGS)),
    "home_of_leadership": lambda: blocks_of(
        home_view(home(works_on_cases=False, mutes=None, preferences=Preferences()), now=NOON, settings=SETTINGS)
    ),
    "home_of_a_stranger": lambda: blocks_of(stranger_view(["U0ADA"])),
}


def hostile(text: str, file: CaseFile, seen: SeenMention) -> list[list[Block]]:
    """Every view with the text in every foreign place."""
    waits = replace(seen, case_id=None)
    deeds = Deeds(text, 1, 1, 1, 1.0)
    states = tuple(BrandState(text, 1, 1, 1, surging=True, silent=1) for _ in range(3))
    full = home(
        file, file, mine_total=2, team=states, kpis=((text, files.kpis()),), mutes=(mute(text, brand=text),) * 3
    )
    settings = (Setting(text, text, text, (text,)),) * 3
    return [
        search_blocks(SearchPage((Hit(seen, file.case),) * 10, more=True), SearchQuery(text, text), page=1, key="k"),
        search_blocks(SearchPage((), more=False), SearchQuery(text, author=text), page=0, key="k"),
        unsure_blocks(UnsurePage((waits,) * 10, 99), page=1, brand="Lumora", judged=file),
        why_blocks((story(waits, text), story(waits, text, case=file.case))),
        muted_blocks([replace(mute(text, brand=text, by=text), id=f"m{n}") for n in range(30)], page=1, new="m1"),
        begun_blocks(mute(text, brand=text)),
        stats_blocks([stats(*[deeds] * 30, brand=text)]),
        audit_blocks(
            AuditPage((entry(actor=text, action=text, subject=text, detail=text),) * 10, 99), page=2, value="last:99"
        ),
        blocks_of(home_view(replace(full, may_see_settings=True), now=NOON, settings=settings)),
    ]
