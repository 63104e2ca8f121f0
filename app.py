"""The whole wiring: the gate, the routes of the door, and the Streamlit script. ``streamlit run app.py`` starts it."""

import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from anyio import to_thread
from google.protobuf.message import DecodeError
from starlette.middleware import Middleware
from streamlit import config, file_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import get_instance
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.domain.errors import RefundError
from core.services.accounts import ensure_demo_accounts
from core.services.desk import shared_desk
from core.services.housekeeping import clean
from core.web import assets, downloads, ledger, signin
from core.web.gate import Gate
from core.web.identity import SESSION_HEADER, TRUSTED_USER_HEADERS
from core.web.inner import ClientMessage
from core.web.mailer import sending_mails
from core.web.pages import is_demonstration
from core.web.preloads import scripts_of_screens
from core.web.refusals import report_incident
from core.web.server import hide_server_name
from core.web.shell import make_shell
from pages.parts.messages import draw_error


class Streamlit:
    """The Streamlit behind the gate (``core.web.inner.Inner``)."""

    def read(self, frame: bytes) -> ClientMessage | None:
        """What the browser says in this frame; payloads of background requests are kinds of their own."""
        message = BackMsg()
        try:
            message.ParseFromString(frame)
        except DecodeError:
            return None
        kind = message.WhichOneof("type") or ""
        if kind == "backend_operation_request":
            kind = f"{kind}.{message.backend_operation_request.WhichOneof('payload')}"
        return ClientMessage(kind, kind == "app_heartbeat" or message.rerun_script.is_auto_rerun)

    def session_reference(self, streamlit_session: str) -> str | None:
        """The sign-in whose socket drives this Streamlit session."""
        client = get_instance().get_client(streamlit_session)
        headers = dict(client.client_context.headers) if client else {}
        return headers.get(SESSION_HEADER.lower())

    def holds(self, streamlit_session: str, file_id: str) -> bool:
        """Whether this uploaded file is still in memory."""
        return bool(get_instance().uploaded_file_mgr.get_files(streamlit_session, [file_id]))

    def is_host_allowed(self, host: str | None) -> bool:
        """``server.allowedHosts``, for every request and not only for sockets."""
        return is_host_allowed(host)


def configure() -> None:
    """What must not be left to a configuration file."""
    # Without the gate nobody may be believed, so nothing but the gate's own wiring switches this on.
    config.set_option("server.trustedUserHeaders", TRUSTED_USER_HEADERS, "app.py")
    # Streamlit writes an error down with whatever data it quotes, before ``show_failure`` is asked; that writes no data.
    config.set_option("logger.enableRich", False, "app.py")
    logging.getLogger("streamlit.error_util").disabled = True


def read_shell(static: Path) -> str:
    """The page in which every screen starts, from the frontend that is installed."""
    index = (static / "index.html").read_text("utf-8")
    return make_shell(index, scripts_of_screens(static, index))


def show_failure(error: Exception) -> bool:
    """What stopped a script, as one sentence; the traceback stays here."""
    if isinstance(error, RefundError):
        draw_error(error)
    else:
        st.error(report_incident(error), icon=":material/error:")
    return True


def warm_up() -> None:
    """Do at the start what the first visitor would wait for: the database, and imports of about a second."""
    clean(shared_desk())
    if is_demonstration():
        ensure_demo_accounts(shared_desk())
    # AgGrid declares its component when it is imported, and Streamlit would warn that nobody is there to see it.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    for part in sorted((Path(__file__).parent / "pages" / "parts").glob("*.py")):
        importlib.import_module(f"pages.parts.{part.stem}")
    importlib.import_module("pages.parts.grid").make_known()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Before the first visitor comes."""
    configure()
    # A configuration file that is edited while people work is read again, and everything else is forgotten.
    config.on_config_parsed(configure, force_connect=True)
    await to_thread.run_sync(warm_up)
    async with sending_mails(shared_desk):
        yield


hide_server_name()
app = st.App(
    "pages/shell.py",
    routes=[*downloads.routes(shared_desk), *ledger.routes(shared_desk)],
    middleware=[
        Middleware(
            Gate,
            front=[*signin.routes(shared_desk), *assets.routes()],
            desk=shared_desk,
            inner=Streamlit(),
            shell=read_shell(Path(file_util.get_static_dir())),
        )
    ],
    lifespan=lifespan,
    on_script_error=show_failure,
)
