// Owns the drawing of one view, a modal or a home tab, and what was typed into it until it is gone.

import { attempt, press } from "/page/actions.js";
import { drawBlocks } from "/page/blocks.js";
import { raw } from "/page/elements.js";
import { office } from "/page/state.js";

const drafts = new Map(); // view id -> "block action type" -> {block, action, value}
const key = (block, item) => [block.block_id, item.action_id, item.type].join("\n");

export const forget = (view) => drafts.delete(view.id);

// What was typed and is still asked for, as the server takes it: block id -> action id -> value.
export function typed(view) {
  const values = {};
  for (const { block, action, value } of drafts.get(view.id)?.values() ?? []) (values[block] ??= {})[action] = value;
  return values;
}

// Slack keeps an entry as long as its block id and action id stay: forget the others, and choices that went.
function draftOf(view) {
  const draft = drafts.get(view.id) ?? new Map();
  const asked = new Map(view.blocks.flatMap((block) =>
    [...(block.elements ?? []), block.accessory, block.element].filter(Boolean).map((item) => [key(block, item), item])));
  for (const [name, { value }] of draft) if (!asked.has(name) || !offers(asked.get(name), value)) draft.delete(name);
  drafts.set(view.id, draft);
  return draft;
}

function offers(item, value) {
  if (!item.options && !item.option_groups) return true;
  const values = (item.options ?? item.option_groups.flatMap((group) => group.options)).map((option) => option.value);
  return [value].flat().every((each) => each === null || each === undefined || values.includes(each));
}

// Draw a view into a box; what has the focus there keeps it.
export function drawView(box, view, me, errors) {
  const draft = draftOf(view);
  const changed = (item, block, value) => {
    draft.set(key(block, item), { block: block.block_id, action: item.action_id, value });
    const asked = box.querySelector(`[data-block="${CSS.escape(block.block_id)}"]`);
    asked?.classList.remove("wrong");
    asked?.querySelector(".error")?.remove();
  };
  const act = (item, block, use) => press(item, use, office.names, "/page/views/click", (value) => (
    { user: me, view: view.id, action_id: item.action_id, block_id: block.block_id, value, values: typed(view) }));
  const context = {
    ...office, errors, changed, act,
    held: (block, item) => {
      const kept = draft.get(key(block, item));
      return kept ? kept.value : raw(view.state.values[block.block_id]?.[item.action_id]);
    },
    use: (item, block, { node, value }) => {
      if (item.type !== "overflow") changed(item, block, value);
      if (block.type !== "input" || block.dispatch_action) act(item, block, { node, value });
    },
    suggest: async (item, query) => {
      const answer = await attempt(box, "/page/views/suggest", { user: me, view: view.id, action_id: item.action_id, query });
      return answer?.options ?? [];
    },
  };
  const focus = focusIn(box);
  box.replaceChildren(...drawBlocks(view.blocks, context));
  focus(box);
}

function focusIn(box) {
  const had = box.contains(document.activeElement) ? document.activeElement : null;
  const action = had?.dataset.action;
  const [from, to] = [had?.selectionStart, had?.selectionEnd];
  return () => {
    const fresh = action && box.querySelector(`[data-action="${CSS.escape(action)}"]`);
    if (!fresh) return;
    fresh.focus();
    if (typeof from === "number" && fresh.setSelectionRange) fresh.setSelectionRange(from, to);
  };
}

