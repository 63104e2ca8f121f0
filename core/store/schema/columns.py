"""What every table is made of: the catalogue of tables, and the columns and constraints that recur."""

from enum import StrEnum

import sqlalchemy as sa

from core.domain.bank import FIELDS

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, kinds: type[StrEnum], name: str | None = None) -> sa.CheckConstraint:
    """The column holds one of ``kinds`` and nothing else."""
    listed = ", ".join(f"'{kind.value}'" for kind in kinds)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def fen(name: str) -> sa.Column[int]:
    """An amount in fen; 0 where nothing is said."""
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))


def words(name: str, *, default: str | None = None) -> sa.Column[str]:
    """A text that is always there, even where it is blank."""
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def bank_words(*, default: str | None = None) -> list[sa.Column[str]]:
    """The six fields of 退费信息 (``domain.md`` §5)."""
    return [words(field, default=default) for field in FIELDS]
