"""What the rollups ought to hold, as SQL over batches, lines and events: for the triggers that keep them, and for ``check``.

Every statement takes ``only``, a further condition on one batch (``AND l.batch_id = …``) or blank for all of them. Months and
days are the agency's; SQLite and PostgreSQL spell them differently, everything else is the same.
"""

# ruff: noqa: S608 - what is put into the statements are constants of this file

#: Stands for every employer, district or insurance in a key of the rollups.
ALL = "*"
#: The steps after which a batch, or lines of it, may count elsewhere.
_TURNS = "('paid', 'withdrawn', 'rejected', 'bank_review')"
_ENDING = "d.final AND d.decision IN ('refuse', 'drop')"
_MONEY = "l.employer_part, l.personal_part"
_FUNDS = " UNION ALL ".join(
    f"SELECT '{kind}' AS insurance, '{fund}' AS fund"
    for fund in ("pension", "unemployment", "work_injury")
    for kind in (fund, ALL)
)

FIGURE_COLUMNS = (
    "batch_id, insurance, measure, month, employer_id, reason, district,"
    " batches, lines, employer_part, personal_part, amount"
)
ROLLUP_COLUMNS = (
    "insurance, measure, employer_id, district, month, reason, batches, lines, employer_part, personal_part, amount"
)
STEP_COLUMNS = "employer_id, state, step, month, username, reason, moves, seconds, late, straight"
#: Whether a new event (``NEW``) moves figures.
TURNS = f"""NEW.position = 1 OR NEW.to_state IN {_TURNS}
    OR EXISTS (SELECT 1 FROM line_decisions d WHERE d.batch_id = NEW.batch_id AND {_ENDING})"""
#: The first schema's idea of an end: what is paid stays paid.
ENDING_ONCE = "e.to_state IN ('paid', 'withdrawn', 'rejected')"
#: A payment that came back is none: it counts when it was made anew.
ENDING_STAYS = f"""{ENDING_ONCE} AND NOT EXISTS (SELECT 1 FROM batch_events r WHERE r.batch_id = e.batch_id
        AND r.position > e.position AND r.from_state = 'paid' AND r.to_state = 'payment_failed')"""


def month_of(moment: str, dialect: str) -> str:
    """YYYYMM at the agency of a stored moment (ISO 8601 in UTC)."""
    if dialect == "sqlite":
        return f"CAST(strftime('%Y%m', {moment}, '+8 hours') AS INTEGER)"
    return f"CAST(to_char(CAST({moment} AS timestamptz) AT TIME ZONE 'Asia/Shanghai', 'YYYYMM') AS INTEGER)"


def _day_of(moment: str, dialect: str) -> str:
    if dialect == "sqlite":
        return f"strftime('%Y-%m-%d', {moment}, '+8 hours')"
    return f"to_char(CAST({moment} AS timestamptz) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


def _seconds(first: str, last: str, dialect: str) -> str:
    if dialect == "sqlite":
        return f"CAST(strftime('%s', {last}) AS INTEGER) - CAST(strftime('%s', {first}) AS INTEGER)"
    return f"CAST(extract(epoch FROM CAST({last} AS timestamptz) - CAST({first} AS timestamptz)) AS BIGINT)"


def _counted(only: str, ending: str) -> str:
    """One row for every line and every measure it counts in: batch, fund, measure, moment, money (fen)."""
    ended = f"""JOIN batch_events e ON e.batch_id = l.batch_id AND {ending}
        WHERE NOT EXISTS (SELECT 1 FROM line_decisions d
            WHERE d.batch_id = l.batch_id AND d.position = l.position AND {_ENDING})"""
    fallen = f"JOIN line_decisions d ON d.batch_id = l.batch_id AND d.position = l.position AND {_ENDING}"
    told = "l.employer_part + l.personal_part + l.late_fee + l.interest"
    return f"""
        SELECT l.batch_id, l.insurance, 'filed' AS measure, b.submitted_at AS at, {_MONEY}, l.refundable AS amount
        FROM batch_lines l JOIN batches b ON b.batch_id = l.batch_id WHERE TRUE {only}
        UNION ALL SELECT l.batch_id, l.insurance, e.to_state, e.at, {_MONEY}, l.refundable
        FROM batch_lines l {ended} {only}
        UNION ALL SELECT l.batch_id, l.insurance, CASE d.decision WHEN 'drop' THEN 'withdrawn' ELSE 'rejected' END,
            d.at, {_MONEY}, l.refundable FROM batch_lines l {fallen} WHERE TRUE {only}
        UNION ALL SELECT l.batch_id, l.insurance, 'rejected:' || d.code, d.at, {_MONEY}, l.refundable
        FROM batch_lines l {fallen} WHERE d.decision = 'refuse' {only}
        UNION ALL SELECT l.batch_id, l.insurance, 'told', b.submitted_at, {_MONEY}, {told}
        FROM refused_lines l JOIN batches b ON b.batch_id = l.batch_id WHERE TRUE {only}
        UNION ALL SELECT l.batch_id, l.insurance, 'told:' || f.code, b.submitted_at, {_MONEY}, {told}
        FROM refused_lines l JOIN batches b ON b.batch_id = l.batch_id
        JOIN line_findings f ON f.batch_id = l.batch_id AND f.serial = l.serial AND f.insurance = l.insurance
        WHERE TRUE {only}"""


def figures_of(dialect: str, only: str = "", ending: str = ENDING_STAYS) -> str:
    """What ``batch_figures`` ought to hold, in ``FIGURE_COLUMNS``; ``ending`` picks the events ``e`` that end a batch."""
    return f"""
        SELECT g.batch_id, g.insurance, g.measure, g.month, b.employer_id, b.reason, coalesce(k.region, '') AS district,
            CASE WHEN g.month = min(g.month) OVER (PARTITION BY g.batch_id, g.insurance, g.measure)
                THEN 1 ELSE 0 END AS batches,
            g.lines, g.employer_part, g.personal_part, g.amount
        FROM (
            SELECT s.batch_id, u.insurance, s.measure, {month_of("s.at", dialect)} AS month,
                CAST(count(*) AS INTEGER) AS lines, CAST(sum(s.employer_part) AS BIGINT) AS employer_part,
                CAST(sum(s.personal_part) AS BIGINT) AS personal_part, CAST(sum(s.amount) AS BIGINT) AS amount
            FROM ({_counted(only, ending)}) s JOIN ({_FUNDS}) u ON u.fund = s.insurance
            GROUP BY 1, 2, 3, 4) g
        JOIN batches b ON b.batch_id = g.batch_id
        LEFT JOIN bank_branches k ON k.cnaps_code = b.cnaps_code"""


def rollup_of() -> str:
    """What ``line_rollup`` ought to hold, in ``ROLLUP_COLUMNS``: sums of ``batch_figures``."""
    levels = (f"'{ALL}', '{ALL}'", f"'{ALL}', district", "employer_id, district")
    kept = " UNION ALL ".join(
        f"SELECT insurance, measure, {level}, month, reason, batches, lines, employer_part, personal_part, amount"
        " FROM batch_figures"
        for level in levels
    )
    sums = ", ".join(
        f"CAST(sum({name}) AS BIGINT)" for name in ("batches", "lines", "employer_part", "personal_part", "amount")
    )
    named = kept.replace(levels[0], f"'{ALL}' AS employer_id, '{ALL}' AS district", 1)
    return f"SELECT insurance, measure, employer_id, district, month, reason, {sums} FROM ({named}) s GROUP BY 1, 2, 3, 4, 5, 6"


#: Whether the batch of a step ``e`` had never been returned before it.
STRAIGHT = """NOT EXISTS (SELECT 1 FROM batch_events r WHERE r.batch_id = e.batch_id
        AND r.position < e.position AND r.to_state = 'returned')"""


def waited_of(dialect: str) -> str:
    """Seconds that a batch had waited for a step ``e`` since the one before it, ``p``."""
    return _seconds("p.at", "e.at", dialect)


def late_of(dialect: str) -> str:
    """Whether a step ``e`` was taken after the day that was due since ``p``."""
    return f"p.due_on <> '' AND {_day_of('e.at', dialect)} > p.due_on"


def steps_of(dialect: str, only: str = "") -> str:
    """What ``step_rollup`` ought to hold, in ``STEP_COLUMNS``."""
    late = f"CASE WHEN {late_of(dialect)} THEN 1 ELSE 0 END"
    straight = f"CASE WHEN {STRAIGHT} THEN 1 ELSE 0 END"
    return f"""
        SELECT v.employer_id, v.state, v.step, v.month, v.username, v.reason, count(*) AS moves,
            CAST(sum(v.seconds) AS BIGINT), CAST(sum(v.late) AS BIGINT), CAST(sum(v.straight) AS BIGINT)
        FROM (
            SELECT w.employer_id, e.from_state AS state, e.step, {month_of("e.at", dialect)} AS month, e.username,
                b.reason, {waited_of(dialect)} AS seconds, {late} AS late, {straight} AS straight
            FROM batch_events e JOIN batch_events p ON p.batch_id = e.batch_id AND p.position = e.position - 1
            JOIN batches b ON b.batch_id = e.batch_id
            JOIN (SELECT employer_id, employer_id AS whose FROM employers
                UNION ALL SELECT '{ALL}', employer_id FROM employers) w ON w.whose = b.employer_id
            WHERE TRUE {only}) v
        GROUP BY 1, 2, 3, 4, 5, 6"""
