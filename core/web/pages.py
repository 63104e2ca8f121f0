"""The few pages that stand outside the screens: signing in, setting a password, a refusal. No script, nothing from afar."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from anyio import to_thread
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from core.domain.roles import Viewer
from core.services.accounts import language_of
from core.services.desk import Desk
from core.texts import LANGUAGES, _, current_language, use_language
from core.web.cookies import is_encrypted

_FOLDER = Path(__file__).parent / "templates"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})


def is_demonstration() -> bool:
    """Whether this server runs as a demonstration (``REFUND_DEMO=1``)."""
    return os.environ.get("REFUND_DEMO") == "1"


def speak(request: Request) -> None:
    """Answer in the language that the address asks for (``?lang=en``); Chinese otherwise."""
    use_language(request.query_params.get("lang", "zh"))


async def speak_to(desk: Desk, viewer: Viewer) -> None:
    """Answer in the language that somebody who is signed in has chosen."""
    use_language(await to_thread.run_sync(language_of, desk, viewer))


def with_language(path: str) -> str:
    """A path of the door that goes on in the language in force: ``/login?lang=en``."""
    if current_language() == "zh":
        return path
    return f"{path}{'&' if '?' in path else '?'}lang={current_language()}"


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page from a template, every value escaped."""
    host = request.url.hostname or ""
    html = _templates().get_template(template).render(
        language="zh-CN" if current_language() == "zh" else current_language(),
        other_languages=[
            (f"{request.url.path}?{request.url.include_query_params(lang=code).query}", code, name)
            for code, name in LANGUAGES.items()
            if code != current_language()
        ],
        demonstration=is_demonstration(),
        unencrypted=not is_encrypted(request) and host not in _LOOPBACK,
        **values,
    )  # fmt: skip
    return HTMLResponse(html, status)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=_, with_language=with_language)
    return environment
