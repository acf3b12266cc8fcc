// Photos, albums and files inside a bubble.

import { fileUrl } from "./api.js";
import { el, icon } from "./element.js";
import { lightbox } from "./notices.js";
import { t } from "./words.js";

const OPENS = new Set(["application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"]);

/** One photo in its own shape, or an album of several as tiles. */
export function photos(messages) {
  const pictures = messages.filter((message) => message.photo);
  if (!pictures.length) return null;
  return el("div", { class: `photos count-${Math.min(pictures.length, 10)}`, "data-testid": pictures.length > 1 ? "album" : "photo" }, pictures.map((message, at) => picture(message, () => lightbox(pictures.map(shown), at))));
}

function shown({ photo, caption }) {
  return { url: fileUrl(photo.at(-1).file_id), caption };
}

function picture(message, onclick) {
  const size = message.photo.at(-1);
  const image = el("img", { src: shown(message).url, alt: message.caption || t("photo"), width: size.width, height: size.height, loading: "lazy", decoding: "async" });
  return el("button", { type: "button", class: "picture", "aria-label": t("openPhoto"), "data-key": `photo${message.message_id}`, onclick }, image);
}

/** The files of a message: what a browser shows opens in a tab, anything else is downloaded. */
export function documents(messages) {
  const files = messages.filter((message) => message.document);
  return files.length ? files.map(({ document }) => fileLink(document)) : null;
}

function fileLink(file) {
  const name = file.file_name ?? t("document");
  const opens = OPENS.has(file.mime_type);
  const how = opens ? { target: "_blank", rel: "noopener" } : { download: name };
  return el(
    "a",
    { class: "file", href: fileUrl(file.file_id), "aria-label": t(opens ? "openFile" : "downloadFile", { name }), "data-testid": "document", "data-key": "file", ...how },
    el("span", { class: "sign" }, icon("file")),
    el("span", { class: "two-lines" }, el("strong", {}, name), el("small", {}, [extension(name), weight(file.file_size)].filter(Boolean).join(" · "))),
  );
}

function extension(name) {
  return /\.(\w{1,5})$/.exec(name)?.[1].toUpperCase() ?? "";
}

function weight(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
