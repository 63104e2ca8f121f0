"""自由查询 over 1,000,000 lines against 100,000: a page costs the same, whatever lies before and behind it."""

from collections.abc import Iterator
from functools import partial

from core.domain.period import Period
from core.domain.question import Dimension, Question, Sort
from core.domain.vocabulary import Insurance
from core.services.desk import Desk
from core.services.explore import AnswerPage, add_up, read_answer, read_groups
from tests.bench.measuring import Figure, in_turns
from tests.bench.volumes import SIZES, filled_desks, statements_of
from tests.support.desks import ANALYST

TURNS = 31
PAGES_BEFORE = 20
MORE_LINES = f"{SIZES[1]:,} / {SIZES[0]:,} lines"
ALL = Question()
QUESTIONS = {
    "newest first": ALL,
    "largest first": Question(sort=Sort.LARGEST),
    "养老 2023-01 至 2023-06, R07": Question(
        first=Period(202301), last=Period(202306), insurance=(Insurance.PENSION,), reason=("R07",)
    ),
}
PIVOT = Question(by=Dimension.REASON, across=Dimension.INSURANCE)


def measure() -> Iterator[Figure]:
    """Pages of three questions, sums, and a pivot of every line against the bare statement that counts it."""
    for database, small, large in filled_desks():
        yield from _pages(database, small, large)
        yield _sums(database, small, large)
        yield _pivot(database, large)


def _pages(database: str, small: Desk, large: Desk) -> Iterator[Figure]:
    for name, question in QUESTIONS.items():
        fewer, more = in_turns(partial(_page, small, question), partial(_page, large, question), times=TURNS)
        yield Figure(f"page, {name}, {database}: {MORE_LINES}", fewer, more, 1.2)
    first, later = in_turns(partial(_page, large), partial(_page, large, after=_place(large)), times=TURNS)
    yield Figure(f"page {PAGES_BEFORE + 1} / first page, {database}", first, later, 1.5)


def _sums(database: str, small: Desk, large: Desk) -> Figure:
    fewer, more = in_turns(partial(add_up, small, ANALYST, ALL), partial(add_up, large, ANALYST, ALL), times=7)
    return Figure(f"sums of at most 100,000 rows, {database}: {MORE_LINES}", fewer, more, 1.5)


def _page(desk: Desk, question: Question = ALL, after: tuple[object, ...] = ()) -> AnswerPage:
    return read_answer(desk, ANALYST, question, after)


def _place(desk: Desk) -> tuple[object, ...]:
    """Where a page begins that has many before it."""
    place: tuple[object, ...] = ()
    for _page_before in range(PAGES_BEFORE):
        place = _page(desk, after=place).place
    return place


def _pivot(database: str, desk: Desk) -> Figure:
    statements = statements_of(desk, lambda: read_groups(desk, ANALYST, PIVOT))

    def bare() -> None:
        with desk.database.read() as connection:
            cursor = connection.connection.cursor()
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()

    floor, ours = in_turns(bare, lambda: read_groups(desk, ANALYST, PIVOT), times=5)
    return Figure(f"pivot of {SIZES[1]:,} lines, {database}: service / bare", floor, ours, 1.2)
