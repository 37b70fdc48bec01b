// Owns the app's place in the page: its Home and Messages tabs, and the drawing of the home tab.

import { attempt } from "/page/actions.js";
import { element } from "/page/mrkdwn.js";
import { direct, state } from "/page/state.js";
import { drawView } from "/page/views.js";

const $ = (id) => document.getElementById(id);

export function drawHome() {
  const view = state.homes[state.me];
  if (view) drawView($("home-body"), view, state.me);
  else $("home-body").replaceChildren(element("p", { class: "empty" }, "The app has not drawn this tab yet."));
}

// Open a tab as the acting person; the app is told. `openChannel` shows the direct messages.
export async function openTab(tab, openChannel) {
  state.tab = tab;
  drawHome();
  await attempt($(`tab-${tab}`), "/page/home", { user: state.me, tab });
  if (tab === "messages" && direct()) openChannel(direct().id);
}

// Show the tabs while the app is open, and the home tab instead of messages when it is chosen.
export function drawTabs(open) {
  $("tabs").hidden = !open;
  $("tab-home").hidden = !state.home;
  for (const tab of ["home", "messages"]) $(`tab-${tab}`).setAttribute("aria-selected", String(open && state.tab === tab));
  const home = open && state.tab === "home";
  $("home").hidden = !home;
  $("log").hidden = $("composer").hidden = home;
}
