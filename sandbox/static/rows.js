// Arranges messages into rows: days, service lines, bubbles, and albums that are one bubble.

import { service } from "./summary.js";
import { day } from "./words.js";

const TOGETHER = 300; // seconds within which one sender's messages stand together

/** Rows oldest first: {key, sign, kind, messages, first}; `sign` changes when the row must be drawn anew. */
export function rows(messages, pending) {
  const result = [];
  let before = null;
  for (const message of messages) {
    if (!before || day(before.date) !== day(message.date)) result.push({ key: `day${day(message.date)}`, kind: "day", sign: "", date: message.date, messages: [] });
    const last = result.at(-1);
    if (message.media_group_id && last.messages[0]?.media_group_id === message.media_group_id) last.messages.push(message);
    else result.push(row(message, last));
    before = message;
  }
  for (const one of result) one.sign = sign(one, pending);
  return result;
}

function row(message, last) {
  const kind = service(message) === null ? "bubble" : "service";
  const previous = last.messages.at(-1);
  const together = last.kind === "bubble" && kind === "bubble" && previous?.from?.id === message.from?.id && message.date - previous.date < TOGETHER;
  return { key: `m${message.message_id}`, kind, messages: [message], first: !together };
}

function sign(one, pending) {
  const parts = one.messages.map((message) => `${message.message_id}.${message.seq}.${message.chosen ?? ""}`);
  const waiting = one.messages.flatMap((message) => pending.filter((key) => key.startsWith(`${message.key}:${message.message_id}:`)));
  return `${one.first}|${parts}|${waiting}`;
}
