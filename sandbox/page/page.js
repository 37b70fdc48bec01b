// Owns the page: channels, messages, threads, the composer, and who is acting; draws what the server's events say.

import { clicker } from "/page/actions.js";
import { element } from "/page/blocks.js";
import { drawMessage, withDays } from "/page/messages.js";
import { startWorld } from "/page/world.js";

const $ = (id) => document.getElementById(id);
const state = { users: new Map(), groups: new Map(), channels: new Map(), commands: [], bot: "", me: "", channel: "", thread: null };
const read = new Map(); // "user channel" -> ts up to which that person has read
const names = {
  user: (id) => state.users.get(id)?.real_name,
  channel: (id) => state.channels.get(id)?.name,
  group: (id) => state.groups.get(id)?.handle,
};

async function send(address, body) {
  const response = await fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.text()) || response.statusText);
  return response.json();
}

function toast(text) {
  const note = element("p", { class: "toast" }, text);
  $("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

const act = clicker({ send, toast, names });

// State and live changes

// Events that arrive while the state is on its way wait until it is there, or the older state would undo them.
let waiting = null;

async function load() {
  waiting = [];
  const loaded = await (await fetch("/page/state")).json();
  state.users = new Map(loaded.users.map((user) => [user.id, user]));
  state.users.set("USLACKBOT", { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", bot: true });
  state.groups = new Map(loaded.groups.map((group) => [group.id, group]));
  state.channels = new Map();
  loaded.channels.forEach(keepChannel);
  Object.assign(state, { commands: loaded.commands, bot: loaded.bot });
  $("team").textContent = loaded.name;
  drawConnection(loaded.connections);
  drawUsers();
  const linked = /^\/archives\/(\w+)/.exec(location.pathname)?.[1];
  actAs(state.me || localStorage.getItem("user") || people()[0]?.id, linked ?? (state.channel || location.hash.slice(1)));
  const late = waiting;
  waiting = null;
  late.forEach(take);
}

function keepChannel(channel) {
  const messages = new Map(channel.messages.map((message) => [message.ts, message]));
  state.channels.set(channel.id, { ...channel, members: new Set(channel.members), messages });
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

function take(event) {
  if (event.type === "connection") drawConnection(event.connections);
  if (event.type === "message") messageChanged(event);
  if (event.type === "channel") {
    keepChannel(event.channel);
    drawChannels();
  }
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

const people = () => [...state.users.values()].filter((user) => !user.bot);
const mine = () => [...state.channels.values()].filter((channel) => channel.members.has(state.me));
const replies = (channel, ts) => [...channel.messages.values()].filter((m) => m.thread_ts === ts && m.ts !== ts && visible(m));
const visible = (message) => !message.visible_to || message.visible_to === state.me;
const inChannel = (message) => visible(message) && (!message.thread_ts || message.thread_ts === message.ts || message.broadcast);
const title = (channel) => (channel.kind === "im" ? names.user(state.bot) : channel.name);
const readKey = (channel) => `${state.me} ${channel}`;

function drawConnection(connections) {
  const [look, text] = connections === null ? ["lost", "Page disconnected, retrying …"]
    : connections > 0 ? ["on", "Bot connected"] : ["waiting", "Waiting for the bot"];
  $("connection").dataset.state = look;
  $("connection").textContent = text;
}

function drawUsers() {
  $("user").replaceChildren(...people().map((user) =>
    element("option", { value: user.id }, `${user.real_name}${user.title ? ` · ${user.title}` : ""}`)));
}

function actAs(id, channel) {
  state.me = state.users.has(id) ? id : people()[0]?.id ?? "";
  $("user").value = state.me;
  localStorage.setItem("user", state.me);
  for (const known of mine()) if (!read.has(readKey(known.id))) read.set(readKey(known.id), newest(known));
  const wanted = mine().find((known) => known.id === channel) ?? mine().find((known) => known.messages.size) ?? mine()[0];
  openChannel(wanted?.id ?? "");
}

const newest = (channel) => [...channel.messages.values()].filter(inChannel).map((m) => m.ts).sort().at(-1) ?? "";
const unread = (channel) => [...channel.messages.values()].filter((m) => inChannel(m) && m.user !== state.me && m.ts > (read.get(readKey(channel.id)) ?? "")).length;

function drawChannels() {
  if (state.channel && !document.hidden) read.set(readKey(state.channel), newest(state.channels.get(state.channel)));
  const items = mine().map((channel) => {
    const count = channel.id === state.channel ? 0 : unread(channel);
    const mark = channel.kind === "im" ? "@" : channel.kind === "private_channel" ? "🔒" : "#";
    return element("li", {}, element("button", {
      type: "button", class: count ? "unread" : "", "data-channel": channel.id,
      "aria-current": channel.id === state.channel ? "true" : null, onclick: () => openChannel(channel.id),
    }, element("span", { class: "mark", "aria-hidden": "true" }, mark), element("span", { class: "name" }, title(channel)),
    count ? element("span", { class: "count", "aria-label": `${count} unread` }, String(count)) : null));
  });
  $("channels").replaceChildren(...items);
  const total = mine().reduce((sum, channel) => sum + (channel.id === state.channel ? 0 : unread(channel)), 0);
  document.title = `${total ? `(${total}) ` : ""}Earshot sandbox`;
}

function openChannel(id) {
  const channel = state.channels.get(id);
  if (id !== state.channel) closeThread();
  state.channel = id;
  history.replaceState(null, "", id ? `#${id}` : "#");
  $("channel-name").textContent = channel ? `${channel.kind === "im" ? "" : "#"}${title(channel)}` : "No channel";
  $("channel-topic").textContent = channel?.topic ?? "";
  $("text").placeholder = channel ? `Message #${channel.name}, or try ${state.commands[0] ?? "/earshot"} help` : "";
  const shown = channel ? sorted([...channel.messages.values()].filter(inChannel)) : [];
  $("log").replaceChildren(...withDays(shown.map((message) => drawn(channel, message))));
  if (!shown.length) $("log").append(element("p", { class: "empty" }, "Nothing here yet."));
  if (state.thread) openThread(state.thread);
  toBottom($("log"));
  drawChannels();
}

// Messages

const sorted = (messages) => messages.sort((a, b) => (a.ts < b.ts ? -1 : 1));

function drawn(channel, message, inThread = false) {
  const author = state.users.get(message.user) ?? { real_name: message.user, id: message.user };
  return drawMessage(message, {
    author, names, inThread, isBot: author.id === state.bot,
    replies: inThread || message.visible_to ? 0 : replies(channel, message.ts).length,
    act: (item, block, use) => act({ user: state.me, channel: channel.id, ts: message.ts }, item, block, use),
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
$("user").addEventListener("change", () => actAs($("user").value, state.channel));
$("thread-close").addEventListener("click", closeThread);
$("newer").addEventListener("click", () => toBottom($("log")));
$("log").addEventListener("scroll", () => atBottom($("log")) && ($("newer").hidden = true));
document.addEventListener("visibilitychange", drawChannels);
startWorld({ send, toast });
listen();
