// Owns the menu of shortcuts: those of a message behind its dots, the global ones behind the composer's plus.

import { attempt } from "/page/actions.js";
import { element } from "/page/mrkdwn.js";
import { state } from "/page/state.js";

const menu = document.getElementById("menu");

export const shortcuts = (kind) => state.shortcuts.filter((each) => each.kind === kind);

// Open a menu of shortcuts below a button; `place` is {channel, ts} for those of a message.
export function openMenu(button, kind, place = {}) {
  const items = shortcuts(kind).map((each) => element("button", {
    type: "button", role: "menuitem", "data-shortcut": each.callback_id, title: each.about,
    onclick: () => {
      menu.hidePopover();
      attempt(button, "/page/shortcuts", { user: state.me, callback_id: each.callback_id, ...place });
    },
  }, each.name));
  menu.replaceChildren(...items);
  menu.showPopover();
  const [at, size] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
  const below = at.bottom + size.height + 8 < window.innerHeight;
  menu.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8))}px`;
  menu.style.top = `${below ? at.bottom + 4 : at.top - size.height - 4}px`;
  items[0]?.focus();
}

menu.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.children];
  items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
});
