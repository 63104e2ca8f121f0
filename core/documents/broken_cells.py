"""Cells that calamine gives as blanks although they are not: errors, and formulas whose result was never stored."""

from typing import Any
from xml.parsers import expat

from core.documents.extents import column_of
from core.documents.problems import Unreadable
from core.documents.sheets import BrokenCell

Places = dict[tuple[int, int], BrokenCell]


def find_broken(xml: bytes, rows: bytes, prefix: bytes) -> Places:
    """Broken cells of one slice by (row, column), both from 0.

    ``xml`` is the slice as a whole document, ``rows`` its rows alone and ``prefix`` their namespace prefix with its colon.
    Only a slice that holds a formula or an error is parsed: most hold neither.
    """
    if b"<%bf" % prefix not in rows and b't="e"' not in rows and b"t='e'" not in rows:
        return {}
    search = _Search()
    try:
        search.parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unreadable("E07") from error
    return search.found


class _Search:
    """What the parser remembers of the cell that it is in."""

    def __init__(self) -> None:
        self.found: Places = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row = self._column = -1
        self._kind = ""
        self._in_formula = self._in_value = False
        self._formula: str | None = None
        self._value: str | None = None

    def _start(self, tag: str, attributes: dict[str, Any]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
        elif name == "c":
            self._column = (
                column_of(attributes["r"].rstrip("0123456789").upper()) if "r" in attributes else self._column + 1
            )
            self._kind, self._formula, self._value = attributes.get("t", "n"), None, None
        elif name == "f":
            self._formula, self._in_formula = "", True
        elif name == "v":
            self._value, self._in_value = "", True

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value = (self._value or "") + text
        elif self._in_formula:
            self._formula = (self._formula or "") + text

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._in_value = False
        elif name == "f":
            self._in_formula = False
        elif name == "c":
            if self._kind == "e":
                self.found[self._row, self._column] = BrokenCell("E27", self._value or "#N/A")
            elif self._formula is not None and (self._value is None or (self._value == "" and self._kind != "str")):
                # A formula whose result is the empty text is blank; one without a result is unknown.
                self.found[self._row, self._column] = BrokenCell("E28", f"={self._formula}")
