"""Photos on paper: what people sent, put whole into a square of a page; what is no photo is left out."""

from __future__ import annotations

import base64

LARGEST = 5_000_000  # bytes of one photo
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def kind_of_photo(content: bytes) -> str:
    """The media type of a JPEG or PNG of a printable size; empty for anything else."""
    if len(content) > LARGEST:
        return ""
    return next((kind for start, kind in _KINDS.items() if content.startswith(start)), "")


def frame(content: bytes) -> str:
    """The photo in a square, whole and unstretched, as SVG: one that is damaged leaves its square empty."""
    data = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        '<rect width="100" height="100" fill="#f3f5f7"/>'
        f'<image width="100" height="100" href="data:{kind_of_photo(content)};base64,{data}"/></svg>'
    )
