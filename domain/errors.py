"""The errors that Earshot raises on purpose; every message is safe to show to a user and says what to do."""

from datetime import datetime


class EarshotError(Exception):
    """Something failed in a way that Earshot understands; `str(error)` may be shown to the user."""


class SettingsError(EarshotError):
    """The settings file or the secrets cannot be used; the message lists every fault."""


class StorageError(EarshotError):
    """The database cannot be reached, is locked, is full, or refuses a write."""


class ModelError(EarshotError):
    """A model's files are missing, altered or do not have the label sets that Earshot needs."""


class InputError(EarshotError):
    """A file or an argument that a person gave cannot be read; the message says where and how to mend it."""


class WrongUse(InputError):
    """A command was called with a name or a period that does not exist; the message lists what does."""


class Refused(EarshotError):
    """An action is not allowed in this state or for this person; nothing was changed."""


class AlreadyOwned(Refused):
    """Somebody else has claimed the case."""

    def __init__(self, owner: str) -> None:
        """Keep the owner's Slack user id."""
        super().__init__(f"{owner} owns this case already.")
        self.owner = owner


class BeingAnswered(Refused):
    """Somebody else is writing a reply to the case."""

    def __init__(self, holder: str, *, since: datetime) -> None:
        """Keep the writer's Slack user id, and when she began."""
        super().__init__(f"{holder} is writing a reply to this.")
        self.holder = holder
        self.since = since


class AnsweredAlready(Refused):
    """The case has a public reply of ours."""

    def __init__(self, responder: str, *, at: datetime, url: str) -> None:
        """Keep who answered, a Slack user id or the public account, when and where."""
        super().__init__("This was answered in public meanwhile.")
        self.responder = responder
        self.at = at
        self.url = url


class PlatformError(EarshotError):
    """A social platform did not give a usable answer; the next poll tries again."""

    def __init__(self, message: str, *, platform: str, retry_after: float | None = None) -> None:
        """Keep `retry_after` in seconds where the platform named it."""
        super().__init__(message)
        self.platform = platform
        self.retry_after = retry_after


class CredentialsError(PlatformError):
    """The platform refuses our credentials; polling again does not help until a person mends them."""


class CursorTooOldError(PlatformError):
    """The platform no longer serves the place where the last poll stopped; posts between may be lost."""

    def __init__(
        self, message: str, *, platform: str, since: datetime | None = None, until: datetime | None = None
    ) -> None:
        """Keep the span [since, until) that is out of reach.

        None where it is not known: from the last poll on, and up to now.
        """
        super().__init__(message, platform=platform)
        self.since = since
        self.until = until


class PostError(EarshotError):
    """Slack did not take a message. `kind` says what is known of it."""

    def __init__(self, message: str, *, code: str, retry_after: float | None = None) -> None:
        """Keep Slack's error `code`, and `retry_after` in seconds where it named it."""
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class PostRateLimited(PostError):
    """Slack asks us to wait; nothing was posted."""


class PostRejected(PostError):
    """Slack will never take this message as it is; nothing was posted."""

    def __init__(self, message: str, *, code: str, plain_may_help: bool = False) -> None:
        """Say whether the same message could pass as plain text, because only its blocks were refused."""
        super().__init__(message, code=code)
        self.plain_may_help = plain_may_help


class PostUnknown(PostError):
    """Nobody knows whether the message was posted: look before posting again."""


class ReplyError(EarshotError):
    """A platform did not take a public reply. The subclass says what is known of it."""

    def __init__(self, message: str, *, platform: str, code: str, retry_after: float | None = None) -> None:
        """Keep the platform's error `code`, and `retry_after` in seconds where it is known."""
        super().__init__(message)
        self.platform = platform
        self.code = code
        self.retry_after = retry_after


class ReplyRateLimited(ReplyError):
    """The platform asks us to wait, or could not be reached; nothing was posted."""


class ReplyRejected(ReplyError):
    """The platform will never take this reply as it is; nothing was posted. The message says how to mend it."""


class ReplyUnknown(ReplyError):
    """Nobody knows whether the reply was posted: look for it before sending again."""
