// Owns the way of an act to the server: the question first if there is one, the request, the warning when it fails.

import { element, mrkdwn } from "/page/mrkdwn.js";

const $ = (id) => document.getElementById(id);
const FAILURES = {
  operation_timeout: "the bot did not acknowledge within 3 seconds",
  dispatch_failed: "the bot is not connected",
};

export async function send(address, body) {
  const response = await fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.text()) || response.statusText);
  return response.json();
}

export function toast(text) {
  const note = element("p", { class: "toast" }, text);
  $("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

// Do what a button or menu stands for; returns the answer, or null after warning that it did not work.
export async function attempt(node, address, body) {
  node.classList.add("busy");
  node.classList.remove("failed");
  try {
    const answer = await send(address, body);
    if (!answer.ok) throw new Error(FAILURES[answer.error] ?? answer.error);
    return answer;
  } catch (error) {
    node.classList.add("failed");
    node.title = error.message;
    toast(`That did not work: ${error.message}`);
    return null;
  } finally {
    node.classList.remove("busy");
  }
}

// Use an element: `body(value)` is the request.
export async function press(item, { node, value }, names, address, body) {
  if (item.confirm && !(await confirmed(item.confirm, names))) return;
  if (item.url) window.open(item.url, "_blank", "noopener");
  await attempt(node, address, body(value));
  if (item.type === "overflow") node.value = "";
}

function confirmed(question, names) {
  const dialog = $("confirm");
  $("confirm-title").textContent = question.title?.text ?? "Are you sure?";
  $("confirm-text").replaceChildren(mrkdwn(question.text?.text ?? "", names));
  $("confirm-yes").textContent = question.confirm?.text ?? "Yes";
  $("confirm-yes").className = question.style === "danger" ? "danger" : "primary";
  $("confirm-no").textContent = question.deny?.text ?? "Cancel";
  dialog.showModal();
  // The dialog's own "close" comes late: it could answer the next question.
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.close();
      resolve(yes);
    };
    $("confirm-yes").onclick = () => answer(true);
    $("confirm-no").onclick = () => answer(false);
    dialog.oncancel = () => resolve(false);
  });
}
