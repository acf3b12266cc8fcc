// Chooses which person one is: a pane on a wide screen, a dialog on a narrow one; searchable by name and hint.

import { become, invite } from "./actions.js";
import { arrowKeys, avatar, el, icon, iconButton } from "./element.js";
import { dialog } from "./notices.js";
import { nameOf, state, watch } from "./state.js";
import { t } from "./words.js";

const root = document.getElementById("people");
let pane = null;
let whose;

export function showPeople() {
  watch("people me", draw);
}

function draw() {
  const query = state.me?.id === whose ? (pane?.search.value ?? "") : "";
  whose = state.me?.id;
  const scroll = pane?.list.scrollTop ?? 0;
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset : null;
  pane = picker(become);
  pane.search.value = query;
  pane.fill();
  root.setAttribute("aria-label", t("people"));
  root.replaceChildren(el("header", { class: "bar" }, el("h2", { class: "grow" }, t("people")), el("small", {}, t("peopleCount", { count: state.people.length }))), pane.element);
  pane.list.scrollTop = scroll;
  if (focused?.person) root.querySelector(`[data-person="${focused.person}"]`)?.focus();
  else if (focused) pane.search.focus();
}

/** Opens the choice of people; on a wide screen it only moves the focus to the pane. */
export function pickPerson() {
  if (getComputedStyle(root).display !== "none") {
    pane.search.focus();
    return;
  }
  const choice = picker((person) => (box.close(), become(person)));
  const bar = el("header", { class: "bar" }, el("h2", { class: "grow" }, t("people")), iconButton("close", t("close"), () => box.close()));
  const box = dialog({ class: "sheet", "aria-label": t("people"), "data-testid": "people-dialog" }, bar, choice.element);
  choice.fill();
  if (matchMedia("(hover: hover)").matches) choice.search.focus();
  choice.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "center" });
}

function picker(choose) {
  const search = el("input", { type: "search", placeholder: t("searchPeople"), "aria-label": t("searchPeople"), autocomplete: "off", "data-testid": "people-search", oninput: () => fill() });
  const list = el("div", { class: "list", role: "listbox", "aria-label": t("people"), "data-testid": "people-list" });
  const element = el("div", { class: "picker", onkeydown: keys }, el("label", { class: "search" }, icon("search"), search), list);

  function fill() {
    const query = search.value.trim();
    const found = state.people.filter((person) => matches(person, query));
    list.replaceChildren(...found.map((person) => entry(person, choose)));
    if (!state.people.length && !query) list.append(el("p", { class: "empty" }, t("nobodyYet")));
    if (query && !found.some((person) => nameOf(person) === query)) list.append(addition(query));
  }

  function keys(event) {
    if (event.key === "Enter" && event.target === search) list.querySelector("button")?.click();
    else if (!event.isComposing) arrowKeys(event, [search, ...list.querySelectorAll("button")]);
  }

  return { element, search, list, fill };
}

function addition(query) {
  const add = async () => {
    const person = await invite(query);
    if (person) document.querySelector("dialog.sheet")?.close();
  };
  return el("button", { type: "button", class: "entry small add", "data-testid": "add-person", onclick: add }, icon("plus"), t("addPerson", { query }));
}

function matches(person, query) {
  const all = `${nameOf(person)} ${person.username ?? ""} ${person.hint ?? ""}`.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function entry(person, choose) {
  const chosen = person.id === state.me?.id;
  return el(
    "button",
    { type: "button", class: "entry small", role: "option", "aria-selected": String(chosen), "data-testid": "person", "data-person": person.id, onclick: () => choose(person) },
    avatar(person.id, nameOf(person)),
    el("span", { class: "two-lines" }, el("strong", {}, nameOf(person)), person.hint ? el("small", {}, person.hint) : null),
    chosen ? icon("check") : null,
  );
}
