"""The Bot API's methods that send: text, pictures, documents, albums, and the little "typing" sign."""

from typing import Any

from sandbox.call import Call, caption_of
from sandbox.errors import bad_request
from sandbox.files import File
from sandbox.formatting import parse
from sandbox.keyboards import keyboard
from sandbox.params import Upload
from sandbox.posting import post

JSON = dict[str, Any]

MOST_IN_AN_ALBUM = 10
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "record_audio",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(call: Call) -> JSON:
    """Send a text."""
    return send(call, call.text_body())


def send_photo(call: Call) -> JSON:
    """Send a picture, uploaded or known by its file_id."""
    file = file_in(call, "photo", call.params.text("photo"), "photo")
    return send(call, {"photo": file.as_photo(), **call.caption_body(), **protected(call)})


def send_document(call: Call) -> JSON:
    """Send a document, uploaded or known by its file_id."""
    file = file_in(call, "document", call.params.text("document"), "document")
    return send(call, {"document": file.as_document(), **call.caption_body(), **protected(call)})


def send(call: Call, body: JSON) -> JSON:
    """Send a message with this body, once all of the request is good and the limits allow it."""
    markup = keyboard(call.params)
    chat = call.chat()
    reply_to = call.reply_to(chat)
    call.spend(chat)
    body = {**body, **protected(call)}
    return post(call.world, chat, call.bot, body, keyboard=markup, reply_to=reply_to).as_json()


def protected(call: Call) -> JSON:
    """Return the mark of a message that must not be forwarded, if asked for."""
    return {"has_protected_content": True} if call.params.flag("protect_content") else {}


def send_media_group(call: Call) -> list[JSON]:
    """Send an album of 2 to 10 pictures, or documents; a single item goes out alone."""
    items = call.params.objects("media", "can't parse media JSON object")
    if "media" not in call.params:
        raise bad_request('parameter "media" is required')
    if not items:
        raise bad_request("there are no messages to send")
    if len(items) > MOST_IN_AN_ALBUM:
        raise bad_request("too many messages to send as an album")
    bodies = [media_body(call, item) for item in items]
    if len({"photo" in body for body in bodies}) > 1:
        raise bad_request("document can't be mixed with other media types")
    chat = call.chat()
    reply_to = call.reply_to(chat)
    call.spend(chat, len(bodies))
    album = {"media_group_id": str(next(call.world.ids.others))} if len(bodies) > 1 else {}
    return [
        post(call.world, chat, call.bot, {**body, **album, **protected(call)}, reply_to=reply_to).as_json()
        for body in bodies
    ]


def media_body(call: Call, item: JSON) -> JSON:
    """Return the body of a message that shows an InputMedia."""
    kind = str(item.get("type"))
    if kind not in {"photo", "document"}:
        raise bad_request(f'can\'t parse InputMedia: type "{kind}" is not known to the sandbox')
    if not item.get("media"):
        raise bad_request("can't parse InputMedia: media not found")
    file = file_in(call, kind, str(item["media"]), None)
    shown = {"photo": file.as_photo()} if kind == "photo" else {"document": file.as_document()}
    text, mode = str(item.get("caption") or ""), str(item.get("parse_mode") or "")
    return shown | caption_of(*call.named(parse(text, mode, item.get("caption_entities") or [])))


def file_in(call: Call, kind: str, named: str, parameter: str | None) -> File:
    """Return the file a request uploads, in the part of its name or as attach://part, or names by id."""
    part = named.removeprefix("attach://") if named.startswith("attach://") else parameter
    upload = call.params.files.get(part or "")
    if upload is not None:
        return stored(call, kind, upload)
    if named.startswith("attach://"):
        raise bad_request("can't parse InputMedia: media not found")
    if not named:
        raise bad_request(f"there is no {kind} in the request")
    file = call.world.files.get(named)
    if file is None and "." in named:
        raise bad_request("failed to get HTTP URL content")
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def stored(call: Call, kind: str, upload: Upload) -> File:
    """Keep an uploaded file."""
    if kind == "photo":
        return call.world.files.add_photo(upload.content, upload.name)
    return call.world.files.add_document(upload.content, upload.name, upload.mime)


def send_chat_action(call: Call) -> bool:
    """Show that the bot is busy; nothing is kept of it."""
    if call.params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.chat()
    call.world.changes.tell("action", chat, action=call.params.text("action"), user=call.bot.as_user())
    return True
