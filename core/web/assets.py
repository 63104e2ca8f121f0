"""The door's own files: style sheets, a picture, and the small scripts in the pages of the screens."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from core.web.areas import ASSETS

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {
    "door.css": "text/css",
    "screens.css": "text/css",
    "door.js": "text/javascript",
    "words.js": "text/javascript",
    "hand.js": "text/javascript",
    "ledger.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _TYPES:
        return Response(status_code=404)
    return FileResponse(_FOLDER / name, media_type=_TYPES[name])


def address_of(name: str) -> str:
    """Where a page finds this file; another address whenever its content is another, so that no browser keeps an old one."""
    return f".{ASSETS}{name}?{hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:8]}"


def routes() -> list[Route]:
    """The files of ``core/web/assets``."""
    return [Route(f"{ASSETS}{{name}}", _asset, methods=["GET", "HEAD"])]
