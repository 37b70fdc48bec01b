"""What a form is about: a case, a post without one, or a message in Slack, written in ids into its private metadata."""

from dataclasses import dataclass

from domain.mention import MentionId


@dataclass(frozen=True, slots=True)
class CaseSubject:
    """A case."""

    case_id: str


@dataclass(frozen=True, slots=True)
class PostSubject:
    """A post as seen for a brand, without a case."""

    brand: str
    mention_id: MentionId


@dataclass(frozen=True, slots=True)
class MessageSubject:
    """A message in Slack, by its place."""

    channel: str
    ts: str


Subject = CaseSubject | PostSubject | MessageSubject


def subject_value(subject: Subject) -> str:
    """Write a subject."""
    match subject:
        case CaseSubject(case_id):
            return f"case|{case_id}"
        case PostSubject(brand, mention_id):
            return f"post|{mention_id}|{brand}"
        case MessageSubject(channel, ts):
            return f"message|{channel}|{ts}"


def read_subject(value: str) -> Subject:
    """Read what `subject_value` wrote."""
    kind, _, rest = value.partition("|")
    first, _, second = rest.partition("|")
    if kind == "case":
        return CaseSubject(rest)
    return PostSubject(second, MentionId(first)) if kind == "post" else MessageSubject(first, second)
