"""Tables for other programs: Parquet with exact money, written a piece at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from core.documents.workbook import Column, Holds, cell_value
from core.domain.money import to_yuan

PARQUET = "application/vnd.apache.parquet"
_PIECE = 20_000
_TYPES = {
    Holds.TEXT: pa.string(),
    Holds.MONEY: pa.decimal128(18, 2),
    Holds.COUNT: pa.int64(),
    Holds.DAYS: pa.float64(),
    Holds.SHARE: pa.float64(),
}


def write_parquet_to(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Rows as ``write_workbook`` takes them: fen become exact decimals of yuan, text stays as it is, with no signs before it."""
    schema = pa.schema([(column.heading, _TYPES[column.holds]) for column in columns])
    with pq.ParquetWriter(file, schema) as writer:
        for piece in _pieces(rows):
            arrays = [
                pa.array([_cell(column, value) for value in values], _TYPES[column.holds])
                for column, values in zip(columns, zip(*piece, strict=True), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _pieces(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    remaining = iter(rows)
    while piece := list(islice(remaining, _PIECE)):
        yield piece


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.holds is Holds.MONEY:
        return to_yuan(int(value))
    return str(value) if column.holds is Holds.TEXT else cell_value(column, value)
