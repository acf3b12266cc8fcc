// The bar of a story that a program plays in the sandbox: play, pause, step, chapters, and what happens now.

import { become, openChatById, tried } from "./actions.js";
import { api } from "./api.js";
import { el, icon } from "./element.js";
import { keep, state, touch, watch } from "./state.js";
import { either, t } from "./words.js";

const SPEEDS = [0.5, 1, 2, 4];
const root = document.getElementById("story");
let at = null;

export function showStory() {
  watch("story me", draw);
  watch("story", followAlong);
}

function draw() {
  const { story } = state;
  root.hidden = !story;
  if (!story) return;
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  const scrolled = root.querySelector(".chips")?.scrollLeft ?? 0;
  root.setAttribute("aria-label", t("story"));
  root.replaceChildren(controls(story), chips(story), caption(story));
  root.querySelector(".chips").scrollLeft = scrolled;
  if (focused) root.querySelector(`[data-testid="${focused}"]`)?.focus();
  showChapter(story);
}

function controls(story) {
  const playing = story.playing;
  return el(
    "div",
    { class: "controls" },
    el("strong", { class: "title" }, either(story.title)),
    button(playing ? "pause" : "play", playing ? "story-pause" : "story-play", () => tried(api.story(playing ? "pause" : "play")), "primary"),
    button("step", "story-step", () => tried(api.story("step")), "", playing),
    speed(story),
    followSwitch(),
  );
}

function button(name, id, onclick, extra = "", disabled = false) {
  return el("button", { type: "button", class: `story-button ${extra}`, "data-testid": id, disabled, onclick }, icon(name), el("span", {}, t(name)));
}

function speed(story) {
  const choices = [...new Set([...SPEEDS, story.speed])].sort((one, other) => one - other);
  const options = choices.map((value) => el("option", { value, selected: value === story.speed }, `${value}×`));
  return el("select", { "aria-label": t("speed"), title: t("speed"), "data-testid": "story-speed", onchange: (event) => tried(api.story("speed", { speed: Number(event.target.value) })) }, options);
}

function followSwitch() {
  const box = el("input", { type: "checkbox", role: "switch", "data-testid": "story-follow", onchange: () => ((state.follow = box.checked), keep("follow", box.checked), (at = null), touch("story")) });
  box.checked = state.follow;
  return el("label", { class: "switch", title: t("followHint") }, box, el("span", { class: "track", "aria-hidden": "true" }), t("follow"));
}

function chips(story) {
  const entries = story.chapters.map(([key, title], index) => {
    const now = key === story.chapter;
    return el("button", { type: "button", class: "chip", "aria-current": now ? "step" : null, "data-testid": `story-chapter-${key}`, onclick: () => tried(api.story("play", { chapter: key })) }, `${index + 1} ${either(title)}`);
  });
  return el("div", { class: "chips", role: "group", "aria-label": t("chapters") }, entries);
}

function caption(story) {
  const words = either(story.caption) || t(story.done ? "storyDone" : "storyReady");
  return el("p", { class: "caption", "data-testid": "story-caption", "aria-live": "polite" }, words);
}

function showChapter(story) {
  if (story.chapter === showChapter.last) return;
  showChapter.last = story.chapter;
  root.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** Goes where the story is, once for each move of it: the reader may wander off in between. */
function followAlong() {
  const { story } = state;
  if (!story || !state.follow) return;
  const place = `${story.person}/${story.chat}`;
  if (place === at) return;
  at = place;
  const person = state.people.find((one) => one.id === story.person);
  if (person) become(person);
  if (story.chat !== null) openChatById(story.chat);
}
