"""What every answer says about itself: where its scripts may come from, who may frame it, how long it may be kept."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message

from core.web.areas import ASSETS, Area

# Streamlit's frontend writes its styles at run time and cannot be told a nonce: inline *styles* stay possible.
# Scripts come from this server; ``blob:`` is how the frontend loads the script of a small component (st.components.v2).
_PAGE = (
    "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# AgGrid makes functions of the texts we give it, so this one frame may evaluate; it may talk to this server only.
_COMPONENT = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_SIGN_IN = (
    "default-src 'none'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_NOTHING = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_FILE = f"{_NOTHING}; sandbox"

_POLICIES = {
    Area.PAGE: _PAGE,
    Area.COMPONENT: _COMPONENT,
    Area.SIGN_IN: _SIGN_IN,
    Area.MEDIA: _FILE,
    Area.DOWNLOAD: _FILE,
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": a form would then be sent with the origin "null", which no gate can tell from a stranger's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FOREVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"
_NEVER = "no-store"
_REMOVED = ("server", "x-powered-by", "access-control-allow-origin", "access-control-allow-methods",
            "access-control-allow-headers", "access-control-allow-credentials")  # fmt: skip


def dress(message: Message, area: Area, path: str, *, encrypted: bool) -> None:
    """Put the headers of this area on the beginning of an answer, over whatever the answer brought along."""
    headers = MutableHeaders(scope=message)
    for name in _REMOVED:
        del headers[name]
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = _POLICIES.get(area, _NOTHING)
    headers["Cache-Control"] = _lasting(message["status"], area, path)
    if encrypted:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


def _lasting(status: int, area: Area, path: str) -> str:
    """How long an answer may be kept: for ever what is program and has its content in its name, and never what may be data."""
    if status not in {200, 206, 304}:
        return _NEVER
    if area is Area.STATIC or (area is Area.COMPONENT and "/static/" in path):
        return _FOREVER
    # A component's page names its scripts and is asked for anew; what else lies beside it has no digest in its name.
    is_beside = area is Area.COMPONENT and not path.endswith(".html")
    return _FOR_AN_HOUR if is_beside or path.startswith(ASSETS) else _NEVER
