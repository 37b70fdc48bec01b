"""Owns what people do in modals and home tabs: fill, click, submit, close; and what the app's answer does."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack import modals, payloads
from sandbox.slack.delivery import Delivery, NotDelivered
from sandbox.slack.modals import View
from sandbox.slack.state import NoSuchThing, action_of, chosen, fill, find, unacceptable
from sandbox.slack.workspace import SlackError, User, Workspace


class ViewInteractions:
    """The people's side of views. What somebody enters stays in the view until it is closed.

    `values` are friendly: an action id or block id with a text, the value of an option, a user's id, a date, or a list
    of them; see `sandbox.slack.state.fill`.
    """

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self._offered: dict[str, dict[str, dict[str, Any]]] = {}

    async def submit_view(self, user_id: str, view_id: str, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Fill inputs of the open modal and press its submit button.

        Returns:
            What is shown beside the inputs, by block id: Slack's own complaints (then the app hears nothing), or the
            app's `response_action: errors`. Empty when the view was accepted.

        Raises:
            NotDelivered: the app did not acknowledge, or answered with something that Slack refuses.
            NoSuchThing: there is no such view, submit button, input or choice.
        """
        user, view = self._shown(user_id, view_id)
        if not view.get("submit"):
            raise NoSuchThing(f"view {view_id} has no submit button")
        self._fill(view, values or {})
        errors = unacceptable(view)
        if errors:
            return errors
        payload = {
            **payloads.head(self.workspace, user, "view_submission"),
            "trigger_id": self.delivery.new_trigger(user.id, in_view=True),
            "view": view,
            "response_urls": [],
        }
        answer = await self.delivery.send("interactive", payload)
        try:
            return self._answered(user, view, answer or {})
        except SlackError as error:
            messages = error.extra.get("response_metadata", {}).get("messages", [])
            raise NotDelivered(" ".join([f"the answer was refused with {error.code}", *messages])) from error

    async def close_view(self, user_id: str, view_id: str, *, everything: bool = False) -> None:
        """Close the modal on top with its close button, or with `everything` the whole stack with the cross.

        The app hears of each closed view that has `notify_on_close`.

        Raises:
            NotDelivered: the app did not acknowledge; the views are closed all the same.
        """
        user, view = self._shown(user_id, view_id)
        cleared = everything or bool(view["clear_on_close"])
        closed = self.workspace.views[user_id][::-1] if cleared else [view]
        modals.close_modals(self.workspace, user_id, {each["id"] for each in closed})
        for each in closed:
            if each["notify_on_close"]:
                payload = payloads.head(self.workspace, user, "view_closed") | {"view": each, "is_cleared": cleared}
                await self.delivery.send("interactive", payload)

    async def click_view(
        self,
        user_id: str,
        view_id: str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """Use an element of the open modal or of the home tab: press a button, choose, or enter into an input.

        `values` are entered first, without telling the app. An input block without `dispatch_action` is filled, and the
        app hears nothing, as in Slack.

        Raises:
            NotDelivered: the app did not acknowledge.
            NoSuchThing: there is no such view, action or choice.
        """
        user, view = self._shown(user_id, view_id)
        self._fill(view, values or {})
        block, element = find(view["blocks"], action_id, block_id)
        held = chosen(element, value, self._offered.get(view_id, {}))
        inputs = view["state"]["values"].get(block["block_id"], {})
        if action_id in inputs:
            inputs[action_id] = held
        if block["type"] == "input" and not block.get("dispatch_action"):
            return
        payload = {
            **payloads.head(self.workspace, user, "block_actions"),
            **payloads.in_view(view),
            "trigger_id": self.delivery.new_trigger(user.id, in_view=view["type"] == "modal"),
            "actions": [action_of(block, element, held, self.workspace.next_ts())],
        }
        await self.delivery.send("interactive", payload)

    async def suggest(self, user_id: str, view_id: str, action_id: str, query: str) -> list[dict[str, Any]]:
        """Type into an external menu of a view; return the options that the app offers, which can then be chosen.

        Raises:
            NotDelivered: the app did not acknowledge.
        """
        user, view = self._shown(user_id, view_id)
        block, _ = find(view["blocks"], action_id)
        payload = {
            **payloads.head(self.workspace, user, "block_suggestion"),
            **payloads.in_view(view),
            "action_id": action_id,
            "block_id": block["block_id"],
            "value": query,
        }
        answer = await self.delivery.send("interactive", payload) or {}
        groups = answer.get("option_groups") or [{"options": answer.get("options") or []}]
        options = [option for group in groups for option in group["options"]]
        self._offered.setdefault(view_id, {}).update({option["value"]: option for option in options})
        return options

    async def open_home(self, user_id: str, *, tab: str = "home") -> None:
        """Open the app's `home` or `messages` tab; the app hears of it if it subscribed to app_home_opened."""
        user = self._user(user_id)
        event = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": self.workspace.direct_channel(user.id).id,
            "tab": tab,
            "event_ts": self.workspace.next_ts(),
        }
        home = self.workspace.homes.get(user.id)
        self.delivery.send_event(event | ({"view": home} if home and tab == "home" else {}))

    def _answered(self, user: User, view: View, answer: dict[str, Any]) -> dict[str, str]:
        """Do what the acknowledgement of a submitted view asks for; return the errors to show."""
        action = answer.get("response_action")
        if action == "errors":
            return self._errors(view, answer.get("errors"))
        if action == "update":
            modals.update_modal(self.workspace, view, answer.get("view"))
        elif action == "push":
            modals.push_modal(self.workspace, user.id, answer.get("view"))
        elif action == "clear":
            modals.close_modals(self.workspace, user.id, {each["id"] for each in self.workspace.views[user.id]})
        elif action is None:
            modals.close_modals(self.workspace, user.id, {view["id"]})
        else:
            raise SlackError("invalid_response_action")
        return {}

    def _errors(self, view: View, errors: Any) -> dict[str, str]:
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or set(errors) - inputs:
            messages = [f"[ERROR] errors must name input blocks, which are: {', '.join(sorted(inputs)) or 'none'}"]
            raise SlackError("invalid_errors", response_metadata={"messages": messages})
        return {block_id: str(text) for block_id, text in errors.items()}

    def _fill(self, view: View, values: Mapping[str, Any]) -> None:
        state, offered = view["state"]["values"], self._offered.get(view["id"], {})
        view["state"]["values"] = fill(view["blocks"], state, values, offered)

    def _shown(self, user_id: str, view_id: str) -> tuple[User, View]:
        """Return a person and the view in front of them: the modal on top, or the home tab."""
        user = self._user(user_id)
        home = self.workspace.homes.get(user_id)
        for view in [*self.workspace.views[user_id][-1:], *([home] if home else [])]:
            if view["id"] == view_id:
                return user, view
        raise NoSuchThing(f"{user.name} does not see a view {view_id}")

    def _user(self, user_id: str) -> User:
        user = self.workspace.users.get(user_id)
        if user is None:
            raise NoSuchThing(f"no user {user_id}")
        return user
