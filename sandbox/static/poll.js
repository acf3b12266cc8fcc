// Telegram's own polls: choose, vote, see the shares, take the vote back.

import { vote } from "./actions.js";
import { el, icon } from "./element.js";
import { t } from "./words.js";

/** The poll of a message, or null; `message.chosen` are the options this person voted for. */
export function poll(message) {
  const { poll: asked, chosen = [] } = message;
  if (!asked) return null;
  const answered = chosen.length > 0 || asked.is_closed;
  const options = asked.options.map((option, index) => (answered ? share(asked, option, chosen.includes(index)) : choice(message, option, index)));
  return el("div", { class: "poll", "data-testid": "poll" }, el("strong", {}, asked.question), el("small", {}, kind(asked)), el("div", { role: "group", "aria-label": asked.question }, options), end(message, answered));
}

function kind(asked) {
  const words = [t(asked.is_closed ? "pollClosed" : asked.is_anonymous ? "pollAnonymous" : "pollPublic")];
  if (asked.allows_multiple_answers) words.push(t("pollMultiple"));
  return words.join(" · ");
}

function choice(message, option, index) {
  if (!message.poll.allows_multiple_answers) {
    return el("button", { type: "button", class: "option", "data-testid": "option", "data-key": `option${index}`, onclick: () => vote(message, [index]) }, el("span", { class: "mark" }), option.text);
  }
  return el("label", { class: "option", "data-testid": "option" }, el("input", { type: "checkbox", value: index }), option.text);
}

function share(asked, option, mine) {
  const percent = asked.total_voter_count ? Math.round((option.voter_count / asked.total_voter_count) * 100) : 0;
  return el(
    "div",
    { class: `share ${mine ? "mine" : ""}`, "data-testid": "option" },
    el("span", { class: "line" }, el("span", {}, mine ? icon("check") : null, option.text), el("span", {}, `${percent}%`)),
    el("progress", { max: "100", value: percent, "aria-label": option.text }),
  );
}

function end(message, answered) {
  const count = el("small", {}, t("pollTotal", { count: message.poll.total_voter_count }));
  if (message.poll.is_closed) return el("div", { class: "line" }, count);
  if (answered) return el("div", { class: "line" }, count, action("pollRetract", () => vote(message, [])));
  return el("div", { class: "line" }, count, message.poll.allows_multiple_answers ? action("pollSubmit", (event) => submit(message, event)) : null);
}

function action(key, onclick) {
  return el("button", { type: "button", class: "text-button", "data-key": key, onclick }, t(key));
}

function submit(message, event) {
  const boxes = event.target.closest(".poll").querySelectorAll("input:checked");
  if (boxes.length) vote(message, [...boxes].map((box) => Number(box.value)));
}
