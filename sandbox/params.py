"""What a request says: its parameters, whether they came as JSON, as a form or with files."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.errors import bad_request

JSON = dict[str, Any]
TRUE = {"true", "yes", "1"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    mime: str
    content: bytes


class Params:
    """The parameters of one request, read as the Bot API reads them."""

    __slots__ = ("files", "raw")

    def __init__(self, raw: JSON, files: dict[str, Upload] | None = None) -> None:
        self.raw = raw
        self.files = files or {}

    def __contains__(self, name: str) -> bool:
        value = self.raw.get(name)
        return value is not None and value != ""

    def text(self, name: str, default: str = "") -> str:
        """Return a text; numbers are taken as written."""
        value = self.raw.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number; what is none counts as the default, as it does for Telegram."""
        value = self.raw.get(name)
        if isinstance(value, int):
            return int(value)
        try:
            return int(str(value).strip()) if value is not None else default
        except ValueError:
            return default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no."""
        value = self.raw.get(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        return str(value).strip().lower() in TRUE

    def nested(self, name: str, complaint: str) -> Any:
        """Return an object or list, given as such or as JSON text; None where it is missing.

        Raises ApiError 400 with the complaint where the text is no JSON.
        """
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        return decoded(value, complaint)

    def objects(self, name: str, complaint: str) -> list[JSON]:
        """Return a list of objects, empty where it is missing."""
        value = self.nested(name, complaint)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise bad_request(complaint)
        return value


def decoded(text: str, complaint: str) -> Any:
    """Return what a JSON text stands for; raises ApiError 400 for what is no JSON, or half a character."""
    try:
        value = json.loads(text)
    except ValueError:
        raise bad_request(complaint) from None
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return value
