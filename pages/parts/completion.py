"""补正 on the page of a returned batch: what is missing, more papers, and what to do next."""

from collections.abc import Collection, Sequence

import streamlit as st

from core.domain.errors import RefundError
from core.domain.line_review import Standing
from core.domain.materials import MATERIALS
from core.domain.wording import N_
from core.services.batch_papers import add_batch_paper, remove_batch_paper
from core.services.batches import BatchView
from core.services.line_sheets import LineSheet
from core.services.papers import Paper
from core.services.rounds import RoundChanges, last_changes
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.formats import month_text
from pages.parts.messages import attempt, draw_error, draw_faults, draw_note, plain
from pages.parts.uploads import MAX_MEGABYTES, draw_missing, draw_paper_list

_MATERIAL = "completion_material"


def draw_completion(batch: BatchView, sheet: LineSheet) -> None:
    """For whoever may resubmit: what the agency asks for, and the papers with a place for more."""
    with st.container(border=True, key="completion"):
        st.markdown(f"**{_('补正（第 {round} 轮）').format(round=batch.round)}**")
        changes = last_changes(desk(), require_user(), batch.number)
        if changes:
            draw_note("warning", _("退回意见：{note}").format(note=changes.asked))
        if left := sheet.counts.get(Standing.RETURNED, 0):
            draw_note("warning", _("有 {count} 条明细须补正：请在退费明细中逐条答复或放弃").format(count=left))
            _draw_asked(sheet)
        draw_missing(batch.missing)
        st.caption(_("可补充或删除要件、答复或放弃明细；已申报的明细和金额不能更改。完成后点击“补正后重新提交”。"))
        _draw_upload(batch)


def _draw_asked(sheet: LineSheet) -> None:
    """What is asked about which lines: the same opinion on several is told once."""
    returned = sheet.frame[sheet.frame["standing"] == Standing.RETURNED.value]
    for opinion, lines in returned.groupby("decision", sort=False):
        people = _("、").join(dict.fromkeys(lines["name"]))
        months = _("、").join(dict.fromkeys(map(month_text, lines["period"])))
        about = _("{people}，{months}，共 {count} 条").format(people=people, months=months, count=len(lines))
        st.markdown(f"- {plain(str(opinion))}  \n  :gray[:small[{plain(about)}]]")


def _draw_upload(batch: BatchView) -> None:
    # By its key it stays open when what is told above it becomes more or less.
    with st.expander(_("补充要件"), key="completion_papers", icon=":material/upload_file:"):
        names = {code: _(material.name) for code, material in MATERIALS.items()}
        first = list(names).index(batch.missing[0][0]) if batch.missing else 0
        material = st.selectbox(_("材料名称"), list(names), first, key=_MATERIAL, format_func=names.get)
        # Another key once a file was kept: the field is empty then, and the kept one isn't sent again.
        file = st.file_uploader(
            _("选择文件"), key=f"completion_file_{len(batch.papers)}", max_upload_size=MAX_MEGABYTES
        )
        if file is not None:
            try:
                add_batch_paper(desk(), acting_viewer(), batch.number, material, file.name, file.getvalue())
            except RefundError as error:
                draw_error(error)
            else:
                st.rerun()
        draw_paper_list(batch.papers, on_remove=lambda paper_id: _remove(batch.number, paper_id))
        draw_faults("completion")


def _remove(number: str, paper_id: str) -> None:
    if attempt(lambda: remove_batch_paper(desk(), acting_viewer(), number, paper_id) or True, "completion"):
        state.NOTICE.set((N_("要件已删除，原件仍留存备查"), {}))


def draw_changes(batch: BatchView) -> None:
    """本轮变化: what the employer did the last time the batch was with it."""
    changes = last_changes(desk(), require_user(), batch.number)
    if changes is None or changes.is_empty:
        return
    with st.container(border=True, key="round_changes"):
        said = "　·　".join(_say_changes(changes, {each.paper_id for each in _readable(batch)}))
        st.markdown(f":material/difference: **{_('本轮变化')}**　{said}")


def _readable(batch: BatchView) -> tuple[Paper, ...]:
    return (*batch.papers, *(each.paper for each in batch.removed))


def _say_changes(changes: RoundChanges, readable: Collection[str]) -> list[str]:
    """What was said and done, as Markdown; papers that the viewer may read are links."""
    said = [plain(_("退回意见：{note}").format(note=changes.asked))] if changes.asked else []
    if changes.note:
        said.append(plain(_("单位说明：{note}").format(note=changes.note)))
    if changes.added:
        said.append(_("新增要件：{names}").format(names=_name_papers(changes.added, readable)))
    if changes.removed:
        said.append(_("删除要件：{names}").format(names=_name_papers(changes.removed, readable)))
    if changes.answered:
        said.append(_("答复明细 {count} 条").format(count=len(changes.answered)))
    if changes.dropped:
        said.append(_("放弃明细 {count} 条").format(count=len(changes.dropped)))
    return said


def _name_papers(papers: Sequence[Paper], readable: Collection[str]) -> str:
    return _("、").join(
        f"[{plain(paper.file_name)}](/papers/{paper.paper_id})"
        if paper.paper_id in readable
        else plain(paper.file_name)
        for paper in papers
    )
