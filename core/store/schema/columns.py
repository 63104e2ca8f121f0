"""What every table is made of: the catalogue of tables, and the columns and constraints that recur."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, kinds: type[StrEnum], name: str | None = None) -> CheckConstraint:
    """The column holds one of ``kinds`` and nothing else."""
    listed = ", ".join(f"'{kind.value}'" for kind in kinds)
    return CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def fen(name: str) -> Column[int]:
    """An amount in fen; 0 where nothing is said."""
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def words(name: str, *, default: str | None = None) -> Column[str]:
    """A text that is always there, even where it is blank."""
    return Column(name, Text, nullable=False, server_default=default)
