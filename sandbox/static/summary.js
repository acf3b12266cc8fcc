// One line about a message: for the list of chats, for quotes, and for service messages.

import { nameOf, state } from "./state.js";
import { t } from "./words.js";

/** What a message says, in one line; with its sender's name in a group. */
export function summary(message, withName = false) {
  const words = service(message) ?? content(message);
  if (!withName || service(message) || !message.from) return words;
  return `${message.from.id === state.me?.id ? "" : `${nameOf(message.from)}：`}${words}`;
}

function content(message) {
  const words = (message.text ?? message.caption ?? "").replace(/\s+/g, " ");
  if (message.text) return words;
  if (message.photo) return `[${t("photo")}] ${words}`.trim();
  if (message.document) return `[${t("document")}] ${message.document.file_name ?? ""} ${words}`.trim();
  if (message.poll) return `[${t("poll")}] ${message.poll.question}`;
  return words;
}

/** The words of a service message, or null when people or bots wrote it. */
export function service(message) {
  if (message.new_chat_members) return t("joined", { who: message.new_chat_members.map(nameOf).join("、") });
  if (message.left_chat_member) return t("left", { who: nameOf(message.left_chat_member) });
  if (message.pinned_message) return t("pinnedBy", { who: nameOf(message.from ?? message.sender_chat), what: shortened(content(message.pinned_message)) });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return t("migrated");
  if (message.group_chat_created || message.supergroup_chat_created) return t("created");
  if (message.new_chat_title) return t("renamed", { what: message.new_chat_title });
  return null;
}

function shortened(words) {
  return words.length > 28 ? `${words.slice(0, 27)}…` : words;
}
