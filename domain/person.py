"""A person in Slack and what she may do there: roles from the settings, deny by default."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to Earshot; several roles may meet in one person."""

    CRM_ADMIN = "crm_admin"
    DATA_CLEANER = "data_cleaner"
    SOCIAL_EXPERT = "social_expert"
    DIRECT_MAIL_EXPERT = "direct_mail_expert"
    ENGAGEMENT_EXPERT = "engagement_expert"
    LEADERSHIP = "leadership"  # aggregates only


class Action(StrEnum):
    """Everything that a handler may do; each has a row in the permission matrix of crm.access."""

    CLAIM = "claim"
    REPLY = "reply"
    APPROVE = "approve"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    NOT_US = "not_us"
    CORRECT = "correct"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    ESCALATE = "escalate"
    LINK_CUSTOMER = "link_customer"
    UNLINK_CUSTOMER = "unlink_customer"
    NOTE_CUSTOMER = "note_customer"
    SEND_TO_PRODUCT = "send_to_product"
    CREATE_LEAD = "create_lead"
    SEE_LEADS = "see_leads"
    MUTE = "mute"
    TEST_QUERY = "test_query"
    SAVE_QUERY = "save_query"
    JUDGE = "judge"
    BLIND_CHECK = "blind_check"
    SET_PREFERENCES = "set_preferences"
    OPEN_POST = "open_post"
    SEE_QUEUE = "see_queue"
    SEARCH = "search"
    EXPLAIN = "explain"  # why a post was alerted or not
    SEE_KPI = "see_kpi"
    SEE_EVIDENCE = "see_evidence"  # the rows behind a KPI; without SEE_QUEUE neither author nor text
    SEE_STATS = "see_stats"
    SEE_PEOPLE_STATS = "see_people_stats"  # who did what
    SEE_HEALTH = "see_health"
    SEE_CUSTOMER = "see_customer"
    SEE_CONTACT = "see_contact"  # e-mail, phone and address unmasked
    SEE_AUDIT = "see_audit"
    SEE_SETTINGS = "see_settings"
    SEE_HOME = "see_home"
    FORGET = "forget"  # erase a person for good
    SEE_HELP = "see_help"


@dataclass(frozen=True, slots=True)
class Person:
    """Who clicked or typed. `roles` is empty for guests, externals, deactivated users and anybody not named.

    `name` is what Slack calls her. `approver` is False where the settings name those who approve, and not her.
    """

    user_id: str
    roles: frozenset[Role] = frozenset()
    name: str = ""
    approver: bool = True
