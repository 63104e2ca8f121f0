"""When a step is due: working days of the agency. The clock stands still while the employer has the batch."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from core.domain.lifecycle import SENDING_BACK, WAITS_FOR, WITH_EMPLOYER, State
from core.domain.settings import Settings
from core.services.calendar import add_working_days, working_days_between
from core.services.desk import AGENCY_ZONE
from core.store.batches import Step


def due_date(settings: Settings, state: State, history: Sequence[Step], today: date) -> str:
    """When a batch that enters ``state`` today has to leave it (ISO day), blank where nothing is due.

    What the stage used before the employer had the batch is not given a second time; one day is left at least.
    """
    if state not in WAITS_FOR:
        return ""
    limit = settings.number(WAITS_FOR[state][0]) or 0
    return add_working_days(today, max(1, limit - days_used(state, history))).isoformat()


def answer_date(settings: Settings, history: Sequence[Step]) -> str:
    """Until when the employer is asked to answer what was last sent back to it (ISO day), blank without a limit."""
    days = settings.number("days_to_answer") or 0
    sent = [step.at for step in history if step.to_state == State.RETURNED.value]
    return add_working_days(_day(sent[-1]), days).isoformat() if days and sent else ""


def days_used(state: State, history: Sequence[Step]) -> int:
    """Working days that a batch stood in ``state`` before it last went to the employer; 0 for stages that send nothing back."""
    if state not in SENDING_BACK:
        return 0
    handed_over = [place for place, step in enumerate(history) if State(step.to_state) in WITH_EMPLOYER]
    before = history[: handed_over[-1] + 1] if handed_over else ()
    stays = [(_day(entered.at), _day(left.at)) for entered, left in pairwise(before) if entered.to_state == state.value]
    return sum(working_days_between(first, last) for first, last in stays)


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(AGENCY_ZONE).date()
