"""A browser's half of Streamlit's conversation, spoken with its own protobufs over a real socket."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 30


@contextmanager
def sign_in(base_url: str, name: str) -> Iterator[httpx.Client]:
    """A client that has signed in with a demonstration account."""
    headers = {"origin": base_url}
    with httpx.Client(base_url=base_url, trust_env=False, headers=headers, timeout=PATIENCE_SECONDS) as client:
        answer = client.post("/login", data={"username": name, "password": f"demo-{name}-2026"})
        assert answer.status_code == 303, answer.text
        client.get("/_stcore/health")
        yield client


@contextmanager
def socket_of(client: httpx.Client, streamlit_session: str = "", **headers: str) -> Iterator[ClientConnection]:
    """The socket that this client's browser would open, taking up a Streamlit session where one is named."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    given = {"Cookie": cookies, "Origin": str(client.base_url)} | headers
    protocols = ["streamlit", client.cookies.get("_streamlit_xsrf", "x").replace("|", "-"), streamlit_session]
    address = str(client.base_url).replace("http", "ws") + "/_stcore/stream"
    with connect(
        address,
        additional_headers=given,
        subprotocols=[protocol for protocol in protocols if protocol],
        max_size=None,
        proxy=None,
        open_timeout=PATIENCE_SECONDS,
    ) as socket:
        yield socket


def rerun(page: str = "") -> bytes:
    """The first thing a page says: draw me."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.page_name = page
    return bytes(message.SerializeToString())


def drawn(socket: ClientConnection, frame: bytes | None = None) -> list[ForwardMsg]:
    """What the server sends until the script has run to its end."""
    socket.send(frame or rerun())
    messages: list[ForwardMsg] = []
    while not messages or messages[-1].WhichOneof("type") != "script_finished":
        messages.append(ForwardMsg.FromString(socket.recv(PATIENCE_SECONDS)))
    return messages


def text_of(messages: list[ForwardMsg]) -> str:
    """Everything that the messages hold: protobuf keeps text as it is."""
    return "\n".join(message.SerializeToString().decode("utf-8", "ignore") for message in messages)


def streamlit_session(messages: list[ForwardMsg]) -> str:
    """The session id that Streamlit has given to this socket."""
    return next(found for message in messages if (found := message.new_session.initialize.session_id))
