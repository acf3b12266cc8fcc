// What the page knows: one object, changed by these functions, drawn at most once a frame.

import { setLanguage } from "./words.js";

export const state = {
  people: [],
  me: null,
  bots: [],
  chats: new Map(),
  messages: new Map(),
  complete: new Set(),
  chat: null,
  reply: null,
  sent: false,
  pending: new Set(),
  typing: new Map(),
  online: true,
  story: null,
  follow: true,
};

const views = [];
const touched = new Set();
const gone = new Map();
let frame = null;

/** Draws with `draw` whenever one of `topics` was touched, at most once a frame. */
export function watch(topics, draw) {
  views.push({ topics: topics.split(" "), draw });
}

export function touch(...topics) {
  topics.forEach((topic) => touched.add(topic));
  frame ??= requestAnimationFrame(draw);
}

function draw() {
  frame = null;
  const now = new Set(touched);
  touched.clear();
  for (const view of views) if (view.topics.some((topic) => now.has(topic))) view.draw();
}

/** Draws everything again: another language, another person. */
export function touchAll() {
  touch("people", "chats", "chat", "messages", "composer", "story", "me");
}

/** Takes a message in, unless a newer state of it is known already. */
export function put(message, seq) {
  const chat = message.key;
  const known = state.messages.get(chat) ?? new Map();
  state.messages.set(chat, known);
  const before = known.get(message.message_id);
  if (before && before.seq > seq) return;
  if (gone.get(`${chat}:${message.message_id}`) > seq) return;
  known.set(message.message_id, { ...message, seq });
}

export function remove(chat, id, seq) {
  gone.set(`${chat}:${id}`, seq);
  state.messages.get(chat)?.delete(id);
}

/** The messages known of a chat, oldest first. */
export function messagesOf(chat) {
  return [...(state.messages.get(chat)?.values() ?? [])].sort((one, other) => one.message_id - other.message_id);
}

/** Forgets all but the newest messages of a chat; they are loaded again when one scrolls up. */
export function trim(chat, most) {
  const known = state.messages.get(chat);
  if (!known || known.size <= most * 1.5) return;
  for (const message of messagesOf(chat).slice(0, known.size - most)) known.delete(message.message_id);
  state.complete.delete(chat);
}

/** Takes in one batch of changes from the server. */
export function apply(batch) {
  if (batch.chats) state.chats = new Map(batch.chats.map((chat) => [chat.id, chat]));
  for (const chat of batch.changed ?? []) state.chats.set(chat.id, chat);
  for (const chat of batch.left ?? []) state.chats.delete(chat);
  for (const message of batch.messages ?? []) if (state.messages.has(message.key)) put(message, batch.seq);
  for (const { key, message } of batch.deleted ?? []) remove(key, message, batch.seq);
  for (const chat of batch.typing ?? []) showTyping(chat);
  for (const message of batch.messages ?? []) if (message.from?.is_bot) state.typing.delete(message.key);
  if (batch.people) [state.people, state.me] = [batch.people, batch.people.find((one) => one.id === state.me?.id) ?? state.me];
  if (batch.bots) state.bots = batch.bots;
  if ("story" in batch) state.story = batch.story;
  touchBatch(batch);
}

function touchBatch(batch) {
  if (batch.chats || batch.changed || batch.left || batch.typing) touch("chats", "chat");
  if (batch.messages || batch.deleted) touch("messages");
  if (batch.people) touch("people", "me");
  if (batch.bots) touch("composer", "chat");
  if ("story" in batch) touch("story");
}

function showTyping(chat) {
  const until = Date.now() + 5000;
  state.typing.set(chat, until);
  setTimeout(() => {
    if (state.typing.get(chat) !== until) return;
    state.typing.delete(chat);
    touch("chat", "chats");
  }, 5000);
}

/** Forgets what was loaded, as after a break in the connection. */
export function forgetMessages() {
  state.messages.clear();
  state.complete.clear();
  gone.clear();
}

/** The bots of the open chat. */
export function botsHere() {
  return state.bots.filter((bot) => openChat()?.bots.includes(bot.id));
}

/** The chat that is open, as the list knows it. */
export function openChat() {
  return state.chats.get(state.chat) ?? null;
}

export function nameOf(person) {
  return person ? [person.first_name ?? person.title, person.last_name].filter(Boolean).join(" ") : "";
}

export function keep(name, value) {
  localStorage.setItem(`sandbox.${name}`, String(value));
}

export function kept(name) {
  return localStorage.getItem(`sandbox.${name}`);
}

export function useLanguage(language) {
  setLanguage(language);
  keep("language", language);
  touchAll();
}

export function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  keep("theme", theme);
  touch("me");
}

export function isDark() {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
