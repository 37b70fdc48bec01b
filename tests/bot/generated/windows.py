"""Home tabs and modals over generated values."""

from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.desk import Answer
from bot.subjects import CaseSubject, MessageSubject, PostSubject, subject_value
from bot.views import (
    approval,
    card,
    case_forms,
    home,
    linking,
    modal,
    muting,
    refusal,
    reply,
)
from domain.handover import EscalationPolicy
from domain.person import Role
from flows.lookup import PICKS
from tests import builders
from tests.bot.generated import people, posts
from tests.bot.generated.drawn import KEYS, Drawn, drawn
from tests.bot.generated.words import (
    CHANNELS,
    MEMBERS,
    MOMENTS,
    NAMED,
    PEOPLE,
    PLATFORMS,
    RECORD_IDS,
    WORDS,
    many,
    maybe,
    mention_ids,
)

SUBJECTS = st.one_of(
    st.builds(CaseSubject, RECORD_IDS),
    st.builds(PostSubject, NAMED, mention_ids()),
    st.builds(MessageSubject, CHANNELS, st.just("1772625600.000100")),
).map(subject_value)
_BRANDS = many(NAMED, most=30).map(lambda drawn: list(dict.fromkeys(drawn)))
_PLACES = CHANNELS | st.just("#lumora-alerts")
_BRAND = st.builds(
    builders.brand, NAMED, time_zone=st.sampled_from(["UTC", "America/Argentina/ComodRivadavia"]).map(ZoneInfo)
)
_TITLES = st.sampled_from(["Reply", "Link to customer", "Earshot", "X" * modal.TITLE_LIMIT])
_TYPED = st.dictionaries(
    st.sampled_from(["reply_text_1", "note", "quote", "reason"]),
    WORDS.map(lambda words: words[:3000]) | many(MEMBERS, most=10),
    max_size=3,
)
_ANSWERS = st.builds(Answer, st.builds(refusal.refusal_words, people.refusals())) | st.builds(
    lambda file, now: Answer(card.card_text(file), card.card_blocks(file, now=now), case_id=file.case.id),
    posts.case_files(),
    MOMENTS,
)


def _home(*roles: Role) -> Drawn:
    return drawn(home.home_view, people.homes(frozenset(roles)), now=MOMENTS, settings=people.settings())


WINDOWS = {f"home, {role.value}": _home(role) for role in Role} | {
    "home, all roles": _home(*Role),
    "home of a stranger": drawn(home.stranger_view, many(MEMBERS, most=3)),
    "home in trouble": drawn(home.trouble_view, st.builds(refusal.refusal_words, people.refusals())),
    "reply": drawn(
        reply.reply_view,
        people.sheets(),
        fill=KEYS,
        previewed=st.booleans(),
        beside=lambda sheet, **_: [
            reply.handed_in_words(sheet),
            *([refusal.refusal_words(sheet.trouble)] if sheet.trouble else []),
        ],
    ),
    "reply to copy": drawn(reply.copy_view, people.sheets()),
    "changes": drawn(approval.changes_view, RECORD_IDS),
    "topic to mute": drawn(muting.topic_view, SUBJECTS, brand=NAMED),
    "snooze": drawn(
        case_forms.snooze_view, SUBJECTS, brand=_BRAND, at=MOMENTS, fault=st.sampled_from(["", "That moment is over."])
    ),
    "assign": drawn(case_forms.assign_view, SUBJECTS, owner=maybe(PEOPLE)),
    "escalate": drawn(
        case_forms.escalate_view,
        SUBJECTS,
        policy=st.builds(EscalationPolicy, people=many(MEMBERS, most=10), channel=maybe(_PLACES)),
    ),
    "product": drawn(case_forms.product_view, SUBJECTS, channel=maybe(_PLACES), quote=maybe(WORDS), brands=_BRANDS),
    "lead": drawn(case_forms.lead_view, SUBJECTS, quote=maybe(WORDS), brands=_BRANDS),
    "choice of a post": drawn(
        case_forms.post_view,
        NAMED.map(lambda brand: f"send_to_product|{brand}"),
        many(posts.seen(), most=PICKS, least=1).map(posts.with_ids),
    ),
    "search of a customer": drawn(
        linking.search_view, SUBJECTS, author=maybe(posts.authors()), typed=WORDS, nobody=st.booleans()
    ),
    "choice of a customer": drawn(
        linking.choice_view, SUBJECTS, people.found_customers(PICKS, least=1), author=maybe(posts.authors())
    ),
    "unlink": drawn(
        linking.unlink_view,
        SUBJECTS | st.just(""),
        people.links().filter(len),
        customer=people.customers(),
    ),
    "account": drawn(
        linking.account_view,
        RECORD_IDS,
        platforms=st.sets(PLATFORMS, min_size=1).map(sorted),
    ),
    "note": drawn(linking.note_view, RECORD_IDS),
    "wait": drawn(modal.waiting_view, _TITLES, external_id=KEYS),
    "what came of it": drawn(modal.said_view, _TITLES, _ANSWERS, typed=maybe(_TYPED)),
}
