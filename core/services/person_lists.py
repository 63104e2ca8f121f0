"""A list file as a query: who and which months, and what of it has become refundable."""

from collections.abc import Collection
from dataclasses import dataclass

from core.documents.person_list import Listed, read_person_list
from core.documents.sources import as_file
from core.domain.errors import InvalidInput
from core.domain.period import Period
from core.domain.roles import Right, Viewer
from core.domain.vocabulary import Insurance, Verdict
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.drafts import read_draft, select_rows
from core.services.judging import Judgement, judge_range

#: More people than this would not fit a query that somebody can still look over.
MAX_PERSONS = 2_000
_FIELD = "query_list"
_INSURANCES, _REFUSED = tuple(Insurance), tuple(Verdict).index(Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a list asks for. ``first`` and ``last`` are ``None`` when it names no months; ``ticked`` counts rows."""

    persons: tuple[str, ...]
    first: Period | None
    last: Period | None
    ticked: int


def look_up_list(desk: Desk, viewer: Viewer, draft_id: str, file_name: str, content: bytes) -> LookedUp:
    """Read a list file and tick those of its lines that can be refunded now, if the draft has a reason and the list months.

    A list that names insurances (as our export does) ticks a row only for the insurances it names. Other ticks stay. Raises
    ``InvalidInput`` (field ``query_list``) in one sentence for a file that can't be taken; nothing is ticked then.
    """
    viewer.require(Right.APPLY)
    with desk.read() as connection:
        draft = read_draft(connection, viewer, draft_id)
    listed = _read(file_name, content)
    persons = tuple(dict.fromkeys(line.number for line in listed))
    months = sorted({line.period for line in listed if line.period})
    if not persons or len(persons) > MAX_PERSONS:
        raise InvalidInput(N_("清单中应有 1 至 {limit} 个社会保障号码，请核对"), field=_FIELD, limit=MAX_PERSONS)
    if not months:
        return LookedUp(persons, None, None, 0)
    first, last = Period(months[0]), Period(months[-1])
    if not draft.content.reason:
        return LookedUp(persons, first, last, 0)
    judged = judge_range(desk, viewer, draft.employer_id, draft.content.reason, first, last, persons)
    serials = _refundable(judged, set(listed))
    select_rows(desk, viewer, draft_id, serials, serials)
    return LookedUp(persons, first, last, len(serials))


def _read(file_name: str, content: bytes) -> list[Listed]:
    with as_file(file_name, content) as path:
        try:
            return read_person_list(path)
        except InvalidInput as error:
            raise InvalidInput(error.sentence, field=_FIELD, **error.values) from error


def _refundable(judged: Judgement, listed: Collection[Listed]) -> list[str]:
    """The rows of which the list names a line that is not refused."""
    found = {}
    for i in (judged.verdict != _REFUSED).nonzero()[0].tolist():
        number, period = str(judged.social_security_number[i]), int(judged.period[i])
        insurance = _INSURANCES[judged.insurance[i]]
        wanted = (Listed(number, period, insurance), Listed(number, period), Listed(number))
        if any(line in listed for line in wanted):
            found[str(judged.serial[i])] = True
    return list(found)
