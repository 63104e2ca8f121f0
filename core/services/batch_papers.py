"""要件 of a returned batch: the employer adds what is missing and takes off what was wrong; what was filed stays on record."""

from typing import Any

from core.domain.errors import NotFound
from core.domain.lifecycle import State, find_edge
from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.desk import Desk, Unit
from core.services.papers import checked_paper, keep_content, new_paper, page_cache, require_room
from core.services.steps import require_batch, require_step
from core.store import papers as store
from core.store.papers import Paper


def add_batch_paper(desk: Desk, viewer: Viewer, number: str, material: str, file_name: str, content: bytes) -> Paper:
    """Check a paper and add it to a batch that was returned; for whoever may resubmit it.

    Raises as ``core.services.papers.add_paper``, and ``IllegalTransition`` for a batch that is not with the employer.
    """
    with desk.read() as connection:
        row = require_batch(connection, viewer, number)
        require_step(connection, viewer, row, find_edge(State(row.state), "resubmit"))
    file = checked_paper(material, file_name, content)
    keep_content(desk, file)
    with desk.write(viewer) as unit:
        row = _require_open(unit, number)
        paper = new_paper(desk, unit, file, material, batch_id=row.batch_id)
        ever = store.papers_ever_of_batch(unit.connection, row.batch_id)
        require_room(paper, [each.paper for each in ever if not each.removed_at], len(ever))
        store.insert_paper(unit.connection, paper)
        unit.audit("paper.add", paper.paper_id, batch=number, material=material, type=paper.media_type, size=paper.size)
    return paper


def remove_batch_paper(desk: Desk, viewer: Viewer, number: str, paper_id: str) -> None:
    """Take a paper off a batch that was returned; the record and the file are kept."""
    with desk.write(viewer) as unit:
        row = _require_open(unit, number)
        found = store.find_paper(unit.connection, paper_id)
        if found is None or found.removed or found.paper.batch_id != row.batch_id:
            raise NotFound(N_("没有找到该文件，或您无权查看"))
        store.mark_removed(unit.connection, paper_id, unit.at)
        unit.audit("paper.remove", paper_id, batch=number, material=found.paper.material)
    page_cache(desk).forget(found.paper.sha256)


def _require_open(unit: Unit, number: str) -> Any:
    row = require_batch(unit.connection, unit.viewer, number, lock=True)
    require_step(unit.connection, unit.viewer, row, find_edge(State(row.state), "resubmit"))
    return row
