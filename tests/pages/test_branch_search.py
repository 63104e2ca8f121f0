"""查找开户行 on 申报 and 开户行目录 in 设置: what is typed finds, a choice fills in, an import is looked at before it counts."""

import pytest
from streamlit.testing.v1 import AppTest

from core.services.branches import branch_of, import_branch_content
from core.services.desk import Desk
from core.services.drafts import open_draft
from tests.pages.conftest import Open
from tests.pages.reading import texts
from tests.support.desks import ADMIN, BANK, CLERK

CODE, NAME = "308100099936", "招商银行股份有限公司北京丰台支行"
LIST = f"行号,行名,地区\n{CODE},{NAME},北京市\n313100099912,某*城市*银行丰台支行,北京市\n"


@pytest.fixture
def directory(desk: Desk) -> None:
    """Two branches."""
    assert import_branch_content(desk, ADMIN, "目录.csv", LIST.encode()).stored


def search(app: AppTest, text: str) -> AppTest:
    return app.text_input(key="branch_search").set_value(text).run()


def found(app: AppTest) -> list[str]:
    buttons = [button for button in app.main.button if str(button.key).startswith("branch_")]
    return [button.label.replace("\\", "") for button in buttons]


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("招行 丰台", [f"{NAME} · {CODE} · 北京市"]),
        ("308", [f"{NAME} · {CODE} · 北京市"]),
        ("*城市*", ["某*城市*银行丰台支行 · 313100099912 · 北京市"]),
        ("", []),
    ],
)
def test_what_is_typed_finds(open_app: Open, typed: str, expected: list[str]) -> None:
    assert found(search(open_app("clerk1", "apply.py"), typed)) == expected


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(("typed", "told"), [("丰台", "请至少输入 3 个字"), ("没有这", "没有找到，请换几个字试试")])
def test_finding_nothing_says_what_to_do(open_app: Open, typed: str, told: str) -> None:
    app = search(open_app("clerk1", "apply.py"), typed)

    assert told in texts(app)
    assert found(app) == []


@pytest.mark.parametrize(("typed", "told"), [("", "尚未导入开户行目录"), ("1021", "行号前三位 102 属于“中国工商银行”")])
def test_without_a_directory_the_prefix_still_helps(open_app: Open, typed: str, told: str) -> None:
    assert told in texts(search(open_app("clerk1", "apply.py"), typed))


@pytest.mark.usefixtures("directory")
def test_a_choice_fills_three_fields_keeps_the_others_and_is_saved(open_app: Open, desk: Desk) -> None:
    app = open_app("clerk1", "apply.py")
    app.text_input(key="exchange_number").set_value("777").run()
    search(app, "招行 丰台")
    app.button(key=f"branch_{CODE}").click().run()

    expected = {**BANK, "bank_name": "招商银行", "branch_name": NAME, "cnaps_code": CODE, "exchange_number": "777"}
    kept = {**expected, "account_holder": "甲公司"}
    assert {field: app.text_input(key=field).value for field in expected} == kept
    assert dict(open_draft(desk, CLERK, "E1").content.bank) == kept
    assert app.text_input(key="branch_search").value == ""
    assert found(app) == []
    # What was pressed is gone: the focus goes back to the field of the search.
    assert 'data-refund-hand="branch_search"' in app.container(key="hand").html[0].value


@pytest.mark.usefixtures("directory")
def test_what_the_directory_says_otherwise_is_told_at_its_field(open_app: Open) -> None:
    app = open_app("clerk1", "apply.py")
    assert "开户行目录中没有这个行号" in texts(app)

    app.text_input(key="cnaps_code").set_value(CODE).run()

    assert f"开户行目录中该行号的行名是“{NAME}”" in texts(app)


def test_many_matches_ask_for_more_characters(open_app: Open, desk: Desk) -> None:
    lines = "".join(f"102{number:09d},工商银行第{number}支行,\n" for number in range(30))
    import_branch_content(desk, ADMIN, "目录.csv", f"行号,行名,地区\n{lines}".encode())

    app = search(open_app("clerk1", "apply.py"), "工商银行")

    assert len(found(app)) == 20
    assert "仅列出前 20 个" in texts(app)


# --- 设置 ---


def open_directory(open_app: Open) -> AppTest:
    app = open_app("admin1", "settings.py")
    app.session_state["settings_tabs"] = "开户行目录"
    return app.run()


def upload(app: AppTest, content: str) -> AppTest:
    app.button(key="import_branches").click().run()
    app.file_uploader[0].upload("目录.csv", content.encode())
    return app.run()


def test_a_file_is_checked_confirmed_and_then_listed(open_app: Open, desk: Desk) -> None:
    app = open_directory(open_app)
    assert "尚未导入开户行目录" in texts(app)
    upload(app, LIST)
    assert branch_of(desk, CODE) is None

    app.button(key="confirm_branches").click().run()

    assert branch_of(desk, CODE) is not None
    assert not app.file_uploader
    assert "共 2 个开户行" in texts(app)
    assert "admin1，文件 目录.csv" in texts(app)


def test_a_file_with_errors_names_them_and_cannot_be_confirmed(open_app: Open, desk: Desk) -> None:
    app = upload(open_directory(open_app), LIST + "12,某支行,\n")

    assert app.button(key="confirm_branches").disabled
    assert "请按上列问题更正文件" in texts(app)
    shown = app.table[-1].value.to_string()
    assert "人行支付系统行号应为 12 位数字" in shown
    assert branch_of(desk, CODE) is None


@pytest.mark.usefixtures("directory")
def test_what_would_go_is_told_and_the_same_file_is_no_import(open_app: Open) -> None:
    app = upload(open_directory(open_app), "行号,行名\n102100099929,工商银行朝阳支行\n")
    assert "现有目录中有 2 个开户行不在文件中" in texts(app)

    app.file_uploader[0].upload("目录.csv", LIST.encode())
    app.run()
    assert "文件与现有目录相同" in texts(app)
    assert app.button(key="confirm_branches").disabled
