"""The product as it is served, asked by programs that keep to no rules: the real Streamlit behind the real gate."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.ports import free_port
from tests.support.product import ROOT, Product, product_environment
from tests.web.talk import PATIENCE_SECONDS, drawn, rerun, sign_in, socket_of, streamlit_session, text_of
from tests.web.test_gate import CLOSED, PATHS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as a demonstration without any ledger. Its output never holds a traceback or an identity number."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "data").mkdir()
    running = Product(folder / "data", folder / "server.log", {"REFUND_DEMO": "1"})
    running.start()
    yield running
    running.stop()
    assert running.complaints() == [], running.output()


@pytest.fixture
def reviewer(product: Product) -> Iterator[httpx.Client]:
    with sign_in(product.url, "reviewer1") as client:
        yield client


def raw(product: Product, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
    """A request with this very path, not tidied up by any library."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=PATIENCE_SECONDS)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_a_stranger_sees_nothing_on_any_path(product: Product, method: str) -> None:
    for path in (
        *PATHS,
        "/_stcore/host-config",
        "/..;/_stcore/metrics",
        "/%2e%2e/_stcore/metrics",
        "/_stcore/health/../metrics",
    ):
        answer = raw(product, method, path)

        assert answer.status in {303, 400, 401, 403, 404, 405}, path
        assert "streamlit" not in answer.body.lower(), path
        assert "server" not in answer.headers, path


def test_what_is_closed_is_closed_to_an_administrator_too(product: Product) -> None:
    with sign_in(product.url, "admin1") as admin:
        cookie = f"refund_session={admin.cookies['refund_session']}"
    for path in CLOSED:
        for method in ("GET", "POST"):
            assert raw(product, method, path, Cookie=cookie, Origin=product.url).status in {400, 404}, path


def test_health_is_open_and_says_nothing_else(product: Product) -> None:
    answer = httpx.get(f"{product.url}/_stcore/health", trust_env=False)

    assert (answer.status_code, answer.text) == (200, "ok")
    assert "server" not in answer.headers


def test_a_screen_knows_its_user_by_what_the_gate_says(reviewer: httpx.Client) -> None:
    """The contract with Streamlit's hidden option ``server.trustedUserHeaders``: without it ``st.user`` is empty."""
    with socket_of(reviewer, **{"X-Refund-User": "admin1", "X-Refund-Session": "x"}) as socket:
        text = text_of(drawn(socket))

    assert "reviewer1" in text
    assert "admin1" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": "refund_session=" + "0" * 43},
        {"Cookie": "", "X-Refund-User": "admin1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_socket_is_refused_before_it_opens(reviewer: httpx.Client, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as caught, socket_of(reviewer, **headers):
        pass

    assert caught.value.response.status_code == 403
    assert "server" not in caught.value.response.headers


def test_an_open_socket_ends_when_its_user_signs_out_somewhere_else(reviewer: httpx.Client) -> None:
    with socket_of(reviewer) as socket:
        drawn(socket)

        reviewer.post("/logout")

        with pytest.raises(ConnectionClosed):
            drawn(socket)
        assert socket.close_code == 1008


def test_a_session_id_that_somebody_else_has_read_takes_nothing_over(product: Product, reviewer: httpx.Client) -> None:
    with (
        socket_of(reviewer) as socket,
        sign_in(product.url, "reviewer2") as thief,
        sign_in(product.url, "reviewer1") as elsewhere,
    ):
        stolen = streamlit_session(drawn(socket))
        for other in (thief, elsewhere):
            with socket_of(other, stolen) as others_socket:
                assert streamlit_session(drawn(others_socket)) != stolen
        assert "reviewer1" in text_of(drawn(socket)), "the owner goes on undisturbed"


def test_an_own_session_is_taken_up_again_after_the_line_was_dropped(reviewer: httpx.Client) -> None:
    with socket_of(reviewer) as socket:
        own = streamlit_session(drawn(socket))

    with socket_of(reviewer, own) as socket:
        assert streamlit_session(drawn(socket)) == own


def test_uploads_reach_ones_own_session_only(product: Product, reviewer: httpx.Client) -> None:
    def put(client: httpx.Client, session: str, name: str) -> int:
        token = {"X-Xsrftoken": client.cookies["_streamlit_xsrf"]}
        files = {"file": (name, b"%PDF-1.7", "application/pdf")}
        return client.put(f"/_stcore/upload_file/{session}/f1", files=files, headers=token).status_code

    with socket_of(reviewer) as socket, sign_in(product.url, "reviewer2") as other:
        session = streamlit_session(drawn(socket))

        assert put(reviewer, session, "a.pdf") == 204
        assert put(reviewer, session, "a.exe") == 415
        assert put(other, session, "a.pdf") == 403
        assert put(reviewer, "f" * 32, "a.pdf") == 403


def test_messages_that_are_for_developers_are_dropped(reviewer: httpx.Client) -> None:
    with socket_of(reviewer) as socket:
        drawn(socket)
        for message in (
            BackMsg(clear_cache=True),
            BackMsg(set_run_on_save=True),
            BackMsg(load_git_info=True),
            BackMsg(debug_shutdown_runtime=True),
            BackMsg(),
        ):
            socket.send(bytes(message.SerializeToString()))

        messages = drawn(socket)

    assert "git_info_changed" not in [message.WhichOneof("type") for message in messages]
    assert not any(message.session_status_changed.run_on_save for message in messages)


def test_a_frame_that_is_no_message_ends_the_socket_without_a_trace(reviewer: httpx.Client) -> None:
    for frame in (b"\xff\xff\xff", "text"):
        with socket_of(reviewer) as socket:
            socket.send(frame)
            with pytest.raises(ConnectionClosed):
                drawn(socket)


def test_streamlits_own_files_are_served_to_whoever_has_signed_in_and_kept(
    product: Product, reviewer: httpx.Client
) -> None:
    page = reviewer.get("/apply")
    assert page.headers["cache-control"] == "no-store"
    assert "<title>退费工作台</title>" in page.text
    script = page.text.split('crossorigin src="./')[1].split('"')[0]

    answer = reviewer.get(f"/{script}")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert httpx.get(f"{product.url}/{script}", trust_env=False).status_code == 401


@pytest.fixture
def without_the_gate(tmp_path: Path) -> Iterator[str]:
    """Somebody starts the screens and forgets the door."""
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    command = [sys.executable, "-m", "streamlit", "run", "pages/shell.py", f"--server.port={port}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=product_environment(data, REFUND_DEMO="1", PYTHONPATH=str(ROOT)),
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/_stcore/health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def test_without_the_gate_the_screens_know_nobody_whatever_a_visitor_claims(without_the_gate: str) -> None:
    with httpx.Client(base_url=without_the_gate, trust_env=False) as visitor:
        for page in ("", "apply", "settings"):
            with socket_of(visitor, **{"X-Refund-User": "admin1", "X-Refund-Session": "x"}) as socket:
                text = text_of(drawn(socket, rerun(page)))

            assert "登录已失效" in text
            assert "admin1" not in text


def test_streamlit_finds_no_folder_of_pages_to_open_by_itself() -> None:
    """Beside a main script Streamlit looks for ``pages/`` and would open every file in it to everybody."""
    import ast

    calls = [node for node in ast.walk(ast.parse((ROOT / "app.py").read_text("utf-8"))) if isinstance(node, ast.Call)]
    (script,) = [call.args[0] for call in calls if getattr(call.func, "attr", "") == "App"]

    assert ast.literal_eval(script) == "pages/shell.py"
    assert not (ROOT / "pages" / "pages").exists()


WIRING = """
import json, sys
import app
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

def kind(**given):
    said = app.Streamlit().read(BackMsg(**given).SerializeToString())
    return [said.kind, said.automatic]

automatic = BackMsg()
automatic.rerun_script.is_auto_rerun = True
chunk = BackMsg()
chunk.backend_operation_request.dataframe_chunk.SetInParent()
skills = BackMsg()
skills.backend_operation_request.install_skills.SetInParent()
before = config.get_option("server.trustedUserHeaders")
app.configure()
config.on_config_parsed(app.configure, force_connect=True)
config.get_config_options(force_reparse=True)
read = lambda message: [getattr(app.Streamlit().read(message.SerializeToString()), name) for name in ("kind", "automatic")]
print(json.dumps({
    "kinds": [
        kind(clear_cache=True), kind(app_heartbeat=True), kind(stop_script=True), read(automatic), read(chunk), read(skills),
    ],
    "broken": app.Streamlit().read(b"\\xff\\xff"),
    "before": before,
    "after a reread": config.get_option("server.trustedUserHeaders"),
}))
"""


def test_the_wiring_reads_streamlits_messages_and_outlives_a_reread_of_its_configuration(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WIRING],
        cwd=ROOT,
        env=product_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == {
        "kinds": [
            ["clear_cache", False],
            ["app_heartbeat", True],
            ["stop_script", False],
            ["rerun_script", True],
            ["backend_operation_request.dataframe_chunk", False],
            ["backend_operation_request.install_skills", False],
        ],
        "broken": None,
        "before": {},
        "after a reread": {"X-Refund-User": "username", "X-Refund-Session": "session"},
    }
