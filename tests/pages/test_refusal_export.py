"""导出 of a long list: its progress, 取消, the file in the end, and what is said after a restart."""

import threading
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.services.desk import Desk
from core.services.export_jobs import find_job
from tests.pages.conftest import sign_in_as
from tests.pages.reading import texts
from tests.support.desks import CLERK, Ledger, prepare_draft

SECONDS = 30


def screen(draft_id: str, long_from: int) -> None:
    """The button alone, on a list of three lines."""
    from core.services.export_jobs import start_refusals
    from core.services.exports import export_refusals
    from pages.parts.access import acting_viewer, desk
    from pages.parts.refusal_export import draw_refusal_export

    draw_refusal_export(
        draft_id,
        3,
        lambda: export_refusals(desk(), acting_viewer(), draft_id),
        lambda: start_refusals(desk(), acting_viewer(), draft_id, draft_id),
        long_from=long_from,
    )


@pytest.fixture
def draft(desk: Desk, ledger: Ledger) -> str:
    """Three lines are refused."""
    return prepare_draft(desk, ledger.leaver(1, [202203, 202205]))


@pytest.fixture
def app(desk: Desk, draft: str) -> AppTest:
    """The button for a list that counts as long."""
    return opened(desk, draft, long_from=1)


def opened(desk: Desk, draft: str, long_from: int) -> AppTest:
    app = AppTest.from_function(screen, default_timeout=SECONDS, args=(draft, long_from))
    app.user = {"username": "clerk1", "session": sign_in_as(desk, "clerk1")}
    return app.run()


def links(app: AppTest) -> list[Any]:
    return [element.proto.url for element in app.get("link_button")]


def test_a_long_list_shows_how_far_it_is_and_then_its_file(app: AppTest, draft: str, busy: threading.Event) -> None:
    app.button(key="export_refusals").click().run()
    assert app.button(key="cancel_export").label == "取消"
    assert links(app) == []

    busy.set()
    job = find_job(CLERK, draft)
    assert job is not None
    assert job.ended.wait(SECONDS)
    app.run()
    assert job.export is not None
    assert links(app) == [f"/exports/{job.export.export_id}"]
    assert app.button(key="export_refusals").label == "导出"


def test_it_is_found_again_by_whoever_comes_back(app: AppTest, desk: Desk, draft: str, busy: threading.Event) -> None:
    app.button(key="export_refusals").click().run()

    assert opened(desk, draft, long_from=1).button(key="cancel_export")
    busy.set()


def test_cancelling_says_so_and_offers_it_again(app: AppTest, desk: Desk, draft: str, busy: threading.Event) -> None:
    app.button(key="export_refusals").click().run()
    app.button(key="cancel_export").click().run()
    app.run()
    assert "已取消导出，没有生成文件" in texts(app)
    assert app.button(key="export_refusals")

    busy.set()
    job = find_job(CLERK, draft)
    assert job is not None
    assert job.ended.wait(SECONDS)
    assert list((desk.data_dir / "exports").glob("*")) == []


def test_an_export_that_its_server_has_forgotten_is_said_to_be_interrupted(app: AppTest) -> None:
    app.query_params["export"] = "of another process"
    app.run()

    assert "未完成的导出已中断" in texts(app)


def test_a_short_list_is_exported_at_once(desk: Desk, draft: str) -> None:
    app = opened(desk, draft, long_from=4)
    app.button(key="export_refusals").click().run()

    assert len(links(app)) == 1
    assert find_job(CLERK, draft) is None
