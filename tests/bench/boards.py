"""The boards at 100,000 and at 1,000,000 lines: against the bare queries that give the same figures, and against each other.

A year and three reasons: so many cells of the rollups are filled at either size.
"""

from collections.abc import Callable, Iterator
from typing import Any

from core.domain.board_question import BoardQuestion
from core.domain.period import Period
from core.services.boards import read_board
from core.services.desk import Desk
from core.services.step_boards import read_step_board
from tests.bench.measuring import Figure, in_turns
from tests.bench.volumes import SIZES, filled_desks, statements_of
from tests.support.desks import ANALYST

#: A board takes milliseconds: the median of many turns tells more than that of a few.
TURNS = 31
YEAR = BoardQuestion(first=Period(202212), last=Period(202311))
BOARDS: dict[str, Callable[[Desk, Any, BoardQuestion], object]] = {"money": read_board, "time": read_step_board}


def measure() -> Iterator[Figure]:
    """For each database and board: through the service against bare, and the larger ledger against the smaller."""
    for name, small, large in filled_desks():
        for board, read in BOARDS.items():
            yield from _figures(f"{board}, {name}", small, large, read)


def _figures(name: str, small: Desk, large: Desk, read: Callable[[Desk, Any, BoardQuestion], object]) -> list[Figure]:
    statements = statements_of(large, lambda: read(large, ANALYST, YEAR))
    bare, ours = in_turns(lambda: _run_bare(large, statements), lambda: read(large, ANALYST, YEAR), times=TURNS)
    fewer, more = in_turns(lambda: read(small, ANALYST, YEAR), lambda: read(large, ANALYST, YEAR), times=TURNS)
    return [
        Figure(f"board of {name}, {SIZES[1]:,} lines: service / bare", bare, ours, 1.5),
        Figure(f"board of {name}: {SIZES[1]:,} / {SIZES[0]:,} lines", fewer, more, 1.2),
    ]


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
