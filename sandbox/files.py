"""Pictures and documents, kept in memory, with what Telegram reads from their first bytes."""

import mimetypes
import struct
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError, bad_request

JSON = dict[str, Any]

LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_DOCUMENT = 50 * 1024 * 1024
LARGEST_DOWNLOAD = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """One stored file."""

    id: str
    kind: str
    number: int
    name: str
    mime: str
    content: bytes
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """Where getFile says it can be downloaded."""
        suffix = self.name.rpartition(".")[2] if "." in self.name else "bin"
        return f"{self.kind}s/file_{self.number}.{suffix}"

    def as_file(self) -> JSON:
        """Return the file as the Bot API's File."""
        return self._named() | {"file_path": self.path}

    def as_photo(self) -> list[JSON]:
        """Return the file as a message's photo: one PhotoSize, the original."""
        return [self._named() | {"width": self.width, "height": self.height}]

    def as_document(self) -> JSON:
        """Return the file as a message's document."""
        return self._named() | {"file_name": self.name, "mime_type": self.mime}

    def _named(self) -> JSON:
        return {
            "file_id": self.id,
            "file_unique_id": f"AQAD{self.number:08d}",
            "file_size": len(self.content),
        }


class Files:
    """All files of the world, found by id or by download path."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}

    def add_photo(self, content: bytes, name: str = "photo.jpg") -> File:
        """Store a picture; refuse what Telegram cannot show."""
        check_size(content, LARGEST_PHOTO, "photo")
        width, height, suffix = size_of(content)
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        name = f"{name.rpartition('.')[0] or name}.{suffix}"
        return self._add("photo", content, name, f"image/{suffix}", width, height)

    def add_document(self, content: bytes, name: str, mime: str = "") -> File:
        """Store a document under its name."""
        check_size(content, LARGEST_DOCUMENT, "document")
        guessed = mimetypes.guess_type(name)[0] or mime or "application/octet-stream"
        return self._add("document", content, name, guessed)

    def _add(self, kind: str, content: bytes, name: str, mime: str, width: int = 0, height: int = 0) -> File:
        number = len(self._by_id) + 1
        prefix = {"photo": "AgACAgUAAx0", "document": "BQACAgUAAx0"}[kind]
        file = File(f"{prefix}{number:012d}", kind, number, name, mime, content, width, height)
        self._by_id[file.id] = self._by_path[file.path] = file
        return file

    def get(self, file_id: str) -> File | None:
        """Return a file by its id."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> File | None:
        """Return a file by its download path."""
        return self._by_path.get(path)


def check_size(content: bytes, largest: int, kind: str) -> None:
    """Refuse what is empty or too large."""
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > LARGEST_DOCUMENT:
        raise ApiError(413, "Request Entity Too Large")
    if len(content) > largest:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a {kind}; the maximum size is {largest} bytes"
        )


def size_of(content: bytes) -> tuple[int, int, str]:
    """Return width, height and kind of a picture, read from its first bytes."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return *struct.unpack(">II", content[16:24]), "png"
    if content[:6] in {b"GIF87a", b"GIF89a"} and len(content) >= 10:
        return *struct.unpack("<HH", content[6:10]), "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return *webp_size(content), "webp"
    if content.startswith(b"\xff\xd8"):
        return *jpeg_size(content), "jpg"
    raise bad_request("IMAGE_PROCESS_FAILED")


def webp_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a WebP picture in any of its three forms."""
    form = content[12:16]
    if form == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a JPEG picture: the first frame header names them."""
    position = 2
    while position + 9 < len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    raise bad_request("IMAGE_PROCESS_FAILED")
