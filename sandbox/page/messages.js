// Owns the drawing of one message: who wrote it and when, its text or blocks, files, reactions and thread.

import { drawBlocks } from "/page/blocks.js";
import { openMenu, shortcuts } from "/page/menus.js";
import { element, mrkdwn } from "/page/mrkdwn.js";
import { drawFile } from "/page/pictures.js";

const HUES = 8;
const moment = (ts) => new Date(Number(ts) * 1000);
const dayOf = (time) => time.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
const hourOf = (time) => time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
const initials = (name) => name.split(/\s+/).slice(0, 2).map((part) => part[0]?.toUpperCase() ?? "").join("");
const hueOf = (id) => [...id].reduce((sum, letter) => sum + letter.charCodeAt(0) * 37, 0) % HUES;

// `context`: {author, names, isBot, inThread, replies, place, openThread} and what drawBlocks takes.
export function drawMessage(message, context) {
  const { author, names, replies, inThread, openThread } = context;
  const time = moment(message.ts);
  const body = message.blocks?.length ? drawBlocks(message.blocks, context) : message.text ? [mrkdwn(message.text, names)] : [];
  const deleted = message.subtype === "tombstone";
  return element("article", {
    class: `message${message.visible_to ? " ephemeral" : ""}${deleted ? " tombstone" : ""}`,
    "data-ts": message.ts, "data-day": dayOf(time), "aria-label": `${author.real_name}, ${hourOf(time)}`,
  },
  drawAvatar(context),
  element("div", { class: "content" },
    message.visible_to ? element("p", { class: "only-you" }, "👁 Only visible to you") : null,
    drawAuthor(author, time),
    ...body,
    message.edited && !deleted ? element("span", { class: "edited" }, "(edited)") : null,
    ...(message.files ?? []).map(drawFile),
    message.reactions ? element("p", { class: "reactions" }, ...message.reactions.map((reaction) =>
      element("span", {}, mrkdwn(`:${reaction.name}:`, names), String(reaction.count)))) : null,
    replies ? element("button", { type: "button", class: "replies", onclick: openThread },
      `${replies} ${replies === 1 ? "reply" : "replies"}`) : null),
  message.visible_to || deleted ? null : drawTools(context));
}

// What floats over a message while the mouse is on it: reply, and the menu of shortcuts.
function drawTools({ inThread, place, openThread }) {
  const reply = inThread ? null : element("button", {
    type: "button", class: "reply-button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: openThread,
  }, "↩");
  const more = !shortcuts("message").length ? null : element("button", {
    type: "button", class: "more-button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu",
    onclick: (event) => openMenu(event.currentTarget, "message", place),
  }, "⋯");
  return element("div", { class: "tools" }, reply, more);
}

function drawAvatar({ author, isBot }) {
  if (isBot) return element("img", { class: "avatar", src: "/page/icon.svg", alt: "" });
  return element("span", { class: `avatar hue-${hueOf(author.id)}`, "aria-hidden": "true" }, initials(author.real_name));
}

function drawAuthor(author, time) {
  const badge = author.bot ? "APP" : author.deleted ? "DEACTIVATED" : author.guest ? "GUEST" : "";
  return element("p", { class: "by" },
    element("strong", {}, author.real_name),
    badge ? element("span", { class: "badge" }, badge) : null,
    element("time", { datetime: time.toISOString(), title: time.toLocaleString() }, hourOf(time)));
}

// Put a divider before the first message of each day.
export function withDays(articles) {
  let day = null;
  return articles.flatMap((article) => {
    const divider = article.dataset.day === day ? [] : [element("h4", { class: "day" }, article.dataset.day)];
    day = article.dataset.day;
    return [...divider, article];
  });
}
