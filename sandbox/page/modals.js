// Owns the dialog that shows a person's open modal: the view on top of the stack, its errors, and how it is left.

import { attempt } from "/page/actions.js";
import { plain } from "/page/mrkdwn.js";
import { state } from "/page/state.js";
import { drawView, forget, typed } from "/page/views.js";

const $ = (id) => document.getElementById(id);
let shown = null; // the view that is drawn
let errors = {};
let stack = [];

// Show what the acting person has open; an empty stack closes the dialog.
export function showModals() {
  const before = stack;
  stack = state.views[state.me] ?? [];
  before.filter((view) => !stack.some((each) => each.id === view.id)).forEach(forget);
  const view = stack.at(-1);
  if (!view) {
    shown = null;
    $("modal").close();
    return;
  }
  const same = shown?.id === view.id;
  if (!same || shown.hash !== view.hash) errors = {};
  shown = view;
  draw();
  if (!$("modal").open) $("modal").showModal();
  if (!same) {
    for (const id of ["modal-close", "modal-submit"]) $(id).classList.remove("failed");
    $("modal-body").scrollTop = 0;
    first().focus();
  }
}

function draw() {
  $("modal-title").textContent = plain(shown.title);
  $("modal-back").hidden = stack.length < 2;
  $("modal-close").textContent = shown.close ? plain(shown.close) : stack.length > 1 ? "Back" : "Cancel";
  $("modal-submit").hidden = !shown.submit;
  $("modal-submit").textContent = shown.submit ? plain(shown.submit) : "";
  drawView($("modal-body"), shown, state.me, errors);
}

function first() {
  const wanted = shown.blocks.flatMap((block) => [block.element, ...(block.elements ?? [])]).find((item) => item?.focus_on_load);
  const body = $("modal-body");
  const asked = wanted && body.querySelector(`[data-action="${CSS.escape(wanted.action_id)}"]`);
  return asked || body.querySelector("input, select, textarea, summary, button") || $(shown.submit ? "modal-submit" : "modal-close");
}

async function submit(event) {
  event.preventDefault();
  if (!shown?.submit || $("modal-submit").classList.contains("busy")) return;
  const view = shown;
  const answer = await attempt($("modal-submit"), "/page/views/submit", { user: state.me, view: view.id, values: typed(view) });
  if (!answer || shown?.id !== view.id) return;
  errors = answer.errors;
  draw();
  const wrong = $("modal-body").querySelector(".wrong");
  wrong?.scrollIntoView({ block: "center" });
  wrong?.querySelector("input, select, textarea, summary")?.focus();
}

function leave(everything) {
  if (shown) attempt($("modal-close"), "/page/views/close", { user: state.me, view: shown.id, everything });
}

export function startModals() {
  $("modal-form").addEventListener("submit", submit);
  $("modal-close").addEventListener("click", () => leave(false));
  $("modal-back").addEventListener("click", () => leave(false));
  $("modal-cross").addEventListener("click", () => leave(true));
  $("modal").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // the dialog closes when the server has closed the view
    const list = $("modal-body").querySelector("details[open]");
    if (list) list.open = false;
    else leave(false);
  });
  $("modal").addEventListener("cancel", (event) => event.preventDefault());
}
