"""What a path is, decided once: who may come there, how it is refused, and which headers its answer carries."""

from enum import Enum

#: Everything the gate answers itself or hands to a route of ours; the rest is Streamlit's.
LOGIN, TOKEN, PASSWORD, LOGOUT = "/login", "/login/token", "/login/password", "/logout"
ASSETS = "/door/"
STILL_THERE = "/door/session"
LEDGER_UPLOAD = "/ledger/upload"
STREAM = "/_stcore/stream"
HEALTH = "/_stcore/health"
UPLOAD = "/_stcore/upload_file/"


class Area(Enum):
    """A kind of path."""

    HEALTH = "answers everybody, says only that the server is there"
    SIGN_IN = "the pages and files somebody needs who has not signed in yet"
    STREAMLIT = "what Streamlit's own frontend asks for in the background"
    UPLOAD = "files of Streamlit's uploader"
    STATIC = "Streamlit's scripts, styles and fonts"
    COMPONENT = "a component's frame and what it loads"
    MEDIA = "pictures and downloads that a screen has drawn"
    DOWNLOAD = "papers, exports and files of payment"
    LEDGER = "ledger files on their way in"
    PAGE = "a screen"
    CLOSED = "nobody's business"

    @property
    def is_visited(self) -> bool:
        """Whether people come here by a link or the address bar: refused with a way to sign in, not with a bare number."""
        return self in {Area.PAGE, Area.DOWNLOAD}

    @property
    def is_activity(self) -> bool:
        """Whether a request says that somebody is there; the page's own background noise does not."""
        return self in {Area.PAGE, Area.DOWNLOAD, Area.UPLOAD, Area.LEDGER}

    @property
    def methods(self) -> frozenset[str]:
        """The methods that have a meaning here."""
        return _METHODS.get(self, frozenset({"GET", "HEAD"}))


_METHODS = {
    Area.SIGN_IN: frozenset({"GET", "HEAD", "POST"}),
    Area.UPLOAD: frozenset({"PUT", "DELETE"}),
    Area.LEDGER: frozenset({"POST"}),
}
_EXACT = {
    HEALTH: Area.HEALTH,
    LOGIN: Area.SIGN_IN,
    TOKEN: Area.SIGN_IN,
    PASSWORD: Area.SIGN_IN,
    LOGOUT: Area.SIGN_IN,
    LEDGER_UPLOAD: Area.LEDGER,
    "/_stcore/host-config": Area.STREAMLIT,
}
#: The first prefix that fits decides. Whatever else Streamlit serves below these names, today or after an upgrade
#: (metrics, script health, the agent interface, its own sign-in), is closed.
_PREFIXES = (
    (UPLOAD, Area.UPLOAD),
    ("/_stcore/bidi-components/", Area.COMPONENT),
    ("/component/", Area.COMPONENT),
    ("/static/", Area.STATIC),
    ("/media/", Area.MEDIA),
    ("/papers/", Area.DOWNLOAD),
    ("/exports/", Area.DOWNLOAD),
    ("/payment-files/", Area.DOWNLOAD),
    (ASSETS, Area.SIGN_IN),
    ("/_stcore", Area.CLOSED),
    ("/auth", Area.CLOSED),
    ("/oauth2callback", Area.CLOSED),
    ("/app/static", Area.CLOSED),
)


def area_of(path: str) -> Area:
    """The area of a decoded path. Paths that could mean two things to two readers are closed."""
    if not path.startswith("/") or "//" in path or "\\" in path or not path.isprintable():
        return Area.CLOSED
    if any(part in {".", ".."} for part in path.split("/")) or "/_stcore/" in path[1:]:
        return Area.CLOSED
    if path in _EXACT:
        return _EXACT[path]
    return next((area for prefix, area in _PREFIXES if path.startswith(prefix)), Area.PAGE)
