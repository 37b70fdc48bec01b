// Owns the drawing of Block Kit's blocks as DOM nodes; what is in them is drawn by mrkdwn.js and elements.js.

import { drawElement, image } from "/page/elements.js";
import { element, mrkdwn, plain, textObject } from "/page/mrkdwn.js";

let labels = 0; // an input and its label find each other by a number

const DRAW = {
  header: (block, context) => element("h3", {}, textObject(block.text, context.names)),
  divider: () => element("hr"),
  image: (block) => element("figure", {}, image(block), block.title ? element("figcaption", {}, plain(block.title)) : null),
  markdown: (block, context) => mrkdwn(block.text, context.names),
  actions: (block, context) => element("div", { class: "actions" }, ...block.elements.map((item) => drawElement(item, block, context))),
  context: (block, context) => element("div", { class: "context" }, ...block.elements.map((item) => item.type === "image" ? image(item) : textObject(item, context.names))),
  section: (block, context) => element("div", { class: "section" },
    element("div", { class: "section-body" },
      block.text ? textObject(block.text, context.names) : null,
      block.fields ? element("div", { class: "fields" }, ...block.fields.map((field) => textObject(field, context.names))) : null),
    block.accessory ? element("div", { class: "accessory" }, drawElement(block.accessory, block, context)) : null),
  input: drawInput,
};

function drawInput(block, context) {
  const control = drawElement(block.element, block, context);
  const field = control.matches("input, select, textarea") ? control : control.querySelector(".field-box");
  const id = `input-${++labels}`;
  const label = element(field ? "label" : "p", { class: "label", id: `${id}-label`, for: field ? id : null }, plain(block.label),
    block.optional ? element("span", { class: "muted" }, " (optional)") : null);
  if (field) field.id = id;
  else control.setAttribute("aria-labelledby", `${id}-label`);
  const error = context.errors?.[block.block_id];
  if (error) (field ?? control).setAttribute("aria-describedby", `${id}-error`);
  return element("div", { class: error ? "input wrong" : "input", "data-block": block.block_id }, label, control,
    error ? element("p", { class: "error", id: `${id}-error`, role: "alert" }, error) : null,
    block.hint ? element("p", { class: "hint" }, plain(block.hint)) : null);
}

// Draw the blocks of a message or view. `context` is what drawElement takes, and `errors` by block id.
export function drawBlocks(blocks, context) {
  return blocks.map((block) => {
    const draw = DRAW[block.type];
    const node = draw ? draw(block, context) : element("p", { class: "unsupported" }, `A ${block.type} block is not drawn in the sandbox`);
    node.classList.add("block", `block-${block.type}`);
    return node;
  });
}
