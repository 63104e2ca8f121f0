"""The command line is a contract (``ledger-format.md``): what it prints where, and with which status it ends."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from core.__main__ import main
from core.command_line import analysis
from core.command_line.tools import print_rows
from core.domain.errors import InvalidInput
from core.domain.period import Period
from core.domain.roles import SYSTEM
from core.domain.settings import SWITCHES
from core.services import checks, screening_print
from core.services.audit_trail import read_trail
from core.services.desk import Desk
from core.services.payment_runs import RunRow
from core.services.reports import write_report
from core.services.screening import screen_chunks
from core.store.database import Database
from tests.support.desks import ANALYST, Ledger, make_desk, person
from tests.support.payments import answer, as_csv, orders, pay, payable
from tests.support.product import IDENTITY_NUMBER, ROOT, product_environment

NUMBER, OTHER, STRANGER = person(1), person(3), person(5)
EMPLOYERS = "单位编号,统一社会信用代码,单位名称,欠费\nE1,91119999MA0DEM1A3U,甲公司,\nE2,91119999MA0DEM2B82,乙公司,是\n"
HEADER = (
    "缴费流水号,单位编号,姓名,社会保障号码,费款所属期,缴费类型,应征凭证种类,核定来源,到账状态,"
    "养老单位缴费金额,养老个人缴费金额,养老滞纳金,失业单位缴费金额,失业个人缴费金额,工伤单位缴费金额\n"
)
PAID = "正常缴费,核定单,社保核定,已到账,857.60,428.80,30.23,26.80,26.80,10.72\n"
CONTRIBUTIONS = HEADER + "".join(
    (
        f"0003,E1,赵一,{NUMBER},2022-05,{PAID}",
        f"0002,E1,赵一,{NUMBER},2022-04,{PAID}",
        f"0001,E1,钱二,{OTHER},2022-05,{PAID}",
    )
)
FACTS = f"社会保障号码,事项,单位编号,起始,终止\n{NUMBER},任职,E1,2019-03-01,2022-04-20\n"


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said where."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))


Run = Callable[..., Done]


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on an empty database, in this process: the exit status is what ``main`` returns."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def command(*arguments: object, typed: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Done(status, *capsys.readouterr())

    return command


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Three small ledger files."""
    contents = {"employers": EMPLOYERS, "contributions": CONTRIBUTIONS, "facts": FACTS}
    paths = {name: tmp_path / f"{name}.csv" for name in contents}
    for name, content in contents.items():
        paths[name].write_text(content, "utf-8")
    return paths


@pytest.fixture
def stocked(run: Run, files: dict[str, Path]) -> Run:
    """The same with the files imported."""
    assert run("import", *files.values()).status == 0
    return run


def judge(
    run: Run, *more: object, employer: str = "E1", reason: str = "R01", first: str = "2022-01", last: str = "2022-12"
) -> Done:
    return run("judge", "--employer", employer, "--reason", reason, "--from", first, "--to", last, *more)


def actions(database: Database, data_dir: Path, action: str) -> list[tuple[str, str]]:
    entries = read_trail(Desk(database, data_dir), SYSTEM, search=action).entries
    return [(entry.actor, entry.subject) for entry in entries]


# --- wrong usage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "fly",
        "import",
        "import no-such-file.csv",
        "branches",
        "branches import no-such-file.csv",
        "branches find 102 --limit 0",
        "import {tmp}",
        "import {file} --force",
        "import {file} --errors {tmp}/nowhere/out.xlsx",
        "judge",
        "judge --employer E1 --reason R01 --from 2022-01",
        "judge --employer E1 --reason R01 --from 2022-13 --to 2022-12",
        "judge --employer E1 --reason R01 --from soon --to 2022-12",
        "judge --employer E1 --reason R01 --from 2022-05 --to 2022-04",
        "judge --emp E1 --reason R01 --from 2022-01 --to 2022-04",
        "judge --employer E1 --reason R01 --from 2022-01 --to 2022-04 --format xml",
        "screen --format xml",
        "screen E1",
        "screen --after",
        "check everything",
        "demo --now",
        "user",
        "user add",
        "user add wang",
        "user add wang --role system",
        "user add wang --role king",
        "report",
        "report 2023-01",
        "report soon --out {tmp}/r.pdf",
        "report 2023-01 --out {tmp}/r.doc",
        "report 2023-01 --out {tmp}/nowhere/r.pdf",
        "settings",
        "settings set leave_month_refundable",
    ],
)
def test_wrong_usage_ends_with_2_and_prints_no_data(
    run: Run, files: dict[str, Path], tmp_path: Path, arguments: str
) -> None:
    done = run(*arguments.format(file=files["facts"], tmp=tmp_path).split())

    assert (done.status, done.out) == (2, "")
    assert done.err


def test_a_wrong_command_says_how_it_is_used(run: Run) -> None:
    done = judge(run, "--person")

    assert "用法不正确" in done.err
    assert "--employer" in done.err


def test_a_report_of_a_month_is_that_of_the_screen_and_one_of_the_future_is_refused(
    run: Run, database: Database, tmp_path: Path
) -> None:
    for form in ("pdf", "xlsx"):
        file = tmp_path / f"r.{form}"
        assert run("report", "2023-01", "--out", file).status == 0
        assert file.read_bytes() == write_report(Desk(database, tmp_path), ANALYST, Period(202301), form)
    (tmp_path / "folder.pdf").mkdir()
    refused = run("report", "2023-01", "--out", tmp_path / "folder.pdf")
    assert refused.status == 1
    assert "无法写入" in refused.err
    assert run("report", "2199-01", "--out", tmp_path / "later.pdf").status == 1
    assert not (tmp_path / "later.pdf").exists()


def test_help_is_no_error(run: Run) -> None:
    with pytest.raises(SystemExit) as ended:
        run("judge", "--help")

    assert ended.value.code == 0


# --- import -----------------------------------------------------------------------------------------------------------


def test_import_reports_each_file_as_json(run: Run, files: dict[str, Path]) -> None:
    done = run("import", *files.values(), "--format", "json")

    assert done.status == 0
    report = json.loads(done.out)
    assert list(report) == ["files"]
    assert [(file["file"], file["kind"], file["rows"], file["new"], file["refused"]) for file in report["files"]] == [
        ("employers.csv", "employers", 2, 2, 0),
        ("contributions.csv", "contributions", 3, 3, 0),
        ("facts.csv", "facts", 1, 1, 0),
    ]
    counts = {"file", "kind", "rows", "new", "same", "corrected", "refused", "warnings", "problems"}
    assert all(set(file) == counts for file in report["files"])


def test_importing_the_same_files_twice_changes_nothing(stocked: Run, files: dict[str, Path]) -> None:
    done = stocked("import", *files.values(), "--format", "csv")

    assert done.status == 0
    assert [(row["new"], row["same"]) for row in done.rows] == [("0", "2"), ("0", "3"), ("0", "1")]


def test_a_dry_run_stores_nothing_and_ends_as_the_real_run_would(run: Run, files: dict[str, Path]) -> None:
    assert run("import", *files.values(), "--dry-run").status == 0
    assert judge(run).status == 1

    files["contributions"].write_text(CONTRIBUTIONS.replace("2022-05", "2022-13"), "utf-8")
    assert run("import", *files.values(), "--dry-run").status == 1


def test_a_bad_cell_is_named_and_the_file_refused(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    files["contributions"].write_text(CONTRIBUTIONS.replace("2022-04", "2022-13"), "utf-8")
    out = tmp_path / "errors.xlsx"

    done = run("import", *files.values(), "--format", "json", "--errors", out)

    assert done.status == 1
    (problem,) = json.loads(done.out)["files"][1]["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (3, "费款所属期", "2022-13")
    assert set(problem) == {"sheet", "row", "column", "value", "code", "message"}
    assert out.is_file()
    assert "没有写入" in done.err


def test_a_correction_needs_to_be_confirmed(stocked: Run, files: dict[str, Path]) -> None:
    files["contributions"].write_text(CONTRIBUTIONS.replace("10.72", "10.73"), "utf-8")

    refused = stocked("import", files["contributions"])
    assert refused.status == 1
    assert "--confirm-corrections" in refused.err
    assert judge(stocked).rows[2]["employer_part"] == "10.72"

    assert stocked("import", files["contributions"], "--confirm-corrections").status == 0
    assert judge(stocked).rows[2]["employer_part"] == "10.73"


def test_a_report_for_people_lists_the_problems_too(run: Run, files: dict[str, Path]) -> None:
    files["contributions"].write_text(CONTRIBUTIONS.replace("2022-04", "2022-13"), "utf-8")

    done = run("import", *files.values())

    assert "contributions.csv" in done.out
    assert "2022-13" in done.out


# --- judge ------------------------------------------------------------------------------------------------------------


def test_judge_prints_every_line_in_order(stocked: Run) -> None:
    done = judge(stocked)

    assert done.status == 0
    assert done.out.splitlines() == [
        "serial,social_security_number,name,period,insurance,verdict,codes,employer_part,personal_part,late_fee,interest,refundable",
        f"0002,{NUMBER},赵一,2022-04,pension,refused,N13,857.60,428.80,30.23,0.00,0.00",
        f"0002,{NUMBER},赵一,2022-04,unemployment,refused,N13,26.80,26.80,0.00,0.00,0.00",
        f"0002,{NUMBER},赵一,2022-04,work_injury,refused,N13,10.72,0.00,0.00,0.00,0.00",
        f"0003,{NUMBER},赵一,2022-05,pension,refundable,,857.60,428.80,30.23,0.00,1286.40",
        f"0003,{NUMBER},赵一,2022-05,unemployment,refundable,,26.80,26.80,0.00,0.00,53.60",
        f"0003,{NUMBER},赵一,2022-05,work_injury,refundable,,10.72,0.00,0.00,0.00,10.72",
        f"0001,{OTHER},钱二,2022-05,pension,review,V13,857.60,428.80,30.23,0.00,1286.40",
        f"0001,{OTHER},钱二,2022-05,unemployment,review,V13,26.80,26.80,0.00,0.00,53.60",
        f"0001,{OTHER},钱二,2022-05,work_injury,review,V13,10.72,0.00,0.00,0.00,10.72",
    ]


@pytest.mark.parametrize(
    ("more", "serials"),
    [
        (["--person", NUMBER], ["0002", "0003"]),
        (["--person", OTHER, "--person", NUMBER], ["0002", "0003", "0001"]),
        (["--person", f" {OTHER.lower()} "], ["0001"]),
        (["--person", STRANGER], []),
    ],
)
def test_judge_can_be_asked_about_some_people(stocked: Run, more: list[str], serials: list[str]) -> None:
    assert list(dict.fromkeys(row["serial"] for row in judge(stocked, *more).rows)) == serials


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2022-05", "2022-05", 6), ("202205", "2022/5", 6), ("2022年4月", "2022-04", 3), ("2023-01", "2023-02", 0)],
)
def test_judge_takes_both_ends_and_every_spelling_of_a_month(stocked: Run, first: str, last: str, count: int) -> None:
    done = judge(stocked, first=first, last=last)

    assert (done.status, len(done.rows)) == (0, count)
    assert done.out.startswith("serial,")


def test_judge_gives_the_same_as_json_and_as_table(stocked: Run) -> None:
    assert json.loads(judge(stocked, "--format", "json").out) == judge(stocked).rows
    table = judge(stocked, "--format", "table").out.splitlines()
    assert len(table) == 10
    assert table[4].split() == [
        "0003",
        NUMBER,
        "赵一",
        "2022-05",
        "pension",
        "refundable",
        "857.60",
        "428.80",
        "30.23",
        "0.00",
        "1286.40",
    ]


@pytest.mark.parametrize("asked", [{"employer": "E9"}, {"reason": "R77"}, {"reason": "r01"}], ids=str)
def test_judge_refuses_what_it_does_not_know(stocked: Run, asked: dict[str, str]) -> None:
    done = judge(stocked, **asked)

    assert (done.status, done.out) == (1, "")
    assert done.err.count("\n") == 1


def test_judge_of_an_employer_without_rows_prints_the_header_only(stocked: Run) -> None:
    done = judge(stocked, employer="E2")

    assert (done.status, done.out.count("\n")) == (0, 1)


# --- screen -------------------------------------------------------------------------------------------------------------


def test_screen_prints_every_find_with_its_facts(stocked: Run) -> None:
    done = run_screen(stocked)
    first, *_others = done.rows

    assert done.status == 0
    assert [(row["serial"], row["insurance"], row["code"], row["amount"]) for row in done.rows] == [
        ("0003", "pension", "R01", "1286.40"),
        ("0003", "unemployment", "R01", "53.60"),
        ("0003", "work_injury", "R01", "10.72"),
    ]
    assert (first["employer"], first["social_security_number"], first["period"]) == ("E1", NUMBER, "2022-05")
    assert (first["confidence"], first["basis"], first["also"]) == ("fact", "任职 2019-03-01 至 2022-04-20", "")
    assert "3 / 3" in done.err


def run_screen(run: Run, *more: object) -> Done:
    return run("screen", *more)


def test_screen_of_some_employers_and_as_a_table(stocked: Run) -> None:
    assert run_screen(stocked, "--employer", "E2").out.count("\n") == 1
    both = run_screen(stocked, "--employer", "E2", "--employer", "E1", "--format", "table").out.splitlines()
    assert [line.split()[0] for line in both] == ["employer", "E1", "E1", "E1"]
    assert json.loads(run_screen(stocked, "--format", "json").out) == run_screen(stocked).rows
    assert json.loads(run_screen(stocked, "--employer", "E2", "--format", "json").out) == []


def test_a_list_in_json_is_written_as_its_rows_come(capsys: pytest.CaptureFixture[str]) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield "甲", "1"
        assert "甲" in capsys.readouterr().out
        yield "乙", "2"

    print_rows("json", ("name", "count"), rows())
    assert capsys.readouterr().out == ',\n {"name": "乙", "count": "2"}\n]\n'


def test_screen_refuses_an_employer_that_it_does_not_know(stocked: Run) -> None:
    done = run_screen(stocked, "--employer", "E9")

    assert (done.status, done.out) == (1, "")


def test_a_screening_that_is_stopped_goes_on_where_it_stood(stocked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_print, "screen_chunks", partial(screen_chunks, size=3))
    whole = run_screen(stocked)
    with monkeypatch.context() as patch:
        patch.setattr(analysis, "_tell_progress", lambda _said: signal.raise_signal(signal.SIGINT))
        stopped = run_screen(stocked)
    place = stopped.err.rsplit("--after ", 1)[1].strip()

    assert (stopped.status, place) == (1, "0002")
    assert NUMBER not in stopped.err
    assert stopped.rows + run_screen(stocked, "--after", place).rows == whole.rows
    assert run_screen(stocked, "--employer", "E2", "--after", place).status == 1
    assert run_screen(stocked, "--after", "no such row").status == 1


def test_ctrl_c_elsewhere_is_one_sentence(stocked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "check_everything", lambda _desk: signal.raise_signal(signal.SIGINT))
    done = stocked("check")

    assert (done.status, done.out, done.err) == (1, "", "已中断，没有完成\n")


def test_screen_leaves_an_entry_and_no_data(stocked: Run, database: Database, data_dir: Path) -> None:
    run_screen(stocked, "--employer", "E1")
    desk = Desk(database, data_dir)

    (entry,) = [entry for entry in read_trail(desk, SYSTEM).entries if entry.action == "screening.print"]
    assert entry.detail == '{"employers":["E1"]}'
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM screenings").scalar() == 0


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_of_a_sound_database(stocked: Run) -> None:
    done = stocked("check")

    assert (done.status, done.out) == (0, "")
    assert done.err


def test_check_names_what_is_broken(stocked: Run, database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO settings (key, value) VALUES ('colour', 'red')")

    done = stocked("check", "--format", "csv")

    assert done.status == 1
    assert [(row["invariant"], "colour" in row["sentence"]) for row in done.rows] == [("settings", True)]
    assert "colour" in stocked("check").out


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_a_new_account_gets_a_token_on_standard_output(run: Run, database: Database, data_dir: Path) -> None:
    done = run("user", "add", "boss", "--role", "admin")

    assert done.status == 0
    assert len(done.out.strip()) >= 20
    assert "boss" in done.err
    assert done.out.strip() not in done.err
    assert actions(database, data_dir, "user.create") == [("system", "boss")]


def test_a_password_can_be_piped_in(stocked: Run) -> None:
    done = stocked(
        "user", "add", "wang", "--role", "clerk", "--employer", "E1", "--employer", "E2", "--password-stdin",
        typed="correct horse battery staple\n",
    )  # fmt: skip

    assert (done.status, done.out) == (0, "")
    (wang,) = stocked("user", "list", "--format", "json").out and [
        user for user in json.loads(stocked("user", "list", "--format", "json").out) if user["name"] == "wang"
    ]
    assert (wang["role"], wang["employers"], wang["disabled"], wang["can_sign_in"]) == ("clerk", "E1|E2", "no", "yes")


def test_an_account_is_shut_and_reset(run: Run) -> None:
    run("user", "add", "boss", "--role", "admin")
    run("user", "add", "zhou", "--role", "reviewer", "--password-stdin", typed="correct horse battery staple\n")

    assert run("user", "disable", "zhou").status == 0
    (zhou,) = [row for row in run("user", "list", "--format", "csv").rows if row["name"] == "zhou"]
    assert (zhou["disabled"], zhou["can_sign_in"]) == ("yes", "no")
    assert len(run("user", "reset", "boss").out.strip()) >= 20


def test_a_second_factor_is_reset(run: Run, database: Database, data_dir: Path) -> None:
    run("user", "add", "boss", "--role", "admin")

    done = run("user", "reset-factor", "boss")
    assert (done.status, done.out) == (0, "")
    assert actions(database, data_dir, "factor.reset") == [("system", "boss")]


@pytest.mark.parametrize(
    "arguments",
    [
        "user add wang --role clerk",
        "user add wang --role clerk --employer E9",
        "user add wang --role analyst --employer E1",
        "user add 王 --role analyst",
        "user disable nobody",
        "user reset nobody",
        "user reset-factor nobody",
        "settings set no_such_switch on",
        "settings set leave_month_refundable sometimes",
    ],
)
def test_what_is_refused_ends_with_1_and_one_sentence(stocked: Run, arguments: str) -> None:
    done = stocked(*arguments.split())

    assert (done.status, done.out) == (1, "")
    assert done.err.count("\n") == 1


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_listed_and_set(run: Run, database: Database, data_dir: Path) -> None:
    assert run("settings", "set", "leave_month_refundable", "day15").status == 0

    rows = {row["key"]: row for row in run("settings", "list", "--format", "csv").rows}
    assert list(rows)[: len(SWITCHES)] == list(SWITCHES)
    of_codes = ("refusal_active_", "wording_", "remedy_", "materials_")
    assert all(key.startswith(of_codes) for key in list(rows)[len(SWITCHES) :])
    assert rows["materials_R09"]["default"] == "M1|M3,M8"
    assert (rows["leave_month_refundable"]["value"], rows["leave_month_refundable"]["default"]) == ("day15", "never")
    assert rows["leave_month_refundable"]["allowed"] == "never|day15|always"
    assert actions(database, data_dir, "setting.change") == [("system", "leave_month_refundable")]


def test_a_table_lines_up_where_chinese_takes_two_columns(run: Run) -> None:
    lines = run("settings", "list").out.splitlines()

    assert len(lines) > 1 + len(SWITCHES)
    assert lines[0].split() == ["key", "value", "default", "allowed", "meaning"]
    assert {line.index(line.split()[1]) for line in lines[:5]} == {lines[0].index("value")}


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_several_problems_are_several_sentences(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Several(InvalidInput):
        problems = (InvalidInput("甲"), InvalidInput("乙{n}", n=1))

    def refuse(*_: object) -> None:
        raise Several("丙")

    monkeypatch.setattr("core.services.settings.list_settings", refuse)

    assert run("settings", "list") == Done(1, "", "甲\n乙1\n")


def test_a_failure_is_one_sentence_that_quotes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise LookupError(NUMBER)

    monkeypatch.setattr("core.services.settings.list_settings", fail)
    done = run("settings", "list")

    assert (done.status, done.out) == (1, "")
    assert "LookupError" in done.err
    assert not IDENTITY_NUMBER.search(done.err)


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "nonsense", "sqlite:////proc/none/refund.sqlite3"]
)
def test_a_database_that_does_not_answer(data_dir: Path, monkeypatch, capsys, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)

    assert main(["settings", "list"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# --- as a process -----------------------------------------------------------------------------------------------------


def command(data_dir: Path, *arguments: object) -> "subprocess.CompletedProcess[bytes]":
    plain = product_environment(data_dir, LC_ALL="C", PYTHONIOENCODING="ascii")
    words = [sys.executable, "-m", "core", *map(str, arguments)]
    return subprocess.run(words, cwd=ROOT, env=plain, capture_output=True, check=False)


def test_the_first_command_makes_the_database_and_speaks_utf8_whatever_the_locale(
    data_dir: Path, files: dict[str, Path]
) -> None:
    done = command(data_dir, "import", *files.values(), "--format", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["files"][0]["file"] == "employers.csv"
    assert (data_dir / "refund.sqlite3").is_file()
    judged = command(data_dir, "judge", "--employer", "E1", "--reason", "R01", "--from", "2022-01", "--to", "2022-12")
    assert judged.stdout.startswith(b"serial,")
    assert "赵一".encode() in judged.stdout
    assert b"\r" not in judged.stdout


def test_status_2_reaches_the_shell(data_dir: Path) -> None:
    assert command(data_dir, "judge", "--employer", "E1").returncode == 2


BRANCHES = "联行号,行名,地区\n102100099929,工商银行朝阳支行,北京市\n308100099936,招商银行丰台支行,北京市\n"


def test_the_bank_directory_is_checked_imported_and_searched(
    run: Run, database: Database, data_dir: Path, tmp_path: Path
) -> None:
    (path := tmp_path / "branches.csv").write_text(BRANCHES, "utf-8")
    searched = run("branches", "find", "工行 朝阳")
    assert (searched.status, searched.rows) == (0, [])
    assert "尚未导入" in searched.err

    assert run("branches", "import", path, "--dry-run").status == 0
    assert actions(database, data_dir, "branches.import") == []
    (counts,) = run("branches", "import", path, "--format", "csv").rows

    assert (counts["new"], counts["gone"], counts["errors"]) == ("2", "0", "0")
    assert len(actions(database, data_dir, "branches.import")) == 1
    found = {"cnaps_code": "102100099929", "branch_name": "工商银行朝阳支行", "region": "北京市"}
    assert run("branches", "find", "工行 朝阳").rows == [found]
    assert [row["cnaps_code"] for row in run("branches", "find", "308").rows] == ["308100099936"]
    assert len(run("branches", "find", "北京市", "--limit", "1").rows) == 1


def test_a_directory_with_an_error_is_refused_and_named(run: Run, tmp_path: Path) -> None:
    (path := tmp_path / "branches.csv").write_text(BRANCHES + "123,某支行,\n", "utf-8")

    done = run("branches", "import", path, "--format", "json")

    assert done.status == 1
    (problem,) = json.loads(done.out)["problems"]
    assert (problem["row"], problem["column"], problem["value"], problem["code"]) == (4, "联行号", "123", "E42")
    assert "12 位" in run("branches", "import", path).out
    assert run("branches", "find", "工行 朝阳").rows == []


def test_a_reader_who_has_read_enough_is_no_error(data_dir: Path, files: dict[str, Path], tmp_path: Path) -> None:
    many = "".join(
        f"M{month}{row:05d},E1,赵一,{NUMBER},{month},{PAID}" for month in range(202201, 202213) for row in range(400)
    )
    (tmp_path / "many.csv").write_text(HEADER + many, "utf-8")
    assert command(data_dir, "import", files["employers"], tmp_path / "many.csv").returncode == 0
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "core", "judge", "--employer", "E1", "--reason", "R01", "--from", "2022-01", "--to", "2022-12"],
        cwd=ROOT, env=product_environment(data_dir), stdout=writing, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    os.read(reading, 100)
    os.close(reading)
    _, said = process.communicate()

    assert (process.returncode, said) == (0, b"")


# --- payments ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(database: Database, data_dir: Path) -> RunRow:
    """A payment run of one batch."""
    desk = make_desk(database, data_dir)
    return pay(desk, payable(desk, Ledger(database), 1))


def test_runs_are_listed_with_what_became_of_their_orders(run: Run, sent: RunRow) -> None:
    done = run("payments", "list", "--format", "csv")
    (row,) = done.rows
    assert (row["run"], row["orders"], row["total"], row["sent"]) == (sent.number, "3", "2701.44", "3")


def test_the_files_of_a_run_are_written_as_they_were_made(run: Run, sent: RunRow, tmp_path: Path) -> None:
    done = run("payments", "export", sent.number, "--out", tmp_path)
    assert done.status == 0
    assert sorted(Path(row["file"]).suffix for row in done.rows) == [".csv", ".xlsx", ".xml"]
    assert all(Path(row["file"]).stat().st_size for row in done.rows)
    assert run("payments", "export", "ZF1", "--out", tmp_path).status == 1
    assert run("payments", "export", sent.number, "--out", tmp_path / "none").status == 2


def test_results_are_booked_whole_or_told_why_not(
    run: Run, sent: RunRow, tmp_path: Path, database: Database, data_dir: Path
) -> None:
    desk, path = Desk(database, data_dir), tmp_path / "results.csv"
    rows = [answer(order) for order in orders(desk, sent)]
    path.write_bytes(as_csv(rows[:1] * 2))
    for options in (("--dry-run",), ()):
        refused = run("payments", "import-results", path, *options)
        assert (refused.status, refused.out, refused.err.count("不止一次")) == (1, "", 2)
    path.write_bytes(as_csv(rows))
    assert run("payments", "import-results", path, "--dry-run").status == 0
    done = run("payments", "import-results", path, "--format", "csv")
    assert (done.status, done.rows) == (0, [{"rows": "3", "paid": "3", "bounced": "0", "unmatched": "0"}])
    again = run("payments", "import-results", path)
    assert (again.status, "system" in again.err) == (1, True)
    assert run("payments", "import-results", tmp_path / "none.csv").status == 2
    assert run("check").status == 0
