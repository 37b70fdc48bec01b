// Owns the page: draws channels, messages and threads, takes what people write, follows the server's events.

import { press, send, toast } from "/page/actions.js";
import { raw } from "/page/elements.js";
import { drawHome, drawTabs, openTab } from "/page/home.js";
import { openMenu, shortcuts } from "/page/menus.js";
import { drawMessage, withDays } from "/page/messages.js";
import { showModals, startModals } from "/page/modals.js";
import { element } from "/page/mrkdwn.js";
import { drawPeople } from "/page/people.js";
import {
  direct, inChannel, keepAll, keepChannel, keepPeople, markOld, markRead, mine, office, people, replies, sorted, state,
  unread, visible,
} from "/page/state.js";
import { startWorld } from "/page/world.js";

const $ = (id) => document.getElementById(id);
const { names } = office;

// Live changes

// Events that arrive while the state is on its way wait until it is there, or the older state would undo them.
let waiting = null;

async function load() {
  waiting = [];
  const loaded = await (await fetch("/page/state")).json();
  keepAll(loaded);
  $("team").textContent = loaded.name;
  $("tab-home").hidden = !state.home;
  $("plus").hidden = !shortcuts("global").length;
  drawConnection(loaded.connections);
  drawUsers();
  const linked = /^\/archives\/(\w+)/.exec(location.pathname)?.[1];
  actAs(state.me || localStorage.getItem("user") || people()[0]?.id, linked ?? (state.channel || location.hash.slice(1)));
  const late = waiting;
  waiting = null;
  late.forEach(take);
}

function listen() {
  const stream = new EventSource("/page/events");
  stream.onopen = () => {
    load();
    document.dispatchEvent(new CustomEvent("sandbox-open"));
  };
  stream.onerror = () => drawConnection(null);
  stream.onmessage = ({ data }) => (waiting ? waiting.push(JSON.parse(data)) : take(JSON.parse(data)));
}

const TAKE = {
  connection: (event) => drawConnection(event.connections),
  message: messageChanged,
  channel: (event) => {
    keepChannel(event.channel);
    drawChannels();
  },
  people: (event) => {
    keepPeople(event);
    drawUsers();
  },
  views: (event) => {
    state.views[event.user] = event.views;
    if (event.user === state.me) showModals();
  },
  home: (event) => {
    state.homes[event.user] = event.home;
    if (event.user === state.me) drawHome();
  },
};

function take(event) {
  TAKE[event.type]?.(event);
  document.dispatchEvent(new CustomEvent(`sandbox-${event.type}`, { detail: event }));
}

function messageChanged({ channel: id, ts, message }) {
  const channel = state.channels.get(id);
  if (!channel) return;
  const before = channel.messages.get(ts);
  if (message) channel.messages.set(ts, message);
  else channel.messages.delete(ts);
  const root = (message ?? before)?.thread_ts;
  if (id === state.channel) {
    place($("log"), ts);
    if (root && root !== ts) place($("log"), root);
    if (state.thread && (root === state.thread || ts === state.thread)) place($("thread-log"), ts, true);
  }
  drawChannels();
}

// People and channels

const title = (channel) => (channel.kind === "im" ? names.user(state.bot) : channel.name);
const inApp = () => Boolean(state.tab) && (!state.channel || state.channel === direct()?.id);

function drawConnection(connections) {
  const [look, text] = connections === null ? ["lost", "Page disconnected, retrying …"]
    : connections > 0 ? ["on", "Bot connected"] : ["waiting", "Waiting for the bot"];
  $("connection").dataset.state = look;
  $("connection").textContent = text;
}

function drawUsers() {
  $("user").replaceChildren(...people().map((user) => element("option", { value: user.id, selected: user.id === state.me },
    `${user.real_name}${user.title ? ` · ${user.title}` : ""}${user.deleted ? " (deactivated)" : ""}`)));
  drawPeople();
}

function actAs(id, channel) {
  state.me = state.users.has(id) ? id : people()[0]?.id ?? "";
  $("user").value = state.me;
  localStorage.setItem("user", state.me);
  markOld();
  showModals();
  if (channel === "app") return openApp(state.tab || "home");
  const wanted = mine().find((known) => known.id === channel) ?? mine().find((known) => known.messages.size) ?? mine()[0];
  return openChannel(wanted?.id ?? "");
}

function drawChannels() {
  const open = state.channels.get(state.channel);
  if (open && !document.hidden) markRead(open);
  const items = office.channels().map((channel) => entry(title(channel), channel.kind === "private_channel" ? "🔒" : "#", {
    id: channel.id, current: channel.id === state.channel, count: channel.id === state.channel ? 0 : unread(channel),
    open: () => openChannel(channel.id),
  }));
  $("channels").replaceChildren(...items);
  const talk = direct();
  const waits = talk && talk.id !== state.channel ? unread(talk) : 0;
  $("apps").replaceChildren(entry(names.user(state.bot), "◆", {
    id: "app", current: inApp(), count: waits, open: () => openApp(state.home && !waits ? "home" : "messages"),
  }));
  const total = mine().reduce((sum, channel) => sum + (channel.id === state.channel ? 0 : unread(channel)), 0);
  document.title = `${total ? `(${total}) ` : ""}Earshot sandbox`;
}

function entry(name, mark, { id, current, count, open }) {
  return element("li", {}, element("button", {
    type: "button", class: count ? "unread" : "", "data-channel": id, "aria-current": current ? "true" : null, onclick: open,
  }, element("span", { class: "mark", "aria-hidden": "true" }, mark), element("span", { class: "name" }, name),
  count ? element("span", { class: "count", "aria-label": `${count} unread` }, String(count)) : null));
}

// Open the app: its home tab, or the direct messages with it.
function openApp(tab) {
  if (tab === "home") openChannel("", "home");
  return openTab(tab, (id) => openChannel(id, "messages"));
}

function openChannel(id, tab = "") {
  const channel = state.channels.get(id);
  if (id !== state.channel) closeThread();
  state.channel = id;
  state.tab = tab || (channel?.kind === "im" ? "messages" : "");
  history.replaceState(null, "", state.tab ? "#app" : `#${id}`);
  const name = state.tab ? names.user(state.bot) : channel ? `#${title(channel)}` : "No channel";
  $("channel-name").textContent = name;
  $("channel-topic").textContent = channel?.topic ?? "";
  $("text").placeholder = channel ? `Message ${name}, or try ${state.commands[0] ?? "/earshot"} help` : "";
  const shown = channel ? sorted([...channel.messages.values()].filter(inChannel)) : [];
  $("log").replaceChildren(...withDays(shown.map((message) => drawn(channel, message))));
  if (!shown.length) $("log").append(element("p", { class: "empty" }, "Nothing here yet."));
  if (state.thread) openThread(state.thread);
  drawTabs(inApp());
  toBottom($("log"));
  drawChannels();
}

// Messages

function drawn(channel, message, inThread = false) {
  const author = state.users.get(message.user) ?? { real_name: message.user, id: message.user };
  const place = { channel: channel.id, ts: message.ts };
  const act = (item, block, use) => press(item, use, names, "/page/clicks", (value) => (
    { user: state.me, ...place, action_id: item.action_id, block_id: block.block_id, value }));
  return drawMessage(message, {
    ...office, author, inThread, place, act, use: act, isBot: author.id === state.bot,
    replies: inThread || message.visible_to ? 0 : replies(channel, message.ts).length,
    held: (block, item) => raw(item.type === "button" ? {} : item), changed: () => {}, suggest: async () => [],
    openThread: () => openThread(message.thread_ts ?? message.ts),
  });
}

// Put one message where it belongs in a log: replace, insert or take away.
function place(log, ts, inThread = false) {
  const channel = state.channels.get(state.channel);
  const message = channel.messages.get(ts);
  const old = log.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  const belongs = message && (inThread ? visible(message) : inChannel(message));
  const low = atBottom(log);
  if (!belongs) old?.remove();
  else {
    const fresh = drawn(channel, message, inThread);
    if (old) old.replaceWith(fresh);
    else {
      log.querySelector(".empty")?.remove();
      const later = [...log.querySelectorAll("article")].find((article) => article.dataset.ts > ts);
      const last = later ? null : [...log.querySelectorAll("article")].at(-1);
      const nodes = last?.dataset.day === fresh.dataset.day || later ? [fresh] : withDays([fresh]);
      if (later) later.before(...nodes);
      else log.append(...nodes);
      fresh.classList.add("arrived");
    }
  }
  if (low) toBottom(log);
  else if (!old && log === $("log")) $("newer").hidden = false;
}

const atBottom = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
function toBottom(log) {
  log.scrollTop = log.scrollHeight;
  if (log === $("log")) $("newer").hidden = true;
}

// Threads

function openThread(ts) {
  const channel = state.channels.get(state.channel);
  const parent = channel.messages.get(ts);
  if (!parent) return closeThread();
  state.thread = ts;
  document.body.classList.add("with-thread");
  $("thread").hidden = false;
  $("thread-log").replaceChildren(...[parent, ...sorted(replies(channel, ts))].map((message) => drawn(channel, message, true)));
  toBottom($("thread-log"));
}

function closeThread() {
  state.thread = null;
  document.body.classList.remove("with-thread");
  $("thread").hidden = true;
}

// What people do

async function say(box, threadTs) {
  const text = box.value.trim();
  if (!text || !state.channel) return;
  box.value = "";
  suggest();
  box.classList.add("busy");
  try {
    const body = { user: state.me, channel: state.channel, text };
    await send("/page/messages", threadTs ? { ...body, thread_ts: threadTs } : body);
    toBottom($(threadTs ? "thread-log" : "log"));
  } catch (error) {
    toast(`Not sent: ${error.message}`);
    box.value ||= text;
  } finally {
    box.classList.remove("busy");
  }
}

function suggest() {
  const typed = $("text").value;
  const fitting = typed.startsWith("/") && !typed.includes(" ") ? state.commands.filter((command) => command.startsWith(typed)) : [];
  $("suggestions").hidden = !fitting.length;
  $("suggestions").replaceChildren(...fitting.map((command) => element("button", {
    type: "button", onclick: () => {
      $("text").value = `${command} `;
      suggest();
      $("text").focus();
    },
  }, command)));
}

function wire(form, box, threadTs) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say(box, threadTs());
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

wire($("composer"), $("text"), () => null);
wire($("thread-composer"), $("thread-text"), () => state.thread);
$("text").addEventListener("input", suggest);
$("user").addEventListener("change", () => actAs($("user").value, inApp() ? "app" : state.channel));
for (const tab of ["home", "messages"]) $(`tab-${tab}`).addEventListener("click", () => openApp(tab));
$("plus").addEventListener("click", () => openMenu($("plus"), "global"));
$("thread-close").addEventListener("click", closeThread);
$("newer").addEventListener("click", () => toBottom($("log")));
$("log").addEventListener("scroll", () => atBottom($("log")) && ($("newer").hidden = true));
document.addEventListener("visibilitychange", drawChannels);
startModals();
startWorld();
listen();
