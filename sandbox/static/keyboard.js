// The buttons under a message: rows kept, big enough for a thumb, busy until the bot answers.

import { openLink, press } from "./actions.js";
import { el, icon } from "./element.js";
import { isSafe } from "./entities.js";
import { state } from "./state.js";
import { t } from "./words.js";

/** The inline keyboard of a message, or null. */
export function keyboard(message) {
  const lines = message.reply_markup?.inline_keyboard;
  if (!lines?.length) return null;
  return el("div", { class: "keyboard", "data-testid": "keyboard" }, lines.map((buttons, row) => el("div", { class: "keys" }, buttons.map((button, column) => key(message, button, row, column)))));
}

function key(message, button, row, column) {
  const waiting = state.pending.has(`${message.key}:${message.message_id}:${row}:${column}`);
  return el(
    "button",
    {
      type: "button",
      class: "key",
      "data-testid": "button",
      "data-key": `${row}:${column}`,
      "aria-busy": waiting ? "true" : null,
      title: button.url ?? (waiting ? t("waiting") : null),
      onclick: () => (button.url ? follow(button.url) : press(message, row, column)),
    },
    el("span", {}, button.text),
    button.url ? icon("link") : null,
    waiting ? el("span", { class: "spinner", role: "img", "aria-label": t("waiting") }) : null,
  );
}

function follow(url) {
  if (isSafe(url) || /^(t|telegram)\.me\//i.test(url)) openLink(url);
}
