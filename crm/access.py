"""The permission matrix: which role may do what. Whatever is not listed is refused."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.errors import Refused
from domain.person import Action, Person, Role

_WORKS_ON_CASES = frozenset({Role.CRM_ADMIN, Role.SOCIAL_EXPERT})
_READS_CUSTOMERS = frozenset(
    {Role.CRM_ADMIN, Role.DATA_CLEANER, Role.SOCIAL_EXPERT, Role.DIRECT_MAIL_EXPERT, Role.ENGAGEMENT_EXPERT}
)
_TIES_CUSTOMERS = frozenset({Role.CRM_ADMIN, Role.DATA_CLEANER, Role.SOCIAL_EXPERT})
_ANY_ROLE = frozenset(Role)

PERMITTED: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.CLAIM: _WORKS_ON_CASES,
        Action.REPLY: _WORKS_ON_CASES,
        Action.APPROVE: _WORKS_ON_CASES,  # and never one's own; see flows.approving
        Action.RESOLVE: _WORKS_ON_CASES,
        Action.REOPEN: _WORKS_ON_CASES,
        Action.NOT_US: _WORKS_ON_CASES,
        Action.CORRECT: _WORKS_ON_CASES,
        Action.ASSIGN: _WORKS_ON_CASES,
        Action.SNOOZE: _WORKS_ON_CASES,
        Action.WAKE: _WORKS_ON_CASES,
        Action.ESCALATE: _WORKS_ON_CASES,
        Action.LINK_CUSTOMER: _TIES_CUSTOMERS,
        Action.UNLINK_CUSTOMER: _TIES_CUSTOMERS,
        Action.NOTE_CUSTOMER: _TIES_CUSTOMERS,
        Action.SEND_TO_PRODUCT: _WORKS_ON_CASES,
        Action.CREATE_LEAD: _WORKS_ON_CASES,
        Action.SEE_LEADS: _READS_CUSTOMERS,
        Action.MUTE: _WORKS_ON_CASES,
        Action.TEST_QUERY: _WORKS_ON_CASES,
        Action.SAVE_QUERY: _WORKS_ON_CASES,
        Action.JUDGE: _WORKS_ON_CASES,
        Action.BLIND_CHECK: _WORKS_ON_CASES,
        Action.SET_PREFERENCES: _ANY_ROLE,  # each her own
        Action.OPEN_POST: _ANY_ROLE,  # the post is public; the button is only acknowledged
        Action.SEE_QUEUE: _WORKS_ON_CASES | {Role.ENGAGEMENT_EXPERT},
        Action.SEARCH: _WORKS_ON_CASES | {Role.ENGAGEMENT_EXPERT},
        Action.EXPLAIN: _WORKS_ON_CASES | {Role.ENGAGEMENT_EXPERT},
        Action.SEE_KPI: _ANY_ROLE,
        Action.SEE_EVIDENCE: _ANY_ROLE,  # who may not see the queue is shown ids, times and states
        Action.SEE_STATS: _WORKS_ON_CASES | {Role.LEADERSHIP},
        Action.SEE_PEOPLE_STATS: _WORKS_ON_CASES,
        Action.SEE_HEALTH: _ANY_ROLE,
        Action.SEE_CUSTOMER: _READS_CUSTOMERS,
        Action.SEE_CONTACT: frozenset({Role.CRM_ADMIN, Role.DATA_CLEANER, Role.DIRECT_MAIL_EXPERT}),
        Action.SEE_AUDIT: frozenset({Role.CRM_ADMIN}),
        Action.SEE_SETTINGS: frozenset({Role.CRM_ADMIN}),
        Action.SEE_HOME: _ANY_ROLE,
        Action.FORGET: frozenset({Role.CRM_ADMIN}),
        Action.SEE_HELP: _ANY_ROLE,
    }
)

_WORDS: Mapping[Action, str] = MappingProxyType(
    {
        Action.CLAIM: "claim cases",
        Action.REPLY: "answer in public",
        Action.APPROVE: "approve replies",
        Action.RESOLVE: "resolve cases",
        Action.REOPEN: "reopen cases",
        Action.NOT_US: "dismiss cases",
        Action.CORRECT: "correct labels",
        Action.ASSIGN: "assign cases",
        Action.SNOOZE: "snooze cases",
        Action.WAKE: "wake cases",
        Action.ESCALATE: "escalate cases",
        Action.LINK_CUSTOMER: "link customers",
        Action.UNLINK_CUSTOMER: "unlink customers",
        Action.NOTE_CUSTOMER: "add notes to customers",
        Action.SEND_TO_PRODUCT: "send posts to product",
        Action.CREATE_LEAD: "create leads",
        Action.SEE_LEADS: "see the leads",
        Action.MUTE: "mute authors and topics",
        Action.TEST_QUERY: "try queries and see the saved ones",
        Action.SAVE_QUERY: "save queries",
        Action.JUDGE: "judge posts that the model was unsure of",
        Action.SET_PREFERENCES: "choose what you are told directly",
        Action.BLIND_CHECK: "judge posts of the blind check",
        Action.OPEN_POST: "open posts from here",
        Action.SEE_QUEUE: "see the queue",
        Action.SEARCH: "search the posts",
        Action.EXPLAIN: "see why a post was alerted or not",
        Action.SEE_KPI: "see the KPIs",
        Action.SEE_EVIDENCE: "see what a KPI counts",
        Action.SEE_STATS: "see what the team did",
        Action.SEE_PEOPLE_STATS: "see who did what",
        Action.SEE_HEALTH: "see the health of the sources",
        Action.SEE_CUSTOMER: "look up customers",
        Action.SEE_CONTACT: "see how to reach a customer",
        Action.SEE_AUDIT: "read the audit log",
        Action.SEE_SETTINGS: "see the settings",
        Action.SEE_HOME: "see Earshot's home tab",
        Action.FORGET: "forget people",
        Action.SEE_HELP: "use Earshot",
    }
)


def may(person: Person, action: Action) -> bool:
    """Tell whether any of the person's roles permits the action."""
    return bool(PERMITTED.get(action, frozenset()) & person.roles)


def roles_for(action: Action) -> str:
    """Name the roles that permit an action."""
    return ", ".join(sorted(PERMITTED.get(action, frozenset())))


def permit(person: Person, action: Action) -> None:
    """Let a permitted action pass.

    Raises:
        Refused: naming the roles that would permit it, and who can give them.
    """
    if may(person, action):
        return
    roles = roles_for(action)
    raise Refused(f"You may not {_WORDS[action]}: that takes one of the roles {roles}. Ask whoever runs Earshot here.")
