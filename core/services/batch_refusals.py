"""What a filed batch was told as not refundable: a page at a time, or all of it in passing."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from core.documents.refusals import FRAME_COLUMNS
from core.domain.roles import Right, Viewer
from core.services.desk import Desk
from core.services.line_tables import masked, told
from core.services.steps import require_batch
from core.store import batches as store
from core.store.database import Connection


def read_refusals(desk: Desk, viewer: Viewer, number: str, first: int = 0, size: int | None = None) -> pd.DataFrame:
    """``size`` refused lines (all, if none is named) from position ``first`` on, with codes, texts, basis and remedy.

    Money in fen. ``NotFound`` for a batch out of the viewer's scope.
    """
    viewer.require(Right.SEE_BATCHES)
    with desk.read() as connection:
        batch_id = require_batch(connection, viewer, number).batch_id
        return _in_words(connection, viewer, batch_id, store.read_refused(connection, batch_id, first=first, size=size))


def stream_refusals(connection: Connection, viewer: Viewer, batch_id: str) -> Iterator[tuple[Any, ...]]:
    """Every refused line of a batch as the workbook takes it (``FRAME_COLUMNS``), some of them at a time in memory."""
    for part in store.stream_refused(connection, batch_id):
        frame = _in_words(connection, viewer, batch_id, part)
        yield from zip(*(frame[name].tolist() for name in FRAME_COLUMNS), strict=True)


def _in_words(connection: Connection, viewer: Viewer, batch_id: str, frame: pd.DataFrame) -> pd.DataFrame:
    return masked(viewer, told(frame, store.read_findings(connection, batch_id, frame["serial"].tolist())))
