"""Rows that stand more than once in the files of one command, and people who stand there under two names."""

from collections.abc import Sequence
from typing import Any

from core.documents.layouts import CONTRIBUTIONS, EMPLOYERS, Layout
from core.documents.tables import Table


def refuse_contradictions(tables: Sequence[tuple[str, Table]], layout: Layout) -> None:
    """Two rows with one key and different content: the later one is an error. ``tables`` come with their file's name."""
    if not has_repeats([table for _name, table in tables], layout):
        return
    first: dict[Any, tuple[str, Table, int]] = {}
    for name, table in tables:
        for record, key in enumerate(table_keys(table, layout)):
            if record in table.bad:
                continue
            seen = first.setdefault(key, (name, table, record))
            if seen[2] != record or seen[1] is not table:
                _compare(seen, table, record)


def has_repeats(tables: Sequence[Table], layout: Layout) -> bool:
    """Whether any key stands more than once."""
    keys = [table_keys(table, layout) for table in tables]
    return len(set().union(*keys)) < sum(map(len, keys))


def table_keys(table: Table, layout: Layout) -> list[Any]:
    """The key of every record: one value, or a tuple of several."""
    columns = [table.columns[field] for field in layout.key]
    return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))


def _compare(seen: tuple[str, Table, int], table: Table, record: int) -> None:
    name, other, other_record = seen
    if any(table.columns[field][record] != other.columns[field][other_record] for field in table.columns):
        field = table.layout.key[0]
        table.add("E39", record, field, file=name, row=other.rows[other_record])


def warn_of_two_names(tables: Sequence[Table]) -> None:
    """One person under two names is a warning, told where the other name first appears.

    A name that is missing or could not be read is an error of its cell, and no other name.
    """
    known: dict[str, str] = {}
    for table in tables:
        if table.layout is not CONTRIBUTIONS:
            continue
        numbers, names = table.columns["social_security_number"], table.columns["name"]
        pairs = [(number, name) for number, name in dict.fromkeys(zip(numbers, names, strict=True)) if number and name]
        others = {(number, name) for number, name in pairs if known.setdefault(number, name) != name}
        for record, pair in enumerate(zip(numbers, names, strict=True)) if others else ():
            if pair in others:
                others.discard(pair)
                table.add("W09", record, "name")


def warn_of_shared_codes(tables: Sequence[Table]) -> None:
    """A 统一社会信用代码 that two employers share is a warning, told at the second."""
    known: dict[str, str] = {}
    for table in tables:
        if table.layout is EMPLOYERS:
            codes, employers = table.columns["uscc"], table.columns["employer_id"]
            for record, (code, employer) in enumerate(zip(codes, employers, strict=True)):
                if code and known.setdefault(code, employer) != employer:
                    table.add("W05", record, "uscc")
