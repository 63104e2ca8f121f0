"""``POST /ledger/upload``: ledger files, as a form of files or one bare body with ``?name=``, straight to disk."""

from collections.abc import AsyncIterator, Callable

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.domain.errors import Conflict, InvalidInput, RefundError
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.uploads import MOST_BYTES, Upload, start_upload
from core.web.areas import LEDGER_UPLOAD
from core.web.gate import SESSION
from core.web.pages import speak_to
from core.web.parts import BadBody, FileBegins, Parts
from core.web.refusals import as_json

#: Bytes that are gathered before they are written: a thread for every network packet would cost more than the disk.
_SHOVEL = 1024 * 1024
#: Boundaries and headers of a form, on top of its files.
_FRAMING = 1024 * 1024

_BROKEN_OFF = N_("上传的内容不完整，请重新上传")
_TOO_LARGE = N_("一次上传的文件合计不能超过 {most} MB")
_ANOTHER = N_("您有一个上传正在进行，请等它完成后再试")


def routes(desk: Callable[[], Desk]) -> list[Route]:
    """The route of the ledger screen; it answers ``{"upload": id, "files": [names]}`` or ``{"error": sentence}``."""
    arriving: set[str] = set()

    async def receive_ledger(request: Request) -> Response:
        viewer = request.scope[SESSION].viewer
        try:
            if viewer.username in arriving:
                raise Conflict(_ANOTHER)
            _check_length(request)
            arriving.add(viewer.username)
            try:
                upload = await to_thread.run_sync(start_upload, desk(), viewer)
                files = await _receive(request, upload)
            finally:
                arriving.discard(viewer.username)
        except RefundError as error:
            await speak_to(desk(), viewer)
            return as_json(error)
        return JSONResponse({"upload": upload.upload_id, "files": files})

    return [Route(LEDGER_UPLOAD, receive_ledger, methods=["POST"])]


def _check_length(request: Request) -> None:
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > MOST_BYTES + _FRAMING:
        raise InvalidInput(_TOO_LARGE, field="ledger_files", most=MOST_BYTES >> 20)


async def _receive(request: Request, upload: Upload) -> list[str]:
    """Write what arrives and return the names of the files; nothing stays of an upload that breaks off."""
    try:
        async for events in _shovels(_events(request)):
            await to_thread.run_sync(_write, upload, events)
        return [file.name for file in await to_thread.run_sync(upload.finish)]
    except (BadBody, ClientDisconnect) as error:
        upload.discard()
        raise InvalidInput(_BROKEN_OFF, field="ledger_files") from error
    except BaseException:
        upload.discard()
        raise


def _write(upload: Upload, events: list[FileBegins | bytes]) -> None:
    for event in events:
        if isinstance(event, FileBegins):
            upload.begin_file(event.name)
        else:
            upload.write(event)


async def _events(request: Request) -> AsyncIterator[FileBegins | bytes]:
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/"):
        yield FileBegins(request.query_params.get("name", ""))
        async for chunk in request.stream():
            yield chunk
        return
    parts = Parts(content_type)
    async for chunk in request.stream():
        for event in parts.feed(chunk):
            yield event
    if not parts.is_whole:
        raise BadBody


async def _shovels(events: AsyncIterator[FileBegins | bytes]) -> AsyncIterator[list[FileBegins | bytes]]:
    gathered: list[FileBegins | bytes] = []
    size = 0
    async for event in events:
        gathered.append(event)
        size += len(event) if isinstance(event, bytes) else 0
        if size >= _SHOVEL:
            yield gathered
            gathered, size = [], 0
    yield gathered
