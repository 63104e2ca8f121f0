"""智能筛查 chunk by chunk: read a part of the ledger, look who is suspicious, judge these, and say where to go on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.domain.period import Period
from core.domain.screening import Find
from core.domain.settings import Settings
from core.rules.screening import Ground, People, Suspects, find_suspects, screen
from core.services.base_limits import limits_by_month
from core.services.desk import Desk
from core.store.database import Connection
from core.store.sections import BEGINNING, Pair, Scan, at_several, paid_by_two, read_grounds, read_section, scan_ledger

__all__ = ["BEGINNING", "Chunk", "screen_chunks"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one part of the ledger has shown: how many rows it had, and the last employer and person that are done."""

    finds: list[Find]
    rows: int
    after: Pair


def screen_chunks(
    desk: Desk, employers: Sequence[str], after: Pair = BEGINNING, size: int | None = None
) -> Iterator[Chunk]:
    """Go through the ledger after an employer and person: of ``employers`` in their order, or of all if there are none.

    ``size`` rows are read at once (the switch ``screening_rows``): enough for the masks to pay, few enough for a progress bar.
    Who is suspicious is judged by the rows and the switches of the moment in which his chunk has its turn.
    """
    several: set[str] | None = None
    if not employers:
        with desk.read() as connection:
            several = at_several(connection)
    with desk.read() as connection:
        rows = size or desk.settings(connection).number("screening_rows") or 1
    started = employers.index(after[0]) if after[0] in employers else 0
    for employer in employers[started:] or [""]:
        place = after if employer in {"", after[0]} else (employer, "")
        yield from _screen_employer(desk, employer, place, rows, several)


def _screen_employer(desk: Desk, employer: str, after: Pair, size: int, several: set[str] | None) -> Iterator[Chunk]:
    last = after
    for scan in _scans(desk, employer, after, size):
        with desk.read() as connection:
            finds = _screen(connection, scan, several, desk.settings(connection), Period.of(desk.today()))
        last = (str(scan.employer[-1]), str(scan.social_security_number[-1])) if len(scan) else last
        yield Chunk(finds, len(scan), last)


def _scans(desk: Desk, employer: str, after: Pair, size: int) -> Iterator[Scan]:
    """Chunk after chunk. A server makes the next one ready while this one is judged; the embedded database has no core to
    spare for that.
    """

    def read(place: Pair) -> Scan:
        with desk.read() as connection:
            return scan_ledger(connection, employer, place, size)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="scan") as ahead:
        scan = read(after)
        while scan.after is not None:
            coming = None if desk.database.is_sqlite else ahead.submit(read, scan.after)
            yield scan
            scan = read(scan.after) if coming is None else coming.result()
        yield scan


def _screen(
    connection: Connection, scan: Scan, several: set[str] | None, settings: Settings, filing: Period
) -> list[Find]:
    people = People(scan)
    suspects = _suspects(connection, scan, people, several, settings)
    if not suspects.pairs:
        return []
    section = read_section(connection, suspects.pairs, suspects.elsewhere)
    return screen(section, suspects.reasons, settings, filing, limits_by_month())


def _suspects(
    connection: Connection, scan: Scan, people: People, several: set[str] | None, settings: Settings
) -> Suspects:
    persons = list(dict.fromkeys(number for _employer, number in people.pairs))
    if not persons:
        return Suspects([], frozenset(), [])
    grounds = (Ground(*each) for each in read_grounds(connection, persons))
    movers = persons if several is None else [number for number in persons if number in several]
    elsewhere = paid_by_two(connection, movers) if movers else set()
    return find_suspects(scan, people, grounds, elsewhere, settings, limits_by_month())
