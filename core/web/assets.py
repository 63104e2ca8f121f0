"""The door's own files: a style sheet, a picture, and the small scripts in the pages of the screens."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from core.web.areas import ASSETS

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {
    "door.css": "text/css",
    "door.js": "text/javascript",
    "words.js": "text/javascript",
    "ledger.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _TYPES:
        return Response(status_code=404)
    return FileResponse(_FOLDER / name, media_type=_TYPES[name])


def routes() -> list[Route]:
    """The files of ``core/web/assets``."""
    return [Route(f"{ASSETS}{{name}}", _asset, methods=["GET", "HEAD"])]
