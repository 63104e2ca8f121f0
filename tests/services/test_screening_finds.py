"""What was found, as sums, people, a workbook and rows of the draft; masked where the role sees no more."""

import io
from typing import Any

import openpyxl
import pytest

from core.domain.errors import InvalidInput, NotFound
from core.domain.period import Period
from core.domain.roles import Viewer
from core.domain.screening import Confidence
from core.services.audit_trail import read_trail
from core.services.checks import check_everything
from core.services.desk import Desk
from core.services.drafts import open_draft, save_draft, select_rows
from core.services.exports import open_export
from core.services.filing import submit_batch
from core.services.person_lists import LookedUp
from core.services.previews import preview_batch
from core.services.screening_finds import Share, Wanted, export_finds, read_people, read_shares, take_finds
from core.services.screenings import begin_screening, run_screening
from core.services.settings import change_setting
from core.store.drafts import read_assigned, read_ticked
from tests.services.test_judging import file_line
from tests.support.desks import ADMIN, ANALYST, CLERK, COLLEAGUE, OTHER_CLERK, Ledger, person

MONTH = 85760 + 42880 + 2 * 2680 + 1072
#: Without 工伤, which is never paid back for two employers.
TWICE = MONTH - 1072


@pytest.fixture
def rows(ledger: Ledger) -> dict[str, list[str]]:
    """Somebody left and was paid for in two months more, somebody is at two employers, somebody's late fee looks wrong."""
    left = ledger.leaver(1, [202203, 202205, 202206])
    twice = [ledger.row(person(2), 202205), ledger.row(person(2), 202205, "E2")]
    fee = ledger.row(person(3), 202205, pension_late_fee=3023, arrival_day=20220520, name="欧阳娜娜")
    both = ledger.row(person(4), 202205), ledger.row(person(4), 202205, kind="supplement")
    return {"left": left[1:], "twice": twice[:1], "fee": [fee], "both": list(both)}


def screened(desk: Desk, viewer: Viewer, *employers: str) -> str:
    screening, runner = begin_screening(desk, viewer, employers)
    run_screening(desk, viewer, screening.screening_id, runner)
    return screening.screening_id


def test_the_sums_by_reason_the_strongest_first(desk: Desk, rows: dict[str, list[str]]) -> None:
    shares = read_shares(desk, CLERK, screened(desk, CLERK, "E1"))

    assert shares == [
        Share("R01", 6, 1, 2 * MONTH),
        Share("R07", 2, 1, TWICE),
        Share("P02", 1, 1, 3023),
        Share("P03", 3, 1, MONTH),
    ]
    assert [share.confidence for share in shares] == [Confidence.FACT] * 2 + [Confidence.PATTERN] * 2


def test_a_payment_made_twice_is_found_at_both_employers_and_counted_once(desk: Desk, ledger: Ledger) -> None:
    for employer in ("E1", "E2"):
        ledger.row(person(2), 202205, employer)
        ledger.row(person(3), 202206, employer)
    screening_id = screened(desk, ANALYST)
    assert read_shares(desk, ANALYST, screening_id) == [Share("R07", 8, 4, 2 * TWICE, 2 * TWICE)]
    assert read_people(desk, ANALYST, screening_id, Wanted()).frame["amount"].tolist() == [TWICE] * 4


def test_people_with_their_months_and_facts(desk: Desk, rows: dict[str, list[str]]) -> None:
    page = read_people(desk, CLERK, screened(desk, CLERK, "E1"), Wanted())
    first = page.frame.iloc[0]

    assert page.total == 4
    assert (first["social_security_number"], first["name"], first["code"]) == (person(1), "赵一", "R01")
    assert (first["months"], first["first"], first["last"], first["amount"]) == (2, 202205, 202206, 2 * MONTH)
    assert first["basis"] == "任职 2019-03-01 至 2022-04-20"
    assert page.frame["basis"].tolist()[1:] == [
        "该月另有其他单位已到账的缴费",
        "到账日期 2022-05-20，未逾期",
        f"同月正常缴费流水号 {rows['both'][0]}",
    ]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (Wanted(), ["R01", "R07", "P02", "P03"]),
        (Wanted(("R07",)), ["R07"]),
        (Wanted(confidence=Confidence.PATTERN), ["P02", "P03"]),
        (Wanted(("R07",), Confidence.PATTERN), []),
    ],
)
def test_a_filter_and_its_pages(desk: Desk, rows: dict[str, list[str]], wanted: Wanted, codes: list[str]) -> None:
    screening_id = screened(desk, CLERK, "E1")
    pages = [read_people(desk, CLERK, screening_id, wanted, page=page, size=1) for page in range(1, len(codes) + 2)]

    assert {page.total for page in pages} == {len(codes)}
    assert [code for page in pages for code in page.frame["code"]] == codes


def test_names_and_numbers_are_masked_for_analysts(desk: Desk, rows: dict[str, list[str]]) -> None:
    screening_id = screened(desk, ANALYST)
    frame = read_people(desk, ANALYST, screening_id, Wanted()).frame

    assert set(frame["name"]) == {"赵*", "欧*"}
    assert all(number.startswith("119****") for number in frame["social_security_number"])
    export, path = open_export(desk, ANALYST, export_finds(desk, ANALYST, screening_id, Wanted()).export_id)
    told = str(table(path.read_bytes()))
    assert "119****" in told
    assert not any(person(number) in told for number in range(1, 5))
    assert export.file_name.startswith("智能筛查-")


def table(content: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_the_workbook_has_one_row_for_every_line(desk: Desk, rows: dict[str, list[str]]) -> None:
    screening_id = screened(desk, CLERK, "E1")
    _export, path = open_export(desk, CLERK, export_finds(desk, CLERK, screening_id, Wanted(("R07",))).export_id)
    header, *lines = table(path.read_bytes())

    assert header[:4] == ("序号", "单位编号", "姓名", "社会保障号码")
    assert [line[5:9] for line in lines] == [
        ("养老", rows["twice"][0], "R07", "重复参保、重复缴费"),
        ("失业", rows["twice"][0], "R07", "重复参保、重复缴费"),
    ]
    assert [str(line[-1]) for line in lines] == ["1286.4", "53.6"]
    (entry,) = [entry for entry in read_trail(desk, ADMIN).entries if entry.action == "export.finds"]
    assert '"lines":2' in entry.detail
    with pytest.raises(InvalidInput):
        export_finds(desk, CLERK, screening_id, Wanted(("R06",)))


@pytest.mark.parametrize("viewer", [OTHER_CLERK, ANALYST, ADMIN])
def test_finds_are_for_whoever_may_see_the_screening(desk: Desk, rows: dict[str, list[str]], viewer: Viewer) -> None:
    screening_id = screened(desk, CLERK, "E1")

    for read in (
        lambda: read_shares(desk, viewer, screening_id),
        lambda: read_people(desk, viewer, screening_id, Wanted()),
        lambda: export_finds(desk, viewer, screening_id, Wanted()),
    ):
        with pytest.raises(NotFound):
            read()


# --- into the draft -----------------------------------------------------------------------------------------------------


def ticked(desk: Desk, draft_id: str) -> dict[str, str]:
    """Ticked rows with the reason that each carries itself."""
    with desk.read() as connection:
        return dict.fromkeys(read_ticked(connection, draft_id), "") | read_assigned(connection, draft_id)


def test_one_press_makes_a_draft_with_the_most_frequent_reason(desk: Desk, rows: dict[str, list[str]]) -> None:
    screening_id = screened(desk, CLERK, "E1")
    draft = open_draft(desk, CLERK, "E1")

    taken = take_finds(desk, CLERK, draft.draft_id, screening_id)

    assert taken == LookedUp((person(1), person(2)), Period(202205), Period(202206), 3)

    assert open_draft(desk, CLERK, "E1").content.reason == "R01"
    assert ticked(desk, draft.draft_id) == {**dict.fromkeys(rows["left"], ""), rows["twice"][0]: "R07"}
    assert take_finds(desk, CLERK, draft.draft_id, screening_id).ticked == 0


def test_it_can_be_previewed_and_filed(desk: Desk, rows: dict[str, list[str]]) -> None:
    draft_id = open_draft(desk, CLERK, "E1").draft_id
    take_finds(desk, CLERK, draft_id, screened(desk, CLERK, "E1"))
    save_draft(desk, CLERK, draft_id, split_reasons=True)
    preview = preview_batch(desk, CLERK, draft_id)
    receipt = submit_batch(desk, CLERK, draft_id, preview.key, preview.fingerprint)

    assert len(receipt.numbers) == 2
    assert check_everything(desk) == []
    # What is under way is no find any more: 工伤 of the month at two employers never was one.
    assert [share.code for share in read_shares(desk, CLERK, screened(desk, CLERK, "E1"))] == ["P02", "P03"]


def test_what_is_ticked_already_keeps_its_reason(desk: Desk, rows: dict[str, list[str]]) -> None:
    draft_id = open_draft(desk, CLERK, "E1").draft_id
    select_rows(desk, CLERK, draft_id, rows["fee"], rows["fee"])
    save_draft(desk, CLERK, draft_id, reason="R99")

    assert take_finds(desk, CLERK, draft_id, screened(desk, CLERK, "E1")).ticked == 3

    others = {**dict.fromkeys(rows["left"], "R01"), rows["twice"][0]: "R07"}
    assert ticked(desk, draft_id) == {rows["fee"][0]: "", **others}


def test_only_what_the_filter_shows_and_nothing_that_is_a_pattern(desk: Desk, rows: dict[str, list[str]]) -> None:
    draft_id, screening_id = open_draft(desk, CLERK, "E1").draft_id, screened(desk, CLERK, "E1")

    assert take_finds(desk, CLERK, draft_id, screening_id, ["P02"]).ticked == 0
    assert take_finds(desk, CLERK, draft_id, screening_id, ["R07"]).ticked == 1
    assert open_draft(desk, CLERK, "E1").content.reason == "R07"


def test_rows_under_way_since_and_reasons_switched_off_since_are_left_out(
    desk: Desk, rows: dict[str, list[str]]
) -> None:
    draft_id, screening_id = open_draft(desk, CLERK, "E1").draft_id, screened(desk, CLERK, "E1")
    for insurance in ("pension", "unemployment", "work_injury"):
        file_line(desk, rows["left"][0], insurance, "first_review", ssn=person(1))
    change_setting(desk, ADMIN, "reason_active_R07", "off")

    assert take_finds(desk, CLERK, draft_id, screening_id).ticked == 1
    assert ticked(desk, draft_id) == {rows["left"][1]: ""}


@pytest.mark.parametrize("viewer", [COLLEAGUE, OTHER_CLERK, ANALYST])
def test_nobody_fills_the_draft_of_another(desk: Desk, rows: dict[str, list[str]], viewer: Viewer) -> None:
    draft_id, screening_id = open_draft(desk, CLERK, "E1").draft_id, screened(desk, CLERK, "E1")

    with pytest.raises(NotFound):
        take_finds(desk, viewer, draft_id, screening_id)
    assert ticked(desk, draft_id) == {}


def test_a_draft_takes_no_finds_of_the_agency(desk: Desk, rows: dict[str, list[str]]) -> None:
    draft_id, screening_id = open_draft(desk, CLERK, "E1").draft_id, screened(desk, ANALYST, "E1")

    with pytest.raises(NotFound):
        take_finds(desk, CLERK, draft_id, screening_id)
