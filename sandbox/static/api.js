// Talks to the sandbox: plain requests for what a person does, one event stream for what happens.

import { apply, state, touch } from "./state.js";
import { has, t } from "./words.js";

export class Failed extends Error {}

async function request(method, path, body) {
  const form = body instanceof FormData;
  const headers = body && !form ? { "Content-Type": "application/json" } : {};
  let response;
  try {
    response = await fetch(path, { method, headers, body: form || !body ? body : JSON.stringify(body) });
  } catch {
    throw new Failed(t("unreachable"));
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failed(reason(answer.error));
  return answer;
}

/** Why the sandbox refused: its own codes in the page's language, anything else as it says it. */
function reason(error) {
  return has(`refused_${error}`) ? t(`refused_${error}`) : error || t("refused");
}

function mine(path) {
  return `page/people/${state.me.id}/${path}`;
}

export const api = {
  people: () => request("GET", "page/people"),
  newPerson: (name) => request("POST", "page/people", { name }),
  newGroup: (title) => request("POST", mine("groups"), { title }),
  messages: (chat, query) => request("GET", mine(`chats/${encodeURIComponent(chat)}/messages?${new URLSearchParams(query)}`)),
  say: (chat, text, reply) => request("POST", mine(`chats/${encodeURIComponent(chat)}/messages`), { text, reply_to: reply }),
  upload: (chat, form) => request("POST", mine(`chats/${encodeURIComponent(chat)}/files`), form),
  press: (chat, message, row, column) => request("POST", mine(`chats/${encodeURIComponent(chat)}/messages/${message}/press`), { row, column }),
  vote: (chat, message, options) => request("POST", mine(`chats/${encodeURIComponent(chat)}/messages/${message}/vote`), { options }),
  read: (chat, message) => request("POST", mine(`chats/${encodeURIComponent(chat)}/read`), { message_id: message }),
  start: (bot, payload) => request("POST", mine("start"), { bot, payload }),
  story: (action, body) => request("POST", `page/story/${action}`, body ?? {}),
};

export function fileUrl(id) {
  return `page/files/${encodeURIComponent(id)}`;
}

let feed = null;
let again = null;

/** Follows the changes that the chosen person can see; every (re)connection begins with a snapshot. */
export function follow(onSnapshot, onChanges) {
  feed?.close();
  clearTimeout(again);
  feed = new EventSource(mine("changes"));
  feed.addEventListener("snapshot", (event) => {
    online(true);
    const snapshot = JSON.parse(event.data);
    apply(snapshot);
    onSnapshot(snapshot);
  });
  feed.addEventListener("changes", (event) => {
    const batch = JSON.parse(event.data);
    apply(batch);
    onChanges(batch);
  });
  feed.onerror = () => {
    online(false);
    if (feed.readyState === EventSource.CLOSED) again = setTimeout(() => follow(onSnapshot, onChanges), 1500);
  };
}

function online(yes) {
  if (state.online === yes) return;
  state.online = yes;
  touch("chat");
}
