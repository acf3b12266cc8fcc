"""Telegram's MarkdownV2: the text, its entities in UTF-16 units, and Telegram's complaints."""

import re
from typing import Any

from sandbox.errors import bad_request

JSON = dict[str, Any]

RESERVED = "_*[]()~`>#+-=|{}.!"
MARKS = {"||": "spoiler", "__": "underline", "*": "bold", "_": "italic", "~": "strikethrough"}
NAMES = {"||": "Spoiler", "__": "Underline", "*": "Bold", "_": "Italic", "~": "Strikethrough"}
FENCE = re.compile(r"```(?:([A-Za-z0-9+-]+)\n|\n)?((?:[^\\`]|\\.|`(?!``))*)```", re.DOTALL)
CODE = re.compile(r"`((?:[^\\`]|\\.)*)`", re.DOTALL)
LINK = re.compile(r"\]\(((?:[^\\)]|\\.)*)\)", re.DOTALL)
ESCAPED = re.compile(r"\\([\x01-\x7e])")


def markdown(text: str) -> tuple[str, list[JSON]]:
    """Return the plain text and entities of Telegram's MarkdownV2."""
    parser = Markdown(text)
    parser.run()
    return "".join(parser.plain), parser.entities


class Markdown:
    """One run over a text in MarkdownV2."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.plain: list[str] = []
        self.length = 0
        self.open: list[tuple[str, int, int]] = []
        self.entities: list[JSON] = []
        self.quote: int | None = None

    def run(self) -> None:
        """Walk from character to character."""
        while self.position < len(self.text):
            self.quotation()
            if not (self.escaped() or self.code() or self.mark() or self.link()):
                self.character()
        self.end_quotation()
        if self.open:
            name, at = self.open[-1][0], self.open[-1][2]
            kind = NAMES.get(name, "TextUrl")
            raise broken(f"Can't find end of {kind} entity at byte offset {self.at(at)}")

    def say(self, plain: str) -> None:
        """Add plain characters."""
        self.plain.append(plain)
        self.length += len(plain.encode("utf-16-le")) // 2

    def escaped(self) -> bool:
        """Take a character after a backslash as it is."""
        match = ESCAPED.match(self.text, self.position)
        if match:
            self.say(match[1])
            self.position = match.end()
        return match is not None

    def code(self) -> bool:
        """Take code between backticks as it is."""
        if not self.text.startswith("`", self.position):
            return False
        fenced = self.text.startswith("```", self.position)
        match = (FENCE if fenced else CODE).match(self.text, self.position)
        if not match:
            kind = "Pre" if fenced else "Code"
            raise broken(f"Can't find end of {kind} entity at byte offset {self.at(self.position)}")
        start = self.length
        self.say(ESCAPED.sub(r"\1", match[2] if fenced else match[1]))
        language = {"language": match[1]} if fenced and match[1] else {}
        self.note("pre" if fenced else "code", start, language)
        self.position = match.end()
        return True

    def mark(self) -> bool:
        """Begin or end bold, italic and their like."""
        mark = next((m for m in MARKS if self.text.startswith(m, self.position)), None)
        if mark is None:
            return False
        if self.open and self.open[-1][0] == mark:
            _, start, _ = self.open.pop()
            self.note(MARKS[mark], start)
        else:
            self.open.append((mark, self.length, self.position))
        self.position += len(mark)
        return True

    def link(self) -> bool:
        """Begin a link's text, or end it and read where it leads."""
        if self.text.startswith("[", self.position):
            self.open.append(("[", self.length, self.position))
            self.position += 1
            return True
        if not self.text.startswith("]", self.position) or not self.open or self.open[-1][0] != "[":
            return False
        _, start, at = self.open.pop()
        match = LINK.match(self.text, self.position)
        if not match:
            raise broken(f"Can't find end of a URL at byte offset {self.at(at)}")
        self.note("text_link", start, {"url": ESCAPED.sub(r"\1", match[1])})
        self.position = match.end()
        return True

    def quotation(self) -> None:
        """Begin a quotation at a line's >, and end it at a line without."""
        if self.position and self.text[self.position - 1] != "\n":
            return
        if self.text.startswith(">", self.position):
            self.quote = self.length if self.quote is None else self.quote
            self.position += 1
        else:
            self.end_quotation()

    def end_quotation(self) -> None:
        """Note a quotation that ends here."""
        if self.quote is not None:
            self.note("blockquote", self.quote)
            self.quote = None

    def character(self) -> None:
        """Take a plain character; a reserved one must be escaped."""
        if self.position >= len(self.text):
            return
        character = self.text[self.position]
        if character in RESERVED:
            raise broken(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        self.say(character)
        self.position += 1

    def note(self, kind: str, start: int, details: JSON | None = None) -> None:
        """Keep an entity that is not empty."""
        if self.length > start:
            self.entities.append(
                {"type": kind, "offset": start, "length": self.length - start, **(details or {})}
            )

    def at(self, position: int) -> int:
        """Return a position as the byte offset Telegram names."""
        return len(self.text[:position].encode())


def broken(why: str) -> Exception:
    """Return Telegram's complaint."""
    return bad_request(f"can't parse entities: {why}")
