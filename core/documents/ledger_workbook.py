"""Files in the format that feeds the ledger (``ledger-format.md``), as other systems export them: for the demonstration."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from core.documents.layouts import BASE, LAYOUTS, Layout
from core.domain.vocabulary import Insurance

#: A column's title in two header rows: (above, below); below is blank where there is only one.
Heading = tuple[str, str]
_A_DAY = (2023, 10, 1, 0, 0, 0)


def ledger_workbook(kind: str, sheet_name: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    """An xlsx file of one sheet: rows by column title, all text but the amounts, which stand under a two-row header.

    ``kind`` is a layout's. The same rows always give the same bytes.
    """
    layout = _layout(kind)
    texts = [column.title for column in layout.columns if _heading(column.title)[1] == ""]
    amounts = sorted((column.title for column in layout.columns if column.title not in texts), key=_is_no_base)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name)
    _write_header(sheet, [_heading(title) for title in texts + amounts])
    for row in rows:
        sheet.append([row.get(title) or None for title in texts] + [_amount(row.get(title)) for title in amounts])
    file = io.BytesIO()
    book.save(file)
    return without_time(file.getvalue())


def ledger_csv(kind: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    """The same as csv, UTF-8 with BOM as Excel saves it."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [column.title for column in _layout(kind).columns], restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def _layout(kind: str) -> Layout:
    return next(layout for layout in LAYOUTS if layout.kind == kind)


def _heading(title: str) -> Heading:
    """养老缴费基数 is 养老 under 缴费基数, 养老滞纳金 is 滞纳金 under 养老: as on the screen."""
    insurance = next((kind.label for kind in Insurance if title.startswith(kind.label)), "")
    part = title.removeprefix(insurance)
    if not insurance or part == "参保方式":
        return title, ""
    return (part, insurance) if part == BASE else (insurance, part)


def _is_no_base(title: str) -> bool:
    """On the screen the three bases come before the amounts."""
    return not title.endswith(BASE)


def _write_header(sheet: Any, headings: list[Heading]) -> None:
    """One header row, or two in which what belongs together is one merged cell, as people draw them."""
    depth = 2 if any(below for _above, below in headings) else 1
    sheet.freeze_panes = f"A{depth + 1}"
    upper: list[str | None] = []
    for above, together in groupby(enumerate(headings, start=1), key=lambda numbered: numbered[1][0]):
        columns = [get_column_letter(column) for column, _heading in together]
        last_row = 1 if len(columns) > 1 else depth
        if (columns[0], 1) != (columns[-1], last_row):
            sheet.merged_cells.add(f"{columns[0]}1:{columns[-1]}{last_row}")
        for column in columns:
            sheet.column_dimensions[column].width = 14 if len(columns) > 1 else 20
        upper += [above, *[None] * (len(columns) - 1)]
    sheet.append(upper)
    if depth > 1:
        sheet.append([below or None for _above, below in headings])


def _amount(written: str | None) -> Decimal | None:
    return Decimal(written) if written else None


def without_time(archive: bytes) -> bytes:
    """The same archive without the moment of its making."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(?<=W3CDTF\">)[^<]+", b"2023-10-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _A_DAY), content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()
