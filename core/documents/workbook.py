"""Tables that leave the house: xlsx and csv in which text stays text, ids stay ids and money stays exact.

Every writer's defaults turn a name such as ``=cmd()`` into a live formula; here a column says what it holds.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from itertools import chain, islice
from math import ceil
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from rustpy_xlsxwriter import Format, write_worksheet, write_worksheets

from core.domain.money import plain_yuan
from core.domain.wording import N_
from core.texts import _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"

#: From this many rows on a list is written by the fast writer, which takes a fifteenth of the time (``docs/``: performance).
LONG_LIST = 5_000
_MEASURED_ROWS = 1_000
_AT_ONCE = 250
_NARROWEST, _WIDEST = 6, 60
_LINE_HEIGHT, _TALLEST_ROW = 15.0, 409.0
_CELL_LENGTH = 32_767
_HEADER_FILL, _RULE = "F2F4F7", "C9CED6"

#: On paper: inches of margin, and the footer.
PAGE_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6, "header": 0.3, "footer": 0.3}
PAGE_NUMBER = N_("第 &P 页 / 共 &N 页")
_A4 = 9
#: What ``_set_page`` says, in the words of the fast writer.
_LONG_PAGE: dict[str, Any] = {
    "landscape": True,
    "paper_size": _A4,
    "fit_to_pages": (1, 0),
    "margins": PAGE_MARGINS,
}

_Row = tuple[Any, ...]
_Column = Sequence[Any]

# What XML can't carry; Excel calls a file with one of these damaged.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?")
# Full-width signs start a formula as well where the input method is Chinese or Japanese.
_STARTS_FORMULA = re.compile(r"[\s'\"]*[=+\-@＝＋－＠]|[\t\r\n]")
_LOOKS_LIKE_ID = re.compile(r"\d{12,}[\dXx]?|0\d+")
CSV_NOTE = N_("说明：以 = + - @ 开头的文字和较长的号码前加了单引号 '，以免被表格软件当作公式或数字；使用前请去掉。")


class Holds(StrEnum):
    """What a column holds, and so how it is written."""

    TEXT = "@"
    #: Whole fen in, exact yuan out.
    MONEY = "#,##0.00"
    COUNT = "0"
    #: Days with one decimal.
    DAYS = "0.0"
    #: A part of 1, shown in percent.
    SHARE = "0.0%"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and what it holds."""

    heading: str
    holds: Holds = Holds.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of several: its name, what stands above its table (its title, then a line each), and the table's rows."""

    name: str
    above: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """What ``write_workbook_to`` writes, as bytes."""
    file = io.BytesIO()
    write_workbook_to(file, title, columns, rows)
    return file.getvalue()


def write_workbook_to(file: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write an xlsx file of one sheet: calm header that stays in sight, filter, widths that fit Chinese.

    Cells of a ``MONEY`` column are fen (int), of a ``COUNT`` column int; ``None`` is an empty cell. Anything else is text and
    stays text, whatever it looks like, also when somebody edits the cell. Rows are taken as they are written, some hundred at a
    time: a list of any length needs the memory of its first ``LONG_LIST`` rows. What ``rows`` raises stops the writing.
    """
    cells = _cells(columns, rows)
    begun = list(islice(cells, LONG_LIST + 1))
    if len(begun) <= LONG_LIST:
        _write_short(file, title, columns, begun)
    else:
        _write_long(file, title, columns, begun[:_MEASURED_ROWS], chain(begun, cells))


def write_sheets(columns: Sequence[Column], sheets: Sequence[Sheet]) -> bytes:
    """Tables with the same columns as one xlsx file, a sheet each; cells as ``write_workbook_to`` takes them."""
    file = io.BytesIO()
    begun = {sheet.name: _begun(_cells(columns, sheet.rows)) for sheet in sheets}
    heads = {sheet.name: len(sheet.above) for sheet in sheets}
    formats = [Format().set_num_format(column.holds.value) for column in columns]
    write_worksheets(
        [(name, _records(columns, cells)) for name, (_measured, cells) in begun.items()],
        file,
        freeze_panes={name: {"row": head + 1, "col": 0} for name, head in heads.items()},
        header_row=heads,
        merge_ranges={sheet.name: _above(sheet.above, len(columns) - 1) for sheet in sheets},
        autofilter=dict.fromkeys(heads, True),
        column_widths={name: _widths(columns, measured) for name, (measured, _rest) in begun.items()},
        column_formats=dict.fromkeys(heads, formats),
        page_setup={name: _long_page(head) for name, head in heads.items()},
        header_format=dict.fromkeys(heads, _long_header()),
    )
    return file.getvalue()


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same table as csv for Excel (UTF-8 with BOM). Text that Excel would compute or round gets a leading apostrophe.

    If any did, a note in the last line says so.
    """
    file = io.BytesIO()
    write_csv_to(file, columns, rows)
    return file.getvalue()


def write_csv_to(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """The same into a file, row by row as they come."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    heading = Column("", Holds.TEXT)
    headings = [_csv_cell(heading, column.heading) for column in columns]
    writer.writerow(headings)
    quoted = any(cell.startswith("'") for cell in headings)
    for row in rows:
        cells = [_csv_cell(column, value) for column, value in zip(columns, row, strict=True)]
        quoted = quoted or any(cell.startswith("'") for cell in cells)
        writer.writerow(cells)
    if quoted:
        writer.writerow([_(CSV_NOTE)])
    text.detach()


def cell_value(column: Column, value: Any) -> Any:
    """What a cell of this column holds: yuan, a whole number, or text that every spreadsheet can read."""
    (cell,) = _WRITERS[column.holds]((value,))
    return cell


def _cells(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[_Row]:
    """Rows as the cells that are written; some at a time, because a column of them takes a third of what its cells take."""
    writers = [_WRITERS[column.holds] for column in columns]
    coming = iter(rows)
    while some := list(islice(coming, _AT_ONCE)):
        values = zip(*some, strict=True)
        yield from zip(*(write(column) for write, column in zip(writers, values, strict=True)), strict=True)


def _texts(column: _Column) -> list[str | None]:
    return [None if value is None else _text(str(value)) for value in column]


def _moneys(column: _Column) -> list[float | None]:
    # A number in a workbook is a double, which holds fen exactly up to 90 billion yuan; nobody calculates with it here.
    return [None if fen is None else int(fen) / 100 for fen in column]


def _counts(column: _Column) -> list[int | None]:
    return [None if value is None else int(value) for value in column]


def _parts(column: _Column) -> list[float | None]:
    return [None if value is None else float(value) for value in column]


# Most texts of a long list have been there before.
@lru_cache(1 << 14)
def _text(text: str) -> str:
    return _NOT_IN_XML.sub("", _LINE_END.sub("\n", text))[:_CELL_LENGTH]


_WRITERS: dict[Holds, Callable[[_Column], list[Any]]] = {
    Holds.TEXT: _texts,
    Holds.MONEY: _moneys,
    Holds.COUNT: _counts,
    Holds.DAYS: _parts,
    Holds.SHARE: _parts,
}


def _csv_cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.holds is not Holds.TEXT:
        return plain_yuan(int(value)) if column.holds is Holds.MONEY else str(cell_value(column, value))
    text = str(value)
    return f"'{text}" if _STARTS_FORMULA.match(text) or _LOOKS_LIKE_ID.fullmatch(text) else text


def _write_short(file: BinaryIO, title: str, columns: Sequence[Column], cells: list[_Row]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    _set_page(sheet)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(cells) + 1}"
    widths = _widths(columns, cells)
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.append([_header_cell(sheet, column) for column in columns])
    for number, row in enumerate(cells, start=2):
        high = max((text_lines(value, width) for value, width in zip(row, widths, strict=True)), default=1)
        if high > 1:
            sheet.row_dimensions[number].height = row_height(high)
        styled = (_styled_cell(sheet, column, value) for column, value in zip(columns, row, strict=True))
        sheet.append([_wrapped(cell) if high > 1 else cell for cell in styled])
    book.save(file)


def text_lines(value: Any, width: float) -> int:
    """Lines that a text takes in a column of this width, each of which wastes a character or two at its end."""
    if not isinstance(value, str) or ("\n" not in value and 2 * len(value) <= width - 2):
        return 1
    return sum(max(1, ceil(text_width(part) / max(width - 2, 1))) for part in value.split("\n"))


def row_height(lines: int) -> float:
    """Points that so many lines take; said, because not every program finds out by itself."""
    return min(_LINE_HEIGHT * lines, _TALLEST_ROW)


def _wrapped(cell: WriteOnlyCell) -> WriteOnlyCell:
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _set_page(sheet: Any) -> None:
    """On paper: A4 across, as wide as the page, the headings and a number on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(**PAGE_MARGINS)
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = _(PAGE_NUMBER)


def _header_cell(sheet: Any, column: Column) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _text(column.heading))
    # A pivot's headings are names that somebody has typed: text, whatever openpyxl guesses.
    cell.data_type = "s"
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", start_color=_HEADER_FILL)
    cell.border = Border(bottom=Side("thin", color=_RULE))
    cell.alignment = Alignment(horizontal="left" if column.holds is Holds.TEXT else "right", vertical="center")
    return cell


def _styled_cell(sheet: Any, column: Column, value: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = column.holds.value
    if column.holds is Holds.TEXT and value is not None:
        # openpyxl has guessed: "=…" a formula, "#N/A" an error. It is text.
        cell.data_type = "s"
    return cell


def _write_long(
    file: BinaryIO, title: str, columns: Sequence[Column], measured: list[_Row], cells: Iterable[_Row]
) -> None:
    write_worksheet(
        _records(columns, cells),
        file,
        sheet_name=title,
        freeze_row=1,
        autofilter=True,
        column_widths=_widths(columns, measured),
        column_formats=[Format().set_num_format(column.holds.value) for column in columns],
        page_setup=_long_page(0),
        header_format=_long_header(),
    )


def _records(columns: Sequence[Column], cells: Iterable[_Row]) -> Iterator[dict[str, Any]]:
    headings = [_text(column.heading) for column in columns]
    return map(dict, map(partial(zip, headings, strict=True), cells))


def _begun(cells: Iterator[_Row]) -> tuple[list[_Row], Iterator[_Row]]:
    """The rows that are measured, and all of them."""
    measured = list(islice(cells, _MEASURED_ROWS))
    return measured, chain(measured, cells)


def _above(lines: Sequence[str], last_column: int) -> list[_Row]:
    """Each line over the whole width of the table, the title in bold and larger."""
    plain = Format().set_num_format(Holds.TEXT.value).set_align("left")
    title = Format().set_bold().set_font_size(14).set_align("left")
    return [(row, 0, row, last_column, _text(line), plain if row else title) for row, line in enumerate(lines)]


def _long_header() -> Format:
    header = Format().set_bold().set_background_color(_HEADER_FILL)
    return header.set_border_bottom("thin").set_border_bottom_color(_RULE)


def _long_page(head: int) -> dict[str, Any]:
    return _LONG_PAGE | {"repeat_rows": (head, head), "footer": f"&C{_(PAGE_NUMBER)}"}


def _widths(columns: Sequence[Column], cells: list[_Row]) -> list[float]:
    """Widths in characters: what the longest of the first cells needs, within bounds."""
    return [
        float(
            min(
                _WIDEST,
                max(_NARROWEST, *(_room(column, row[i]) for row in cells[:_MEASURED_ROWS]), _heading_room(column)),
            )
        )
        for i, column in enumerate(columns)
    ]


#: How numbers of fixed decimals are shown.
_SHOWN = {Holds.MONEY: "{:,.2f}", Holds.DAYS: "{:.1f}", Holds.SHARE: "{:.1%}"}


def _heading_room(column: Column) -> int:
    # The filter's button stands beside the heading.
    return text_width(column.heading) + 4


def _room(column: Column, value: Any) -> int:
    if value is None:
        return 0
    return text_width(_SHOWN[column.holds].format(value) if column.holds in _SHOWN else str(value)) + 2


def text_width(text: str) -> int:
    """How many characters of a column a text takes; a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
