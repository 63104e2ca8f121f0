"""台账: what is in it, and the import: checked first, confirmed, stored whole, and resumed after a refresh."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from core.services import ledger_jobs
from core.services.desk import Desk
from core.services.ledger_overview import read_overview
from core.services.uploads import start_upload
from tests.pages.conftest import Open
from tests.pages.reading import keys, texts
from tests.support.desks import ADMIN, Ledger, person

HEADER = "社会保障号码,事项,单位编号,险种,起始,终止,说明"


def upload(desk: Desk, *rows: str, name: str = "人员事项.csv", viewer=ADMIN) -> str:
    """A file that has arrived; returns the upload's id."""
    arriving = start_upload(desk, viewer)
    arriving.begin_file(name)
    arriving.write("\n".join([HEADER, *rows]).encode())
    arriving.finish()
    return arriving.upload_id


def wait(upload_id: str) -> None:
    """Until the job of an upload has ended."""
    for _attempt in range(400):
        job = ledger_jobs.find_job(ADMIN, upload_id)
        if job is not None and job.is_done:
            return
        time.sleep(0.05)
    pytest.fail("the job did not end")


@pytest.fixture
def open_upload(open_app: Open):
    """Open the screen with an upload in its address, and again when the job has ended."""

    def open_screen(upload_id: str) -> AppTest:
        app = open_app("admin1")
        app.query_params["upload"] = upload_id
        app.switch_page("ledger.py").run()
        wait(upload_id)
        return app.run()

    return open_screen


def test_the_screen_says_how_much_there_is(open_app: Open, ledger: Ledger) -> None:
    ledger.leaver(1, [202205, 202206])
    app = open_app("admin1", "ledger.py")

    assert {figure.label: figure.value for figure in app.metric} == {"单位": "2", "实缴明细": "2", "人员事项": "1"}
    assert "台账还是空的" in texts(app)


def test_a_check_stores_nothing_and_the_import_does(open_upload, desk: Desk) -> None:
    upload_id = upload(desk, f"{person(1)},任职,E1,,2019-03-01,2022-04-20,", f"{person(2)},退休,,,2022-04,,")
    app = open_upload(upload_id)
    assert "检查结果（尚未存入任何数据）" in texts(app)
    assert list(app.table[0].value.iloc[0])[:7] == ["人员事项\\.csv", "人员事项", 2, 2, 0, 0, 0]
    assert read_overview(desk, ADMIN).facts == 0

    app.button(key="import_ledger").click().run()
    wait(upload_id)
    app.run()
    assert "导入完成" in texts(app)
    assert read_overview(desk, ADMIN).facts == 2
    assert "import_ledger" not in keys(app)


def test_every_bad_cell_is_listed_and_stops_the_import(open_upload, desk: Desk) -> None:
    upload_id = upload(desk, f"{person(1)},任职,E1,,2019-13-01,,", f"{person(2)},外星,,,2022-04,,")
    app = open_upload(upload_id)
    problems = app.table[1].value

    assert list(problems["行"]) == ["2", "3"]
    assert list(problems["类别"]) == ["✕ 不能导入"] * 2
    assert app.button(key="import_ledger").disabled
    assert "请下载错误工作簿" in texts(app)

    app.button(key="export_errors").click().run()
    assert [link.url[:9] for link in app.link_button] == ["/exports/"]


def test_a_correction_waits_until_it_is_confirmed(open_upload, desk: Desk, ledger: Ledger) -> None:
    ledger.fact(person(1), "retirement", 20220401)
    upload_id = upload(desk, f"{person(1)},退休,,,2022-04,,已核实")
    app = open_upload(upload_id)
    assert app.button(key="import_ledger").disabled

    app.checkbox(key="confirm_corrections").check().run()
    app.button(key="import_ledger").click().run()
    wait(upload_id)
    app.run()
    assert "导入完成" in texts(app)
    assert list(app.table[0].value["更正"]) == [1]


def test_an_upload_can_be_given_up(open_upload, desk: Desk) -> None:
    upload_id = upload(desk, f"{person(1)},退休,,,2022-04,,")
    app = open_upload(upload_id)
    app.button(key="forget_upload").click().run()

    assert not app.exception
    assert "forget_upload" not in keys(app)
    assert not (desk.data_dir / "uploads" / upload_id).exists()


@pytest.mark.parametrize("upload_id", ["0" * 32, "../../etc", ""])
def test_an_unknown_upload_is_told_in_one_sentence(open_app: Open, upload_id: str) -> None:
    app = open_app("admin1")
    app.query_params["upload"] = upload_id
    app.switch_page("ledger.py").run()

    assert not app.exception
    assert [error.value for error in app.error] == (
        ["没有找到上传的文件，可能已超过一天被清理，请重新上传"] if upload_id else []
    )


def test_an_auditor_sees_the_ledger_and_cannot_import(open_app: Open, desk: Desk) -> None:
    with desk.database.write() as connection:
        from core.store.schema import users

        connection.execute(users.insert(), {"username": "auditor1", "role": "auditor", "created_at": desk.now()})
    app = open_app("auditor1", "ledger.py")

    assert [figure.value for figure in app.metric] == ["2", "0", "0"]
    assert not any("data-refund-ledger" in html.value for html in app.html)


def test_the_field_for_files_speaks_chinese_and_knows_its_limits(open_app: Open) -> None:
    (field,) = [html.value for html in open_app("admin1", "ledger.py").html if "data-refund-ledger" in html.value]

    assert 'data-route="/ledger/upload"' in field
    assert "选择台账文件" in field
    assert f'data-most-bytes="{200 * 1024 * 1024}"' in field
