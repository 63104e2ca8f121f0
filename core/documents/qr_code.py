"""A text as a QR code, to be scanned from the screen."""

import io

import segno

_SCALE, _QUIET = 4, 4


def qr_svg(text: str) -> str:
    """The picture as SVG, black on white with its quiet zone, whatever the screen's colours."""
    written = io.BytesIO()
    segno.make(text, error="m").save(
        written, kind="svg", scale=_SCALE, border=_QUIET, dark="#000", light="#fff", xmldecl=False, nl=False
    )
    return written.getvalue().decode()
