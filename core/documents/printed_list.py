"""Long lists on paper: the columns of a workbook on A4 landscape, their headings again on every page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.documents.pdf import write_long_pdf, write_pdf
from core.documents.workbook import Column, Holds
from core.domain.money import format_yuan

#: So many lines a list may have on paper: some eighty pages and 400 MB of memory. What is longer is read in a workbook.
MOST_LINES = 2_000
#: From this many rows on a list is set as a long document.
LONG = 300
#: Kinds of row. What is no line of its own stands out.
LINE, SUBTOTAL, TOTAL = "", "subtotal", "total"
Row = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class PrintedList:
    """One list: pairs of label and text above it, its rows (kind and cells, as ``write_workbook`` takes them), notes below."""

    said: Sequence[tuple[str, str]]
    rows: Iterable[Row]
    notes: Sequence[str] = ()


def write_list(
    title: str, columns: Sequence[Column], widths: Sequence[float | None], lists: Sequence[PrintedList], at: datetime
) -> bytes:
    """The lists as one PDF, each from a page of its own. ``widths`` in millimetres; ``None`` shares what is left."""
    content = [{"said": one.said, "notes": one.notes, **table_content(columns, widths, one.rows)} for one in lists]
    write = write_long_pdf if sum(len(one["rows"]) for one in content) >= LONG else write_pdf
    return write("list", {"title": title, "lists": content}, at)


def table_content(
    columns: Sequence[Column], widths: Sequence[float | None], rows: Iterable[Row]
) -> dict[str, list[dict[str, Any]]]:
    """A table as ``listing`` of ``layout.typ`` draws it: ``columns`` and ``rows``, every cell in words."""
    shown = [
        {"heading": column.heading, "holds": column.holds.name.lower(), "width": width}
        for column, width in zip(columns, widths, strict=True)
    ]
    written = [
        {"kind": kind, "cells": [_words(column, cell) for column, cell in zip(columns, cells, strict=True)]}
        for kind, cells in rows
    ]
    return {"columns": shown, "rows": written}


def _words(column: Column, cell: Any) -> str:
    if cell is None:
        return ""
    return format_yuan(cell) if column.holds is Holds.MONEY else str(cell)
