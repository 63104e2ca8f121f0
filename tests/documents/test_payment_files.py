"""The files of a payment run, read back: every order is there, exact, and text stays text."""

import csv
import importlib.resources
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from xml.etree.ElementTree import Element

import openpyxl
import pytest
import xmlschema
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from core.documents.pain001 import NAMESPACE, write_pain001
from core.documents.payment_list import BANK_COLUMNS, RunSheet, write_bank_table, write_payment_list
from core.domain.capitals import capital_yuan
from core.domain.money import to_yuan
from core.domain.payments import Order, payment_reference
from core.domain.settings import Settings
from core.domain.vocabulary import Insurance

NUMBER = "TF202311010000017"
PAYEE = "甲（北京）公司"


def order(number: int, fund: Insurance = Insurance.PENSION, amount: int = 128640, **changes: str) -> Order:
    batch = f"TF20231101{number:06d}0"
    known = {
        "bank_name": "中国工商银行",
        "bank_account": "0200001009012345678",
        "account_holder": PAYEE,
        "branch_name": "工商银行北京分行营业部",
        "cnaps_code": "102100000021",
    }
    named = (payment_reference(batch, fund, 1), f"b{number}", batch, "E1", PAYEE, fund, 1, amount)
    return Order(*named, **{**known, **changes})


def sheet(*orders: Order) -> RunSheet:
    accounts = {fund: Settings().fund_account(fund) for fund in Insurance}
    return RunSheet("ZF202311010001", "2023-11-02", "finance1", datetime(2023, 11, 1, 10, tzinfo=UTC), orders, accounts)


RUN = sheet(order(1), order(2, amount=1), order(1, Insurance.WORK_INJURY, 1072))


# --- the list to be signed ---


def cells(content: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_the_list_has_every_order_once_under_its_fund() -> None:
    rows = cells(write_payment_list(RUN))
    assert [row[1:8] for row in rows if str(row[1] or "").startswith("TF")] == [
        (
            each.reference,
            each.number,
            each.account_holder,
            each.bank_account,
            each.branch_name,
            each.cnaps_code,
            float(to_yuan(each.amount)),
        )
        for each in RUN.orders
    ]
    sections = [str(row[0]).split("　")[0] for row in rows if "保险基金　" in str(row[0])]
    assert sections == ["养老保险基金", "工伤保险基金"]


def test_the_total_stands_in_figures_and_in_capitals_above_the_signatures() -> None:
    rows = cells(write_payment_list(RUN))
    (total,) = [row for row in rows if str(row[0]).startswith("合计")]
    assert (capital_yuan(RUN.total) in str(total[0]), total[7]) == (True, float(to_yuan(RUN.total)))
    signed = [str(cell).split("：")[0] for cell in rows[-1] if cell]
    assert signed == ["制表", "复核", "负责人", "日期"]


def test_the_list_prints_across_a4_as_wide_as_the_page() -> None:
    page = openpyxl.load_workbook(io.BytesIO(write_payment_list(RUN))).active
    setup = page.page_setup
    assert (setup.orientation, int(setup.paperSize), setup.fitToWidth, setup.fitToHeight) == ("landscape", 9, 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$1:$3"
    assert "支付参考号" in [cell.value for cell in page[3]]
    assert page.oddFooter.center.text == "第 &P 页 / 共 &N 页"


def test_a_long_name_gets_a_higher_row_and_a_long_list_a_page_for_each_fund() -> None:
    many = [order(number, fund) for fund in (Insurance.PENSION, Insurance.WORK_INJURY) for number in range(20)]
    long_name = order(77, account_holder="北京市某某人力资源服务有限公司第十七分公司")
    page = openpyxl.load_workbook(io.BytesIO(write_payment_list(sheet(long_name, *many)))).active
    rows = {page.cell(row, 2).value: page.row_dimensions[row].height for row in range(1, page.max_row + 1)}
    assert rows[long_name.reference] == 2 * rows[many[0].reference]
    (last,) = [each.id for each in page.row_breaks.brk]
    assert (page.cell(last, 1).value[:2], page.cell(last + 1, 1).value[:2]) == ("小计", "工伤")
    assert list(openpyxl.load_workbook(io.BytesIO(write_payment_list(RUN))).active.row_breaks.brk) == []


@pytest.mark.parametrize("hostile", ["=cmd()", "+1", "@x", "#N/A", "-2+3"])
def test_a_hostile_name_stays_text(hostile: str) -> None:
    run = sheet(order(1, account_holder=hostile))
    book = openpyxl.load_workbook(io.BytesIO(write_payment_list(run))).active
    (cell,) = [cell for row in book.iter_rows() for cell in row if cell.value == hostile]
    assert cell.data_type == "s"
    starts_formula = hostile[0] in "=+-@"
    assert (f"'{hostile}" in write_bank_table(run).decode("utf-8-sig")) == starts_formula


# --- the bank's table ---


def test_the_banks_table_is_exact_and_keeps_long_numbers() -> None:
    text = write_bank_table(RUN).decode("utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert header == [column.heading for column in BANK_COLUMNS]
    lines = [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]
    assert [line["支付参考号"] for line in lines] == [each.reference for each in RUN.orders]
    assert sum(Decimal(line["金额"]) for line in lines) == to_yuan(RUN.total)
    assert {line["收款账号"] for line in lines} == {"'0200001009012345678"}


# --- the message ---


@cache
def schema() -> xmlschema.XMLSchema:
    """The official schema of ISO 20022, as a package brings it."""
    path = importlib.resources.files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
    return xmlschema.XMLSchema(path.read_text("utf-8"))


def find(element: Element, path: str) -> list[str]:
    return [found.text or "" for found in element.iterfind(path, {"": NAMESPACE})]


def test_the_message_is_valid_and_its_sums_are_right_to_the_fen() -> None:
    content = write_pain001(RUN)
    schema().validate(content.decode())
    root = ElementTree.fromstring(content)
    assert find(root, ".//GrpHdr/NbOfTxs") == ["3"]
    assert find(root, ".//GrpHdr/CtrlSum") == [str(to_yuan(RUN.total))]
    assert find(root, ".//PmtInf/CtrlSum") == ["1286.41", "10.72"]
    assert find(root, ".//EndToEndId") == [RUN.orders[0].reference, RUN.orders[1].reference, RUN.orders[2].reference]
    assert find(root, ".//CdtrAgt//ClrSysId/Cd") == ["CNAPS"] * 3
    assert find(root, ".//CdtrAgt//MmbId") == ["102100000021"] * 3
    assert find(root, ".//CdtrAcct/Id/Othr/Id") == ["0200001009012345678"] * 3
    assert find(root, ".//DbtrAcct/Id/Othr/Id") == ["119999000100000017", "119999000300000033"]


TEXT = st.text(min_size=1, max_size=200).filter(str.strip)


@given(
    orders=st.lists(
        st.tuples(st.integers(1, 99), st.sampled_from(Insurance), st.integers(1, 10**13), TEXT), min_size=1, max_size=8
    )
)
def test_any_orders_make_a_valid_message(orders: list[tuple[int, Insurance, int, str]]) -> None:
    made = [
        replace(order(number, fund, amount), account_holder=name, branch_name=name)
        for number, fund, amount, name in orders
    ]
    content = write_pain001(sheet(*made))
    assert [str(error.reason) for error in schema().iter_errors(content.decode()) if "Nm" not in str(error.path)] == []
    root = ElementTree.fromstring(content)
    amounts = [Decimal(text) for text in find(root, ".//InstdAmt")]
    assert sum(amounts) == sum(map(Decimal, find(root, ".//PmtInf/CtrlSum"))) == to_yuan(sum(o.amount for o in made))
