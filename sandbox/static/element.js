// Makes elements and icons; text is always a text node, so nothing that people write becomes markup.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-5 16-3.5-6.5z",
  attach: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  slash: "M9 4h6a5 5 0 0 1 5 5v6a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5zM13.5 8l-3 8",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  reply: "M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7",
  close: "M6 6l12 12M18 6L6 18",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4",
  down: "M12 5v14M6 13l6 6 6-6",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20a6 6 0 0 1 12 0M16 4.5a3.3 3.3 0 0 1 0 6.3M18 14.5a6 6 0 0 1 3 5.5",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  link: "M8 16L17 7M10 7h7v7",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  plus: "M12 5v14M5 12h14",
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  step: "M6 5v14l9-7zM18 5v14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
};

/** An element with properties, listeners (`onclick`), attributes and children; null and false children are left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "class") element.className = value;
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** A line icon, invisible to screen readers: the button around it carries the label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A square touch target with an icon and a spoken label. */
export function iconButton(name, label, onclick, properties = {}) {
  return el("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...properties }, icon(name));
}

/** The round sign of a person or chat: the number a name ends in (a door), or its first letter. */
export function avatar(id, name, extra = "") {
  const door = /\d{2,4}$/.exec(name)?.[0];
  const letter = [...name].find((one) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(one)) ?? "?";
  return el("span", { class: `avatar tint-${tint(id)} ${door ? "door" : ""} ${extra}`, "aria-hidden": "true" }, door ?? letter.toUpperCase());
}

/** One of eight colours, the same for the same person everywhere. */
export function tint(id) {
  return [...String(id)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % 8;
}

/** Moves the focus among `items` with the arrow keys, Home and End. */
export function arrowKeys(event, items) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || !items[to]) return false;
  event.preventDefault();
  items[to].focus();
  return true;
}
