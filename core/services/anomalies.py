"""异常: batches that are worth a second look, with a score and its reasons; and those that somebody has explained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.domain.errors import Conflict, InvalidInput, NotAllowed
from core.domain.finding import SEPARATOR
from core.domain.identifiers import normalise_prose
from core.domain.lifecycle import PAID_STATES
from core.domain.purpose import without_numbers
from core.domain.roles import Right, Role, Viewer
from core.domain.wording import N_
from core.services.anomaly_methods import METHODS, Method, Moment, Sight
from core.services.desk import Desk, Unit
from core.services.steps import require_batch
from core.store import anomalies as store
from core.store.database import Connection
from core.texts import _

#: The input in which the reason for an override is typed.
FIELD = "override_reason"
SHORTEST, LONGEST = 6, 500
#: Days for which the anomalies of a paid batch stay listed.
PAID_DAYS = 365


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a batch is listed: the method's code and name, what was seen, and how much it counts."""

    code: str
    name: str
    said: str
    score: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A batch with its reasons, the weightiest first; ``score`` is theirs together, 100 at most. ``total`` in fen."""

    number: str
    employer_name: str
    total: int
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody's word on why an anomaly is none, or on why such a word is taken back (``takes_back``).

    ``stands``: it says so still, nobody has taken it back.
    """

    number: str
    employer_name: str
    code: str
    name: str
    reason: str
    username: str
    at: str
    takes_back: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class Concerns:
    """What whoever decides about one batch ought to know: its open anomalies (``None``: there are none), and the explained."""

    open: Anomaly | None
    overrides: tuple[Override, ...]


def list_anomalies(desk: Desk, viewer: Viewer, *, paid: bool = False) -> tuple[Anomaly, ...]:
    """Open anomalies of batches under way, or of those paid within ``PAID_DAYS``, the weightiest first (``Right.ANALYSE``)."""
    viewer.require(Right.ANALYSE)
    since = (desk.clock() - timedelta(days=PAID_DAYS)).isoformat(timespec="seconds")
    among = store.Among(PAID_STATES, since) if paid else store.Among()
    with desk.read() as connection:
        rows = store.read_batches(connection, among)
        explained = {(row.batch_id, row.code) for row in store.read_overrides(connection) if _stands(row)}
        seen: dict[str, list[tuple[Method, Sight]]] = {}
        for method, sight in _sights(desk, connection, among):
            if (sight.batch_id, method.code) not in explained and viewer.sees(rows[sight.batch_id].employer_id):
                seen.setdefault(sight.batch_id, []).append((method, sight))
    found = [_anomaly(rows[batch_id], sights) for batch_id, sights in seen.items()]
    return tuple(sorted(found, key=lambda each: (-each.score, each.number)))


def _sights(desk: Desk, connection: Connection, among: store.Among) -> Iterator[tuple[Method, Sight]]:
    """What every method sees of these batches."""
    moment = Moment(connection, desk.settings(connection), desk.clock(), among)
    for method in METHODS.values():
        for sight in method.find(moment):
            yield method, sight


def list_overrides(desk: Desk, viewer: Viewer) -> tuple[Override, ...]:
    """What was said of anomalies, the latest first."""
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        return _said(store.read_overrides(connection))


def is_told(viewer: Viewer) -> bool:
    """Whether he decides about batches, and is told what may be odd about one."""
    return any(viewer.may(right) for right in (Right.REVIEW, Right.APPROVE, Right.PAY))


def read_concerns(desk: Desk, viewer: Viewer, number: str) -> Concerns:
    """The anomalies of one batch, under way or paid, and what was said of them. It is told and keeps nobody from anything.

    ``NotAllowed`` for whoever neither decides about batches (``is_told``) nor analyses them.
    """
    if not is_told(viewer):
        viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        overrides = [each for each in store.read_overrides(connection, row.batch_id) if _stands(each)]
        explained = {each.code for each in overrides}
        seen = _sights(desk, connection, store.one_batch(row.batch_id))
        sights = [each for each in seen if each[0].code not in explained]
    return Concerns(_anomaly(row, sights) if sights else None, _said(overrides))


def _said(rows: Iterable[Any]) -> tuple[Override, ...]:
    return tuple(
        Override(
            row.number, row.employer_name, row.code, name_of(row.code), row.reason, row.username, row.at,
            takes_back=_takes_back(row.entry), stands=_stands(row),
        )
        for row in rows
    )  # fmt: skip


def _takes_back(entry: int) -> bool:
    return entry % 2 == 0


def _stands(row: Any) -> bool:
    return bool(row.entry == row.last and not _takes_back(row.entry))


def name_of(code: str) -> str:
    """What an anomaly is called."""
    return _(METHODS[code].name)


def explain_rules(desk: Desk, viewer: Viewer) -> tuple[tuple[str, str, str], ...]:
    """(code, name, rule in one sentence with the threshold in force) of every method."""
    viewer.require(Right.ANALYSE)
    with desk.read() as connection:
        settings = desk.settings(connection)
    return tuple((each.code, _(each.name), _(each.rule).format(n=settings[each.switch])) for each in METHODS.values())


def override_anomaly(desk: Desk, viewer: Viewer, number: str, code: str, reason: str) -> None:
    """Say why an anomaly of a batch is none: it is listed as explained from now on, with who said so.

    ``NotAllowed`` for whoever filed the batch, has had a part in it, or is whom the anomaly speaks of; ``InvalidInput``
    without a reason, or when the batch has no such anomaly; ``Conflict`` when it is explained already.
    """
    viewer.require(Right.ANALYSE)
    said = _word(reason, N_("请用 {least} 至 {most} 个字说明为何不是异常"))
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number)
        sights = _sights_of(desk, unit.connection, row.batch_id, code)
        if not sights:
            raise InvalidInput(N_("该批次没有这种异常，请刷新后重试"), field=FIELD)
        _require_other_person(unit.connection, viewer, row.batch_id, sights)
        last = store.last_entry(unit.connection, row.batch_id, code)
        if last and not _takes_back(last):
            raise Conflict(N_("该异常已有说明，请刷新查看"), field=FIELD)
        _say(unit, row.batch_id, code, last + 1, said)
        unit.audit("anomaly.override", number, code=code, why=said)


def take_back(desk: Desk, viewer: Viewer, number: str, code: str, reason: str) -> None:
    """Take back what was said of an anomaly: it asks for attention again, and both words stay listed.

    By whom and how as ``override_anomaly``; ``Conflict`` when nothing stands that could be taken back.
    """
    viewer.require(Right.ANALYSE)
    said = _word(reason, N_("请用 {least} 至 {most} 个字写明为何撤回说明"))
    with desk.write(viewer) as unit:
        row = require_batch(unit.connection, viewer, number)
        _require_other_person(
            unit.connection, viewer, row.batch_id, _sights_of(desk, unit.connection, row.batch_id, code)
        )
        last = store.last_entry(unit.connection, row.batch_id, code)
        if _takes_back(last):
            raise Conflict(N_("该异常目前没有说明，请刷新查看"), field=FIELD)
        _say(unit, row.batch_id, code, last + 1, said)
        unit.audit("anomaly.take_back", number, code=code, why=said)


def _word(reason: str, wanted: str) -> str:
    said = without_numbers(normalise_prose(reason))
    if not SHORTEST <= len(said) <= LONGEST:
        raise InvalidInput(wanted, field=FIELD, least=SHORTEST, most=LONGEST)
    return said


def _sights_of(desk: Desk, connection: Connection, batch_id: str, code: str) -> list[Sight]:
    """What one method sees of one batch."""
    seen = _sights(desk, connection, store.one_batch(batch_id))
    return [sight for method, sight in seen if method.code == code and sight.batch_id == batch_id]


def _require_other_person(connection: Connection, viewer: Viewer, batch_id: str, sights: Sequence[Sight]) -> None:
    """Whoever took part in a batch, or of whom its anomaly speaks, has no word in it."""
    involved = store.people_of_batch(connection, batch_id).union(*(sight.people for sight in sights))
    if viewer.role is not Role.SYSTEM and viewer.username in involved:
        raise NotAllowed(N_("您参与过该批次的办理，或与该异常有关，请由其他人员说明"), field=FIELD)


def _say(unit: Unit, batch_id: str, code: str, entry: int, said: str) -> None:
    row = {"batch_id": batch_id, "code": code, "entry": entry, "reason": said}
    store.insert_override(unit.connection, row | {"username": unit.viewer.username, "at": unit.at})


def _anomaly(row: Any, sights: list[tuple[Method, Sight]]) -> Anomaly:
    by_code: dict[str, list[Sight]] = {}
    for method, sight in sights:
        by_code.setdefault(method.code, []).append(sight)
    reasons = sorted(
        (_reason(METHODS[code], own) for code, own in by_code.items()), key=lambda each: (-each.score, each.code)
    )
    # The weightiest counts whole, every further one for a fifth.
    score = min(100, reasons[0].score + sum(each.score // 5 for each in reasons[1:]))
    return Anomaly(row.number, row.employer_name, row.total, score, tuple(reasons))


def _reason(method: Method, sights: Sequence[Sight]) -> Reason:
    """What one method saw of a batch, however often: everything it said, and the weightiest score once."""
    said = [_(sight.sentence).format(**sight.values) for sight in sights]
    return Reason(method.code, name_of(method.code), _(SEPARATOR).join(said), max(each.score for each in sights))
