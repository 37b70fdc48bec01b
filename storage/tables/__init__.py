"""Every table, as typed rows. Ids are text: the platform's own for posts and authors, random ones for what is ours."""

from storage.tables.blind_checks import BlindAnswerRow, BlindCheckRow, BlindItemRow
from storage.tables.cases import OPEN, SNOOZED, CaseRow, HandoverRow, HistoryRow
from storage.tables.customers import (
    LINKED,
    ContactRow,
    CustomerNoteRow,
    CustomerRow,
    LinkRow,
    MembershipRow,
    NameRow,
    RecordRow,
    RecordVersionRow,
)
from storage.tables.forgetting import ForgettingRow, TombstoneRow
from storage.tables.house import (
    AuditHeadRow,
    AuditRow,
    BrandRow,
    DeliveryRow,
    LeaseRow,
    PreferenceRow,
    SpendRow,
    StampRow,
    StreamRow,
)
from storage.tables.messages import STALE, UNSETTLED, MessageMentionRow, MessageRow, MuteRow, SurgeRow
from storage.tables.outcomes import ClosedDayRow, ClosedOutcomeRow, OutcomeRow
from storage.tables.posts import UNJUDGED, AuthorRow, ContextRow, CorrectionRow, MentionRow, PredictionRow, SightingRow
from storage.tables.replies import ACTIVE_REPLY, ReplyHoldRow, ReplyRow, ResponseRow
from storage.tables.row import Row

__all__ = [
    "ACTIVE_REPLY",
    "LINKED",
    "OPEN",
    "SNOOZED",
    "STALE",
    "UNJUDGED",
    "UNSETTLED",
    "AuditHeadRow",
    "AuditRow",
    "AuthorRow",
    "BlindAnswerRow",
    "BlindCheckRow",
    "BlindItemRow",
    "BrandRow",
    "CaseRow",
    "ClosedDayRow",
    "ClosedOutcomeRow",
    "ContactRow",
    "ContextRow",
    "CorrectionRow",
    "CustomerNoteRow",
    "CustomerRow",
    "DeliveryRow",
    "ForgettingRow",
    "HandoverRow",
    "HistoryRow",
    "LeaseRow",
    "LinkRow",
    "MembershipRow",
    "MentionRow",
    "MessageMentionRow",
    "MessageRow",
    "MuteRow",
    "NameRow",
    "OutcomeRow",
    "PredictionRow",
    "PreferenceRow",
    "RecordRow",
    "RecordVersionRow",
    "ReplyHoldRow",
    "ReplyRow",
    "ResponseRow",
    "Row",
    "SightingRow",
    "SpendRow",
    "StampRow",
    "StreamRow",
    "SurgeRow",
    "TombstoneRow",
]
