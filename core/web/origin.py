"""Whether a request was made by a page of ours.

A browser says on every form, fetch and socket which page began it (``Origin``), and modern ones how far away that page is
(``Sec-Fetch-Site``). A request that carries neither was made by no browser, and forging a browser's request is the only
thing these headers can show.
"""

from starlette.requests import HTTPConnection

from core.web.cookies import is_encrypted

SAFE_METHODS = frozenset({"GET", "HEAD"})


def is_ours(connection: HTTPConnection) -> bool:
    """Whether the page that made this request is one of this very address, scheme and port included."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    scheme = "https" if is_encrypted(connection) else "http"
    return origin == f"{scheme}://{connection.headers.get('host', '')}"
