"""Papers, exports and files of payment: by id, to whoever may have them, as a file to keep and never as a page to run."""

from collections.abc import Callable
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from core.domain.errors import RefundError
from core.domain.roles import Viewer
from core.services.desk import Desk
from core.services.exports import open_export
from core.services.papers import open_paper
from core.services.payment_runs import open_run_file
from core.web.gate import SESSION
from core.web.pages import speak_to
from core.web.refusals import as_page

Found = tuple[str, str, Path]


def routes(desk: Callable[[], Desk]) -> list[Route]:
    """``/papers/{id}``, ``/exports/{id}`` and ``/payment-files/{id}``; the gate adds nosniff, the sandbox and no-store."""

    def find_paper(viewer: Viewer, paper_id: str) -> Found:
        paper, path = open_paper(desk(), viewer, paper_id)
        return paper.file_name, paper.media_type, path

    def find_export(viewer: Viewer, export_id: str) -> Found:
        export, path = open_export(desk(), viewer, export_id)
        return export.file_name, export.media_type, path

    def find_payment_file(viewer: Viewer, file_id: str) -> Found:
        file, path = open_run_file(desk(), viewer, file_id)
        return file.file_name, file.media_type, path

    return [
        _route(desk, "/papers/{file_id}", find_paper),
        _route(desk, "/exports/{file_id}", find_export),
        _route(desk, "/payment-files/{file_id}", find_payment_file),
    ]


def _route(desk: Callable[[], Desk], path: str, find: Callable[[Viewer, str], Found]) -> Route:
    async def download(request: Request) -> Response:
        try:
            name, media_type, file = await to_thread.run_sync(
                find, request.scope[SESSION].viewer, request.path_params["file_id"]
            )
        except RefundError as error:
            await speak_to(desk(), request.scope[SESSION].viewer)
            return as_page(request, error)
        return FileResponse(file, media_type=media_type, filename=name, content_disposition_type="attachment")

    return Route(path, download, methods=["GET", "HEAD"])
