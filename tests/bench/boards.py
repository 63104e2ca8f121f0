"""The boards at 100,000 and at 1,000,000 lines: against the bare queries that give the same figures, and against each other.

About ten lines a batch, a hundred employers, a year, three reasons: so many cells of the rollups are filled at either size.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.domain.board_question import BoardQuestion
from core.domain.period import Period
from core.services.boards import read_board
from core.services.desk import Desk
from core.services.step_boards import read_step_board
from core.store.database import Database
from tests.bench.measuring import Figure, in_turns
from tests.support.desks import ANALYST, make_desk
from tests.support.postgres import running_postgres
from tests.support.volume import write_many

SIZES = (100_000, 1_000_000)
LINES_A_BATCH = 9
#: A board takes milliseconds: the median of many turns tells more than that of a few.
TURNS = 31
YEAR = BoardQuestion(first=Period(202212), last=Period(202311))
BOARDS: dict[str, Callable[[Desk, Any, BoardQuestion], object]] = {"money": read_board, "time": read_step_board}


def measure() -> list[Figure]:
    """For each database and board: through the service against bare, and the larger ledger against the smaller."""
    figures = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running_postgres())
        for name, url in (
            ("SQLite", lambda size: f"sqlite:///{folder}/{size}.sqlite3"),
            ("PostgreSQL", lambda _size: server.url(server.new_database())),
        ):
            small, large = (_filled(Database(url(size)), folder, size) for size in SIZES)
            for board, read in BOARDS.items():
                figures += _figures(f"{board}, {name}", small, large, read)
            for desk in (small, large):
                desk.database.dispose()
    return figures


def _filled(database: Database, folder: Path, size: int) -> Desk:
    database.migrate()
    desk = make_desk(database, folder)
    write_many(database, size // LINES_A_BATCH)
    return desk


def _figures(name: str, small: Desk, large: Desk, read: Callable[[Desk, Any, BoardQuestion], object]) -> list[Figure]:
    statements = _statements(large, read)
    bare, ours = in_turns(lambda: _run_bare(large, statements), lambda: read(large, ANALYST, YEAR), times=TURNS)
    fewer, more = in_turns(lambda: read(small, ANALYST, YEAR), lambda: read(large, ANALYST, YEAR), times=TURNS)
    return [
        Figure(f"board of {name}, {SIZES[1]:,} lines: service / bare", bare, ours, 1.5),
        Figure(f"board of {name}: {SIZES[1]:,} / {SIZES[0]:,} lines", fewer, more, 1.2),
    ]


def _statements(desk: Desk, read: Callable[[Desk, Any, BoardQuestion], object]) -> list[tuple[str, Any]]:
    """The statements that a board sends, as the driver gets them."""
    sent: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    sa.event.listen(desk.database.engine, "before_cursor_execute", keep)
    read(desk, ANALYST, YEAR)
    sa.event.remove(desk.database.engine, "before_cursor_execute", keep)
    return sent


def _run_bare(desk: Desk, statements: list[tuple[str, Any]]) -> dict[Any, dict[Any, Any]]:
    """The figures of every chart by their keys, not yet folded, shared out or put into words."""
    figures: dict[Any, dict[Any, Any]] = {}
    with desk.database.read() as connection:
        cursor = connection.connection.cursor()
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            for row in cursor.fetchall():
                figures.setdefault(row[0], {})[row[1:4]] = row[4:]
    return figures
