// Where one writes: text, a photo or file with its caption, a command from the menu, a reply, or Start.

import { answerTo, say, start, upload } from "./actions.js";
import { arrowKeys, el, icon, iconButton } from "./element.js";
import { toast } from "./notices.js";
import { botsHere, nameOf, openChat, state, watch } from "./state.js";
import { summary } from "./summary.js";
import { either, t } from "./words.js";

const LIMIT = 20; // MB, what a bot may download
const input = el("textarea", { rows: "1", "data-testid": "composer", enterkeyhint: "send", oninput: onInput, onkeydown: onKey, onpaste: onPaste });
const picker = el("input", { type: "file", hidden: true, "data-testid": "file-input", onchange: () => take(picker.files[0]) });
const commands = el("div", { id: "commands", role: "menu", hidden: true, "data-testid": "commands", onkeydown: onCommandKey });
const quote = el("div", { class: "pending", hidden: true, "data-testid": "replying" });
const chosen = el("div", { class: "pending", hidden: true, "data-testid": "chosen-file" });
const line = el("div", { class: "line" });
const root = el("footer", { id: "composer" }, commands, quote, chosen, line, picker);
const drafts = new Map();
let file = null;
let asFile = null;
let last = null;

/** The composer's element; it follows the open chat. */
export function composer() {
  watch("composer chat me", draw);
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => (event.preventDefault(), openChat()?.can_write && take(event.dataTransfer.files[0])));
  document.addEventListener("click", (event) => event.target.closest("#commands, [data-testid=command-menu]") || hideCommands());
  return root;
}

function draw() {
  const chat = openChat();
  root.hidden = !chat;
  if (!chat) return;
  changeChat(`${state.me?.id}/${chat.id}`);
  drawQuote();
  const layout = chat.can_start ? "start" : chat.can_write ? "write" : chat.type;
  if (root.dataset.layout === layout + document.documentElement.lang) return;
  root.dataset.layout = layout + document.documentElement.lang;
  line.replaceChildren(...tools(layout));
  drawFile();
}

function tools(layout) {
  if (layout === "start") return [el("button", { type: "button", class: "primary grow", "data-testid": "start", onclick: () => start(openChat().bots[0], "") }, t("start"))];
  if (layout !== "write") return [el("p", { class: "grow muted" }, t(layout === "private" ? "blocked" : "cannotWrite"))];
  input.placeholder = t("message");
  input.setAttribute("aria-label", t("message"));
  return [
    iconButton("slash", t("commands"), toggleCommands, { "data-testid": "command-menu", "aria-haspopup": "menu" }),
    input,
    iconButton("attach", t("attach"), () => picker.click(), { "data-testid": "attach" }),
    iconButton("send", t("send"), send, { class: "icon-button send", "data-testid": "send" }),
  ];
}

function changeChat(key) {
  if (key === last) return;
  if (last) drafts.set(last, input.value);
  last = key;
  input.value = drafts.get(key) ?? "";
  take(null);
  hideCommands();
  grow();
}

function drawQuote() {
  quote.hidden = !state.reply;
  if (!state.reply) return;
  const name = nameOf(state.reply.from);
  quote.replaceChildren(icon("reply"), el("span", { class: "two-lines" }, el("strong", {}, t("replyTo", { name })), el("span", { class: "preview" }, summary(state.reply))), iconButton("close", t("cancelReply"), () => answerTo(null)));
  input.focus();
}

function take(picked) {
  picker.value = "";
  if (picked && picked.size > LIMIT * 1048576) toast(t("tooLarge", { limit: LIMIT }), "bad");
  else [file, asFile] = [picked ?? null, null];
  drawFile();
  if (file) input.focus();
}

function drawFile() {
  const preview = chosen.querySelector("img");
  if (preview) URL.revokeObjectURL(preview.src);
  chosen.hidden = !file;
  input.placeholder = t(file ? "caption" : "message");
  chosen.replaceChildren();
  if (!file) return;
  const picture = /^image\/(png|jpeg|webp)$/.test(file.type);
  asFile = picture ? el("input", { type: "checkbox" }) : null;
  chosen.append(
    picture ? el("img", { src: URL.createObjectURL(file), alt: "" }) : icon("file"),
    el("span", { class: "two-lines" }, el("strong", {}, file.name), picture ? el("label", {}, asFile, t("asFile")) : null),
    iconButton("close", t("removeFile"), () => take(null)),
  );
}

async function send() {
  const text = input.value.trim();
  if (!text && !file) return;
  const [sending, whole] = [file, asFile ? asFile.checked : true];
  input.value = "";
  grow();
  hideCommands();
  const sent = sending ? await upload(sending, text, whole) : await say(text);
  if (!sent) input.value ||= text;
  else if (file === sending) take(null);
  grow();
  input.focus();
}

function onInput() {
  grow();
  if (/^\/\w*$/.test(input.value) && listed().length) showCommands(input.value.slice(1));
  else hideCommands();
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowUp" && !commands.hidden) (event.preventDefault(), commands.lastElementChild?.focus());
  else if (event.key === "Enter" && !event.shiftKey) (event.preventDefault(), send());
  else if (event.key === "Escape") escape();
}

function escape() {
  if (!commands.hidden) hideCommands();
  else if (state.reply) answerTo(null);
  else if (file) take(null);
  else input.blur();
}

function onPaste(event) {
  const [picked] = event.clipboardData.files;
  if (picked) (event.preventDefault(), take(picked));
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
}

function listed() {
  const kind = openChat()?.type === "private" ? "private" : "group";
  return botsHere().flatMap((bot) => either(bot.commands[kind]));
}

function toggleCommands() {
  if (!commands.hidden) return hideCommands();
  showCommands("");
  commands.querySelector("button")?.focus();
}

function showCommands(prefix) {
  const found = listed().filter(({ command }) => command.startsWith(prefix));
  commands.setAttribute("aria-label", t("commands"));
  commands.replaceChildren(...found.map(entry));
  if (!found.length && !prefix) commands.append(el("p", { class: "empty" }, t("noCommands")));
  commands.hidden = !commands.childElementCount;
}

function entry({ command, description }) {
  const choose = () => (hideCommands(), (input.value = ""), grow(), say(`/${command}`), input.focus());
  return el("button", { type: "button", role: "menuitem", onclick: choose }, el("code", {}, `/${command}`), el("span", {}, description));
}

function hideCommands() {
  commands.hidden = true;
}

function onCommandKey(event) {
  if (event.key === "Escape") (hideCommands(), input.focus());
  else arrowKeys(event, [...commands.querySelectorAll("button"), input]);
}

