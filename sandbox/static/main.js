// Starts the page: what was kept, who one is, and every view.

import { become, openChatById } from "./actions.js";
import { api } from "./api.js";
import { showChats } from "./chats.js";
import { composer } from "./composer.js";
import { showConversation } from "./conversation.js";
import { showPeople } from "./people.js";
import { kept, state, touchAll } from "./state.js";
import { showStory } from "./story.js";
import { setLanguage } from "./words.js";

const AGAIN = 1500; // milliseconds between attempts to reach the sandbox

function restore() {
  setLanguage(kept("language") ?? "zh");
  if (kept("theme")) document.documentElement.dataset.theme = kept("theme");
  state.follow = kept("follow") !== "false";
}

function place() {
  const [person, chat] = location.hash.slice(1).split("/");
  return { person: Number(person || kept("person")), chat: chat ? decodeURIComponent(chat) : null };
}

/** Goes to the person and chat that the address names. */
function go() {
  const { person, chat } = place();
  const chosen = state.people.find((one) => one.id === person) ?? state.me ?? state.people[0];
  become(chosen);
  openChatById(chat);
}

async function begin() {
  const { people } = await api.people();
  if (state.me) return; // somebody was invited meanwhile
  state.people = people;
  touchAll();
  if (people.length) go();
  else setTimeout(start, AGAIN);
}

function start() {
  begin().catch(() => setTimeout(start, AGAIN));
}

restore();
showStory();
showChats();
showConversation(composer());
showPeople();
touchAll();
addEventListener("popstate", go);
start();
