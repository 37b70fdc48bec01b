// Owns the control of people in the platforms' panel: who is in which user group, and whose account is active.

import { send, toast } from "/page/actions.js";
import { element } from "/page/mrkdwn.js";
import { people, state } from "/page/state.js";

const box = document.getElementById("people-list");

async function change(event, body) {
  const node = event.currentTarget;
  try {
    await send("/control/people", body);
  } catch (error) {
    node.checked = !node.checked;
    toast(`Not changed: ${error.message}`);
  }
}

function toggle(words, checked, does) {
  return element("label", { class: "choice" },
    element("input", { type: "checkbox", checked, onchange: (event) => change(event, does(event.currentTarget.checked)) }), words);
}

// Draw everybody with a tick for their account and one for each group.
export function drawPeople() {
  const groups = [...state.groups.values()];
  box.replaceChildren(...people().map((user) => element("li", { "data-person": user.name },
    element("strong", {}, user.real_name),
    toggle("active", !user.deleted, (on) => ({ do: on ? "reactivate" : "deactivate", user: user.id })),
    ...groups.map((group) => toggle(`@${group.handle}`, group.members.includes(user.id),
      (on) => ({ do: on ? "join" : "leave", user: user.id, group: group.id }))))));
}
