// Owns the drawing of interactive elements, in messages and in views: buttons, menus, boxes, pickers and fields.

import { element, plain, textObject } from "/page/mrkdwn.js";

// What an entry of `state.values`, or the `initial_...` of an element, holds: texts, ids, and options by their values.
export function raw(entry) {
  const key = Object.keys(entry ?? {}).find((name) => /^(selected_|initial_|value$)/.test(name));
  const bare = (held) => held?.value ?? held;
  return Array.isArray(entry?.[key]) ? entry[key].map(bare) : bare(entry?.[key]);
}

export function image(item) {
  const address = new URL(item.image_url ?? "", location.href);
  if (address.origin === location.origin) return element("img", { src: address.href, alt: item.alt_text, loading: "lazy" });
  return element("span", { class: "no-image", title: address.href }, `🖼 ${item.alt_text}`);
}

// Every menu is groups of {value, text, about}.
const option = (entry) => ({ value: entry.value, text: entry.text, about: entry.description });
const OPTIONS = {
  static: (item) => item.option_groups
    ? item.option_groups.map((group) => ({ label: plain(group.label), options: group.options.map(option) }))
    : [{ options: (item.options ?? []).map(option) }],
  users: (_, context) => [{ options: context.people().map((user) => named(user.id, user.real_name)) }],
  channels: (_, context) => [{ options: context.channels().map((channel) => named(channel.id, `#${channel.name}`)) }],
  conversations: (item, context) => OPTIONS.channels(item, context),
};
const named = (value, text) => ({ value, text: { type: "plain_text", text } });
const optionsOf = (item, context) => (OPTIONS[item.type.replace(/^multi_|_select$/g, "")] ?? OPTIONS.static)(item, context);
const flat = (groups) => groups.flatMap((group) => group.options);
const hint = (item, otherwise) => (item.placeholder ? plain(item.placeholder) : otherwise);

function button(item, block, context) {
  const press = (event) => context.act(item, block, { node: event.currentTarget });
  return element("button", {
    type: "button", class: `block-button ${item.style ?? ""}`, "data-action": item.action_id, title: item.url,
    onclick: press, "aria-label": item.accessibility_label,
  }, textObject(item.text, context.names), item.url ? " ↗" : null);
}

function select(item, block, context) {
  const held = context.held(block, item);
  const overflow = item.type === "overflow";
  const first = overflow ? "⋯" : hint(item, "Choose …");
  const menu = element("select", {
    class: item.type, "data-action": item.action_id, "aria-label": overflow ? "More" : first,
    onchange: ({ currentTarget: node }) => context.use(item, block, { node, value: node.value || null }),
  }, element("option", { value: "", disabled: !overflow && !block.optional, selected: held === undefined || held === null }, first));
  const choice = (entry) => element("option", { value: entry.value, selected: held === entry.value }, plain(entry.text));
  for (const group of optionsOf(item, context)) {
    const choices = group.options.map(choice);
    menu.append(...(group.label ? [element("optgroup", { label: group.label }, ...choices)] : choices));
  }
  return menu;
}

// A list to tick in, folded away. The app hears of it when the list is closed.
function multi(item, block, context) {
  const groups = optionsOf(item, context);
  let held = context.held(block, item) ?? [];
  let told = held.join();
  const summary = element("summary");
  const say = () => {
    const words = flat(groups).filter((entry) => held.includes(entry.value)).map((entry) => plain(entry.text));
    summary.replaceChildren(...(words.length ? words.map((word) => element("span", { class: "chip" }, word)) : [hint(item, "Choose …")]));
  };
  const tick = (value, on) => {
    held = on ? [...held, value] : held.filter((each) => each !== value);
    context.changed(item, block, held);
    say();
  };
  const line = (entry) => box("checkbox", entry, held.includes(entry.value), context, ({ currentTarget: node }) => tick(entry.value, node.checked));
  const closed = ({ currentTarget: node }) => {
    if (node.open || held.join() === told) return;
    told = held.join();
    context.use(item, block, { node, value: held });
  };
  say();
  return element("details", { class: "multi", "data-action": item.action_id, role: "group", ontoggle: closed }, summary,
    element("div", { class: "choices" }, ...groups.flatMap((group) =>
      [group.label ? element("p", { class: "group" }, group.label) : null, ...group.options.map(line)].filter(Boolean))));
}

function box(type, entry, checked, context, onchange, name) {
  return element("label", { class: "choice" }, element("input", { type, name, checked, value: entry.value, onchange }),
    element("span", {}, textObject(entry.text, context.names),
      entry.about ? element("span", { class: "muted about" }, textObject(entry.about, context.names)) : null));
}

let radios = 0;

function boxes(item, block, context) {
  const many = item.type === "checkboxes";
  const held = context.held(block, item);
  const name = many ? null : `radio-${++radios}`;
  const group = element("div", { class: "choices", role: many ? "group" : "radiogroup", "data-action": item.action_id });
  const changed = () => {
    const ticked = [...group.querySelectorAll("input:checked")].map((input) => input.value);
    context.use(item, block, { node: group, value: many ? ticked : ticked[0] });
  };
  group.append(...(item.options ?? []).map((entry) => box(many ? "checkbox" : "radio", option(entry),
    many ? (held ?? []).includes(entry.value) : held === entry.value, context, changed, name)));
  return group;
}

const local = (seconds) => new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16);

function picker(item, block, context) {
  const type = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[item.type];
  const moment = type === "datetime-local";
  const held = context.held(block, item);
  const read = (text) => (text ? (moment ? Math.floor(new Date(text).getTime() / 1000) : text) : null);
  return element("input", {
    type, class: item.type, "data-action": item.action_id, value: held && moment ? local(held) : held, "aria-label": hint(item, type),
    onchange: ({ currentTarget: node }) => context.use(item, block, { node, value: read(node.value) }),
  });
}

const count = (text) => [...text].length;

function field(item, block, context) {
  const dispatch = item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const counter = item.max_length ? element("span", { class: "counter", "aria-live": "polite" }) : null;
  const tally = () => {
    if (!counter) return;
    counter.textContent = `${count(node.value)}/${item.max_length}`;
    counter.classList.toggle("over", count(node.value) > item.max_length);
  };
  const node = element(item.multiline ? "textarea" : "input", {
    class: "field-box", "data-action": item.action_id, placeholder: item.placeholder ? plain(item.placeholder) : null,
    rows: item.multiline ? 4 : null, type: item.multiline ? null : "text", autocomplete: "off",
    inputmode: item.type === "number_input" ? "decimal" : null,
    oninput: () => {
      tally();
      context.changed(item, block, node.value);
      if (dispatch.includes("on_character_entered")) context.use(item, block, { node, value: node.value });
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing || item.multiline || !block.dispatch_action) return;
      event.preventDefault();
      if (dispatch.includes("on_enter_pressed")) context.use(item, block, { node, value: node.value });
    },
  });
  node.value = context.held(block, item) ?? "";
  tally();
  return element("div", { class: "field" }, node, counter);
}

const found = new Map(); // the words of what external menus offered, by value

// A field whose choices come from the app while one types.
function external(item, block, context) {
  const held = context.held(block, item);
  const list = element("div", { class: "offers", role: "listbox", hidden: true });
  let timer = null;
  const offer = async (query) => {
    const options = await context.suggest(item, query);
    list.replaceChildren(...options.map((entry) => element("button", {
      type: "button", role: "option", onclick: () => {
        found.set(entry.value, plain(entry.text));
        node.value = plain(entry.text);
        list.hidden = true;
        context.use(item, block, { node, value: entry.value });
      },
    }, plain(entry.text))));
    if (!options.length) list.append(element("p", { class: "muted" }, "Nothing found"));
    list.hidden = false;
  };
  const node = element("input", {
    type: "text", class: "field-box", role: "combobox", "aria-expanded": "false", autocomplete: "off",
    "data-action": item.action_id, placeholder: hint(item, "Type to search …"),
    oninput: () => {
      clearTimeout(timer);
      context.changed(item, block, null);
      if (count(node.value) >= (item.min_query_length ?? 3)) timer = setTimeout(offer, 200, node.value);
      else list.hidden = true;
    },
  });
  node.value = found.get(held) ?? (item.initial_option?.value === held && held ? plain(item.initial_option.text) : "");
  return element("div", { class: "field external" }, node, list);
}

const DRAW = {
  image, button, overflow: select, checkboxes: boxes, radio_buttons: boxes, datepicker: picker, timepicker: picker,
  datetimepicker: picker, plain_text_input: field, number_input: field, email_text_input: field, url_text_input: field,
  external_select: external, static_select: select, users_select: select, channels_select: select, conversations_select: select,
  multi_static_select: multi, multi_users_select: multi, multi_channels_select: multi, multi_conversations_select: multi,
};

// Draw one element. `context` is {names, people(), channels(), held(block, item), changed(item, block, value),
// act(item, block, {node, value}), use(...): changed and then act, suggest(item, query)}.
export function drawElement(item, block, context) {
  const draw = DRAW[item.type];
  return draw ? draw(item, block, context) : element("span", { class: "unsupported" }, `${item.type} is not drawn in the sandbox`);
}
