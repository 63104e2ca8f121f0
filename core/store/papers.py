"""Papers: which file supports which draft or batch. Their content lies in ``core.store.files``; no row is ever deleted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from core.store.database import Connection
from core.store.schema import batches, drafts, papers


@dataclass(frozen=True, slots=True)
class Paper:
    """One uploaded paper. ``size`` counts bytes, ``uploaded_at`` is UTC; ``file_name`` is what its owner called it."""

    paper_id: str
    draft_id: str | None
    batch_id: str | None
    material: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """What decides who may open a paper: its draft's owner, its employer, whether it was filed or removed, and the batch's
    number.
    """

    paper: Paper
    owner: str
    employer_id: str
    filed: bool
    number: str
    removed: bool


_COLUMNS = tuple(papers.c[name] for name in Paper.__dataclass_fields__)
_KEPT = papers.c.removed_at == ""


def papers_of_draft(connection: Connection, draft_id: str) -> list[Paper]:
    """The papers of a draft, oldest first, without removed ones."""
    return _papers(connection, papers.c.draft_id == draft_id)


def papers_of_batch(connection: Connection, batch_id: str) -> list[Paper]:
    """The papers of a batch, oldest first, without removed ones."""
    return _papers(connection, papers.c.batch_id == batch_id)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A paper with the moment at which it was taken off, blank while it is there."""

    paper: Paper
    removed_at: str


def papers_ever_of_batch(connection: Connection, batch_id: str) -> list[OnRecord]:
    """Every paper that a batch ever had, oldest first, removed ones included."""
    statement = sa.select(*_COLUMNS, papers.c.removed_at).where(papers.c.batch_id == batch_id)
    rows = connection.execute(statement.order_by(papers.c.uploaded_at, papers.c.paper_id))
    return [OnRecord(Paper(*row[:-1]), row[-1]) for row in rows]


def count_uploads(connection: Connection, draft_id: str) -> int:
    """How often a paper was uploaded to a draft, removed ones included."""
    return connection.scalar(sa.select(sa.func.count()).where(papers.c.draft_id == draft_id)) or 0


def find_paper(connection: Connection, paper_id: str) -> Belonging | None:
    """A paper with whose it is, a removed one as well; ``None`` when there is none."""
    whose = (drafts.c.username, drafts.c.employer_id, batches.c.employer_id, batches.c.number, papers.c.removed_at)
    row = connection.execute(
        sa.select(*_COLUMNS, *whose)
        .select_from(
            papers.outerjoin(drafts, drafts.c.draft_id == papers.c.draft_id).outerjoin(
                batches, batches.c.batch_id == papers.c.batch_id
            )
        )
        .where(papers.c.paper_id == paper_id)
    ).first()
    if row is None:
        return None
    *values, owner, of_draft, of_batch, number, removed_at = row
    paper = Paper(*values)
    filed = paper.batch_id is not None
    return Belonging(paper, owner or paper.uploaded_by, of_batch or of_draft, filed, number or "", bool(removed_at))


def employer_of_batch(connection: Connection, batch_id: str) -> str | None:
    """The employer of a batch; ``None`` when there is no such batch."""
    return connection.scalar(sa.select(batches.c.employer_id).where(batches.c.batch_id == batch_id))


def insert_paper(connection: Connection, paper: Paper) -> None:
    """Add a paper."""
    connection.execute(papers.insert(), asdict(paper))


def mark_removed(connection: Connection, paper_id: str, at: str) -> None:
    """Take a paper off its draft or batch; the row and the file stay."""
    connection.execute(papers.update().where(papers.c.paper_id == paper_id).values(removed_at=at))


def kept_digests(connection: Connection) -> list[tuple[str, str]]:
    """(paper id, SHA-256) of every paper, removed ones included: what has to be on the disk."""
    rows = connection.execute(sa.select(papers.c.paper_id, papers.c.sha256).order_by(papers.c.paper_id))
    return [(row.paper_id, row.sha256) for row in rows]


def _papers(connection: Connection, where: sa.ColumnElement[bool]) -> list[Paper]:
    rows: Sequence[Any] = connection.execute(
        sa.select(*_COLUMNS).where(where, _KEPT).order_by(papers.c.uploaded_at, papers.c.paper_id)
    ).all()
    return [Paper(*row) for row in rows]
