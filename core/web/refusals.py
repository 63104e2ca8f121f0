"""How the door says no: a status, one sentence, and for pages a way on."""

import logging
import secrets
import traceback
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from core.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, RefundError, StorageFailed
from core.domain.wording import N_
from core.services.throttle import Throttled
from core.texts import _, explain
from core.web.pages import render

_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[RefundError], int], ...] = (
    (Throttled, 429),
    (NotAllowed, 403),
    (NotFound, 404),
    (InvalidInput, 422),
    (Conflict, 503),
    (StorageFailed, 507),
)
SIGN_IN_FIRST = N_("请先登录")
NOT_FROM_HERE = N_("请求来自其他网站，已拒绝")
UNFORESEEN = N_("系统出现异常，操作可能未完成。请刷新后核对；如需协助，请向系统管理员提供编号 {incident}")


class Refused(Exception):
    """The door refuses a request with this status and sentence."""

    def __init__(self, status: int, sentence: str, **values: object) -> None:
        super().__init__(status)
        self.status = status
        self.sentence = sentence
        self.values = values


def plainly(status: int, sentence: str, **values: object) -> Response:
    """A refusal for a program: the sentence as text."""
    return PlainTextResponse(_(sentence).format(**values), status)


def as_page(request: Request, error: RefundError) -> Response:
    """A refusal for a person who followed a link."""
    return render(request, "message.html", status_of(error), sentence=explain(error))


def as_json(error: RefundError) -> Response:
    """A refusal for a script of ours."""
    return JSONResponse({"error": explain(error)}, status_of(error))


def status_of(error: RefundError) -> int:
    """The HTTP status that says most about this refusal."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def report_incident(error: BaseException) -> str:
    """Write down where something unforeseen happened, and return the sentence for whoever met it.

    The sentence and the log share a number. What the error says stays out of both: it may quote a person's data.
    """
    incident = secrets.token_hex(4)
    kinds, places = [], []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__name__)
        places += [
            f'  File "{Path(frame.filename)}", line {frame.lineno}, in {frame.name}'
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__
    _log.error(
        "incident %s: %s\nTraceback (most recent call last):\n%s", incident, " < ".join(kinds), "\n".join(places)
    )
    return _(UNFORESEEN).format(incident=incident)
