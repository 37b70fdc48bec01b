// Owns the panel of the social platforms: the newest posts, and a box to write one or to answer as the brand.

import { send, toast } from "/page/actions.js";
import { element } from "/page/mrkdwn.js";

const $ = (id) => document.getElementById(id);
const PLATFORMS = { x: "X", reddit: "Reddit", bluesky: "Bluesky", hackernews: "Hacker News", rss: "Blog" };
const PREFIXES = { x: "@", reddit: "u/", bluesky: "@" };
const TITLED = ["reddit", "hackernews", "rss"];
const TITLE_LENGTH = 80;
let brand = null; // {accounts: platform -> the brand's own account, community: its subreddit}
let replyTo = null;
let timer = null;

// Keep the panel up to date. It stays hidden in a sandbox without platforms.
export function startWorld() {
  document.addEventListener("sandbox-open", refresh);
  document.addEventListener("sandbox-post", () => {
    timer ??= setTimeout(refresh, 250);
  });
  $("world-toggle").addEventListener("click", () => openDrawer(!document.body.classList.contains("world-open")));
  $("world-close").addEventListener("click", () => openDrawer(false));
  $("write-cancel").addEventListener("click", () => answer(null));
  $("write").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await send("/control/posts", written());
      $("write-text").value = "";
      answer(null);
      refresh();
    } catch (error) {
      toast(`Not posted: ${error.message}`);
    }
  });
}

function written() {
  const [platform, text] = [$("write-platform").value, $("write-text").value];
  if (replyTo) return { platform, text, author: brand.accounts[platform], reply_to: replyTo.id };
  const title = TITLED.includes(platform) ? { title: text.slice(0, TITLE_LENGTH) } : {};
  const place = platform === "reddit" ? { community: brand.community, ...title } : title;
  return { platform, text, author: $("write-author").value.trim(), ...place };
}

function called(post) {
  return `${PREFIXES[post.platform] ?? ""}${post.author}`;
}

function openDrawer(open) {
  document.body.classList.toggle("world-open", open);
  $("world-toggle").setAttribute("aria-expanded", String(open));
}

async function refresh() {
  timer = null;
  const posts = await fetch("/control/posts?limit=200");
  if (!posts.ok) return;
  brand ??= await (await fetch("/control/state")).json();
  $("write-text").placeholder = `Say something about @${brand.accounts.x}, and watch the channels …`;
  draw(await posts.json());
  $("world").hidden = false;
  document.body.classList.add("with-world");
}

function answer(post) {
  replyTo = post;
  $("replying").hidden = $("write-cancel").hidden = !post;
  $("write-author").disabled = $("write-platform").disabled = Boolean(post);
  if (!post) return;
  $("replying").textContent = `Reply to ${called(post)} as @${brand.accounts[post.platform]}`;
  $("write-platform").value = post.platform;
  $("write-text").focus();
}

// As its author would.
async function remove(post) {
  try {
    await send("/control/delete", { id: post.id });
    refresh();
  } catch (error) {
    toast(`Not deleted: ${error.message}`);
  }
}

function draw(posts) {
  $("posts").replaceChildren(...posts.map((post) => {
    const own = brand.accounts[post.platform] === post.author;
    const at = new Date(post.posted_at);
    return element("li", { class: `post${own ? " own" : ""}${post.gone ? " gone" : ""}`, "data-post": post.id },
      element("p", { class: "by" },
        element("span", { class: `platform ${post.platform}` }, PLATFORMS[post.platform] ?? post.platform),
        element("strong", {}, called(post)),
        post.community ? element("span", { class: "muted" }, `r/${post.community}`) : null,
        element("time", { datetime: post.posted_at, title: at.toLocaleString() },
          at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }))),
      post.title ? element("p", { class: "title" }, post.title) : null,
      element("p", { class: "words" }, post.gone ? `[${post.gone}]` : post.text),
      element("p", { class: "foot" },
        post.reply_to ? element("span", { class: "muted" }, "↳ reply") : null,
        post.edited ? element("span", { class: "muted" }, "edited") : null,
        brand.accounts[post.platform] && !own && !post.gone
          ? element("button", { type: "button", class: "quiet", onclick: () => answer(post) }, "Reply as brand") : null,
        own || post.gone ? null : element("button", { type: "button", class: "quiet", onclick: () => remove(post) }, "Delete")));
  }));
}
