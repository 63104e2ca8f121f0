"""What was said of single lines: marks made, made final, and what a line's leaving does to its batch."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from core.domain.lifecycle import Part
from core.domain.line_review import ENDING_MARKS, Mark, Said
from core.store.bulk import insert_into
from core.store.database import Connection
from core.store.schema import batch_parts, batches, line_decisions, lines, payment_lines

_c = line_decisions.c
_ENDING = [mark.value for mark in ENDING_MARKS]


def read_marks(connection: Connection, batch_id: str) -> list[Said]:
    """Everything that was said of a batch's lines, by line and round."""
    columns = (_c.position, _c.round, _c.part, _c.decision, _c.code, _c.text, _c.username, _c.at, _c.final)
    statement = sa.select(*columns).where(_c.batch_id == batch_id).order_by(_c.position, _c.round, _c.at)
    return [
        Said(position, turn, Part(part), Mark(mark), code, text, username, at, bool(final))
        for position, turn, part, mark, code, text, username, at, final in connection.execute(statement)
    ]


def read_verdicts(connection: Connection, batch_id: str) -> dict[int, str]:
    """The verdict of each filed line, by position."""
    statement = sa.select(lines.c.position, lines.c.verdict).where(lines.c.batch_id == batch_id)
    return dict(connection.execute(statement.order_by(lines.c.position)).all())


def hold_part(connection: Connection, batch_id: str, username: str, part: str) -> None:
    """Record a person's part unless he holds it; another one he holds already fails on the primary key (invariant 6)."""
    held = sa.select(batch_parts.c.part).where(batch_parts.c.batch_id == batch_id, batch_parts.c.username == username)
    if connection.scalar(held) != part:
        connection.execute(batch_parts.insert(), {"batch_id": batch_id, "username": username, "part": part})


def write_marks(connection: Connection, batch_id: str, marks: Sequence[Said]) -> None:
    """Make marks; one of the same line, round and part is made anew unless it is final."""
    statement = insert_into(connection, line_decisions)
    statement = statement.on_conflict_do_update(
        index_elements=["batch_id", "position", "round", "part"],
        set_={name: statement.excluded[name] for name in ("decision", "code", "text", "username", "at")},
    )
    connection.execute(statement, [_row(batch_id, each) for each in marks])


def _row(batch_id: str, said: Said) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "position": said.position,
        "round": said.round,
        "part": said.part.value,
        "decision": said.mark.value,
        "code": said.code,
        "text": said.text,
        "username": said.username,
        "at": said.at,
    }


def make_final(connection: Connection, batch_id: str, turn: int, part: str) -> None:
    """The step of a part was taken: its marks of this round stay as they are."""
    connection.execute(
        line_decisions.update()
        .where(_c.batch_id == batch_id, _c.round == turn, _c.part == part, sa.not_(_c.final))
        .values(final=sa.true())
    )


def free_fallen(connection: Connection, batch_id: str, positions: Collection[int]) -> None:
    """Lines that were refused or dropped for good are free, and the batch's money is that of the lines that stand."""
    leaving = lines.c.position.in_(sorted(positions))
    connection.execute(lines.update().where(lines.c.batch_id == batch_id, leaving).values(live=sa.false()))
    left = _standing_money(connection, batch_id)
    connection.execute(batches.update().where(batches.c.batch_id == batch_id).values(total=sum(left.values())))
    for insurance in connection.scalars(sa.select(payment_lines.c.insurance).where(_paid_of(batch_id))).all():
        own = (_paid_of(batch_id), payment_lines.c.insurance == insurance)
        if left.get(insurance):
            connection.execute(payment_lines.update().where(*own).values(amount=left[insurance]))
        else:
            connection.execute(payment_lines.delete().where(*own))


def _paid_of(batch_id: str) -> sa.ColumnElement[bool]:
    return payment_lines.c.batch_id == batch_id


def _standing_money(connection: Connection, batch_id: str) -> dict[str, int]:
    """Fen per insurance fund of the lines that stand."""
    fell = sa.exists().where(
        _c.batch_id == lines.c.batch_id, _c.position == lines.c.position, _c.final, _c.decision.in_(_ENDING)
    )
    statement = (
        sa.select(lines.c.insurance, sa.func.sum(lines.c.refundable))
        .where(lines.c.batch_id == batch_id, ~fell)
        .group_by(lines.c.insurance)
    )
    return {insurance: int(amount) for insurance, amount in connection.execute(statement)}


def begin_round(connection: Connection, batch_id: str, turn: int) -> None:
    """The batch came back from the employer: its next round begins."""
    connection.execute(batches.update().where(batches.c.batch_id == batch_id).values(round=turn))
