"""What the gate asks of Streamlit. ``app.py`` answers, so that nothing in ``core`` has to know Streamlit."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """One message of the browser: its kind as Streamlit names it, and whether the page sent it of its own accord."""

    kind: str
    automatic: bool = False


#: What a browser may ask. ``clear_cache`` would wipe everybody's caches, ``set_run_on_save`` and ``load_git_info`` are a
#: developer's, skills would be installed onto the server; whatever an upgrade adds is unknown here and dropped as well.
ALLOWED_KINDS = frozenset(
    {
        "rerun_script",
        "stop_script",
        "file_urls_request",
        "app_heartbeat",
        "backend_operation_request.deferred_file",
        "backend_operation_request.dataframe_chunk",
    }
)


class Inner(Protocol):
    """The Streamlit behind the gate."""

    def read(self, frame: bytes) -> ClientMessage | None:
        """What a frame of the browser says, ``None`` when it is no message of Streamlit's."""

    def session_reference(self, streamlit_session: str) -> str | None:
        """The ``SESSION_HEADER`` with which this Streamlit session's socket came through the gate."""

    def holds(self, streamlit_session: str, file_id: str) -> bool:
        """Whether Streamlit still keeps this uploaded file in memory."""

    def is_host_allowed(self, host: str | None) -> bool:
        """Whether people reach this server under this name (``server.allowedHosts``)."""
