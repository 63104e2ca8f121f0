"""The one cookie of a sign-in, and what Streamlit gets to see of the others."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from core.web.identity import Headers

PLAIN, SECURE = "refund_session", "__Host-refund_session"
#: Streamlit compares this cookie with a header of its uploads. It needs no other, and the token is none of its business.
_STREAMLITS = "_streamlit_xsrf"


def is_encrypted(connection: HTTPConnection) -> bool:
    """Whether the visitor came over TLS, here or at a proxy that uvicorn trusts (``FORWARDED_ALLOW_IPS``)."""
    return connection.scope["scheme"] in {"https", "wss"}


def read_token(connection: HTTPConnection) -> str:
    """The session token a visitor presents, ``""`` for none. Over TLS only the name that no neighbour can set counts."""
    return connection.cookies.get(SECURE if is_encrypted(connection) else PLAIN, "")


def set_token(connection: HTTPConnection, response: Response, token: str) -> None:
    """Give the browser a token until it is closed; an empty one takes it away."""
    secure = is_encrypted(connection)
    age = None if token else 0
    response.set_cookie(
        SECURE if secure else PLAIN, token, max_age=age, path="/", secure=secure, httponly=True, samesite="strict"
    )


def for_streamlit(headers: Headers) -> Headers:
    """Headers with no cookie in them but Streamlit's own."""
    kept: Headers = []
    for name, value in headers:
        if name.lower() != b"cookie":
            kept.append((name, value))
            continue
        parts = [part for part in value.split(b";") if part.strip().startswith(_STREAMLITS.encode() + b"=")]
        if parts:
            kept.append((name, b";".join(parts).strip()))
    return kept
