"""Questions over all batches, lines and refusals: pages by keyset, capped counts, groups. Amounts in fen."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.domain.board_question import NO_DISTRICT, Measure
from core.domain.question import Dimension, Question, Sort, Subject
from core.store.bulk import among
from core.store.database import Connection
from core.store.migrations.rollup_sql import ALL
from core.store.schema import audit, batch_figures, batches, line_findings, lines, payment_lines, refused_lines

#: So many rows are counted and added up without being asked to: what lies beyond is said to be more.
MOST_COUNTED = 100_000
_CHUNK = 2_000
#: Among so many rows there are people enough, unless very few were asked for.
_SAMPLE = 1_000
#: So many batches or rows are found first and put in order afterwards; where there are more, some are soon met in order.
_FEW = 2_000

_BY_AMOUNT = (Sort.LARGEST, Sort.SMALLEST)
_b, _l, _r, _f = batches.c, lines.c, refused_lines.c, line_findings.c
_received = _r.employer_part + _r.personal_part + _r.late_fee + _r.interest
#: The month of filing is that of the agency's calendar, as the batch's number has it: TF + YYYYMM + …
_filed = sa.func.substr(_b.number, 3, 6)
#: The region of the batch's branch as the boards have counted it; blank where the directory knew none.
_counted = batch_figures.c
_district = (
    sa.select(_counted.district)
    .where(_counted.batch_id == _b.batch_id, _counted.insurance == ALL, _counted.measure == Measure.FILED.value)
    .scalar_subquery()
)


def _codes_of(owner: Any) -> Any:
    codes = sa.select(sa.func.aggregate_strings(_f.code, "|"))
    return codes.where(_told_of(owner)).correlate(owner).scalar_subquery()


def _told_of(owner: Any) -> sa.ColumnElement[bool]:
    same = (_f.batch_id == owner.c.batch_id, _f.serial == owner.c.serial, _f.insurance == owner.c.insurance)
    return sa.and_(*same)


@dataclass(frozen=True)
class _Source:
    """How a subject is read: its own table beside batches, its columns by name, what makes a place in it unique, its amount
    and people.
    """

    table: sa.Table | None
    columns: Mapping[str, Any]
    place: Sequence[Any]
    amount: Any
    people: Any
    period: Any = None
    insurance: Any = None


#: What one comes for stands first: which batch, whose line, how much. Reasons are long, and say the same of many rows.
_OF_BATCH = {"number": _b.number, "state": _b.state, "employer_name": _b.employer_name}
_SOURCES: Mapping[Subject, _Source] = {
    Subject.BATCHES: _Source(
        None,
        _OF_BATCH
        | {
            "total": _b.total,
            "line_count": _b.line_count,
            "refused_count": _b.refused_count,
            "reason": _b.reason,
            "account_holder": _b.account_holder,
            "bank_account": _b.bank_account,
            "submitted_at": _b.submitted_at,
        },
        (),
        _b.total,
        _b.batch_id,
    ),
    Subject.LINES: _Source(
        lines,
        _OF_BATCH
        | {
            "name": _l.name,
            "social_security_number": _l.social_security_number,
            "period": _l.period,
            "insurance": _l.insurance,
            "refundable": _l.refundable,
            "employer_part": _l.employer_part,
            "personal_part": _l.personal_part,
            "late_fee": _l.late_fee,
            "interest": _l.interest,
            "verdict": _l.verdict,
            "reason": _b.reason,
        },
        (_l.position,),
        _l.refundable,
        _l.social_security_number,
        _l.period,
        _l.insurance,
    ),
    Subject.REFUSALS: _Source(
        refused_lines,
        _OF_BATCH
        | {
            "name": _r.name,
            "social_security_number": _r.social_security_number,
            "period": _r.period,
            "insurance": _r.insurance,
            "codes": _codes_of(refused_lines),
            "received": _received,
            "employer_part": _r.employer_part,
            "personal_part": _r.personal_part,
            "late_fee": _r.late_fee,
            "interest": _r.interest,
            "reason": _b.reason,
        },
        (_r.serial, _r.insurance),
        _received,
        _r.social_security_number,
        _r.period,
        _r.insurance,
    ),
}
_DIMENSIONS: Mapping[Dimension, Any] = {
    Dimension.REASON: _b.reason,
    Dimension.FILED: _filed,
    Dimension.STATE: _b.state,
    Dimension.EMPLOYER: _b.employer_name,
    Dimension.DISTRICT: _district,
    Dimension.VERDICT: _l.verdict,
    Dimension.CODE: _f.code,
}


def columns_of(subject: Subject) -> tuple[str, ...]:
    """The names of what a row of this subject holds, in order."""
    return tuple(_SOURCES[subject].columns)


def read_page(
    connection: Connection, scope: Collection[str] | None, question: Question, after: Sequence[Any], size: int
) -> tuple[list[Any], tuple[Any, ...]]:
    """Up to ``size`` rows that come ``after`` a place, and the place of the last one; blank when nothing follows."""
    order = _order(question)
    statement = _rows(connection, scope, question, order)
    if after:
        statement = statement.where(*_beyond(order, after))
    found = connection.execute(statement.limit(size + 1)).all()
    width = len(columns_of(question.subject))
    place = tuple(found[size - 1][width:]) if len(found) > size else ()
    return [row[:width] for row in found[:size]], place


def stream_rows(connection: Connection, scope: Collection[str] | None, question: Question) -> Iterator[Any]:
    """Every row in order, read a piece at a time while the snapshot is open."""
    statement = _rows(connection, scope, question, _order(question))
    width = len(columns_of(question.subject))
    with connection.execution_options(stream_results=True, yield_per=_CHUNK).execute(statement) as result:
        for row in result:
            yield row[:width]


def add_up(
    connection: Connection, scope: Collection[str] | None, question: Question, *, most: int | None
) -> tuple[int, int, int]:
    """(rows, batches, amount) of the answer in one statement; over its first ``most`` + 1 rows, ``None``: over all."""
    source = _SOURCES[question.subject]
    rows = _select(connection, scope, question, _own(source).batch_id, source.amount.label("amount"), alone=True)
    found = (rows.limit(most + 1) if most else rows).subquery()
    counted = sa.select(
        sa.func.count(), sa.func.count(found.c.batch_id.distinct()), sa.func.coalesce(sa.func.sum(found.c.amount), 0)
    )
    count, batch_count, amount = connection.execute(counted).one()
    return count, batch_count, int(amount)


def count_people(connection: Connection, scope: Collection[str] | None, question: Question, enough: int) -> int:
    """How many people the answer is about, exact where they are fewer than ``enough``. Batches count for themselves."""
    people = _select(connection, scope, question, _SOURCES[question.subject].people.label("person"), alone=True)
    rows, count = _rows_and_people(connection, people.limit(_SAMPLE))
    return count if count >= enough or rows < _SAMPLE else _rows_and_people(connection, people)[1]


def _rows_and_people(connection: Connection, people: sa.Select[Any]) -> tuple[int, int]:
    found = people.subquery()
    rows, count = connection.execute(sa.select(sa.func.count(), sa.func.count(found.c.person.distinct()))).one()
    return rows, count


def read_groups(connection: Connection, scope: Collection[str] | None, question: Question, most: int) -> list[Any]:
    """(row group, column group or blank, rows, people, amount), up to ``most`` + 1 of them.

    People are told apart by their numbers, batches by themselves. A refusal with two causes stands in both groups.
    """
    source = _SOURCES[question.subject]
    by = _dimension(source, question.by)
    across = _dimension(source, question.across)
    figures = (sa.func.count(), sa.func.count(source.people.distinct()), sa.func.sum(source.amount))
    grouped = {Dimension.CODE} & {question.by, question.across}
    statement = _select(
        connection, scope, question, by.label("row_group"), across.label("column_group"), *figures, coded=bool(grouped)
    )
    # By their names: an expression with parameters is not the same one twice.
    keys = ["row_group", "column_group"] if question.across else ["row_group"]
    return list(connection.execute(statement.group_by(*keys).order_by(*keys).limit(most + 1)))


def read_entry(connection: Connection, sequence: int) -> Any | None:
    """One entry of the audit log: at, actor, action, detail."""
    c = audit.c
    return connection.execute(sa.select(c.at, c.actor, c.action, c.detail).where(c.sequence == sequence)).first()


def _dimension(source: _Source, dimension: Dimension | None) -> Any:
    if dimension is None:
        return sa.literal("")
    own = {Dimension.PERIOD: source.period, Dimension.INSURANCE: source.insurance}
    return own[dimension] if dimension in own else _DIMENSIONS[dimension]


# --- which rows, in which order ---


def _rows(
    connection: Connection, scope: Collection[str] | None, question: Question, order: Sequence[tuple[Any, bool]]
) -> sa.Select[Any]:
    keys = [column for column, _down in order]
    shown = _SOURCES[question.subject].columns.items()
    labelled = [column.label(name) for name, column in shown] + [key.label(f"key{i}") for i, key in enumerate(keys)]
    statement = _select(connection, scope, question, *labelled, ordered=True)
    return statement.order_by(*(key.desc() if down else key for key, down in order))


def _order(question: Question) -> list[tuple[Any, bool]]:
    """(column, whether it falls) …: the last ones tell any two rows apart."""
    source = _SOURCES[question.subject]
    if question.sort in _BY_AMOUNT:
        # All the same way, so that an index has them in order.
        falls = question.sort is Sort.LARGEST
        return [(column, falls) for column in (source.amount, _own(source).batch_id, *source.place)]
    return [(_b.number, question.sort is Sort.NEWEST), *((column, False) for column in source.place)]


def _beyond(order: Sequence[tuple[Any, bool]], after: Sequence[Any]) -> Iterator[sa.ColumnElement[bool]]:
    """Rows behind a place: some key is beyond it and those before are equal. The first key alone is what an index needs."""
    (first, falls), value = order[0], after[0]
    yield first <= value if falls else first >= value
    ways = []
    for depth, (column, down) in enumerate(order):
        same = [key == after[i] for i, (key, _down) in enumerate(order[:depth])]
        ways.append(sa.and_(*same, column < after[depth] if down else column > after[depth]))
    yield sa.or_(*ways)


def _select(
    connection: Connection,
    scope: Collection[str] | None,
    question: Question,
    *columns: Any,
    coded: bool = False,
    alone: bool = False,
    ordered: bool = False,
) -> sa.Select[Any]:
    """``alone``: columns are those of the subject's own table, and batches are read only where they are asked for."""
    source, of_batch = _SOURCES[question.subject], list(_of_batch(connection, scope, question))
    rows_first, by_month = _way(connection, source, question, of_batch, ordered=ordered)
    own = source.table if alone and not of_batch else None
    table = _joined(connection, source, rows_first=rows_first) if own is None else own
    if coded:
        table = table.join(line_findings, _told_of(refused_lines))
    of_row = _of_row(source, question, coded=coded, by_month=by_month)
    return sa.select(*columns).select_from(table).where(*of_batch, *of_row)


def _way(
    connection: Connection,
    source: _Source,
    question: Question,
    of_batch: Sequence[sa.ColumnElement[bool]],
    *,
    ordered: bool,
) -> tuple[bool, bool]:
    """Whether to begin with the rows, not with their batches, and whether to find them by their months.

    PostgreSQL knows by itself. SQLite knows nothing of the sizes of tables: where there might be few, it is tried.
    """
    table = source.table
    if table is None or connection.dialect.name != "sqlite":
        return True, True
    months, amounts = list(_of_months(source, question, by_month=True)), list(_of_amount(source, question))
    if (question.first or question.last) and _are_few(connection, table, months):
        return True, True
    if table is lines and amounts and _are_few(connection, table, amounts):
        return True, False
    if not ordered or question.sort not in _BY_AMOUNT:
        return False, False
    return not of_batch or not _are_few(connection, batches, of_batch), False


def _are_few(connection: Connection, table: sa.Table, where: Iterable[sa.ColumnElement[bool]]) -> bool:
    rows = sa.select(sa.literal(1)).select_from(table).where(*where).limit(_FEW + 1).subquery()
    return (connection.scalar(sa.select(sa.func.count()).select_from(rows)) or 0) <= _FEW


def _joined(connection: Connection, source: _Source, *, rows_first: bool) -> sa.FromClause:
    if source.table is None:
        return batches
    own: Any = _b.batch_id
    its: Any = source.table.c.batch_id
    if connection.dialect.name == "sqlite":
        # What is put together can't be looked up, and so stands first.
        own, its = (own, its.concat("")) if rows_first else (own.concat(""), its)
    return batches.join(source.table, its == own)


def _own(source: _Source) -> Any:
    return batches.c if source.table is None else source.table.c


def _of_batch(
    connection: Connection, scope: Collection[str] | None, question: Question
) -> Iterator[sa.ColumnElement[bool]]:
    dialect = connection.dialect.name
    if scope is not None:
        yield among(_b.employer_id, scope, dialect)
    for column, values in ((_b.reason, question.reason), (_b.state, question.state)):
        if values:
            yield column.in_([str(value) for value in values])
    # Numbers begin with the day of filing, so that their own index finds a range of months.
    if question.filed_first is not None:
        yield _b.number >= f"TF{question.filed_first.number}"
    if question.filed_last is not None:
        yield _b.number < f"TF{(question.filed_last + 1).number}"
    if question.employer:
        named = _b.employer_name.contains(question.employer, autoescape=True)
        yield (_b.employer_id == question.employer.upper()) | named
    if question.district:
        unknown = question.district == NO_DISTRICT
        yield _district == "" if unknown else _district.startswith(question.district, autoescape=True)


def _of_row(source: _Source, question: Question, *, coded: bool, by_month: bool) -> Iterator[sa.ColumnElement[bool]]:
    yield from _of_amount(source, question)
    if question.subject is Subject.BATCHES:
        yield from _of_a_batch_with(question)
        return
    yield from _of_months(source, question, by_month=by_month)
    if question.verdict:
        yield _l.verdict.in_([str(verdict) for verdict in question.verdict])
    if question.code:
        owner = lines if question.subject is Subject.LINES else refused_lines
        named = _f.code.in_(question.code)
        yield named if coded else sa.exists().where(_told_of(owner), named).correlate(owner)


def _of_amount(source: _Source, question: Question) -> Iterator[sa.ColumnElement[bool]]:
    if question.amount_from is not None:
        yield source.amount >= question.amount_from
    if question.amount_to is not None:
        yield source.amount <= question.amount_to


def _of_months(source: _Source, question: Question, *, by_month: bool) -> Iterator[sa.ColumnElement[bool]]:
    # What is added to can't be looked up.
    period = source.period if by_month else source.period + 0
    if question.first is not None:
        yield period >= question.first.number
    if question.last is not None:
        yield period <= question.last.number
    if question.insurance:
        yield source.insurance.in_([str(kind) for kind in question.insurance])


def _of_a_batch_with(question: Question) -> Iterator[sa.ColumnElement[bool]]:
    """Batches with some line in the months; batches that were filed for a fund."""
    if question.first is not None or question.last is not None:
        months = [_l.batch_id == _b.batch_id]
        months += [_l.period >= question.first.number] if question.first else []
        months += [_l.period <= question.last.number] if question.last else []
        yield sa.exists().where(*months).correlate(batches)
    if question.insurance:
        funds = payment_lines.c.insurance.in_([str(kind) for kind in question.insurance])
        yield sa.exists().where(payment_lines.c.batch_id == _b.batch_id, funds).correlate(batches)
