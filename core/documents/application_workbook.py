"""退费申请表 as a workbook: the sections of the PDF on a grid of twelve columns that prints one A4 page wide."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from core.documents import application_form as form
from core.documents.application import Application
from core.documents.workbook import Column, Holds, cell_value, text_width

_COLUMNS, _COLUMN_WIDTH, _LINE_HEIGHT = 12, 7.6, 15.0
_LABEL, _VALUE, _WHOLE = 2, 4, 12
_SHADE = PatternFill("solid", start_color="EEF1F5")
_SIDE = Side("thin", color="5B6470")
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_MARGINS = {"left": 0.5, "right": 0.5, "top": 0.5, "bottom": 0.6, "header": 0.3, "footer": 0.3}
_PAGES = "第 &P 页 / 共 &N 页"
#: Signs of GB 2312: every Chinese font has them, and a box that a font can't tick would look like an empty one.
_TICKED, _UNTICKED = "√", "□"
#: Lines left blank for stamps, opinions and signatures.
_ROOM = 3
_DATE = "：      年      月      日"


@dataclass(frozen=True, slots=True)
class _Cell:
    """One box of the form: how many columns it takes, what is in it, how it looks."""

    columns: int
    value: Any
    holds: Holds = Holds.TEXT
    is_label: bool = False
    bold: bool = False
    align: str = "left"
    top: bool = False

    @property
    def lines(self) -> int:
        """Lines that its text needs."""
        room = self.columns * _COLUMN_WIDTH - 2
        return sum(max(1, ceil(text_width(part) / room)) for part in str(self.value).split("\n"))


def write_application_workbook(applications: Sequence[Application]) -> bytes:
    """One sheet for each form."""
    book = Workbook()
    book.remove(book.active)
    for position, application in enumerate(applications, start=1):
        sheet = book.create_sheet(form.TITLE if len(applications) == 1 else f"{form.TITLE} {position}")
        _set_page(sheet)
        for row, (cells, room) in enumerate(_rows(application), start=1):
            _write(sheet, row, cells, room)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(application: Application) -> list[tuple[list[_Cell], int]]:
    """The rows of the form with the fewest lines each is high."""
    content, sections = form.content_of(application), iter(form.SECTIONS)
    return [
        ([_Cell(_WHOLE, form.TITLE, bold=True, align="center")], 2),
        ([_Cell(_WHOLE // 2, f"批次号：{content['number']}"), _Cell(_WHOLE // 2, content["note"], align="right")], 1),
        _section(next(sections)),
        *_pairs(content["employer"]),
        _section(next(sections)),
        *_pairs(content["cause"]),
        _section(next(sections)),
        *_amounts(content),
        _section(next(sections)),
        *_pairs(content["account"]),
        _section(next(sections)),
        *_materials(content["materials"]),
        _section(next(sections)),
        *_promise(),
        _section(next(sections)),
        *_opinions(),
    ]


def _section(title: str) -> tuple[list[_Cell], int]:
    return [_Cell(_WHOLE, title, is_label=True, bold=True)], 1


def _label(text: str, columns: int = _LABEL) -> _Cell:
    return _Cell(columns, text, is_label=True, align="center")


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[tuple[list[_Cell], int]]:
    """Two pairs in a row; where their number is odd, the first one has a row of its own."""
    first = [([_label(pairs[0][0]), _Cell(_WHOLE - _LABEL, pairs[0][1])], 1)] if len(pairs) % 2 else []
    rest = pairs[len(pairs) % 2 :]
    return first + [
        ([cell for name, value in rest[at : at + 2] for cell in (_label(name), _Cell(_VALUE, value))], 1)
        for at in range(0, len(rest), 2)
    ]


def _amounts(content: dict[str, Any]) -> list[tuple[list[_Cell], int]]:
    rows = [
        ([_label(name), *(_Cell(_LABEL, fen, Holds.MONEY, align="right") for fen in amounts)], 1)
        for name, *amounts in content["amounts"]
    ]
    capitals = [_label(form.CAPITALS), _Cell(_WHOLE - _LABEL, content["capitals"], bold=True)]
    return [([_label(heading) for heading in form.AMOUNT_HEADINGS], 1), *rows, (capitals, 1)]


def _materials(materials: Sequence[tuple[bool, str, str]]) -> list[tuple[list[_Cell], int]]:
    widths = (1, 9, 2)
    headings = [_label(heading, width) for heading, width in zip(form.MATERIAL_HEADINGS, widths, strict=True)]
    return [(headings, 1)] + [
        (
            [
                _Cell(1, _TICKED if there else _UNTICKED, align="center"),
                _Cell(9, name),
                _Cell(2, demand, align="center"),
            ],
            1,
        )
        for there, name, demand in materials
    ]


def _promise() -> list[tuple[list[_Cell], int]]:
    names = [f"{name}{_DATE if name == form.SIGNATURES[-1] else '：'}" for name in form.SIGNATURES]
    return [
        ([_Cell(_WHOLE, form.PROMISE)], 3),
        *(([_Cell(6, name, top=True) for name in names[at : at + 2]], _ROOM) for at in (0, 2)),
    ]


def _opinions() -> list[tuple[list[_Cell], int]]:
    width = _WHOLE // len(form.STEPS)
    heights = (_ROOM + 1, 2, 1)
    return [([_label(step, width) for step in form.STEPS], 1)] + [
        ([_Cell(width, f"{name}：", top=True) for _step in form.STEPS], height)
        for name, height in zip(form.STEP_FIELDS, heights, strict=True)
    ]


def _write(sheet: Worksheet, row: int, cells: Sequence[_Cell], room: int) -> None:
    column = 1
    for cell in cells:
        last = column + cell.columns - 1
        _write_cell(sheet.cell(row, column), cell)
        for inner in range(column, last + 1):
            # A merged cell shows the border of every cell under it.
            sheet.cell(row, inner).border = _BOX if row > 2 else Border()
        sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)
        column = last + 1
    sheet.row_dimensions[row].height = _LINE_HEIGHT * max(room, *(cell.lines for cell in cells)) + 3


def _write_cell(target: Any, cell: _Cell) -> None:
    target.value = cell_value(Column("", cell.holds), cell.value)
    target.number_format = cell.holds.value
    if cell.holds is Holds.TEXT:
        # openpyxl has guessed: "=…" a formula, "#N/A" an error. It is text.
        target.data_type = "s"
    target.font = Font(bold=cell.bold, size=16 if cell.value == form.TITLE else 10)
    target.alignment = Alignment(horizontal=cell.align, vertical="top" if cell.top else "center", wrap_text=True)
    if cell.is_label:
        target.fill = _SHADE


def _set_page(sheet: Worksheet) -> None:
    for position in range(_COLUMNS):
        sheet.column_dimensions["ABCDEFGHIJKL"[position]].width = _COLUMN_WIDTH
    sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    for side, inches in _MARGINS.items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter.center.text = _PAGES
    sheet.sheet_view.showGridLines = False
