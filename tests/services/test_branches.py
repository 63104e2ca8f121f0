"""The bank directory on both databases: replaced whole or not at all, found while typing, asked at the bank block."""

from pathlib import Path

import pytest

from core.domain.branches import Branch
from core.domain.errors import NotAllowed
from core.domain.roles import Viewer
from core.services.audit_trail import read_trail
from core.services.branches import (
    DirectoryReport,
    branch_of,
    find_branches,
    has_directory,
    import_branch_content,
    import_branches,
    read_directory,
)
from core.services.desk import Desk
from core.services.drafts import open_draft, save_draft
from core.services.ledger_overview import read_overview
from core.services.previews import check_bank
from tests.support.desks import ADMIN, ANALYST, BANK, CLERK, FINANCE, REVIEWER, at_once

A = Branch("102100099929", "中国工商银行股份有限公司北京朝阳支行", "北京市")
B = Branch("103100099913", "中国农业银行股份有限公司北京朝阳支行", "北京市")
C = Branch("308100099936", "招商银行股份有限公司北京丰台_100%支行", "北京市")


def content(*branches: Branch) -> bytes:
    lines = (f"{branch.cnaps_code},{branch.branch_name},{branch.region}\n" for branch in branches)
    return ("行号,行名,地区\n" + "".join(lines)).encode()


def put(desk: Desk, *branches: Branch, viewer: Viewer = ADMIN, dry_run: bool = False) -> DirectoryReport:
    return import_branch_content(desk, viewer, "目录.csv", content(*branches), dry_run=dry_run)


def counts(report: DirectoryReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.same, report.gone


def entries(desk: Desk) -> int:
    return read_trail(desk, ADMIN, search="branches.import").total


def codes(desk: Desk, text: str, **options: int) -> list[str]:
    return [branch.cnaps_code for branch in find_branches(desk, CLERK, text, **options)]


# --- importing ---


def test_a_file_becomes_the_directory_with_one_entry(desk: Desk) -> None:
    report = put(desk, A, B)

    assert counts(report) == (2, 0, 0, 0)
    assert report.stored
    assert branch_of(desk, A.cnaps_code) == A
    directory = read_directory(desk, ADMIN)
    assert directory.count == 2
    assert directory.imported is not None
    assert (directory.imported.imported_by, directory.imported.file_name) == (ADMIN.username, "目录.csv")
    assert entries(desk) == 1


def test_the_next_file_replaces_the_whole_directory(desk: Desk) -> None:
    put(desk, A, B)
    renamed = Branch(B.cnaps_code, "农业银行新名支行", "")

    assert counts(put(desk, renamed, C)) == (1, 1, 0, 1)

    assert [branch_of(desk, branch.cnaps_code) for branch in (A, B, C)] == [None, renamed, C]
    assert codes(desk, "新名支行") == [B.cnaps_code]
    assert codes(desk, "朝阳支行") == []


def test_the_same_file_again_changes_nothing_and_leaves_no_entry(desk: Desk) -> None:
    put(desk, A, B)

    assert counts(put(desk, A, B)) == (0, 0, 2, 0)
    assert entries(desk) == 1


def test_a_dry_run_tells_and_keeps_nothing(desk: Desk) -> None:
    put(desk, A)
    report = put(desk, B, C, dry_run=True)

    assert counts(report) == (2, 0, 0, 1)
    assert (report.accepted, report.stored) == (True, False)
    assert branch_of(desk, B.cnaps_code) is None
    assert entries(desk) == 1


def test_one_error_keeps_the_whole_file_out(desk: Desk) -> None:
    put(desk, A)
    report = import_branch_content(desk, ADMIN, "目录.csv", content(B) + "1,短,\n".encode())

    assert (report.accepted, report.stored, report.errors) == (False, False, 1)
    assert [branch_of(desk, branch.cnaps_code) for branch in (A, B)] == [A, None]


def test_many_branches_at_once(desk: Desk, tmp_path: Path) -> None:
    many = [Branch(f"102{number:09d}", f"工商银行第{number}支行") for number in range(3_000)]
    (path := tmp_path / "many.csv").write_bytes(content(*many))

    assert import_branches(desk, ADMIN, path).new == 3_000
    (path := tmp_path / "fewer.csv").write_bytes(content(*many[1_000:]))
    assert import_branches(desk, ADMIN, path).gone == 1_000
    assert read_directory(desk, ADMIN).count == 2_000


def test_two_imports_at_once_leave_one_whole_directory(desk: Desk) -> None:
    outcomes = at_once([lambda: put(desk, A, B), lambda: put(desk, B, C)])

    assert all(isinstance(outcome, DirectoryReport) for outcome in outcomes)
    left = {branch.cnaps_code for branch in (A, B, C) if branch_of(desk, branch.cnaps_code)}
    assert left in ({A.cnaps_code, B.cnaps_code}, {B.cnaps_code, C.cnaps_code})


@pytest.mark.parametrize("viewer", [CLERK, REVIEWER, FINANCE, ANALYST], ids=lambda viewer: viewer.username)
def test_only_who_changes_settings_replaces_it(desk: Desk, viewer: Viewer) -> None:
    with pytest.raises(NotAllowed):
        put(desk, A, viewer=viewer)
    with pytest.raises(NotAllowed):
        put(desk, A, viewer=viewer, dry_run=True)
    with pytest.raises(NotAllowed):
        read_directory(desk, viewer)
    assert not has_directory(desk)


def test_it_is_no_ledger_file(desk: Desk) -> None:
    put(desk, A)

    assert read_overview(desk, ADMIN).imports == ()


# --- searching ---


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("朝阳支", [A, B]),
        ("工行 朝阳", [A]),
        ("工行朝阳", [A]),
        ("朝阳 农行", [B]),
        ("102", [A]),
        ("10310009", [B]),
        ("308100099936", [C]),
        ("_100%", [C]),
        ("%%%", []),
        ("___", []),
        ("'; --", []),
        ("北京市", [A, B, C]),
        ("朝阳", []),
        ("没有这", []),
    ],
)
def test_a_branch_is_found(desk: Desk, typed: str, found: list[Branch]) -> None:
    put(desk, C, B, A)

    assert find_branches(desk, CLERK, typed) == found


def test_no_more_than_asked_for(desk: Desk) -> None:
    put(desk, A, B, C)

    assert codes(desk, "北京市", limit=2) == [A.cnaps_code, B.cnaps_code]


def test_who_does_not_apply_does_not_search(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        find_branches(desk, ANALYST, "朝阳支行")


# --- the bank block ---


def warnings(desk: Desk, **typed: str) -> dict[str, list[str]]:
    draft_id = open_draft(desk, CLERK, "E1").draft_id
    save_draft(desk, CLERK, draft_id, bank=typed)
    told = check_bank(desk, CLERK, draft_id)
    return {field: [sentence for _severity, sentence in found] for field, found in told.items() if found}


def test_without_a_directory_nothing_is_said_of_it(desk: Desk) -> None:
    assert warnings(desk) == {}


def test_an_unlisted_code_and_another_name_are_told(desk: Desk) -> None:
    put(desk, A)
    assert list(warnings(desk)) == ["cnaps_code"]
    assert "目录中没有这个行号" in warnings(desk)["cnaps_code"][0]

    (sentence,) = warnings(desk, cnaps_code=A.cnaps_code)["branch_name"]
    assert A.branch_name in sentence

    assert warnings(desk, cnaps_code=A.cnaps_code, branch_name=A.branch_name) == {}


def test_a_listed_account_has_nothing_to_tell(desk: Desk) -> None:
    put(desk, Branch(BANK["cnaps_code"], BANK["branch_name"]))

    assert warnings(desk) == {}
