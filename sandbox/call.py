"""One request to the Bot API: who asks, what for, and the checks that many methods share."""

from dataclasses import dataclass
from typing import Any

from sandbox.accounts import BotAccount
from sandbox.chats import Chat
from sandbox.errors import bad_request, forbidden, too_many
from sandbox.formatting import LONGEST_CAPTION, LONGEST_TEXT, Formatted, parse, units
from sandbox.links import person_in
from sandbox.messages import Message
from sandbox.params import Params
from sandbox.world import World

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A bot's request, ready to be answered."""

    world: World
    bot: BotAccount
    params: Params

    def any_chat(self) -> Chat:
        """Return the chat the request names, wherever the bot stands in it.

        Raises ApiError 400 for none, an unknown one, and a group that became a supergroup.
        """
        if "chat_id" not in self.params:
            raise bad_request("chat_id is empty")
        chat_id = self.params.number("chat_id")
        if chat_id > 0:
            person = self.world.accounts.get(chat_id)
            if person is None or isinstance(person, BotAccount):
                raise bad_request("chat not found")
            return self.world.private(self.bot, person)
        chat = self.world.groups.get(chat_id)
        if chat is None or self.bot.id not in chat.members:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        return chat

    def chat(self) -> Chat:
        """Return the chat the request names, in which the bot may act.

        Raises ApiError 403 where it may not: never started, blocked, thrown out.
        """
        chat = self.any_chat()
        if chat.is_private:
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            return chat
        status = chat.members[self.bot.id].status
        if status in {"kicked", "left"}:
            kind = "group chat" if chat.type == "group" else "supergroup chat"
            raise forbidden(
                f"bot was kicked from the {kind}"
                if status == "kicked"
                else f"bot is not a member of the {kind}"
            )
        return chat

    def spend(self, chat: Chat, count: int = 1) -> None:
        """Count messages towards the limits; raises ApiError 429 beyond them."""
        meter = self.world.meters.get(self.bot.id)
        if meter and (wait := meter.take(chat.id, count)):
            raise too_many(wait)

    def formatted(self, name: str, entities: str = "entities") -> Formatted:
        """Return a text parameter with its entities."""
        given = self.params.objects(entities, "can't parse entities JSON object")
        return self.named(parse(self.params.text(name), self.params.text("parse_mode"), given))

    def named(self, said: Formatted) -> Formatted:
        """Return a text with links to people turned into mentions, and those to nobody dropped."""
        return said[0], [
            mentioned for entity in said[1] if (mentioned := mention(self.world, entity)) is not None
        ]

    def text_body(self) -> JSON:
        """Return the body of a text message; raises ApiError 400 for an empty or too long text."""
        text, entities = self.formatted("text")
        if not text:
            raise bad_request("message text is empty")
        if units(text) > LONGEST_TEXT:
            raise bad_request("message is too long")
        body: JSON = {"text": text} | ({"entities": entities} if entities else {})
        preview = self.params.nested("link_preview_options", "can't parse link preview options JSON object")
        if preview and not isinstance(preview, dict):
            raise bad_request("object expected as link preview options")
        return body | ({"link_preview_options": preview} if preview else {})

    def caption_body(self) -> JSON:
        """Return the caption part of a message's body; raises ApiError 400 for a too long one."""
        return caption_of(*self.formatted("caption", "caption_entities"))

    def message(self, what: str, name: str = "message_id") -> Message:
        """Return the message the request names; raises ApiError 400 "message to <what> not found"."""
        chat = self.chat()
        if name not in self.params:
            raise bad_request("message identifier is not specified")
        message = chat.messages.get(self.params.number(name))
        if message is None:
            raise bad_request(f"message to {what} not found")
        return message

    def reply_to(self, chat: Chat) -> int | None:
        """Return the id of the message replied to; raises ApiError 400 if it is gone and must be there."""
        given = self.params.nested("reply_parameters", "can't parse reply parameters JSON object") or {}
        if not isinstance(given, dict):
            raise bad_request("object expected as reply parameters")
        message_id = Params(given).number("message_id") or self.params.number("reply_to_message_id")
        if not message_id:
            return None
        if message_id in chat.messages:
            return message_id
        if any(asked.flag("allow_sending_without_reply") for asked in (Params(given), self.params)):
            return None
        raise bad_request("message to be replied not found")


def mention(world: World, entity: JSON) -> JSON | None:
    """Return an entity, a link to a person as a mention of that person, None for a person nobody knows."""
    if entity["type"] != "text_link" or (person_id := person_in(entity["url"])) is None:
        return entity
    person = world.accounts.get(person_id)
    place = {"type": "text_mention", "offset": entity["offset"], "length": entity["length"]}
    return place | {"user": person.as_user()} if person else None


def caption_of(text: str, entities: list[JSON]) -> JSON:
    """Return a caption as part of a message's body; raises ApiError 400 for a too long one."""
    if units(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    if not text:
        return {}
    return {"caption": text} | ({"caption_entities": entities} if entities else {})
