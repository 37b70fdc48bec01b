"""Who somebody in Slack is to Earshot: roles by user id and user group, nothing for guests and strangers."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.identity import BotIdentity
from domain.errors import Refused
from domain.person import Person, Role

Roles = Mapping[Role, Collection[str]]
"""The ids of users (`U...`, `W...`) and user groups (`S...`) that have each role."""

REMEMBERED_SECONDS = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class People:
    """Looks people up and remembers the answers for a minute; a failing look-up refuses rather than guesses."""

    client: WebClient
    roles: Roles
    us: BotIdentity
    approvers: Collection[str] = ()
    """Who may approve replies, users and user groups; none: whoever has the role."""
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def person(self, user_id: str) -> Person:
        """Return the person with her roles; CRM admins are named by user id only.

        Raises:
            Refused: Slack did not say who this is.
        """
        user: dict[str, Any] = self._remembered("users.info", "user", user=user_id)
        if not self._belongs_here(user):
            log.info("stranger_refused", user=user_id)
            return Person(user_id)
        held = {role for role, ids in self.roles.items() if user_id in ids}
        try:
            held |= {role for role, ids in self.roles.items() if self._through_group(user_id, role, ids)}
        except Refused:
            if not held:  # the roles that name her stand without Slack's groups
                raise
        return Person(user_id, frozenset(held), name=_first_name(user), approver=self._approves(user_id))

    def _approves(self, user_id: str) -> bool:
        if not self.approvers or user_id in self.approvers:
            return True
        try:
            return any(user_id in self._members(group) for group in self.approvers if group.startswith("S"))
        except Refused:
            return False

    def _belongs_here(self, user: dict[str, Any]) -> bool:
        """Refuse guests, people of other organisations, bots, and whoever has left."""
        if any(user.get(flag) for flag in ("deleted", "is_bot", "is_stranger", "is_restricted", "is_ultra_restricted")):
            return False
        organisation = (user.get("enterprise_user") or {}).get("enterprise_id")
        same_organisation = self.us.enterprise_id is not None and organisation == self.us.enterprise_id
        return user.get("team_id") == self.us.team_id or same_organisation

    def _through_group(self, user_id: str, role: Role, ids: Collection[str]) -> bool:
        if role is Role.CRM_ADMIN:
            return False
        groups = (each for each in ids if each.startswith("S"))
        return any(user_id in self._members(group) for group in groups)

    def _members(self, group: str) -> list[str]:
        members: list[str] = self._remembered("usergroups.users.list", "users", usergroup=group)
        return members

    def _remembered(self, method: str, wanted: str, **arguments: str) -> Any:
        key = f"{method} {arguments}"
        now = self.monotonic()
        known = self._known.get(key)
        if known is None or known[0] <= now:
            known = self._known[key] = (now + REMEMBERED_SECONDS, self._ask(method, wanted, arguments))
        return known[1]

    def _ask(self, method: str, wanted: str, arguments: dict[str, str]) -> Any:
        try:
            answer = self.client.api_call(method, params=arguments).get(wanted)
            code = "an empty answer"
        except SlackApiError as error:
            answer, code = None, str(error.response.get("error"))
        except (SlackClientError, HTTPException, OSError, ValueError) as error:
            answer, code = None, type(error).__name__
        if answer is None:
            log.warning("person_unknown", method=method, error=code, **arguments)
            raise Refused("I could not ask Slack who you are, so I did nothing. Please try again in a minute.")
        return answer


def _first_name(user: Mapping[str, Any]) -> str:
    """Return what a person is called, as far as her profile says."""
    profile = user.get("profile") or {}
    name = profile.get("first_name") or profile.get("real_name") or user.get("real_name") or ""
    return str(name).split(" ")[0]
