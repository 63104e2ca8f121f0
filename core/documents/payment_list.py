"""支付清单: the workbook of a payment run as it is signed and filed, and the plain table that goes to the bank."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break

from core.documents.workbook import PAGE_MARGINS, PAGE_NUMBER, Column, Holds, row_height, text_lines, write_csv
from core.domain.capitals import capital_yuan
from core.domain.money import to_yuan
from core.domain.payments import FundAccount, Order, total_by_fund
from core.domain.vocabulary import Insurance

_SHEET = "支付清单"
#: What the files are called, by the number of their run.
LIST_NAME, TABLE_NAME = "支付清单-{number}.xlsx", "支付明细-{number}.csv"
_HEADINGS = ("序号", "支付参考号", "批次号", "收款户名", "收款账号", "收款银行", "人行支付系统行号", "金额（元）")
_WIDTHS = (6, 24, 20, 30, 22, 28, 18, 16)
#: Columns whose text may need a second line.
_WRAPPED = frozenset({4, 5, 6})
#: Up to so many orders stand together on a page; of more, every fund begins on a page of its own.
_ONE_PAGE = 25
_LAST = len(_HEADINGS)
_FIRST_ROW = 4
_SIGNED = ("制表", "复核", "负责人", "日期")
_LINE = Side("thin", color="808080")
_FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_MONEY = Holds.MONEY.value

#: The bank's table: a fixed order of columns, Chinese in every language, because programs read it by its headings.
BANK_COLUMNS = (
    Column("支付参考号"),
    Column("险种"),
    Column("付款日期"),
    Column("付款户名"),
    Column("付款账号"),
    Column("付款行行号"),
    Column("收款户名"),
    Column("收款账号"),
    Column("收款行名称"),
    Column("收款行行号"),
    Column("金额", Holds.MONEY),
    Column("用途"),
)
#: What the employer reads on the account: Chinese, whoever makes the run.
PURPOSE = "社会保险费退费 {number}"


@dataclass(frozen=True, slots=True)
class RunSheet:
    """What the files of a run say. ``day`` is ISO 8601, ``made_at`` the moment at the agency, ``agency`` its name, blank while
    it has none.
    """

    number: str
    day: str
    made_by: str
    made_at: datetime
    orders: Sequence[Order]
    accounts: Mapping[Insurance, FundAccount]
    agency: str = ""

    @property
    def total(self) -> int:
        """Fen of all orders."""
        return sum(order.amount for order in self.orders)

    def of(self, fund: Insurance) -> list[Order]:
        """The orders of one fund."""
        return [order for order in self.orders if order.insurance is fund]


def write_bank_table(run: RunSheet) -> bytes:
    """The csv for the bank: UTF-8 with BOM, one line per order, money with two decimals."""
    return write_csv(BANK_COLUMNS, (_bank_row(run, order) for order in run.orders))


def _bank_row(run: RunSheet, order: Order) -> tuple[Any, ...]:
    paying = run.accounts[order.insurance]
    return (
        order.reference,
        order.insurance.label,
        run.day,
        paying.holder,
        paying.account,
        paying.cnaps_code,
        order.account_holder,
        order.bank_account,
        order.branch_name or order.bank_name,
        order.cnaps_code,
        order.amount,
        PURPOSE.format(number=order.number),
    )


def write_payment_list(run: RunSheet) -> bytes:
    """The workbook to be signed: a section for each fund with its subtotal, the total in figures and in capitals.

    Printed it is A4 across, as wide as the page, with the title and the headings on every page.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = _SHEET
    _set_page(sheet)
    _write_title(sheet, run)
    for fund, (count, total) in total_by_fund(run.orders).items():
        _write_section(sheet, run, fund, count, total)
    _write_total(sheet, run)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _set_page(sheet: Any) -> None:
    for position, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEFGH"[position]].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(**PAGE_MARGINS)
    sheet.print_title_rows = "1:3"
    sheet.oddFooter.center.text = PAGE_NUMBER
    sheet.sheet_view.showGridLines = False


def _write_title(sheet: Any, run: RunSheet) -> None:
    _put(sheet, 1, 1, f"社会保险费退费{_SHEET}", bold=True, size=16, centre=True)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=_LAST)
    made = f"{run.made_at:%Y-%m-%d %H:%M}"
    said = f"支付批次：{run.number}　　付款日期：{run.day}　　生成：{run.made_by} {made}"
    _put(sheet, 2, 1, said)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=_LAST)
    _write_row(sheet, 3, _HEADINGS, bold=True)


def _write_section(sheet: Any, run: RunSheet, fund: Insurance, count: int, total: int) -> None:
    paying, row = run.accounts[fund], sheet.max_row + 1
    if row > _FIRST_ROW and len(run.orders) > _ONE_PAGE:
        sheet.row_breaks.append(Break(id=row - 1))
    payer = f"付款户名：{paying.holder}　　付款账号：{paying.account}　　{paying.bank}（{paying.cnaps_code}）"
    _put(sheet, row, 1, f"{fund.label}保险基金　　{payer}", bold=True)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=_LAST)
    for position, order in enumerate(run.of(fund), start=1):
        _write_order(sheet, row + position, (position, *_cells(order)))
    _write_sum(sheet, row + 1 + count, f"小计　{count} 笔　大写：{capital_yuan(total)}", total)


def _cells(order: Order) -> Iterator[Any]:
    yield from (order.reference, order.number, order.account_holder, order.bank_account)
    yield from (order.branch_name or order.bank_name, order.cnaps_code, to_yuan(order.amount))


def _write_row(sheet: Any, row: int, cells: Sequence[Any], *, bold: bool = False) -> None:
    for column, value in enumerate(cells, start=1):
        cell = _put(sheet, row, column, value, bold=bold, centre=bold or column == 1)
        cell.border = _FRAME
        if bold:
            cell.fill = PatternFill("solid", start_color="F2F4F7")


def _write_order(sheet: Any, row: int, cells: Sequence[Any]) -> None:
    _write_row(sheet, row, cells)
    lines = max(text_lines(value, _WIDTHS[column - 1]) for column, value in enumerate(cells, 1) if column in _WRAPPED)
    sheet.row_dimensions[row].height = row_height(lines)


def _write_sum(sheet: Any, row: int, said: str, total: int) -> None:
    _write_row(sheet, row, [said, *[None] * (_LAST - 2), to_yuan(total)])
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=_LAST - 1)
    sheet.cell(row, 1).alignment = Alignment(vertical="center")
    sheet.cell(row, 1).font = sheet.cell(row, _LAST).font = Font(bold=True)


def _write_total(sheet: Any, run: RunSheet) -> None:
    row = sheet.max_row + 2
    _write_sum(sheet, row, f"合计　{len(run.orders)} 笔　大写：{capital_yuan(run.total)}", run.total)
    for word, column in zip(_SIGNED, (2, 4, 5, 7), strict=True):
        _put(sheet, row + 2, column, f"{word}：＿＿＿＿＿＿＿")


def _put(
    sheet: Any, row: int, column: int, value: Any, *, bold: bool = False, size: int = 11, centre: bool = False
) -> Any:
    cell = sheet.cell(row, column, value)
    cell.font = Font(bold=bold, size=size)
    if isinstance(value, str):
        # A name that begins with "=" stays a name, a long number stays what it is.
        cell.data_type, cell.number_format = "s", Holds.TEXT.value
    elif value is not None and not isinstance(value, int):
        cell.number_format = _MONEY
    cell.alignment = Alignment(
        horizontal="center" if centre else None, vertical="center", wrap_text=column in _WRAPPED and not bold
    )
    return cell
