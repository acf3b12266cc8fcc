"""Telegram's HTML: the text, its entities in UTF-16 units, and Telegram's complaints about broken markup."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from sandbox.errors import bad_request
from sandbox.links import leads_somewhere
from sandbox.markdown import markdown

JSON = dict[str, Any]
Formatted = tuple[str, list[JSON]]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
START = re.compile(r"<([^\s>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
END = re.compile(r"</([^\s>]*)\s*>")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)\s*(?:=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.\-]+))?\s*""")
FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+|(?<![\w.@])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|cn|me|io|gov)\b(?:/[^\s<>\"]*)?)"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31}\b)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
)


def units(text: str) -> int:
    """Return the length as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


@dataclass(slots=True)
class Open:
    """A tag that waits for its end."""

    tag: str
    argument: str
    offset: int
    part: int


def parse(text: str, parse_mode: str, entities: Any = None) -> Formatted:
    """Return the trimmed text and all its entities, those given and those Telegram finds by itself.

    Raises ApiError 400 "can't parse entities: ..." for broken markup and "unsupported parse_mode".
    """
    mode = parse_mode.lower()
    if mode == "html":
        text, entities = html(text)
    elif mode == "markdownv2":
        text, entities = markdown(text)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        entities = checked(text, entities or [])
    return found(*trimmed(text, entities))


def html(text: str) -> Formatted:
    """Return the plain text and entities of Telegram's HTML."""
    parser = Html(text)
    parser.run()
    return "".join(parser.plain), parser.entities


class Html:
    """One run over a text in Telegram's HTML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain: list[str] = []
        self.length = 0
        self.open: list[Open] = []
        self.entities: list[JSON] = []

    def run(self) -> None:
        """Walk from tag to tag."""
        position = 0
        while (begin := self.text.find("<", position)) >= 0:
            self.say(self.text[position:begin])
            position = self.end(begin) if self.text.startswith("</", begin) else self.start(begin)
        self.say(self.text[position:])
        if self.open:
            raise self.broken(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')

    def say(self, raw: str) -> None:
        """Add plain characters, with &lt; and its like resolved."""
        plain = REFERENCE.sub(lambda match: unescape(match[0]), raw) if "&" in raw else raw
        self.plain.append(plain)
        self.length += units(plain)

    def start(self, begin: int) -> int:
        """Open a tag and return where it ends."""
        named = re.compile(r"[^\s>]*").match(self.text, begin + 1)
        tag = (named[0] if named else "").lower()
        if not named or named.end() == len(self.text):
            raise self.broken(f"Unclosed start tag at byte offset {self.at(begin)}")
        if tag not in TAGS:
            raise self.broken(f'Unsupported start tag "{tag}" at byte offset {self.at(begin)}')
        match = START.match(self.text, begin)
        if not match:
            raise self.broken(f'Unclosed start tag "{tag}" at byte offset {self.at(begin)}')
        attributes = {
            name.lower(): unescape(value.strip("\"'")) for name, value in ATTRIBUTE.findall(match[2])
        }
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self.broken(f'Tag "span" must have class "tg-spoiler" at byte offset {self.at(begin)}')
        self.open.append(Open(tag, argument(tag, attributes), self.length, len(self.plain)))
        return match.end()

    def end(self, begin: int) -> int:
        """Close the innermost tag and return where its end tag ends."""
        if not self.open:
            raise self.broken(f"Unexpected end tag at byte offset {self.at(begin)}")
        match = END.match(self.text, begin)
        if not match:
            raise self.broken(f"Unclosed end tag at byte offset {self.at(begin)}")
        opened = self.open[-1]
        if match[1] and match[1].lower() != opened.tag:
            raise self.broken(
                f"Unmatched end tag at byte offset {self.at(begin)}, "
                f'expected "</{opened.tag}>", found "</{match[1].lower()}>"'
            )
        self.open.pop()
        if self.length > opened.offset:
            self.close(opened)
        return match.end()

    def close(self, opened: Open) -> None:
        """Turn a closed tag into an entity; code right inside pre names its language."""
        kind = TAGS[opened.tag]
        entity: JSON = {"type": kind, "offset": opened.offset, "length": self.length - opened.offset}
        if kind == "text_link":
            link = opened.argument or "".join(self.plain[opened.part :])
            if not leads_somewhere(link):
                return
            entity |= {"url": link}
        elif kind == "custom_emoji":
            entity |= {"custom_emoji_id": opened.argument}
        elif kind == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        elif kind == "code" and opened.argument and self.open and self.open[-1].tag == "pre":
            self.open[-1].argument = opened.argument
            return
        elif kind == "pre" and opened.argument:
            entity |= {"language": opened.argument}
        self.entities.append(entity)

    def at(self, position: int) -> int:
        """Return a position as the byte offset Telegram names."""
        return len(self.text[:position].encode())

    @staticmethod
    def broken(why: str) -> Exception:
        """Return Telegram's complaint."""
        return bad_request(f"can't parse entities: {why}")


def argument(tag: str, attributes: dict[str, str]) -> str:
    """Return the one attribute of a tag that matters."""
    if tag == "a":
        return attributes.get("href", "")
    if tag == "code":
        return attributes.get("class", "").removeprefix("language-")
    if tag == "tg-emoji":
        return attributes.get("emoji-id", "")
    return "1" if tag == "blockquote" and "expandable" in attributes else ""


def checked(text: str, entities: Any) -> list[JSON]:
    """Return given entities that lie inside the text."""
    if not isinstance(entities, list):
        raise bad_request("can't parse entities JSON object")
    length = units(text)
    inside = []
    for entity in entities:
        check_entity(entity)
        if entity["offset"] < 0 or entity["length"] <= 0:
            continue
        if entity["offset"] + entity["length"] > length:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity['offset']} "
                f"ends after the end of the text at UTF-16 offset {entity['offset'] + entity['length']}"
            )
        inside.append(entity)
    return inside


def check_entity(entity: Any) -> None:
    """Refuse what is no MessageEntity."""
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name, kind, called in (("type", str, "String"), ("offset", int, "Number"), ("length", int, "Number")):
        if not isinstance(entity.get(name), kind):
            raise bad_request(f'can\'t parse MessageEntity: field "{name}" must be of type {called}')


def trimmed(text: str, entities: list[JSON]) -> Formatted:
    """Return the text without space around it, entities moved along and cut to fit."""
    shorter = text.strip()
    if len(shorter) == len(text):
        return text, entities
    cut = units(text[: len(text) - len(text.lstrip())])
    limit, kept = units(shorter), []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, limit)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return shorter, kept


def found(text: str, entities: list[JSON]) -> Formatted:
    """Return the text with commands, mentions, links and hashtags marked too, in Telegram's order."""
    if any(mark in text for mark in "/@#."):
        taken = [
            (e["offset"], e["offset"] + e["length"])
            for e in entities
            if e["type"] in {"code", "pre", "text_link"}
        ]
        for match in FOUND.finditer(text):
            start = units(text[: match.start()])
            end = start + units(match[0])
            if not any(start < right and left < end for left, right in taken):
                entities.append({"type": match.lastgroup, "offset": start, "length": end - start})
    return text, sorted(entities, key=lambda e: (e["offset"], -e["length"]))
