// What a person does on the page: each action asks the sandbox and says when it did not work.

import { api, follow, Failed } from "./api.js";
import { deepLink } from "./entities.js";
import { alertBox, toast } from "./notices.js";
import { apply, forgetMessages, keep, openChat, put, state, touch, touchAll } from "./state.js";
import { t } from "./words.js";

const PAGE = 60;

/** Runs an action; a refusal becomes a toast, and the answer null. */
export async function tried(promise) {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    toast(t("failed", { why: error.message }), "bad");
    return null;
  }
}

/** Becomes `person`; stays in the open group when this person is in it too, or in private with the same bot. */
export function become(person) {
  if (!person || person.id === state.me?.id) return;
  const bot = openChat()?.type === "private" ? openChat().bots[0] : null;
  state.me = person;
  state.reply = null;
  state.pending.clear();
  state.chats = new Map();
  forgetMessages();
  keep("person", person.id);
  touchAll();
  follow((snapshot) => resync(snapshot, bot), stay);
}

/** Goes along when the open chat moved to a new one, and back to the list when one is no longer in it. */
function stay(batch) {
  if (state.chat !== null && !state.chats.has(state.chat)) openChatById(batch.moved?.[state.chat] ?? null);
}

/** Lets somebody new come, and becomes them. */
export async function invite(name) {
  const person = await tried(api.newPerson(name));
  if (person) become(person);
  return person;
}

export async function openGroup(title) {
  const answer = await tried(api.newGroup(title));
  if (answer) enter(answer.chat);
}

function enter(chat) {
  apply({ changed: [chat], seq: 0 });
  openChatById(chat.id);
}

async function resync(snapshot, bot) {
  if (state.chat !== null && !state.chats.has(state.chat)) {
    openChatById(snapshot.chats.find((chat) => chat.type === "private" && chat.bots[0] === bot)?.id ?? null);
  }
  forgetMessages();
  remember();
  touch("messages");
  if (state.chat !== null) await load(state.chat, {});
}

/** Opens a chat, or with null goes back to the list. */
export function openChatById(id) {
  document.body.dataset.pane = id === null ? "chats" : "conversation";
  if (state.chat === id) return;
  state.chat = id;
  state.reply = null;
  remember();
  touch("chats", "chat", "messages", "composer");
  if (state.chats.has(id) && !state.messages.has(id)) load(id, {}); // not in the list yet: the snapshot loads it
}

function remember() {
  const hash = `#${state.me?.id ?? ""}/${state.chat ?? ""}`;
  const deeper = state.chat !== null && location.hash.endsWith("/");
  if (location.hash !== hash) history[deeper ? "pushState" : "replaceState"](null, "", hash);
}

async function load(chat, query) {
  const me = state.me.id;
  if (!state.messages.has(chat)) state.messages.set(chat, new Map());
  const answer = await tried(api.messages(chat, { limit: PAGE, ...query }));
  if (!answer || state.me.id !== me) return 0;
  for (const message of answer.messages) put(message, answer.seq);
  if (answer.messages.length < PAGE) state.complete.add(chat);
  touch("messages");
  return answer.messages.length;
}

let loading = false;

/** Loads what was said before the oldest message known. */
export async function loadOlder() {
  const known = state.messages.get(state.chat);
  if (loading || !known?.size || state.complete.has(state.chat)) return;
  loading = true;
  await load(state.chat, { before: Math.min(...known.keys()) });
  loading = false;
}

/** Loads back to `id`, so that the page can scroll to it. */
export async function loadUntil(id) {
  const known = () => state.messages.get(state.chat);
  while (known()?.size && !known().has(id) && Math.min(...known().keys()) > id && !state.complete.has(state.chat)) {
    if (!(await load(state.chat, { before: Math.min(...known().keys()) }))) return;
  }
}

export async function say(text) {
  const [chat, reply] = [state.chat, state.reply?.message_id ?? null];
  const sent = await tried(api.say(chat, text, reply));
  if (sent) settle();
  return sent !== null;
}

export async function upload(file, caption, asFile) {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("caption", caption);
  form.append("as", asFile ? "document" : "photo");
  if (state.reply) form.append("reply_to", state.reply.message_id);
  const sent = await tried(api.upload(state.chat, form));
  if (sent) settle();
  return sent !== null;
}

/** After something was sent: no reply is begun any more, and the newest message is in sight. */
function settle() {
  answerTo(null);
  state.sent = true;
  touch("messages");
}

export function answerTo(message) {
  state.reply = message;
  touch("composer");
}

/** Presses a button and shows what the bot answers: nothing, a toast, an alert, or a link. */
export async function press(message, row, column) {
  const key = `${message.key}:${message.message_id}:${row}:${column}`;
  if (state.pending.has(key)) return;
  state.pending.add(key);
  touch("messages");
  const answer = await tried(api.press(message.key, message.message_id, row, column));
  state.pending.delete(key);
  touch("messages");
  if (answer) requestAnimationFrame(() => showAnswer(answer)); // drawn first, so that an alert gives the focus back
}

function showAnswer(answer) {
  if (!answer.given) toast(t("noAnswer"), "bad");
  else if (answer.text && answer.show_alert) alertBox(answer.text);
  else if (answer.text) toast(answer.text);
  if (answer.url) openLink(answer.url);
}

export function vote(message, options) {
  return tried(api.vote(message.key, message.message_id, options));
}

/** Follows a link: a deep link to the bot stays in the page, anything else opens in a tab. */
export function openLink(url, event) {
  const deep = deepLink(url);
  if (!deep) {
    if (!event) window.open(url, "_blank", "noopener,noreferrer");
    return;
  }
  event?.preventDefault();
  const bot = state.bots.find(({ username }) => username.toLowerCase() === deep.username.toLowerCase());
  if (bot) start(bot.id, deep.payload);
  else toast(t("notHere"), "bad");
}

/** Goes to the private chat with a bot, and says /start with the payload. */
export async function start(bot, payload) {
  const answer = await tried(api.start(bot, payload));
  if (answer) enter(answer.chat);
}

let reading = null;

/** Tells the sandbox, a little later, that the newest message of the open chat was seen. */
export function seen(chat, id) {
  if (!chat?.unread || document.hidden) return;
  chat.unread = 0;
  touch("chats");
  clearTimeout(reading);
  reading = setTimeout(() => state.chats.has(chat.id) && api.read(chat.id, id).catch(() => {}), 150);
}
