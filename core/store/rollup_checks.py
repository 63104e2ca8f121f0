"""Whether the rollups say what the lines and events say: each query names what differs."""

# ruff: noqa: S608 - what is put into the statements are constants of ``rollup_sql``

import sqlalchemy as sa

from core.store.checks import MOST
from core.store.migrations.rollup_sql import (
    FIGURE_COLUMNS,
    ROLLUP_COLUMNS,
    STEP_COLUMNS,
    figures_of,
    rollup_of,
    steps_of,
)

# The district is what the directory said when the batch last counted: a newer directory may know better.
_FIGURES = FIGURE_COLUMNS.replace(" district,", "")


def batches_miscounted(connection: sa.Connection) -> list[str]:
    """Numbers of batches whose figures are not those of their lines."""
    ought = f"SELECT {_FIGURES} FROM ({figures_of(connection.dialect.name)}) o"
    found = f"SELECT DISTINCT b.number FROM ({_difference(ought, f'SELECT {_FIGURES} FROM batch_figures')}) x"
    return _told(connection, f"{found} JOIN batches b ON b.batch_id = x.batch_id")


def months_missummed(connection: sa.Connection) -> list[str]:
    """Months in which the sums of the boards are not those of the batches' figures."""
    kept = f"SELECT {ROLLUP_COLUMNS} FROM line_rollup WHERE lines <> 0"
    return _told(connection, f"SELECT DISTINCT month FROM ({_difference(rollup_of(), kept)}) x")


def steps_miscounted(connection: sa.Connection) -> list[str]:
    """Months in which the counted steps are not those of the histories."""
    kept = f"SELECT {STEP_COLUMNS} FROM step_rollup"
    return _told(connection, f"SELECT DISTINCT month FROM ({_difference(steps_of(connection.dialect.name), kept)}) x")


def _difference(ought: str, kept: str) -> str:
    both = (
        f"SELECT * FROM ({one}) a EXCEPT SELECT * FROM ({other}) z" for one, other in ((ought, kept), (kept, ought))
    )
    return " UNION ALL ".join(f"SELECT * FROM ({each}) y" for each in both)


def _told(connection: sa.Connection, statement: str) -> list[str]:
    rows = connection.execute(sa.text(f"SELECT * FROM ({statement}) AS found ORDER BY 1 LIMIT {MOST}"))
    return [str(row[0]) for row in rows]
