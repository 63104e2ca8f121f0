"""Who gets through the gate, where, and with what."""

import pytest
from starlette.testclient import TestClient

from core.services import accounts, sessions
from core.web.areas import Area, area_of
from core.web.identity import SESSION_HEADER, USER_HEADER
from tests.support.desks import ADMIN
from tests.web.conftest import PASSWORD, SECRET, Door

#: Every kind of path that is served, and some that somebody might think of.
PATHS = (
    "/", "/apply", "/confirm", "/batches", "/batch?no=TF20231101000001", "/review", "/payments", "/insights", "/ledger",
    "/settings", "/shell", "/anything", "/a/b/c", "/index.html", "/favicon.png", "/manifest.json",
    "/papers/p1", "/exports/e1", "/papers/", "/ledger/upload", "/door/session", "/door/../static/js/a.js",
    "/static/js/index.js", "/static/media/font.woff2", "/media/0123.png", "/component/st_aggrid.agGrid/index.html",
    "/component/st_aggrid.agGrid/static/js/main.js", "/_stcore/bidi-components/x/y.js", "/_stcore/host-config",
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp",
    "/_stcore/agent/interact", "/_stcore/upload_file/s/f", "/_stcore/stream", "/_stcore/", "/_stcore", "/_stcore/health/",
    "/_stcore/health/x", "/_stcore/message", "/auth/login", "/auth/logout", "/oauth2callback", "/app/static/x.txt",
    "/%5fstcore/metrics", "/_stcore%2fmetrics", "//_stcore/metrics", "/./_stcore/metrics", "/x/../_stcore/metrics",
    "/apply/_stcore/metrics", "/_STCORE/metrics", "/static/..%2f..%2fetc/passwd", "/component/..%5c..%5cx", "/login/../apply",
    "/loginx", "/login/", "/login/x", "/logoutx", "/door/", "/door/x.js", "/door/a/b", "/door/session/x",
)  # fmt: skip
CLOSED = (
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp",
    "/_stcore/agent/interact", "/_stcore/message", "/_stcore/", "/_stcore", "/_stcore/health/x", "/_stcore/anything-new",
    "/%5fstcore/metrics", "/_stcore%2fmetrics", "/apply/_stcore/metrics", "/auth/login", "/auth/logout", "/oauth2callback",
    "/app/static/x.txt", "/static/..%2f..%2fetc/passwd", "/component/..%5c..%5cx",
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_stranger_sees_nothing_on_any_path(door: Door, method: str) -> None:
    stranger = door.visitor()
    for path in PATHS:
        answer = stranger.request(method, path)

        assert answer.status_code in {303, 401, 403, 404, 405}, path
        assert SECRET not in answer.text, path
        if answer.status_code == 303:
            assert answer.headers["location"].split("?")[0] == "/login", path
    for path in ("/login", "/login/token", "/logout", "/door/door.js"):
        assert SECRET not in stranger.request(method, path).text
    assert door.seen == [], "nothing came as far as Streamlit"


def test_a_stranger_who_follows_a_link_is_asked_to_sign_in_and_taken_there(door: Door) -> None:
    stranger = door.visitor()

    answer = stranger.get("/batch?no=TF20231101000001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/batch%3Fno%3DTF20231101000001")
    assert stranger.get("/").headers["location"] == "/login"

    page = stranger.get(answer.headers["location"])
    assert 'value="/batch?no=TF20231101000001"' in page.text
    form = {"username": "reviewer", "password": PASSWORD, "next": "/batch?no=TF20231101000001"}
    assert stranger.post("/login", data=form).headers["location"] == "/batch?no=TF20231101000001"


def test_health_answers_everybody_under_any_name(door: Door) -> None:
    for method in ("GET", "HEAD"):
        answer = door.visitor("http://10.0.0.7").request(method, "/_stcore/health")
        assert answer.status_code == 200
    assert door.visitor().post("/_stcore/health").status_code == 405


def test_what_streamlit_tells_developers_and_programs_is_closed_to_everybody(door: Door) -> None:
    user = door.user("admin")
    door.seen.clear()

    for path in CLOSED:
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            assert user.request(method, path).status_code == 404, (method, path)
    assert door.seen == []


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("/", Area.PAGE),
        ("/apply", Area.PAGE),
        ("/login", Area.SIGN_IN),
        ("/loginx", Area.PAGE),
        ("/static/js/a.js", Area.STATIC),
        ("/staticx", Area.PAGE),
        ("/component/a/index.html", Area.COMPONENT),
        ("/_stcore/bidi-components/a/b.js", Area.COMPONENT),
        ("/_stcore/upload_file/s/f", Area.UPLOAD),
        ("/_stcore/host-config", Area.STREAMLIT),
        ("/_stcore/host-config/", Area.CLOSED),
        ("/media/a.png", Area.MEDIA),
        ("/papers/1", Area.DOWNLOAD),
        ("/exports/1", Area.DOWNLOAD),
        ("/ledger/upload", Area.LEDGER),
        ("/ledger", Area.PAGE),
        ("//apply", Area.CLOSED),
        ("/a//b", Area.CLOSED),
        ("/a/../b", Area.CLOSED),
        ("/a\\b", Area.CLOSED),
        ("/a\nb", Area.CLOSED),
        ("/a\x00b", Area.CLOSED),
        ("apply", Area.CLOSED),
        ("", Area.CLOSED),
    ],
)
def test_every_path_has_one_area(path: str, area: Area) -> None:
    assert area_of(path) is area


def test_whoever_has_signed_in_gets_the_screens(door: Door) -> None:
    user = door.user()

    assert SECRET in user.get("/").text
    assert SECRET in user.get("/apply").text
    assert SECRET in user.get("/index.html").text, "never Streamlit's own start page, which has a script in it"
    assert user.get("/static/js/a.js").json() == {"secret": SECRET}
    assert user.get("/media/a.png").json() == {"secret": SECRET}
    assert user.get("/component/st_aggrid.agGrid/index.html").json() == {"secret": SECRET}


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "refund_session", "../..", '"'])
def test_an_invented_cookie_is_no_session(door: Door, cookie: str) -> None:
    stranger = door.visitor()

    assert stranger.get("/static/js/a.js", headers={"cookie": f"refund_session={cookie}"}).status_code == 401


def test_over_tls_only_the_cookie_counts_that_no_neighbour_can_set(door: Door) -> None:
    user = door.user(base_url="https://testserver")
    token = user.cookies["__Host-refund_session"]
    assert user.get("/static/js/a.js").status_code == 200

    stranger = door.visitor("https://testserver")
    assert stranger.get("/static/js/a.js", headers={"cookie": f"refund_session={token}"}).status_code == 401


IDENTITIES = (
    {USER_HEADER: "admin"},
    {"x-refund-user": "admin", SESSION_HEADER: "x"},
    {"X_Refund_User": "admin"},
    {"X-REFUND-ANYTHING": "admin"},
)


@pytest.mark.parametrize("claimed", IDENTITIES)
def test_what_a_client_claims_to_be_does_not_reach_streamlit(door: Door, claimed: dict[str, str]) -> None:
    user = door.user()
    user.get("/static/js/a.js", headers=claimed)
    with user.websocket_connect("/_stcore/stream", headers=claimed):
        pass

    for headers in door.seen[-3:-1]:
        told = {name: value for name, value in headers.items() if "refund" in name.replace("_", "-")}
        assert told == {"x-refund-user": "reviewer", "x-refund-session": door.reference(user)}


def test_streamlit_gets_its_own_cookie_and_no_other(door: Door) -> None:
    user = door.user()
    user.cookies.set("_streamlit_xsrf", "2|a|b|c")
    user.cookies.set("_streamlit_user", "forged")

    user.get("/static/js/a.js")

    assert door.seen[-1]["cookie"] == "_streamlit_xsrf=2|a|b|c"


def test_two_sign_ins_of_one_person_have_two_names(door: Door) -> None:
    first, second = door.user(), door.user()

    assert door.reference(first) != door.reference(second)
    assert first.cookies["refund_session"] not in door.reference(first)


FOREIGN = (
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "https://testserver"},
    {"origin": "http://testserver:8080"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://evil.example/http://testserver"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/login"),
        ("POST", "/login/token"),
        ("POST", "/logout"),
        ("POST", "/ledger/upload"),
        ("PUT", "/_stcore/upload_file/s/f"),
        ("DELETE", "/_stcore/upload_file/s/f"),
    ],
)
def test_a_page_of_somebody_else_can_ask_for_nothing(door: Door, method: str, path: str) -> None:
    user = door.user("admin")
    del user.headers["origin"]

    for headers in FOREIGN:
        assert user.request(method, path, headers=headers).status_code == 403, headers
    assert user.get("/static/js/a.js").status_code == 200, "still signed in"


def test_a_program_that_is_no_browser_needs_no_origin(door: Door) -> None:
    program = door.visitor()
    del program.headers["origin"]

    assert program.post("/login", data={"username": "reviewer", "password": PASSWORD}).status_code == 303


def test_only_the_names_of_the_server_are_answered(door: Door) -> None:
    for base_url, status in (
        ("http://refund.example.org", 200),
        ("http://evil.example", 421),
        ("http://10.1.1.1", 421),
    ):
        assert door.visitor(base_url).get("/login").status_code == status


def test_signing_out_closes_every_path_at_once(door: Door) -> None:
    user = door.user()
    assert user.get("/static/js/a.js").status_code == 200
    token = user.cookies["refund_session"]

    answer = user.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "refund_session" not in user.cookies
    assert user.get("/static/js/a.js", headers={"cookie": f"refund_session={token}"}).status_code == 401
    assert sessions.viewer_of_session(door.desk, token) is None


def test_a_session_that_ended_elsewhere_is_over_here_within_a_second(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.web.watch.FRESH_SECONDS", 0.0)
    user = door.user()
    accounts.disable_user(door.desk, ADMIN, "reviewer")

    assert user.get("/apply").status_code == 303
    assert user.get("/static/js/a.js").status_code == 401


def test_the_database_is_asked_once_for_all_requests_of_a_second(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.web import watch

    asked = []
    monkeypatch.setattr(watch, "find_session", lambda *given: asked.append(given) or sessions.find_session(*given))
    monkeypatch.setattr(watch, "FRESH_SECONDS", 60.0)
    with door.user() as user:
        asked.clear()
        for _request in range(5):
            assert user.get("/static/js/a.js").status_code == 200

    assert len(asked) == 1


def seen_at(door: Door, user: TestClient) -> str:
    session = sessions.find_session(door.desk, user.cookies["refund_session"])
    assert session is not None
    return session.seen_at.isoformat()


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/apply", True),
        ("/papers/p1", True),
        ("/static/js/a.js", False),
        ("/_stcore/host-config", False),
        ("/door/session", False),
    ],
)
def test_only_what_a_person_does_keeps_a_session_alive(door: Door, path: str, *, counts: bool) -> None:
    with door.user() as user:
        before = seen_at(door, user)
        door.desk.clock.forward(minutes=2)

        user.get(path)
        user.get("/door/session")

        # The write runs beside the answer: give it its turn.
        for _turn in range(50):
            if (seen_at(door, user) != before) is counts:
                break
            user.get("/door/session")
        assert (seen_at(door, user) != before) is counts


def test_something_unforeseen_is_a_number_and_not_a_traceback(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    answer = door.user().get("/static/broken")

    assert answer.status_code == 500
    incident = caplog.records[-1].getMessage().split()[1].rstrip(":")
    assert incident in answer.text
    assert "Traceback" not in answer.text
    assert "119999199001011234" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(("name", "signed_in"), [("reviewer", 204), (None, 401)])
def test_the_page_can_ask_whether_it_is_still_signed_in(door: Door, name: str | None, signed_in: int) -> None:
    visitor = door.user(name) if name else door.visitor()

    assert visitor.get("/door/session").status_code == signed_in
