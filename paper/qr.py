"""A link as a square code that a phone's camera reads, drawn as SVG so that paper keeps it sharp."""

from __future__ import annotations

import io

import segno


def draw_qr(link: str) -> str:
    """Return the code of a link as SVG without a white border; up to 15 % may be dirty or torn (level M)."""
    drawing = io.BytesIO()
    segno.make_qr(link, error="m").save(
        drawing, kind="svg", border=0, xmldecl=False, nl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return drawing.getvalue().decode("ascii")
