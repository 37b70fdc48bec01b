// Owns the drawing of Slack's mrkdwn and text objects as DOM nodes; foreign text only ever becomes text nodes.

const EMOJI = {
  rotating_light: "🚨", warning: "⚠️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", eyes: "👀", bell: "🔔",
  no_bell: "🔕", tada: "🎉", speech_balloon: "💬", busts_in_silhouette: "👥", bust_in_silhouette: "👤", zzz: "💤",
  hourglass_flowing_sand: "⏳", hourglass: "⌛", alarm_clock: "⏰", stopwatch: "⏱️", red_circle: "🔴", link: "🔗",
  large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", mag: "🔍", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bar_chart: "📊", sparkles: "✨", "+1": "👍", thumbsup: "👍", "-1": "👎", heart: "❤️", question: "❓", fire: "🔥",
  point_right: "👉", moneybag: "💰", star: "⭐", bulb: "💡", information_source: "ℹ️", wave: "👋", ear: "👂",
  raising_hand: "🙋", seedling: "🌱", repeat: "🔁", lock: "🔒", calendar: "📅", memo: "📝", globe_with_meridians: "🌐",
};

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

// Code fences, code, <tokens>, bare addresses, emoji, then *bold*, _italic_ and ~strike~ at word edges.
const EDGE = String.raw`(?<![\p{L}\p{N}*_~])`;
const TAIL = String.raw`(?![\p{L}\p{N}*_~])`;
const SPAN = (mark) => String.raw`${EDGE}[${mark}](?=\S)([^${mark}\n]*?\S)[${mark}]${TAIL}`;
const TOKEN = new RegExp(
  "```([\\s\\S]+?)```|`([^`\\n]+)`|<([^<>\\n]+)>|(https?:\\/\\/[^\\s<>|]+)|:([a-z0-9_+-]+):|" +
    [SPAN("*"), SPAN("_"), SPAN("~")].join("|"),
  "gu",
);

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function link(address, label) {
  const plain = unescape(address);
  if (!/^(https?:|mailto:)/i.test(plain)) return document.createTextNode(label);
  return element("a", { href: plain, target: "_blank", rel: "noopener noreferrer", class: "link" }, label);
}

// A <token>: what Slack makes live. Pings stand out, so that an unescaped one in somebody else's text is seen.
function live(token, names) {
  const [body, label] = [token.split("|")[0], token.split("|").slice(1).join("|")];
  const ping = (text, title = "This would notify people") => element("mark", { class: "ping", title }, text);
  if (body.startsWith("!subteam^")) return userGroup(names.group(body.slice(9)), label, ping);
  if (body.startsWith("!date^")) return date(body, label);
  if (body.startsWith("!")) return ping("@" + body.slice(1));
  if (body.startsWith("@")) return element("span", { class: "mention" }, "@" + (names.user(body.slice(1)) ?? body.slice(1)));
  if (body.startsWith("#")) return element("span", { class: "mention" }, "#" + (names.channel(body.slice(1)) ?? label));
  return link(body, unescape(label || body));
}

function userGroup(group, label, ping) {
  if (!group) return ping("@" + (label.replace(/^@/, "") || "group"));
  return ping(`@${group.handle}`, `${group.name}: ${group.people.join(", ") || "nobody"}`);
}

function date(body, fallback) {
  const [, seconds, format = ""] = body.split("^");
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return document.createTextNode(unescape(fallback));
  const day = moment.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysFromToday(moment)];
  const time = moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const text = format.replace(/\{date[a-z_]*\}/g, (form) => (form.endsWith("_pretty}") && near) || day).replace(/\{time[a-z_]*\}/g, time);
  return element("time", { datetime: moment.toISOString(), title: moment.toString() }, unescape(text));
}

// Whole days on the reader's calendar; rounded, as a day may have 23 or 25 hours.
function daysFromToday(moment) {
  const midnight = (time) => new Date(time.getFullYear(), time.getMonth(), time.getDate());
  return Math.round((midnight(moment) - midnight(new Date())) / 86_400_000);
}

function inline(text, names, verbatim) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) nodes.push(document.createTextNode(unescape(text.slice(end, match.index))));
    end = match.index + match[0].length;
    const [whole, fence, code, token, address, emoji, bold, italic, strike] = match;
    if (fence !== undefined) nodes.push(element("pre", {}, unescape(fence.replace(/^\n/, ""))));
    else if (code !== undefined) nodes.push(element("code", {}, unescape(code)));
    else if (token !== undefined) nodes.push(live(token, names));
    else if (address !== undefined) nodes.push(verbatim ? document.createTextNode(unescape(whole)) : link(address, unescape(address)));
    else if (emoji !== undefined) nodes.push(document.createTextNode(EMOJI[emoji] ?? whole));
    else if (bold !== undefined) nodes.push(element("strong", {}, ...inline(bold, names, verbatim)));
    else if (italic !== undefined) nodes.push(element("em", {}, ...inline(italic, names, verbatim)));
    else nodes.push(element("s", {}, ...inline(strike, names, verbatim)));
  }
  if (end < text.length) nodes.push(document.createTextNode(unescape(text.slice(end))));
  return nodes;
}

// Draw mrkdwn: lines that begin with > are quotes, everything else runs on with its line breaks. As in Slack, a bare
// address becomes a link unless the text object says `verbatim`.
export function mrkdwn(text, names, verbatim = false) {
  const box = element("div", { class: "mrkdwn" });
  if (text.includes("```")) {
    box.append(...inline(text, names, verbatim));
    return box;
  }
  let quote = null;
  for (const [number, line] of text.split("\n").entries()) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    if (quoted) {
      if (quote) quote.append("\n");
      else box.append((quote = element("blockquote")));
      quote.append(...inline(line.slice(quoted[0].length), names, verbatim));
    } else {
      if (number && !quote) box.append("\n");
      quote = null;
      box.append(...inline(line, names, verbatim));
    }
  }
  return box;
}

// A text object as one line of text, for places that hold nothing but text.
export const plain = (object) =>
  unescape(object?.text ?? "").replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);

export function textObject(object, names) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, names, object.verbatim);
  return element("span", { class: "plain" }, plain(object));
}
