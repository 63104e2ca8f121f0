"""Signing in and out, setting a password with a one-time token, changing one's own: plain forms, no script."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.domain.errors import Conflict, InvalidInput, RefundError
from core.domain.roles import Role
from core.domain.wording import N_
from core.services.accounts import DEMO_ACCOUNTS, change_password, demo_password, set_password_by_token
from core.services.desk import Desk
from core.services.sessions import SignInRefused, normal_username, sign_in, sign_out
from core.services.throttle import Throttled
from core.texts import _, explain
from core.web.areas import LOGIN, LOGOUT, PASSWORD, TOKEN
from core.web.cookies import read_token, set_token
from core.web.gate import SESSION, WATCH
from core.web.pages import is_demonstration, render, speak, with_language
from core.web.refusals import Refused, status_of

#: Signing in takes a processor for a while; the rest of the product keeps its threads.
_LIMIT = CapacityLimiter(6)
#: The screen from which one's password is changed.
ACCOUNT = "/account"
_MOST_FORM_BYTES = 16 * 1024

_ENDED = N_("您已退出或登录已失效，请重新登录")
_PASSWORD_SET = N_("密码已设置，请登录")
_NOTICES = {"ended": _ENDED, "set": _PASSWORD_SET}
_NO_NAME = N_("请输入用户名")
_NO_PASSWORD = N_("请输入密码")
_NO_TOKEN = N_("请输入一次性口令")
_WRONG_OLD = N_("当前密码不正确")
_NOT_EQUAL = N_("两次输入的密码不一致")
_TOO_LONG = N_("提交的内容过长")


def routes(desk: Callable[[], Desk]) -> list[Route]:
    """The routes of the door's own forms."""

    async def login(request: Request) -> Response:
        return await (_sign_in(request, desk()) if request.method == "POST" else _show_login(request))

    async def token(request: Request) -> Response:
        return await (_set_password(request, desk()) if request.method == "POST" else _show_token(request))

    async def password(request: Request) -> Response:
        if request.scope[SESSION] is None:
            return RedirectResponse(f"{LOGIN}?next={quote(ACCOUNT)}", 303)
        return await (_change_password(request, desk()) if request.method == "POST" else _show_password(request))

    async def logout(request: Request) -> Response:
        return await _sign_out(request, desk())

    return [
        Route(LOGIN, login, methods=["GET", "POST"]),
        Route(TOKEN, token, methods=["GET", "POST"]),
        Route(PASSWORD, password, methods=["GET", "POST"]),
        Route(LOGOUT, logout, methods=["POST"]),
    ]


async def _show_login(request: Request) -> Response:
    speak(request)
    if request.scope[SESSION] is not None:
        return RedirectResponse(_own_path(request.query_params.get("next", "")), 303)
    notice = next((_(text) for name, text in _NOTICES.items() if name in request.query_params), "")
    return _login_page(request, notice=notice, wanted=request.query_params.get("next", ""))


async def _sign_in(request: Request, desk: Desk) -> Response:
    speak(request)
    form = await _read_form(request)
    username, password, wanted = form["username"], form["password"], form["next"]
    try:
        _require(form, username=_NO_NAME, password=_NO_PASSWORD)
        token = await _in_thread(sign_in, desk, username, _unless_published(username, password), _address(request))
    except InvalidInput as error:
        # Names and passwords that are missing are as wrong as any others, for whoever reads nothing but the status.
        return _refused(request, error, _login_page, 401, username=username, wanted=wanted)
    except RefundError as error:
        return _refused(request, error, _login_page, username=username, wanted=wanted)
    # Whatever this browser held before is over: a sign-in never goes on with a token that was there before it.
    if old := read_token(request):
        await _in_thread(sign_out, desk, old)
        request.scope[WATCH].forget(old)
    response = RedirectResponse(_own_path(wanted), 303)
    set_token(request, response, token)
    return response


async def _sign_out(request: Request, desk: Desk) -> Response:
    if token := read_token(request):
        await _in_thread(sign_out, desk, token)
        request.scope[WATCH].forget(token)
    response = RedirectResponse(LOGIN, 303)
    set_token(request, response, "")
    return response


async def _show_token(request: Request) -> Response:
    speak(request)
    return _token_page(request)


async def _set_password(request: Request, desk: Desk) -> Response:
    speak(request)
    form = await _read_form(request)
    try:
        _require(form, username=_NO_NAME, token=_NO_TOKEN, password=_NO_PASSWORD)
        _require_equal(form)
        given = (form["username"], form["token"], form["password"])
        await _in_thread(set_password_by_token, desk, *given, _address(request))
    except RefundError as error:
        return _refused(request, error, _token_page, username=form["username"])
    return RedirectResponse(with_language(f"{LOGIN}?set"), 303)


async def _show_password(request: Request) -> Response:
    speak(request)
    return _password_page(request)


async def _change_password(request: Request, desk: Desk) -> Response:
    """One's own password; every sign-in of the account is over then, this one too."""
    speak(request)
    form = await _read_form(request)
    try:
        _require(form, old_password=_NO_PASSWORD, password=_NO_PASSWORD)
        _require_equal(form)
        given = (request.scope[SESSION].viewer, form["old_password"], form["password"])
        await _in_thread(change_password, desk, *given, _address(request))
    except SignInRefused as refusal:
        return _refused(request, refusal, _password_page, problem=_(_WRONG_OLD), field_name="old_password")
    except RefundError as error:
        return _refused(request, error, _password_page)
    request.scope[WATCH].forget(read_token(request))
    return RedirectResponse(with_language(f"{LOGIN}?set"), 303)


def _refused(
    request: Request, error: RefundError, page: Callable[..., Response], status: int = 0, **kept: str
) -> Response:
    """The same form again: what was typed is kept, except for what is secret, and the sentence stands at its field."""
    status = status or (401 if isinstance(error, SignInRefused) else status_of(error))
    told = {"problem": explain(error), "field_name": error.field or ""} | kept
    response = page(request, status=status, **told)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.seconds)
    elif isinstance(error, Conflict):
        response.headers["Retry-After"] = "5"
    return response


def _login_page(request: Request, *, status: int = 200, **values: str) -> Response:
    shown = {"username": "", "problem": "", "field_name": "", "notice": "", "wanted": ""} | values
    return render(request, "login.html", status, accounts=_demo_accounts(), **shown)


def _token_page(request: Request, *, status: int = 200, **values: str) -> Response:
    return render(request, "token.html", status, **({"username": "", "problem": "", "field_name": ""} | values))


def _password_page(request: Request, *, status: int = 200, **values: str) -> Response:
    return render(request, "password.html", status, **({"problem": "", "field_name": ""} | values))


def _demo_accounts() -> list[tuple[str, str, str]]:
    """Name, role and password of the demonstration's accounts; nothing outside the demonstration."""
    accounts = DEMO_ACCOUNTS.items() if is_demonstration() else ()
    return [(name, _role(role, employers), demo_password(name)) for name, (role, employers) in accounts]


def _role(role: Role, employers: tuple[str, ...]) -> str:
    return " ".join([_(role.label), *employers])


def _unless_published(username: str, password: str) -> str:
    """The password as typed, but outside the demonstration no password that everybody can read in its manual."""
    is_published = password == demo_password(normal_username(username))
    return "" if is_published and not is_demonstration() else password


async def _read_form(request: Request) -> dict[str, str]:
    if int(request.headers.get("content-length") or _MOST_FORM_BYTES + 1) > _MOST_FORM_BYTES:
        raise Refused(413, _TOO_LONG)
    form = await request.form(max_files=0, max_fields=10)
    names = ("username", "password", "password_again", "old_password", "token", "next")
    return {name: str(form.get(name, "")) for name in names}


def _require(form: dict[str, str], **sentences: str) -> None:
    for field, sentence in sentences.items():
        if not form[field].strip():
            raise InvalidInput(sentence, field=field)


def _require_equal(form: dict[str, str]) -> None:
    if form["password"] != form["password_again"]:
        raise InvalidInput(_NOT_EQUAL, field="password_again")


def _own_path(wanted: str) -> str:
    """Where somebody wanted to go when he was asked to sign in; ``/`` for anything but a path of this server."""
    parts = urlsplit(wanted)
    is_path = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if is_path and not parts.scheme and not parts.netloc and not wanted.startswith(LOGIN) else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _in_thread(service: Callable[..., Any], *arguments: Any) -> Any:
    return await to_thread.run_sync(service, *arguments, limiter=_LIMIT)
