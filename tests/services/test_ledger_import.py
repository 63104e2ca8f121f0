"""Importing: what is accepted, what is refused by name, what is the same, and that it is whole or nothing."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from core.domain.errors import NotAllowed
from core.domain.identifiers import mod_11_2
from core.domain.roles import SYSTEM, Role, Viewer
from core.services.desk import Desk
from core.services.ledger_import import FileReport, ImportReport, import_files, write_error_workbook
from core.store.schema import audit, contributions, employers, facts, import_warnings, imports, superseded
from tests.support.desks import ADMIN, CLERK, person
from tests.support.ledger_files import contribution, credit_code, csv_file, employer, fact, grid, xlsx_file, zip_file

TABLES = (employers, contributions, facts, imports, import_warnings, superseded, audit)


@pytest.fixture
def empty(database, data_dir) -> Desk:
    """A desk with nothing in its ledger."""
    return Desk(database, data_dir)


@pytest.fixture
def embedded(sqlite_database, data_dir) -> Desk:
    """The same on SQLite alone, for what no database decides."""
    return Desk(sqlite_database, data_dir)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def stored(desk: Desk, table: sa.Table) -> list[Any]:
    with desk.read() as connection:
        return [row._asdict() for row in connection.execute(sa.select(table).order_by(*table.primary_key))]


def snapshot(desk: Desk) -> dict[str, list[Any]]:
    return {table.name: stored(desk, table) for table in TABLES}


def three_files(folder: Path) -> list[Path]:
    """The three tables of one small ledger, contributions first."""
    return [
        csv_file(folder / "实缴.csv", grid([contribution(1), contribution(2, 费款所属期="2022-06")]), encoding="gbk"),
        xlsx_file(folder / "单位.xlsx", a=grid([employer(1), employer(2)])),
        csv_file(folder / "事项.csv", grid([fact(), fact("死亡", 起始="2022-06", 终止="")])),
    ]


def one(desk: Desk, folder: Path, rows: list[dict[str, Any]], **options: Any) -> FileReport:
    """Import one file of these rows after an employer D001."""
    import_files(desk, SYSTEM, [csv_file(folder / "d001.csv", grid([employer(1)]))])
    (entry,) = import_files(desk, SYSTEM, [csv_file(folder / "rows.csv", grid(rows))], **options).files
    return entry


def cells(report: ImportReport | FileReport) -> list[tuple[str, int, str, str]]:
    entries = report.files if isinstance(report, ImportReport) else [report]
    return [(p.code, p.row, p.column, p.value) for entry in entries for p in entry.problems]


# Whole ------------------------------------------------------------------------------------------------------------------


def test_the_files_of_one_command_may_come_in_any_order(empty, folder):
    report = import_files(empty, SYSTEM, three_files(folder))

    assert [(entry.file, entry.kind, entry.rows, entry.new) for entry in report.files] == [
        ("实缴.csv", "contributions", 2, 2),
        ("单位.xlsx", "employers", 2, 2),
        ("事项.csv", "facts", 2, 2),
    ]
    assert report.ok
    assert report.stored
    assert cells(report) == []


def test_what_is_stored_is_what_the_file_says(empty, folder):
    import_files(empty, SYSTEM, three_files(folder))

    (row, _later) = stored(empty, contributions)
    assert row == {
        "employer_id": "D001", "social_security_number": person(1), "period": 202205, "serial": "LS000001", "name": "赵一",
        "document_type": "resident_id", "kind": "normal", "voucher_type": "月报", "assessment": "agency",
        "arrival": "received", "arrival_day": None, "injury_mode": "person", "suspense": False, "pension_base": 536000,
        "unemployment_base": 0, "work_injury_base": 0, "pension_employer_part": 85760, "pension_personal_part": 42880,
        "pension_late_fee": 0, "pension_interest": 0, "unemployment_employer_part": 0, "unemployment_personal_part": 0,
        "unemployment_late_fee": 0, "unemployment_interest": 0, "work_injury_employer_part": 0, "work_injury_late_fee": 0,
        "work_injury_interest": 0,
    }  # fmt: skip
    assert [(f["kind"], f["start_day"], f["end_day"], f["employer_id"]) for f in stored(empty, facts)] == [
        ("death", 20220601, None, ""),
        ("employment", 20190301, 20220420, "D001"),
    ]
    assert [(e["employer_id"], e["name"], e["in_arrears"]) for e in stored(empty, employers)] == [
        ("D001", "示例1公司", False),
        ("D002", "示例2公司", False),
    ]


def test_every_file_leaves_its_imports_and_one_audit_entry_with_counts_only(empty, folder):
    import_files(
        empty,
        ADMIN,
        [*three_files(folder), xlsx_file(folder / "两表.xlsx", a=grid([fact("退休", 终止="")]), b=grid([employer(3)]))],
    )

    assert sorted((i["file_name"], i["kind"], i["new_count"], i["imported_by"]) for i in stored(empty, imports)) == [
        ("两表.xlsx", "employers", 1, "admin1"),
        ("两表.xlsx", "facts", 1, "admin1"),
        ("事项.csv", "facts", 2, "admin1"),
        ("单位.xlsx", "employers", 2, "admin1"),
        ("实缴.csv", "contributions", 2, "admin1"),
    ]
    entries = stored(empty, audit)
    assert [entry["action"] for entry in entries] == ["ledger.import"] * 4
    assert json.loads(entries[0]["detail"]) == {
        "contributions": {"rows": 2, "new": 2, "same": 0, "corrected": 0, "warnings": 0}
    }
    assert not any(person(1) in str(entry) or "赵一" in str(entry) for entry in entries)


def test_the_report_is_json_as_the_format_page_says(embedded, folder):
    (made,) = import_files(embedded, SYSTEM, [csv_file(folder / "单位.csv", grid([employer(1, 欠费="有")]))]).as_json()[
        "files"
    ]

    assert json.loads(json.dumps(made)) == {
        "file": "单位.csv", "kind": "employers", "rows": 1, "new": 0, "same": 0, "corrected": 0, "refused": 1, "warnings": 0,
        "problems": [
            {"sheet": "", "row": 2, "column": "欠费", "value": "有", "code": "E21", "message": "不在允许的取值内，请填写：是、否"}
        ],
    }  # fmt: skip


def test_a_dry_run_says_the_same_and_stores_nothing(empty, folder):
    files = three_files(folder)
    before = snapshot(empty)

    tried = import_files(empty, SYSTEM, files, dry_run=True)

    assert snapshot(empty) == before
    assert not tried.stored
    assert tried.ok
    assert import_files(empty, SYSTEM, files).as_json() == tried.as_json()


def test_a_dry_run_shows_the_first_rows_as_understood(embedded, folder):
    rows = [contribution(n, 费款所属期="2022年5月", 待转金="是", 到账日期="20220520") for n in range(9)]

    report = import_files(embedded, SYSTEM, [csv_file(folder / "a.csv", grid(rows))], dry_run=True)

    shown = report.files[0].first_rows
    assert len(shown) == 5
    wanted = {
        "费款所属期": "2022-05",
        "养老单位缴费金额": "857.60",
        "证件类型": "居民身份证",
        "待转金": "是",
        "到账日期": "2022-05-20",
    }
    assert wanted.items() <= shown[0].items()


def test_importing_the_same_files_twice_changes_nothing(empty, folder):
    files = three_files(folder)
    import_files(empty, SYSTEM, files)
    before = snapshot(empty)

    again = import_files(empty, SYSTEM, files)

    assert [(entry.new, entry.same) for entry in again.files] == [(0, 2)] * 3
    assert again.ok
    assert snapshot(empty) == before


def test_only_who_has_the_right_may_import(embedded, folder):
    auditor = Viewer("auditor1", Role.AUDITOR)
    for viewer in (CLERK, auditor):
        with pytest.raises(NotAllowed):
            import_files(embedded, viewer, three_files(folder))


def test_names_are_what_people_call_the_files(embedded, folder):
    path = csv_file(folder / "001.csv", grid([employer(1)]))

    report = import_files(embedded, SYSTEM, [path], names={path: "单位 2023.csv"})

    assert report.files[0].file == "单位 2023.csv"
    assert stored(embedded, imports)[0]["file_name"] == "单位 2023.csv"


# Or nothing ---------------------------------------------------------------------------------------------------------


def test_one_bad_cell_refuses_its_file_and_names_that_cell(empty, folder):
    rows = [contribution(1), contribution(2, 养老利息="-1"), contribution(3)]

    entry = one(empty, folder, rows)

    assert cells(entry) == [("E25", 3, "养老利息", "-1")]
    assert (entry.new, entry.refused, entry.accepted) == (2, 1, False)
    assert stored(empty, contributions) == []


def test_a_refused_file_does_not_keep_the_others_out(empty, folder):
    bad = csv_file(folder / "坏.csv", grid([fact("退休", 起始="?")]))

    report = import_files(empty, SYSTEM, [bad, *three_files(folder)])

    assert [entry.accepted for entry in report.files] == [False, True, True, True]
    assert not report.ok
    assert len(stored(empty, contributions)) == 2


def test_one_bad_sheet_refuses_the_whole_workbook(empty, folder):
    path = xlsx_file(folder / "a.xlsx", a=grid([employer(1)]), b=grid([fact("参保", 单位编号="")]))

    report = import_files(empty, SYSTEM, [path])

    assert [(entry.kind, entry.accepted) for entry in report.files] == [("employers", False), ("facts", False)]
    assert stored(empty, employers) == []


def test_what_leans_on_a_refused_file_is_refused_with_it(empty, folder):
    """A chain: 单位 has a bad row, so its employers are not there for 实缴 and 事项; a file of its own goes through."""
    files = [
        csv_file(folder / "实缴.csv", grid([contribution(1)])),
        csv_file(folder / "单位.csv", grid([employer(1), employer(2, 欠费="?")])),
        csv_file(folder / "另.csv", grid([employer(3)])),
    ]

    report = import_files(empty, SYSTEM, files)

    assert [entry.accepted for entry in report.files] == [False, False, True]
    assert cells(report) == [("E13", 0, "", ""), ("E21", 3, "欠费", "?")]
    assert "单位.csv" in report.files[0].problems[0].message
    assert (report.files[0].refused, report.files[0].new) == (1, 0)


def test_what_an_unreadable_file_would_have_brought_is_not_called_unknown(empty, folder):
    broken = folder / "单位.xlsx"
    broken.write_bytes(b"PK\x03\x04")

    report = import_files(empty, SYSTEM, [csv_file(folder / "实缴.csv", grid([contribution(1)])), broken])

    assert [[problem.code for problem in entry.problems] for entry in report.files] == [["E13"], ["E07"]]
    assert (report.files[1].kind, report.files[1].rows) == ("", 0)


def test_a_missing_column_refuses_every_row(embedded, folder):
    entry = one(embedded, folder, [{k: v for k, v in contribution(n).items() if k != "姓名"} for n in range(3)])

    assert (entry.rows, entry.refused) == (3, 3)
    assert cells(entry) == [("E10", 1, "姓名", "")]


def test_a_zip_is_one_file(empty, folder):
    members = {path.name.replace(".", "__"): path.read_bytes() for path in three_files(folder)}
    bad = csv_file(folder / "坏.csv", grid([fact("退休", 起始="?")])).read_bytes()

    refused = import_files(empty, SYSTEM, [zip_file(folder / "坏.zip", **members, 坏__csv=bad)])
    taken = import_files(empty, SYSTEM, [zip_file(folder / "好.zip", **members)])

    assert [(entry.file, entry.accepted) for entry in refused.files] == [("坏.zip", False)] * 3
    assert [(p.sheet, p.row) for entry in refused.files for p in entry.problems] == [("坏.csv", 2)]
    assert [(entry.kind, entry.new) for entry in taken.files] == [("contributions", 2), ("employers", 2), ("facts", 2)]


@pytest.mark.parametrize("at", ["正在读取", "正在核对", "正在写入"])
def test_an_import_that_is_stopped_leaves_nothing(empty, folder, at):
    files = three_files(folder)
    before = snapshot(empty)

    class StoppedError(Exception):
        pass

    def stop(_share: float, text: str) -> None:
        if text.startswith(at):
            raise StoppedError

    with pytest.raises(StoppedError):
        import_files(empty, SYSTEM, files, progress=stop)

    assert snapshot(empty) == before
    assert import_files(empty, SYSTEM, files).stored


@pytest.mark.parametrize("step", ["insert_new", "keep_only_accepted", "add_warnings", "supersede", "audit"])
def test_a_fault_while_storing_leaves_nothing(empty, folder, monkeypatch, step):
    import_files(empty, SYSTEM, [csv_file(folder / "d.csv", grid([employer(1)]))])
    import_files(empty, SYSTEM, [csv_file(folder / "c.csv", grid([contribution(1)]))])
    before = snapshot(empty)
    rows = grid([contribution(1, 养老利息="5"), contribution(2, 社会保障号码=person(2))])
    path = xlsx_file(folder / "a.xlsx", a=rows, b=grid([fact("养老待遇", 终止="")]))
    from core.services import desk, ledger_comparison
    from core.store import ledger

    owner = {
        "insert_new": ledger.Stage, "keep_only_accepted": ledger_comparison.Comparison,
        "add_warnings": ledger, "supersede": ledger, "audit": desk.Unit,
    }[step]  # fmt: skip
    real = getattr(owner, step)

    def fail(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(owner, step, fail)
    with pytest.raises(OSError, match="space"):
        import_files(empty, SYSTEM, [path], confirm_corrections=True)
    monkeypatch.undo()

    assert snapshot(empty) == before
    assert import_files(empty, SYSTEM, [path], confirm_corrections=True).stored


@pytest.mark.parametrize("at", ["正在核对", "正在写入"])
def test_an_import_that_is_killed_leaves_nothing_and_can_be_repeated(empty, folder, at):
    """A kill -9 in the middle of the transaction; the next import finds an unlocked, unchanged database."""
    files = three_files(folder)
    before = snapshot(empty)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, at, empty.database.url.render_as_string(hide_password=False), *map(str, files)],
        cwd=Path(__file__).parents[2],
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL
    assert snapshot(empty) == before
    assert import_files(empty, SYSTEM, files).stored


KILLED = """
import os, signal, sys
from pathlib import Path
from core.domain.roles import SYSTEM
from core.services.desk import Desk
from core.services.ledger_import import import_files
from core.store.database import Database

def die(share, text):
    if text == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

import_files(Desk(Database(sys.argv[2]), Path(sys.argv[3]).parent), SYSTEM, [Path(p) for p in sys.argv[3:]], progress=die)
"""


def test_progress_rises_from_nothing_to_all(embedded, folder):
    told: list[tuple[float, str]] = []

    import_files(embedded, SYSTEM, three_files(folder), progress=lambda share, text: told.append((share, text)))

    shares = [share for share, _text in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert told[0][1] == "正在读取 实缴.csv"


# The checks of rows -------------------------------------------------------------------------------------------------

NOT_CHECKED = person(1)[:17] + ("0" if person(1)[17] != "0" else "1")
NO_DATE = "11999919901301001" + mod_11_2("11999919901301001")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"社会保障号码": person(1).lower()}, []),
        ({"社会保障号码": NOT_CHECKED}, [("E32", "社会保障号码")]),
        ({"社会保障号码": NO_DATE}, [("E31", "社会保障号码")]),
        ({"社会保障号码": "11999919900101"}, [("E30", "社会保障号码")]),
        ({"社会保障号码": NOT_CHECKED, "证件类型": "护照"}, [("W03", "社会保障号码")]),
        ({"社会保障号码": "E12345678", "证件类型": "护照"}, [("W03", "社会保障号码")]),
        ({"社会保障号码": "810000199001010010", "证件类型": "港澳居民居住证"}, [("W03", "社会保障号码")]),
        ({"证件类型": "军官证"}, [("E21", "证件类型")]),
        ({"单位编号": "D009"}, [("E33", "单位编号")]),
        ({"核定来源": ""}, [("E20", "核定来源")]),
    ],
)
def test_contributions_are_checked(embedded, folder, changes, found):
    entry = one(embedded, folder, [contribution(1, **changes)])

    assert [(code, column) for code, _row, column, _value in cells(entry)] == found
    assert entry.accepted is not any(code[0] == "E" for code, _column in found)
    assert entry.warnings == sum(code[0] == "W" for code, _column in found)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (fact("任职"), []),
        (fact("任职", 单位编号=""), [("E34", "单位编号")]),
        (fact("退休", 单位编号="D001"), [("E35", "单位编号")]),
        (fact("关系转出", 险种="养老"), []),
        (fact("关系转出", 险种="工伤"), [("E21", "险种")]),
        (fact("社保补贴", 险种=""), [("E36", "险种")]),
        (fact("退休", 险种="失业"), [("E37", "险种")]),
        (fact("稽核", 起始="2022-05-02", 终止="2022-05-01"), [("E38", "终止")]),
        (fact("稽核", 起始="2022-05-02", 终止="2022-05-02"), []),
        (fact("无劳动关系", 起始="2022-05", 终止="2022-05"), []),
        (fact("养老待遇", 终止=""), [("W10", "终止")]),
        (fact("失业待遇", 终止=""), [("W10", "终止")]),
        (fact("关系转出", 险种="失业", 终止=""), [("W10", "终止")]),
        (fact("账户清算", 终止=""), [("W10", "终止")]),
        (fact("社保补贴", 险种="失业", 终止=""), []),
        (fact("任职", 单位编号="D009"), [("E33", "单位编号")]),
        (fact("退休", 社会保障号码=NOT_CHECKED), [("E32", "社会保障号码")]),
        (fact("退休", 社会保障号码="E12345678"), [("W03", "社会保障号码")]),
        (fact("退休", 社会保障号码="830000199001010010"), [("W03", "社会保障号码")]),
        (fact("调离"), [("E21", "事项")]),
        (fact("退休", 起始=""), [("E20", "起始")]),
    ],
)
def test_facts_are_checked(embedded, folder, row, found):
    entry = one(embedded, folder, [row])

    assert [(code, column) for code, _row, column, _value in cells(entry)] == found


def test_facts_of_people_known_by_another_document_are_read_leniently(empty, folder):
    files = [
        csv_file(folder / "d.csv", grid([employer(1)])),
        csv_file(folder / "c.csv", grid([contribution(1, 社会保障号码=NOT_CHECKED, 证件类型="护照")])),
        csv_file(folder / "f.csv", grid([fact(社会保障号码=NOT_CHECKED)])),
    ]

    together = import_files(empty, SYSTEM, files)
    later = import_files(empty, SYSTEM, [csv_file(folder / "g.csv", grid([fact("退休", 社会保障号码=NOT_CHECKED)]))])

    assert [code for code, *_ in cells(together) + cells(later)] == ["W03", "W03", "W03"]


BANK = {
    "银行名称": "中国工商银行", "银行账号": "0200001009012345678", "银行户名": "示例1公司", "开户行名称": "工行一部",
    "人行支付系统行号": "102100000021", "银行交换号": "0102",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"统一社会信用代码": "91110000600037341X"}, [("W04", "统一社会信用代码")]),
        ({"银行账号": "6222020200001234562"}, [("W08", "银行账号")]),
        ({"人行支付系统行号": "102100000022"}, [("W06", "人行支付系统行号")]),
        ({"人行支付系统行号": "308584000013"}, [("W07", "人行支付系统行号")]),
        ({"人行支付系统行号": "1021"}, [("E42", "人行支付系统行号")]),
        ({"银行户名": "别的公司"}, [("E45", "银行户名")]),
        ({"银行户名": "示例 1 公司"}, []),
        ({"银行户名": ""}, []),
    ],
)
def test_employers_are_checked(embedded, folder, changes, found):
    report = import_files(embedded, SYSTEM, [csv_file(folder / "a.csv", grid([{**employer(1), **BANK, **changes}]))])

    assert [(code, column) for code, _row, column, _value in cells(report)] == found


def test_an_account_in_a_number_cell_may_have_lost_its_zeros(embedded, folder):
    report = import_files(
        embedded, SYSTEM, [xlsx_file(folder / "a.xlsx", a=grid([employer(1, 银行账号=200001009012)]))]
    )

    assert cells(report) == [("W11", 2, "银行账号", "200001009012")]


def test_a_holder_may_be_the_employers_former_name(empty, folder):
    first = csv_file(folder / "a.csv", grid([{**employer(1), **BANK}]))
    renamed = csv_file(folder / "b.csv", grid([{**employer(1), **BANK, "单位名称": "更名后公司"}]))
    import_files(empty, SYSTEM, [first])

    assert [code for code, *_ in cells(import_files(empty, SYSTEM, [renamed], confirm_corrections=True))] == ["C02"]
    assert import_files(empty, SYSTEM, [renamed]).ok


def test_a_code_that_two_employers_share_is_a_warning(empty, folder):
    code = credit_code(1)
    rows = [employer(1), employer(2, 统一社会信用代码=code)]
    together = import_files(empty, SYSTEM, [csv_file(folder / "a.csv", grid(rows))])
    later = import_files(empty, SYSTEM, [csv_file(folder / "b.csv", grid([employer(3, 统一社会信用代码=code)]))])

    assert [(code, row) for code, row, *_ in cells(together)] == [("W05", 3)]
    assert [(code, row) for code, row, *_ in cells(later)] == [("W05", 2)]
    assert later.ok


def test_one_person_under_two_names_is_a_warning(empty, folder):
    entry = one(empty, folder, [contribution(1), contribution(2, 姓名="赵壹"), contribution(3, 姓名="赵壹")])
    later = one(empty, folder, [contribution(4, 姓名="赵依")])
    same = one(empty, folder, [contribution(4, 姓名="赵依")])

    assert cells(entry) == [("W09", 3, "姓名", "赵壹")]
    assert cells(later) == [("W09", 2, "姓名", "赵依")]
    assert entry.accepted
    assert later.accepted
    assert same.accepted


@pytest.mark.parametrize(("missing", "code"), [("", "E20"), ("#REF!", "E27")])
@pytest.mark.parametrize("first", [0, 1])
def test_a_name_that_is_missing_is_not_a_second_name(empty, folder, missing, code, first):
    rows = [contribution(1), contribution(2, 费款所属期="2022-06")]
    rows[first]["姓名"] = missing
    entry = one(empty, folder, rows)

    one(empty, folder, [contribution(3)])
    later = one(empty, folder, [contribution(4, 姓名=missing, 费款所属期="2022-07")])

    assert cells(entry) == [(code, first + 2, "姓名", missing)]
    assert cells(later) == [(code, 2, "姓名", missing)]


def test_warnings_are_kept_without_any_value(empty, folder):
    one(empty, folder, [contribution(1, 社会保障号码="E12345678", 证件类型="护照")])

    (kept,) = stored(empty, import_warnings)
    assert (kept["sheet"], kept["row"], kept["column_name"], kept["code"]) == ("", 2, "社会保障号码", "W03")
    assert "E12345678" not in str(kept)


# The same row more than once ----------------------------------------------------------------------------------------


def test_the_same_row_twice_is_the_same(empty, folder):
    entry = one(empty, folder, [contribution(1), contribution(1), contribution(2)])

    assert (entry.new, entry.same) == (2, 1)
    assert len(stored(empty, contributions)) == 2


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([contribution(1), contribution(2), contribution(1, 养老利息="1")], "E39"),
        ([fact("退休"), fact("死亡"), fact("退休", 终止="2023-01-01")], "E39"),
        ([fact("退休"), fact("死亡"), fact("退休", 说明="x")], "E39"),
    ],
)
def test_one_key_with_two_contents_refuses_the_later_row(empty, folder, rows, code):
    entry = one(empty, folder, rows)

    assert [(found, row) for found, row, *_ in cells(entry)] == [(code, 4)]
    assert "第 2 行" in entry.problems[0].message
    assert entry.refused == 1


def test_an_employer_that_stands_twice_with_two_contents(empty, folder):
    rows = [employer(1), employer(1, 单位名称="另一个名字")]

    assert [code for code, *_ in cells(import_files(empty, SYSTEM, [csv_file(folder / "a.csv", grid(rows))]))] == [
        "E39"
    ]


def test_rows_that_stand_in_two_files_are_stored_once(empty, folder):
    files = [
        csv_file(folder / "d.csv", grid([employer(1)])),
        csv_file(folder / "a.csv", grid([contribution(1), contribution(2)])),
        csv_file(folder / "b.csv", grid([contribution(2), contribution(3)])),
    ]

    report = import_files(empty, SYSTEM, files)

    assert [(entry.new, entry.same) for entry in report.files] == [(1, 0), (2, 0), (1, 1)]
    assert len(stored(empty, contributions)) == 3


def test_a_copy_in_a_refused_file_does_not_count(empty, folder):
    files = [
        csv_file(folder / "d.csv", grid([employer(1)])),
        csv_file(folder / "a.csv", grid([contribution(1), contribution(2, 养老利息="?")])),
        csv_file(folder / "b.csv", grid([contribution(1)])),
    ]

    report = import_files(empty, SYSTEM, files)

    assert [entry.accepted for entry in report.files] == [True, False, True]
    assert report.files[2].new == 1
    assert [row["serial"] for row in stored(empty, contributions)] == ["LS000001"]


# The workbook of errors ---------------------------------------------------------------------------------------------


def errors_of(report: ImportReport, folder: Path) -> openpyxl.Workbook:
    write_error_workbook(report, folder / "errors.xlsx")
    return openpyxl.load_workbook(folder / "errors.xlsx")


def test_the_refused_file_comes_back_with_its_errors_and_can_be_corrected(embedded, folder):
    import_files(embedded, SYSTEM, [csv_file(folder / "d.csv", grid([employer(1)]))])
    rows = [contribution(1), contribution(2, 养老利息="-1", 姓名="=cmd()", 社会保障号码=person(2)), contribution(3)]
    report = import_files(embedded, SYSTEM, [csv_file(folder / "实缴.csv", [["导出"], *grid(rows)])])

    book = errors_of(report, folder)

    (sheet,) = book
    assert sheet.title == "实缴"
    header = [cell.value for cell in sheet[2]]
    assert header[-1] == "错误"
    assert [sheet.cell(row, len(header)).value for row in (3, 4, 5)] == [
        None,
        "养老利息：金额不能为负数，请填写 0 或正数（E25）",
        None,
    ]
    bad = sheet.cell(4, header.index("养老利息") + 1)
    assert bad.fill.fill_type == "solid"
    assert sheet.cell(3, header.index("养老利息") + 1).fill.fill_type is None
    name = sheet.cell(4, header.index("姓名") + 1)
    assert (name.value, name.data_type) == ("=cmd()", "s")
    number = sheet.cell(4, header.index("社会保障号码") + 1)
    assert (number.data_type, number.number_format) == ("s", "@")

    bad.value = "1"
    book.save(folder / "改正.xlsx")
    again = import_files(embedded, SYSTEM, [folder / "改正.xlsx"])

    assert cells(again) == []
    assert again.files[0].new == 3
    assert {row["name"] for row in stored(embedded, contributions)} == {"赵一", "=cmd()"}


def test_what_cannot_be_corrected_the_first_time_comes_back_again(embedded, folder):
    """The workbook of the second round has one column 错误, with the second round's errors."""
    import_files(embedded, SYSTEM, [csv_file(folder / "d.csv", grid([employer(1)]))])
    path = csv_file(folder / "a.csv", grid([contribution(1, 养老利息="x", 失业利息="y")]))
    book = errors_of(import_files(embedded, SYSTEM, [path]), folder)
    header = [cell.value for cell in book.active[1]]
    book.active.cell(2, header.index("养老利息") + 1).value = "1"
    book.save(folder / "b.xlsx")

    second = errors_of(import_files(embedded, SYSTEM, [folder / "b.xlsx"]), folder).active

    assert [cell.value for cell in second[1]] == header
    assert second.cell(2, len(header)).value == "失业利息：金额无法识别，请填写最多两位小数的元，如 1,234.50（E24）"


def test_a_two_row_header_and_several_sheets_come_back_as_they_were(embedded, folder):
    upper = [*grid([contribution(1)])[0][:9], "养老", "", "工伤"]
    lower = [""] * 9 + ["单位缴费金额", "个人缴费金额", "单位缴费金额"]
    values = [*grid([contribution(1)])[1][:9], 857.6, "x", 10.72]
    path = xlsx_file(folder / "a.xlsx", 明细=[upper, lower, values], 说明=[["填表说明"]], 单位=grid([employer(1)]))

    book = errors_of(import_files(embedded, SYSTEM, [path]), folder)

    assert book.sheetnames == ["明细", "说明", "单位"]
    assert [cell.value for cell in book["明细"][3]][9:] == [
        857.6,
        "x",
        10.72,
        "养老个人缴费金额：金额无法识别，请填写最多两位小数的元，如 1,234.50（E24）",
    ]
    assert book["说明"]["A1"].value == "填表说明"
    book["明细"].cell(3, 11).value = 428.8
    book.save(folder / "b.xlsx")
    assert import_files(embedded, SYSTEM, [folder / "b.xlsx"]).stored


def test_a_file_that_cannot_be_read_comes_back_as_a_sentence(embedded, folder):
    broken = folder / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04")

    book = errors_of(import_files(embedded, SYSTEM, [broken]), folder)

    assert [cell.value for cell in book.active[2]] == ["坏.xlsx", None, "文件不完整或已损坏，请重新导出（E07）"]


def test_a_missing_column_is_told_beside_the_first_row(embedded, folder):
    path = csv_file(folder / "a.csv", grid([{"单位编号": "D1", "单位名称": "甲"}]))

    sheet = errors_of(import_files(embedded, SYSTEM, [path]), folder).active

    assert [cell.value for cell in sheet[1]] == ["单位编号", "单位名称", "错误"]
    assert "统一社会信用代码" in sheet.cell(2, 3).value
