"""What every answer says about itself."""

import pytest

from tests.web.conftest import Door

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PAGES = (
    "/",
    "/apply",
    "/login",
    "/papers/none",
    "/exports/none",
    "/_stcore/host-config",
    "/_stcore/health",
    "/media/a.png",
)
PROGRAM = ("/static/js/a.js", "/static/media/a.woff2", "/component/st_aggrid.agGrid/static/js/main.js")
FRAME = "/component/st_aggrid.agGrid/index.html"


def policy(text: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in text.split(";"))}


@pytest.mark.parametrize("path", [*PAGES, *PROGRAM, FRAME, "/nothing/like//this", "/_stcore/metrics"])
def test_every_answer_carries_the_same_protection_whether_it_is_a_refusal_or_not(door: Door, path: str) -> None:
    for visitor in (door.visitor(), door.user()):
        answer = visitor.get(path)

        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers
        rules = policy(answer.headers["content-security-policy"])
        assert (rules["object-src"], rules["base-uri"]) == (["'none'"], ["'none'"])


def test_no_page_runs_a_script_that_stands_in_its_text_or_comes_from_elsewhere(door: Door) -> None:
    user = door.user()
    for path in (*PAGES, *PROGRAM, FRAME):
        rules = policy(user.get(path).headers["content-security-policy"])
        scripts = rules.get("script-src", rules["default-src"])

        assert "'unsafe-inline'" not in scripts, path
        assert not [source for source in scripts if source.startswith("http") or source == "*"], path
        assert ("'unsafe-eval'" in scripts) is path.startswith("/component/"), path


def test_only_a_component_may_be_framed_and_only_by_us(door: Door) -> None:
    user = door.user()
    for path in (*PAGES, *PROGRAM):
        expected = ["'self'"] if path.startswith("/component/") else ["'none'"]
        assert policy(user.get(path).headers["content-security-policy"])["frame-ancestors"] == expected, path
    assert policy(user.get(FRAME).headers["content-security-policy"])["frame-ancestors"] == ["'self'"]


@pytest.mark.parametrize("path", PAGES)
def test_what_may_be_data_is_never_kept(door: Door, path: str) -> None:
    for visitor in (door.visitor(), door.user()):
        assert visitor.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PROGRAM)
def test_what_is_program_is_kept_for_a_year_but_never_its_refusal(door: Door, path: str) -> None:
    assert door.user().get(path).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert door.visitor().get(path).headers["cache-control"] == "no-store"


def test_what_lies_beside_the_frame_of_a_component_is_kept_for_an_hour(door: Door) -> None:
    answer = door.user().get("/component/st_aggrid.agGrid/bootstrap.min.css")
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_the_frame_of_a_component_is_asked_for_anew(door: Door) -> None:
    assert door.user().get(FRAME).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/papers/p1", "/exports/e1", "/media/a.png"])
def test_a_file_can_do_nothing_even_when_it_is_opened(door: Door, path: str) -> None:
    assert "sandbox" in policy(door.user().get(path).headers["content-security-policy"])


def test_over_tls_the_browser_is_told_to_stay_there(door: Door) -> None:
    assert (
        "max-age=31536000; includeSubDomains"
        in door.visitor("https://testserver").get("/login").headers["strict-transport-security"]
    )
    assert "strict-transport-security" not in door.visitor().get("/login").headers


def test_the_doors_own_files_may_be_kept_for_an_hour(door: Door) -> None:
    for name, kind in (("door.css", "text/css"), ("door.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
        answer = door.visitor().get(f"/door/{name}")
        assert answer.headers["content-type"].split(";")[0] == kind
        assert answer.headers["cache-control"] == "public, max-age=3600"
