"""智能筛查 for the command line: finds as texts, one after the other, while the ledger is being read."""

from collections.abc import Callable, Iterator, Sequence

from core.domain.errors import InvalidInput, NotFound
from core.domain.finding import SEPARATOR
from core.domain.money import plain_yuan
from core.domain.period import Period
from core.domain.roles import Right, Viewer
from core.domain.screening import Find, confidence_of
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.screening import BEGINNING, screen_chunks
from core.store.employers import read_employer
from core.store.sections import Pair, count_ledger, read_pair, read_serial
from core.texts import _

COLUMNS = (
    "employer", "serial", "social_security_number", "name", "period", "insurance", "code", "also", "confidence", "basis",
    "amount",
)  # fmt: skip


def screen_ledger(
    desk: Desk,
    viewer: Viewer,
    employers: Sequence[str],
    told: Callable[[str], None],
    *,
    after: str | None = None,
    goes_on: Callable[[str], bool] = lambda _place: True,
) -> Iterator[tuple[str, ...]]:
    """Every find of these employers (none: all) as texts in the order of ``COLUMNS``; ``told`` gets a line after each chunk.

    ``goes_on`` is asked once the finds of a chunk have been taken, with the serial of a row of the person up to whom everything
    is told, which names nobody; ``after`` such a place another call goes on. Raises ``NotFound`` before anything is read when
    an employer is unknown, ``InvalidInput`` for a place that these employers don't have. Nothing is stored but an audit entry.
    """
    viewer.require(Right.ANALYSE)
    viewer.require(Right.SEE_UNMASKED)
    chosen = sorted(set(employers))
    with desk.read() as connection:
        place = BEGINNING if after is None else read_pair(connection, after)
    if place is None or (chosen and place != BEGINNING and place[0] not in chosen):
        raise InvalidInput(N_("接续的位置不属于所选单位，请核对后重试"))
    with desk.write(viewer) as unit:
        if not all(read_employer(unit.connection, employer) for employer in chosen):
            raise NotFound(N_("没有找到该单位，或您无权查看"))
        unit.audit("screening.print", "", employers=chosen)
    with desk.read() as connection:
        total = count_ledger(connection, chosen)
    return _stream(desk, chosen, total, told, place, goes_on)


def _stream(
    desk: Desk,
    employers: Sequence[str],
    total: int,
    told: Callable[[str], None],
    after: Pair,
    goes_on: Callable[[str], bool],
) -> Iterator[tuple[str, ...]]:
    seen = found = 0
    for chunk in screen_chunks(desk, employers, after):
        seen, found = seen + chunk.rows, found + len(chunk.finds)
        told(
            _("已筛查 {seen} / {total} 行，发现 {found} 条").format(
                seen=f"{seen:,}", total=f"{total:,}", found=f"{found:,}"
            )
        )
        yield from map(_texts, chunk.finds)
        with desk.read() as connection:
            serial = read_serial(connection, chunk.after)
        # An employer without rows has no place of its own, and takes no time.
        if serial is not None and not goes_on(serial):
            return


def _texts(find: Find) -> tuple[str, ...]:
    return (
        find.employer_id, find.serial, find.social_security_number, find.name, str(Period(find.period)), find.insurance,
        find.code, "|".join(find.also), confidence_of(find.code).value,
        _(SEPARATOR).join(detail.told(_) for detail in find.basis), plain_yuan(find.amount),
    )  # fmt: skip
