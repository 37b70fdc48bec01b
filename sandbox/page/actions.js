// Owns what happens when somebody uses a button or menu: the question first if there is one, the click, the warning.

import { mrkdwn } from "/page/blocks.js";

const $ = (id) => document.getElementById(id);
const FAILURES = {
  operation_timeout: "the bot did not acknowledge within 3 seconds",
  dispatch_failed: "the bot is not connected",
};

// Returns act(where, item, block, {node, option}); `where` is {user, channel, ts}.
export function clicker({ send, toast, names }) {
  return async (where, item, block, { node, option }) => {
    if (item.confirm && !(await confirmed(item.confirm, names))) return;
    if (item.url) window.open(item.url, "_blank", "noopener");
    node.classList.add("busy");
    node.classList.remove("failed");
    try {
      const answer = await send("/page/clicks", { ...where, action_id: item.action_id, block_id: block.block_id, option });
      if (!answer.ok) throw new Error(FAILURES[answer.error] ?? answer.error);
    } catch (error) {
      node.classList.add("failed");
      node.title = error.message;
      toast(`That did not work: ${error.message}`);
    } finally {
      node.classList.remove("busy");
      if (item.type === "overflow") node.value = "";
    }
  };
}

function confirmed(question, names) {
  const dialog = $("confirm");
  $("confirm-title").textContent = question.title?.text ?? "Are you sure?";
  $("confirm-text").replaceChildren(mrkdwn(question.text?.text ?? "", names));
  $("confirm-yes").textContent = question.confirm?.text ?? "Yes";
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
