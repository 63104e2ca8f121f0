"""Judging: the ledger's rows, the facts and the switches in force, put before the rules."""

from collections.abc import Collection, Sequence

from core.domain.errors import InvalidInput, NotFound
from core.domain.period import Period
from core.domain.reasons import REASONS, Reason
from core.domain.roles import Right, Viewer
from core.domain.settings import Settings
from core.domain.wording import N_
from core.rules.engine import judge
from core.rules.judgement import Judgement
from core.rules.months import ELSEWHERE
from core.services.desk import Desk
from core.store.database import Connection
from core.store.employers import read_employer
from core.store.slices import read_range, read_ticked

__all__ = ["Judgement", "judge_range", "judge_rows"]


def judge_range(  # noqa: PLR0917 - a question has these parts, and the command line asks them in this order
    desk: Desk,
    viewer: Viewer,
    employer_id: str,
    reason: str,
    first: Period,
    last: Period,
    persons: Sequence[str] = (),
) -> Judgement:
    """Judge an employer's rows from ``first`` to ``last`` as if all of them were ticked, of ``persons`` only if given.

    Raises ``NotFound`` for an employer that is unknown or out of the viewer's scope, ``InvalidInput`` (field ``reason``)
    for a reason that is unknown or switched off. Reads only; the month of filing is the present one.
    """
    # A judgement carries full names and numbers.
    viewer.require(Right.SEE_UNMASKED)
    if not viewer.sees(employer_id):
        raise _no_such_employer()
    with desk.read() as connection:
        settings = desk.settings(connection)
        chosen = _find_reason(settings, reason)
        ledger = read_range(
            connection, employer_id, first.number, last.number, persons, elsewhere=chosen.code in ELSEWHERE
        )
        if not len(ledger.serial) and read_employer(connection, employer_id) is None:
            raise _no_such_employer()
    return judge(ledger, chosen, settings, Period.of(desk.today()))


def judge_rows(
    connection: Connection, settings: Settings, employer_id: str, reason: str, serials: Collection[str], filing: Period
) -> Judgement:
    """Judge the rows of these ids as the applicant's tick, inside the caller's transaction.

    A row that is not the applicant's comes out as three lines with N03, its id and nothing else. Raises ``InvalidInput``
    (field ``reason``) for a reason that is unknown or switched off.
    """
    chosen = _find_reason(settings, reason)
    ledger = read_ticked(connection, employer_id, serials, elsewhere=chosen.code in ELSEWHERE)
    return judge(ledger, chosen, settings, filing)


def _find_reason(settings: Settings, code: str) -> Reason:
    if code not in REASONS or not settings.is_on(f"reason_active_{code}"):
        raise InvalidInput(N_("退费原因“{code}”不存在或已停用，请重新选择"), field="reason", code=code[:20])
    return settings.reason(code)


def _no_such_employer() -> NotFound:
    return NotFound(N_("没有找到该单位，或您无权查看"))
