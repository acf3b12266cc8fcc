// The list of chats: who I am on top, then every chat with its last message and what is unread.

import { openChatById, openGroup } from "./actions.js";
import { arrowKeys, avatar, el, icon, iconButton } from "./element.js";
import { dialog } from "./notices.js";
import { pickPerson } from "./people.js";
import { isDark, nameOf, state, useLanguage, useTheme, watch } from "./state.js";
import { summary } from "./summary.js";
import { clock, currentLanguage, day, t } from "./words.js";

const root = document.getElementById("chats");
const head = el("header", { class: "bar" });
const list = el("div", { class: "list", role: "listbox", "data-testid": "chat-list", onkeydown: (event) => arrowKeys(event, [...list.children]) });

export function showChats() {
  root.append(head, list);
  watch("me", drawHead);
  watch("chats me", drawList);
}

function drawHead() {
  document.title = t("title");
  root.setAttribute("aria-label", t("chats"));
  list.setAttribute("aria-label", t("chats"));
  const other = currentLanguage() === "zh" ? "en" : "zh";
  head.replaceChildren(
    persona(),
    el("button", { type: "button", class: "icon-button", "aria-label": t("language"), title: t("language"), "data-testid": "language", onclick: () => useLanguage(other) }, t("languageShort")),
    iconButton(isDark() ? "sun" : "moon", t("theme"), () => useTheme(isDark() ? "light" : "dark"), { "data-testid": "theme" }),
  );
}

function persona() {
  const { me } = state;
  if (!me) return el("button", { type: "button", class: "persona grow", "data-testid": "persona", onclick: pickPerson }, icon("people"), t("choosePerson"));
  return el(
    "button",
    { type: "button", class: "persona grow", "data-testid": "persona", "data-person": me.id, "aria-label": `${t("youAre")} ${nameOf(me)}. ${t("changePerson")}`, onclick: pickPerson },
    avatar(me.id, nameOf(me)),
    el("span", { class: "two-lines" }, el("strong", {}, nameOf(me)), el("small", {}, me.hint || t("changePerson"))),
    icon("people"),
  );
}

function drawList() {
  const focused = document.activeElement?.dataset?.chat;
  const chats = [...state.chats.values()].sort((one, other) => (other.last?.date ?? 0) - (one.last?.date ?? 0) || (other.type === "private") - (one.type === "private"));
  list.replaceChildren(...chats.map(entry));
  if (!chats.length) list.append(el("p", { class: "empty" }, t("noChats")));
  if (state.me) list.append(el("button", { type: "button", class: "entry small add", "data-testid": "new-group", onclick: askForGroup }, icon("plus"), t("newGroup")));
  if (focused) list.querySelector(`[data-chat="${focused}"]`)?.focus();
}

function entry(chat) {
  const chosen = chat.id === state.chat;
  const name = chat.title;
  const last = chat.last;
  return el(
    "button",
    { type: "button", class: "entry", role: "option", "aria-selected": String(chosen), "data-testid": "chat", "data-chat": chat.id, onclick: () => openChatById(chat.id) },
    avatar(chat.id, name, chat.type === "private" ? "bot" : "group"),
    el(
      "span",
      { class: "two-lines" },
      el("span", { class: "line" }, el("strong", {}, name), el("time", {}, last ? when(last.date) : "")),
      el("span", { class: "line" }, el("span", { class: "preview" }, preview(chat)), unread(chat)),
    ),
  );
}

function askForGroup() {
  const name = el("input", { type: "text", maxlength: "128", required: true, placeholder: t("groupName"), "aria-label": t("groupName"), autofocus: true, "data-testid": "group-name" });
  const create = el("button", { class: "primary" }, t("create"));
  const form = el("form", { method: "dialog", onsubmit: () => openGroup(name.value) }, el("h2", {}, t("newGroup")), name, el("p", { class: "muted" }, t("newGroupHint")), create, el("button", { type: "button", class: "text-button", onclick: () => box.close() }, t("cancel")));
  const box = dialog({ class: "alert", "aria-label": t("newGroup") }, form);
}

function when(seconds) {
  const words = day(seconds);
  return words === t("today") ? clock(seconds) : words;
}

function preview(chat) {
  if (state.typing.has(chat.id)) return el("em", { class: "typing" }, t("typing"));
  return chat.last ? summary(chat.last, chat.type !== "private") : "";
}

function unread(chat) {
  if (!chat.unread) return null;
  return el("span", { class: "badge", "data-testid": "unread", "aria-label": t("unread", { count: chat.unread }) }, chat.unread > 99 ? "99+" : String(chat.unread));
}
