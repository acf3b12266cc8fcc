// Short notices: toasts, the alert that must be closed, and the picture in full size.

import { el, iconButton } from "./element.js";
import { t } from "./words.js";

const MOST = 3;

/** Shows `text` for a few seconds; long texts stay longer. */
export function toast(text, kind = "") {
  const box = document.getElementById("toasts");
  const note = el("div", { class: `toast ${kind}`, "data-testid": "toast" }, text);
  box.append(note);
  while (box.children.length > MOST) box.firstChild.remove();
  setTimeout(() => note.remove(), 2600 + text.length * 60);
}

/** A native dialog: focus stays in it, Esc closes it, and what was focused before gets the focus back. */
export function dialog(properties, ...children) {
  const box = el("dialog", { ...properties, onclick: (event) => event.target === box && box.close(), onclose: () => box.remove() }, ...children);
  document.body.append(box);
  box.showModal();
  return box;
}

export function alertBox(text) {
  const close = el("button", { type: "button", class: "primary", autofocus: true, onclick: () => box.close() }, t("ok"));
  const box = dialog({ class: "alert", role: "alertdialog", "aria-label": t("alert"), "data-testid": "alert" }, el("p", {}, text), close);
}

/** Shows one of several pictures, each {url, caption}; the arrow keys and the two sides go on to the others. */
export function lightbox(pictures, at) {
  const picture = el("img", { onclick: () => box.close() });
  const words = el("p");
  const close = iconButton("close", t("closePhoto"), () => box.close(), { class: "icon-button close", autofocus: true });
  const sides = pictures.length > 1 ? [iconButton("back", t("previous"), () => go(-1), { class: "icon-button previous" }), iconButton("back", t("next"), () => go(1), { class: "icon-button next" })] : [];
  const onkeydown = ({ key }) => go({ ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0);

  function go(by) {
    at = (at + by + pictures.length) % pictures.length;
    picture.src = pictures[at].url;
    picture.alt = pictures[at].caption || t("photo");
    words.textContent = pictures[at].caption || "";
  }

  go(0);
  const box = dialog({ class: "lightbox", "aria-label": t("photo"), "data-testid": "lightbox", onkeydown }, picture, words, close, ...sides);
}

/** A small menu at a point, or a sheet from below on a phone; each entry is [icon, label, action]. */
export function menu(entries, x, y, make) {
  const items = entries.map(([name, label, action]) => el("button", { type: "button", onclick: () => (box.close(), action()) }, make(name), label));
  const box = dialog({ class: "menu", "data-testid": "menu" }, ...items);
  box.style.setProperty("--x", `${Math.min(x, innerWidth - 200)}px`);
  box.style.setProperty("--y", `${Math.min(y, innerHeight - entries.length * 48 - 24)}px`);
}
