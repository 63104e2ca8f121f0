"""导出 of 不能退费情况: what is in it, who may open it, for how long, and that a failure leaves nothing."""

import errno
import io
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.domain.errors import InvalidInput, NotAllowed, NotFound, StorageFailed
from core.domain.roles import Viewer
from core.services.batch_refusals import read_refusals
from core.services.contributions import InvalidInputs
from core.services.desk import Desk
from core.services.drafts import open_draft, save_draft
from core.services.export_jobs import CANCELLED, Cancelled
from core.services.exports import Export, export_refusals, export_refusals_of_batch, open_export
from core.services.filing import submit_batch
from core.services.previews import preview_batch
from core.store import exports as store
from core.store.bulk import insert_rows
from core.store.schema import audit, contributions, exports
from tests.support.desks import (
    ADMIN,
    ANALYST,
    CLERK,
    COLLEAGUE,
    OTHER_CLERK,
    REVIEWER,
    Clock,
    Ledger,
    person,
    prepare_draft,
)

WHILE_EMPLOYED, AFTER_LEAVING = 202203, 202205


@pytest.fixture
def draft(desk: Desk, ledger: Ledger) -> str:
    """A complete draft of one person: one month that is refused in all three lines, one that isn't."""
    return prepare_draft(desk, ledger.leaver(1, [WHILE_EMPLOYED, AFTER_LEAVING]))


@pytest.fixture
def number(desk: Desk, draft: str) -> str:
    """The batch filed from it."""
    preview = preview_batch(desk, CLERK, draft)
    return submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers[0]


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active.iter_rows(values_only=True))


def column(rows: list[tuple[Any, ...]], heading: str) -> list[Any]:
    return [row[rows[0].index(heading)] for row in rows[1:]]


def files(desk: Desk) -> list[Path]:
    return list((desk.data_dir / "exports").glob("*")) + list((desk.data_dir / "exports").glob(".*"))


def entries(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    with desk.read() as connection:
        found: Iterable[Any] = connection.execute(audit.select().where(audit.c.action.like("export.%")))
        return [(row.actor, row.subject, json.loads(row.detail)) for row in found]


def test_the_workbook_tells_of_every_refused_line_and_of_no_other(desk: Desk, draft: str) -> None:
    export = export_refusals(desk, CLERK, draft)

    rows = rows_of(open_export(desk, CLERK, export.export_id)[1])
    assert column(rows, "序号") == [1, 2, 3]
    assert set(column(rows, "社会保障号码")) == {person(1)}
    assert set(column(rows, "对应缴费所属期")) == {"2022-03"}
    assert column(rows, "险种") == ["养老", "失业", "工伤"]
    assert column(rows, "单位缴费金额") == [857.6, 26.8, 10.72]
    assert set(column(rows, "原因代码")) == {"N13"}
    for heading in ("不能退费原因", "依据", "处理建议"):
        assert all(column(rows, heading)), heading


def test_it_says_the_same_as_the_preview(desk: Desk, draft: str) -> None:
    told = preview_batch(desk, CLERK, draft).refusals

    rows = rows_of(open_export(desk, CLERK, export_refusals(desk, CLERK, draft).export_id)[1])
    for heading, name in (("原因代码", "codes"), ("不能退费原因", "texts"), ("依据", "basis"), ("处理建议", "remedy")):
        assert column(rows, heading) == told[name].tolist()


def test_exporting_does_not_disturb_what_was_previewed(desk: Desk, draft: str) -> None:
    preview = preview_batch(desk, CLERK, draft)
    export_refusals(desk, CLERK, draft)

    assert submit_batch(desk, CLERK, draft, preview.key, preview.fingerprint).numbers


def test_a_batch_keeps_what_was_told(desk: Desk, draft: str, number: str) -> None:
    export = export_refusals_of_batch(desk, REVIEWER, number)

    assert export.file_name == f"不能退费情况-{number}.xlsx"
    assert len(rows_of(open_export(desk, REVIEWER, export.export_id)[1])) == 4


def test_names_and_numbers_are_masked_for_whoever_may_not_see_them(desk: Desk, number: str) -> None:
    rows = rows_of(open_export(desk, ANALYST, export_refusals_of_batch(desk, ANALYST, number).export_id)[1])

    assert set(column(rows, "姓名")) == {"赵*"}
    assert person(1) not in column(rows, "社会保障号码")


def test_every_export_leaves_one_entry_with_counts_and_no_numbers_of_people(desk: Desk, draft: str) -> None:
    export = export_refusals(desk, CLERK, draft)
    open_export(desk, CLERK, export.export_id)

    assert entries(desk) == [("clerk1", export.export_id, {"draft": draft, "lines": 3, "size": export.size})]


def test_nothing_refused_is_nothing_to_export(desk: Desk, ledger: Ledger) -> None:
    draft = prepare_draft(desk, ledger.leaver(1, [AFTER_LEAVING]))

    with pytest.raises(InvalidInput, match="没有不能退费的记录"):
        export_refusals(desk, CLERK, draft)
    assert entries(desk) == []


def test_an_unfinished_draft_says_what_is_missing(desk: Desk) -> None:
    draft = open_draft(desk, CLERK, "E1").draft_id

    with pytest.raises(InvalidInputs):
        export_refusals(desk, CLERK, draft)


# Who may ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", [COLLEAGUE, OTHER_CLERK, REVIEWER], ids=lambda viewer: viewer.username)
def test_a_draft_is_exported_by_its_owner_alone(desk: Desk, draft: str, viewer: Viewer) -> None:
    with pytest.raises(NotFound):
        export_refusals(desk, viewer, draft)


@pytest.mark.parametrize(
    ("viewer", "error"), [(OTHER_CLERK, NotFound), (ADMIN, NotAllowed)], ids=["another employer", "administrator"]
)
def test_a_batch_is_exported_by_whoever_may_see_it(
    desk: Desk, number: str, viewer: Viewer, error: type[Exception]
) -> None:
    with pytest.raises(error):
        export_refusals_of_batch(desk, viewer, number)


@pytest.mark.parametrize("viewer", [COLLEAGUE, OTHER_CLERK, REVIEWER, ADMIN], ids=lambda viewer: viewer.username)
def test_an_export_is_opened_by_whoever_made_it_alone(desk: Desk, draft: str, viewer: Viewer) -> None:
    export = export_refusals(desk, CLERK, draft)

    with pytest.raises(NotFound):
        open_export(desk, viewer, export.export_id)


@pytest.mark.parametrize("export_id", ["", "id9999", "../audit.key", "%"])
def test_an_unknown_export_is_not_found(desk: Desk, export_id: str) -> None:
    with pytest.raises(NotFound):
        open_export(desk, CLERK, export_id)


# How long --------------------------------------------------------------------------------------------------------------


def test_an_export_is_kept_for_a_day(desk: Desk, draft: str) -> None:
    assert isinstance(desk.clock, Clock)
    export = export_refusals(desk, CLERK, draft)

    desk.clock.forward(hours=23, minutes=59)
    assert open_export(desk, CLERK, export.export_id)[0] == export
    desk.clock.forward(minutes=2)
    with pytest.raises(NotFound, match="已过期"):
        open_export(desk, CLERK, export.export_id)


def test_the_next_export_cleans_up_after_old_ones_and_the_audit_log_keeps_them(desk: Desk, draft: str) -> None:
    assert isinstance(desk.clock, Clock)
    export_refusals(desk, CLERK, draft)
    desk.clock.forward(hours=25)
    newest = export_refusals(desk, CLERK, draft)

    with desk.read() as connection:
        assert [row.export_id for row in connection.execute(exports.select())] == [newest.export_id]
    assert [path.stem for path in files(desk)] == [newest.export_id]
    assert len(entries(desk)) == 2


def test_what_a_crash_left_behind_goes_as_well(desk: Desk, draft: str) -> None:
    left = desk.data_dir / "exports" / ".id.xlsx.0a0b"
    left.parent.mkdir()
    left.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(left, (yesterday, yesterday))

    export_refusals(desk, CLERK, draft)
    assert not left.exists()


# Faults ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["mkdir", "open", "fsync", "replace"])
def test_whichever_call_fails_there_is_no_export(
    desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(StorageFailed, match="存储空间已满"):
            export_refusals(desk, CLERK, draft)

    assert (files(desk), entries(desk)) == ([], [])
    assert isinstance(export_refusals(desk, CLERK, draft), Export)


def test_a_damaged_export_is_not_given_out(desk: Desk, draft: str) -> None:
    export = export_refusals(desk, CLERK, draft)
    files(desk)[0].write_bytes(b"something else")

    with pytest.raises(StorageFailed, match="已损坏"):
        open_export(desk, CLERK, export.export_id)


# Long lists ------------------------------------------------------------------------------------------------------------

MANY = 700


@pytest.fixture
def long_draft(desk: Desk, ledger: Ledger) -> str:
    """A draft of so many refused lines that whoever watches is told of them several times."""
    template = ledger.row(person(1), WHILE_EMPLOYED)
    with desk.database.write() as connection:
        row = dict(
            connection.execute(contributions.select().where(contributions.c.serial == template)).mappings().one()
        )
        copies = [row | {"serial": f"L{at:04d}"} for at in range(MANY)]
        insert_rows(connection, contributions, tuple(row), [tuple(copy.values()) for copy in copies])
    ledger.fact(person(1), "employment", 20190301, employer_id="E1")
    return prepare_draft(desk, [copy["serial"] for copy in copies])


@pytest.fixture
def long_number(desk: Desk, ledger: Ledger, long_draft: str) -> str:
    """A batch with as many, and one month that is refunded."""
    prepare_draft(desk, ledger.leaver(2, [AFTER_LEAVING]))
    preview = preview_batch(desk, CLERK, long_draft)
    return submit_batch(desk, CLERK, long_draft, preview.key, preview.fingerprint).numbers[0]


def test_whoever_watches_is_told_from_nothing_to_all_and_never_backwards(desk: Desk, long_draft: str) -> None:
    told: list[tuple[int, int]] = []
    export_refusals(desk, CLERK, long_draft, lambda done, total: told.append((done, total)))

    assert told[0] == (0, 3 * MANY)
    assert told[-1] == (3 * MANY, 3 * MANY)
    assert told == sorted(told)
    assert len(set(told)) > 3


def test_a_batch_tells_of_as_many_lines_in_the_same_order(desk: Desk, long_number: str) -> None:
    told: list[tuple[int, int]] = []
    export = export_refusals_of_batch(desk, REVIEWER, long_number, lambda done, total: told.append((done, total)))

    rows = rows_of(open_export(desk, REVIEWER, export.export_id)[1])
    shown = read_refusals(desk, REVIEWER, long_number)
    assert told[-1] == (3 * MANY, 3 * MANY)
    for heading, name in (("社会保障号码", "social_security_number"), ("不能退费原因", "texts"), ("依据", "basis")):
        assert column(rows, heading) == shown[name].tolist()


@pytest.mark.parametrize("at", [0, 500, 3 * MANY], ids=["before the first line", "in the middle", "after the last"])
def test_ending_it_leaves_nothing(desk: Desk, long_draft: str, at: int) -> None:
    def stop(done: int, _total: int) -> None:
        if done == at:
            raise Cancelled(CANCELLED)

    with pytest.raises(Cancelled):
        export_refusals(desk, CLERK, long_draft, stop)
    assert (files(desk), entries(desk)) == ([], [])


def test_ending_it_between_the_last_line_and_the_whole_file_leaves_nothing(desk: Desk, long_draft: str) -> None:
    told: list[int] = []

    def stop(done: int, _total: int) -> None:
        told.append(done)
        if told.count(3 * MANY) > 1:
            raise Cancelled(CANCELLED)

    with pytest.raises(Cancelled):
        export_refusals(desk, CLERK, long_draft, stop)
    assert (files(desk), entries(desk)) == ([], [])


def test_ending_it_while_its_row_is_written_leaves_nothing(
    desk: Desk, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Export] = []
    monkeypatch.setattr(store, "insert_export", lambda _connection, export: rows.append(export))

    def stop(_done: int, _total: int) -> None:
        if rows:
            raise Cancelled(CANCELLED)

    with pytest.raises(Cancelled):
        export_refusals(desk, CLERK, draft, stop)
    assert (files(desk), entries(desk)) == ([], [])


def test_the_name_of_the_file_says_when_it_was_made(desk: Desk, draft: str) -> None:
    save_draft(desk, CLERK, draft, reason_note="张三")

    assert export_refusals(desk, CLERK, draft).file_name == "不能退费情况-20231101-1000.xlsx"
