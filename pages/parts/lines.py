"""Lists whose lines end in buttons: the cells of a line are one element, because every element slows every click of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as plain text: ``width`` in pixels, 0 for the one that takes what is left; ``note`` stands small below it."""

    text: str
    width: int = 0
    note: str = ""
    strong: bool = False


def line() -> DeltaGenerator:
    """A line to draw cells and then buttons into; they stay beside each other on the narrowest screen."""
    return st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small")


def draw_cells(cells: Iterable[Cell], *, heading: bool = False) -> None:
    """The cells of a line. Whatever is in them is shown letter by letter."""
    kind = "refund-line refund-heading" if heading else "refund-line"
    st.html(f'<div class="{kind}">{"".join(map(_cell, cells))}</div>')


def _cell(cell: Cell) -> str:
    place = f'style="flex: 0 0 {cell.width}px"' if cell.width else 'class="refund-rest"'
    text = f"<strong>{escape(cell.text)}</strong>" if cell.strong else escape(cell.text)
    note = f"<small>{escape(cell.note)}</small>" if cell.note else ""
    return f"<span {place}>{text}{note}</span>"
