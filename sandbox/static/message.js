// Draws one row of the conversation: a day, a service line, or a bubble with all that belongs to it.

import { answerTo, openLink, say } from "./actions.js";
import { avatar, el, icon, iconButton, tint } from "./element.js";
import { formatted } from "./entities.js";
import { keyboard } from "./keyboard.js";
import { documents, photos } from "./media.js";
import { menu, toast } from "./notices.js";
import { poll } from "./poll.js";
import { nameOf, openChat, state } from "./state.js";
import { service, summary } from "./summary.js";
import { clock, day, t } from "./words.js";

const HOLD = 450; // milliseconds until a finger held down opens the menu

/** The element of a row; `goTo(id)` scrolls to another message. */
export function drawRow(row, goTo) {
  if (row.kind === "day") return el("div", { class: "centre", "data-row": row.key }, el("span", {}, day(row.date)));
  if (row.kind === "service") return serviceRow(row, goTo);
  return bubbleRow(row, goTo);
}

function serviceRow(row, goTo) {
  const [message] = row.messages;
  const pinned = message.pinned_message?.message_id;
  const words = pinned ? el("button", { type: "button", onclick: () => goTo(pinned) }, service(message)) : el("span", {}, service(message));
  return el("div", { class: "centre", "data-testid": "service", "data-row": row.key, "data-messages": message.message_id }, words);
}

function bubbleRow(row, goTo) {
  const message = row.messages.at(-1);
  const own = message.from?.id === state.me?.id;
  const group = message.chat.type !== "private";
  const element = el(
    "article",
    {
      class: `row ${own ? "own" : ""} ${row.first ? "first" : ""} ${group ? "group" : ""}`,
      tabindex: "-1",
      "aria-label": `${nameOf(message.from)} ${clock(message.date)}`,
      "data-testid": "message",
      "data-row": row.key,
      "data-messages": row.messages.map((one) => one.message_id).join(" "),
    },
    group && !own ? (row.first ? avatar(message.from.id, nameOf(message.from)) : el("span", { class: "avatar none" })) : null,
    el("div", { class: "column" }, bubble(row, own, group, goTo), keyboard(message)),
    iconButton("reply", t("reply"), () => answerTo(message), { class: "icon-button hover", tabindex: "-1", "data-testid": "reply" }),
  );
  listen(element, message);
  return element;
}

function bubble(row, own, group, goTo) {
  const [message] = row.messages;
  const spoken = row.messages.find((one) => one.text ?? one.caption) ?? message;
  const bare = message.photo && !(spoken.caption || message.reply_to_message);
  return el(
    "div",
    { class: `bubble ${bare ? "bare" : ""} ${message.photo || message.poll ? "wide" : ""}` },
    group && !own && row.first ? el("strong", { class: `name ink-${tint(message.from.id)}` }, nameOf(message.from), message.from.is_bot ? el("span", { class: "tag" }, t("bot")) : null) : null,
    quote(message.reply_to_message, goTo),
    photos(row.messages),
    documents(row.messages),
    poll(message),
    words(spoken),
    foot(row.messages.at(-1)),
  );
}

function quote(replied, goTo) {
  if (!replied) return null;
  const colour = `ink-${tint(replied.from?.id ?? 0)}`;
  return el(
    "button",
    { type: "button", class: `quote ${colour}`, "data-testid": "quote", "data-key": "quote", onclick: () => goTo(replied.message_id) },
    el("strong", {}, nameOf(replied.from)),
    el("span", { class: "preview" }, summary(replied) || t("deletedMessage")),
  );
}

function words(message) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const actions = { onlink: openLink, oncommand: (command) => say(command) };
  return el("div", { class: "text", dir: "auto", "data-testid": "text" }, formatted(text, message.entities ?? message.caption_entities, actions));
}

function foot(message) {
  const edited = message.edit_date ? el("span", { "data-testid": "edited" }, t("edited")) : null;
  return el("span", { class: "foot" }, edited, el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)));
}

function listen(element, message) {
  let timer = null;
  const forget = () => clearTimeout(timer);
  element.addEventListener("contextmenu", (event) => (event.preventDefault(), openMenu(message, event.clientX, event.clientY)));
  element.addEventListener("touchstart", ({ touches }) => {
    const { clientX, clientY } = touches[0];
    timer = setTimeout(() => openMenu(message, clientX, clientY), HOLD);
  }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) element.addEventListener(name, forget, { passive: true });
  element.addEventListener("dblclick", () => answerTo(message));
  element.addEventListener("keydown", (event) => keys(event, element, message));
}

function keys(event, element, message) {
  if (event.target !== element) return;
  if (event.key === "r" || event.key === "R") answerTo(message);
  else if (event.key === "Enter") {
    const box = element.getBoundingClientRect();
    openMenu(message, box.left + 60, box.top + 20);
  } else return;
  event.preventDefault();
}

function openMenu(message, x, y) {
  if (document.querySelector("dialog.menu")) return;
  const text = message.text ?? message.caption;
  const entries = [];
  if (openChat()?.can_write) entries.push(["reply", t("reply"), () => answerTo(message)]);
  if (text) entries.push(["copy", t("copy"), () => navigator.clipboard?.writeText(text).then(() => toast(t("copied")), () => {})]);
  if (entries.length) menu(entries, x, y, icon);
}
