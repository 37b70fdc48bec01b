// Owns how files look in a message: pictures are seen and can be enlarged, everything else is a link.

import { element, unescape } from "/page/mrkdwn.js";

const dialog = document.getElementById("picture");

export function drawFile(file) {
  const title = unescape(file.title);
  const address = new URL(file.url_private, location.href);
  if (!file.thumb_360 || address.origin !== location.origin) {
    return element("a", { class: "file link", href: address.href, rel: "noopener noreferrer" }, `📎 ${title}`);
  }
  const words = file.alt_txt ? unescape(file.alt_txt) : title;
  return element("figure", { class: "picture" },
    element("figcaption", {}, title),
    element("button", { type: "button", "aria-label": `Enlarge ${title}`, onclick: () => enlarge(address.href, words, title) },
      element("img", { src: address.href, alt: words, width: file.original_w, height: file.original_h, loading: "lazy" })));
}

function enlarge(address, words, title) {
  dialog.replaceChildren(
    element("img", { src: address, alt: words }),
    element("div", { class: "row" }, element("p", {}, title),
      element("a", { class: "link", href: `${address}?download=1` }, "Download"),
      element("button", { type: "button", onclick: () => dialog.close() }, "Close")));
  dialog.showModal();
}

dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
