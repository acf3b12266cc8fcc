// The open chat: its head, the pinned message, the messages, and the way down to the newest.

import { loadOlder, loadUntil, openChatById, seen } from "./actions.js";
import { arrowKeys, avatar, el, icon, iconButton } from "./element.js";
import { drawRow } from "./message.js";
import { rows } from "./rows.js";
import { botsHere, messagesOf, openChat, state, touch, trim, watch } from "./state.js";
import { summary } from "./summary.js";
import { currentLanguage, either, t } from "./words.js";

const MOST = 300; // messages kept while one reads at the bottom
const root = document.getElementById("conversation");
const head = el("header", { class: "bar" });
const pin = el("button", { type: "button", id: "pin", "data-testid": "pinned", hidden: true });
const scroll = el("div", { id: "messages", "data-testid": "messages", role: "log", tabindex: "0", onscroll: onScroll, onkeydown: onKey });
const down = el("button", { type: "button", id: "down", "data-testid": "to-bottom", hidden: true, onclick: () => toBottom() }, icon("down"), el("span", {}));
const blank = el("div", { id: "blank" });
const drawn = new Map();
let shown = "";
let follows = true;
let newest = 0;
let fresh = 0;

export function showConversation(composer) {
  root.append(blank, head, pin, el("div", { class: "stage" }, scroll, down), composer);
  watch("chat me", drawHead);
  watch("messages chat me", drawMessages);
  document.addEventListener("visibilitychange", markSeen);
  new ResizeObserver(() => follows && toBottom()).observe(scroll);
}

function drawHead() {
  const chat = openChat();
  root.classList.toggle("closed", !chat);
  blank.replaceChildren(el("h2", {}, t("chooseChat")), el("p", {}, t("chooseChatHint")));
  if (!chat) return;
  root.setAttribute("aria-label", chat.title);
  scroll.setAttribute("aria-label", t("messages"));
  head.replaceChildren(
    iconButton("back", t("back"), () => openChatById(null), { class: "icon-button back", "data-testid": "back" }),
    avatar(chat.id, chat.title, kindOf(chat)),
    el("span", { class: "two-lines grow" }, el("h1", { "data-testid": "chat-title" }, chat.title), el("small", { "data-testid": "chat-status", "aria-live": "polite" }, status(chat))),
  );
  drawPin(chat.pinned);
}

function status(chat) {
  if (!state.online) return el("span", { class: "offline" }, t("offline"));
  if (state.typing.has(chat.id)) return el("span", { class: "typing" }, t("typing"));
  return chat.type === "private" ? t("bot") : t("members", { count: chat.members });
}

function drawPin(message) {
  pin.hidden = !message;
  if (!message) return;
  pin.onclick = () => scrollToMessage(message.message_id);
  pin.replaceChildren(icon("pin"), el("span", { class: "two-lines" }, el("strong", {}, t("pinned")), el("span", { class: "preview" }, summary(message))));
}

function drawMessages() {
  follows ||= state.sent;
  state.sent = false;
  if (follows) trim(state.chat, MOST);
  const messages = messagesOf(state.chat);
  const look = `${state.me?.id}/${state.chat}/${currentLanguage()}`;
  if (look !== shown) reset(look);
  const wanted = rows(messages, [...state.pending]);
  const before = anchor();
  const last = messages.at(-1)?.message_id ?? 0;
  reconcile(wanted);
  if (!messages.length) scroll.replaceChildren(empty());
  if (follows) toBottom();
  else keepPlace(before, last, messages);
  newest = Math.max(newest, last);
  markSeen();
}

function reset(look) {
  if (look.split("/").slice(0, 2).join() !== shown.split("/").slice(0, 2).join()) [follows, newest, fresh] = [true, 0, 0];
  shown = look;
  drawn.clear();
  scroll.replaceChildren();
}

function reconcile(wanted) {
  const keys = new Set(wanted.map((row) => row.key));
  for (const [key, old] of drawn) if (!keys.has(key)) (old.element.remove(), drawn.delete(key));
  let at = null;
  for (const row of wanted) {
    const old = drawn.get(row.key);
    const element = old?.sign === row.sign ? old.element : replaced(old?.element, row);
    drawn.set(row.key, { sign: row.sign, element });
    if ((at ? at.nextSibling : scroll.firstChild) !== element) at ? at.after(element) : scroll.prepend(element);
    at = element;
  }
  while (at && at.nextSibling) at.nextSibling.remove();
}

function replaced(old, row) {
  const element = drawRow(row, scrollToMessage);
  if (!old) return element;
  element.classList.add("still");
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(element);
  if (focused === old) element.focus({ preventScroll: true });
  else if (focused?.dataset.key) element.querySelector(`[data-key="${focused.dataset.key}"]`)?.focus({ preventScroll: true });
  return element;
}

function empty() {
  const chat = openChat();
  if (!chat || !state.complete.has(chat.id)) return "";
  const about = chat.type === "private" && botsHere().map((bot) => either(bot.description)).find(Boolean);
  const words = about || t(chat.type === "private" ? "startHint" : "emptyGroup");
  return el("div", { class: "welcome", "data-testid": "empty" }, avatar(chat.id, chat.title, kindOf(chat)), el("strong", {}, chat.title), el("p", { class: "muted" }, words));
}

function kindOf(chat) {
  return chat.type === "private" ? "bot" : "group";
}

function anchor() {
  const top = scroll.getBoundingClientRect().top;
  const element = [...scroll.children].find((child) => child.getBoundingClientRect().bottom > top);
  return element && { key: element.dataset.row, top: element.getBoundingClientRect().top };
}

function keepPlace(before, last, messages) {
  const element = before?.key && drawn.get(before.key)?.element;
  if (element) scroll.scrollTop += element.getBoundingClientRect().top - before.top;
  if (newest && last > newest) fresh += messages.filter((message) => message.message_id > newest).length;
  drawDown();
}

function drawDown() {
  down.hidden = follows;
  const label = fresh ? t("newMessages", { count: fresh }) : t("toBottom");
  down.setAttribute("aria-label", label);
  down.lastChild.textContent = fresh ? String(fresh) : "";
}

function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  [follows, fresh] = [true, 0];
  drawDown();
  markSeen();
}

function onScroll() {
  follows = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 48;
  if (follows) fresh = 0;
  if (scroll.scrollTop < 200) loadOlder();
  drawDown();
  markSeen();
}

function markSeen() {
  if (follows && newest) seen(openChat(), newest);
}

function onKey(event) {
  const items = [...scroll.querySelectorAll(".row[tabindex]")];
  if (event.target === scroll && event.key === "ArrowUp") {
    event.preventDefault();
    items.at(-1)?.focus();
  } else if (event.target.matches(".row")) arrowKeys(event, items);
}

/** Scrolls to a message and lights it up; loads it first when it is further back. */
export async function scrollToMessage(id) {
  follows = false;
  await loadUntil(id);
  touch("messages");
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const row = scroll.querySelector(`[data-messages~="${id}"]`);
    if (!row) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    row.classList.remove("lit");
    requestAnimationFrame(() => row.classList.add("lit"));
  }));
}
