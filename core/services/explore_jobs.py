"""Files of 自由查询: a short answer at once, a long one beside the screens, one at a time for each analyst."""

from core.domain.errors import Conflict
from core.domain.question import FIELD, Question
from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.desk import Desk
from core.services.explore_export import export_answer, require_purpose
from core.services.export_jobs import ExportJob, find_job, start_job
from core.services.exports import Export
from core.services.progress import Progress
from core.services.question_words import say_question
from core.store import explore as store

__all__ = ["ANSWER", "LONG", "ExportJob", "find_job", "take_answer"]

#: The subject under which the viewer's job is found, whatever he asks meanwhile.
ANSWER = "explore"
#: From so many rows on an export takes longer than people look at a button they have pressed.
LONG = 10_000


def take_answer(
    desk: Desk, viewer: Viewer, question: Question, form: str, purpose: str, *, reveal: bool = False
) -> Export | ExportJob:
    """``export_answer`` of up to ``LONG`` rows; of more a job that does the same, to be found as ``ANSWER``.

    Whatever can be refused before a row is read is refused here; ``Conflict`` while another job of the viewer runs.
    """
    require_purpose(viewer, form, purpose, reveal=reveal)
    if not _is_long(desk, viewer, question):
        return export_answer(desk, viewer, question, form, purpose, reveal=reveal)
    running = find_job(viewer, ANSWER)
    if running is not None and not running.is_done:
        raise Conflict(N_("上一个导出还没有完成，请等它完成或取消后再导出"), field=FIELD)

    def make(progress: Progress) -> Export:
        return export_answer(desk, viewer, question, form, purpose, reveal=reveal, progress=progress)

    return start_job(desk, viewer, ANSWER, make, about=say_question(question))


def _is_long(desk: Desk, viewer: Viewer, question: Question) -> bool:
    """Whether there are too many rows to wait for; groups never are."""
    viewer.require(Right.ANALYSE)
    if question.by is not None:
        return False
    with desk.read() as connection:
        return store.add_up(connection, viewer.scope, question, most=LONG)[0] > LONG
