// Turns a text and its entities into elements. Offsets count UTF-16 units, as JavaScript's strings do.

import { el } from "./element.js";
import { t } from "./words.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]); // they end their line themselves
const LINKS = new Set(["url", "text_link", "mention", "email", "phone_number", "text_mention"]);

/** The nodes for `text`; `actions` are onlink(url) and oncommand(text). */
export function formatted(text, entities, actions) {
  const sorted = [...(entities ?? [])].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return nodes(text, sorted, 0, text.length, actions);
}

function nodes(text, entities, from, to, actions) {
  const parts = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    const inner = [];
    for (index += 1; index < entities.length && entities[index].offset < end; index += 1) inner.push(entities[index]);
    if (entity.offset > at) parts.push(text.slice(at, entity.offset));
    if (end > entity.offset) parts.push(wrapped(entity, text.slice(entity.offset, end), nodes(text, inner, entity.offset, end, actions), actions));
    at = Math.max(at, BLOCKS.has(entity.type) && text[end] === "\n" ? end + 1 : end);
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}

function wrapped(entity, plain, children, actions) {
  if (entity.type === "spoiler") return spoiler(children);
  if (entity.type === "bot_command") return button("command", children, () => actions.oncommand(plain));
  if (LINKS.has(entity.type)) return link(address(entity, plain), children, actions);
  if (entity.type === "pre") return el("pre", {}, el("code", {}, children));
  return el(TAGS[entity.type] ?? "span", { class: entity.type }, children);
}

function button(name, children, onclick) {
  return el("button", { type: "button", class: `inline ${name}`, onclick }, children);
}

function spoiler(children) {
  const shown = button("spoiler", children, () => {
    shown.classList.add("revealed");
    shown.removeAttribute("aria-label");
  });
  shown.setAttribute("aria-label", t("spoiler"));
  return shown;
}

function address(entity, plain) {
  if (entity.type === "text_link") return entity.url;
  if (entity.type === "email") return `mailto:${plain}`;
  if (entity.type === "mention") return `https://t.me/${plain.slice(1)}`;
  if (entity.type === "url") return /^[a-z][a-z0-9+.-]*:/i.test(plain) ? plain : `https://${plain}`;
  return "";
}

function link(url, children, actions) {
  if (!isSafe(url)) return el("span", { class: "link" }, children);
  const onclick = (event) => actions.onlink(url, event);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick }, children);
}

/** Only the web, mail and Telegram's own links may be followed: never javascript: or data:. */
export function isSafe(url) {
  return /^(https?:\/\/|mailto:|tg:\/\/)/i.test(url);
}

/** A deep link to a bot as {username, payload}, or null for any other address. */
export function deepLink(url) {
  const web = /^(?:https?:\/\/)?(?:t|telegram)\.me\/([A-Za-z]\w{3,31})(?:\?(.*))?$/i.exec(url);
  if (web) return { username: web[1], payload: new URLSearchParams(web[2] ?? "").get("start") ?? "" };
  const query = new URLSearchParams(/^tg:\/\/resolve\/?\?(.*)$/i.exec(url)?.[1] ?? "");
  return query.get("domain") ? { username: query.get("domain"), payload: query.get("start") ?? "" } : null;
}
