"""附件上传: left what papers there are and which of them this reason asks for, right what has been uploaded."""

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from core.domain.errors import RefundError
from core.domain.materials import MATERIALS
from core.domain.reasons import Reason
from core.domain.roles import Right
from core.services.drafts import Draft
from core.services.papers import OnRecord, Paper, add_paper, list_papers, remove_paper
from core.services.previews import missing_materials, reasons_of_draft
from core.texts import _, current_language
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown, fragment
from pages.parts.formats import local_time
from pages.parts.lines import Cell, draw_cells, line
from pages.parts.messages import attempt, clear_faults, draw_error, draw_faults, draw_note, plain

#: Larger files are refused in the browser; the service checks again, and the server's own limit lies above.
MAX_MEGABYTES = 10
_KINDS = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "application/ofd": "OFD"}
_NUMBERS = {code: number for number, code in enumerate(MATERIALS, start=1)}
_LENGTH_OF_DAY = len("2026-11-24")

#: Widths of cells in pixels; what is left goes to the name.
_NUMBER, _DEMAND, _UPLOAD, _KIND, _DAY, _VIEW, _VIEW_AND_REMOVE = 32, 64, 76, 60, 84, 28, 68
_REMOVED = 116
#: English words are longer than Chinese ones.
_NECESSITY = {"zh": 72, "en": 108}


@fragment
def draw_uploads(draft: Draft) -> None:
    """Both lists, the checklist of the draft's reasons, and the dialog when one is open."""
    viewer = require_user(Right.APPLY)
    papers = list_papers(desk(), viewer, draft_id=draft.draft_id)
    reasons = reasons_of_draft(desk(), draft)
    _draw_checklist(reasons, papers)
    with st.container(key="stacked_papers"):
        left, right = st.columns([4, 3], gap="medium")
    with left, st.container(key="materials"):
        _draw_materials(reasons, papers)
    with right, st.container(key="papers"):
        st.markdown(f"**{_('已上传要件')}**")
        draw_paper_list(papers, on_remove=_remove)
    if state.UPLOAD.get() in MATERIALS:
        _draw_dialog(draft.draft_id, state.UPLOAD.get())


def draw_paper_list(papers: Sequence[Paper], *, on_remove: Callable[[str], None] | None = None) -> None:
    """Uploaded papers line by line (序号, 文件名, 文件类型, 上传日期, 操作): for drafts and for batches.

    ``on_remove`` is told the id of the paper whose 删除 is pressed; without it nothing can be removed.
    """
    headings = [Cell(_("序号"), _NUMBER), Cell(_("文件名")), Cell(_("文件类型"), _KIND), Cell(_("上传日期"), _DAY)]
    draw_cells([*headings, Cell(_("操作"), _VIEW_AND_REMOVE if on_remove else _VIEW)], heading=True)
    if not papers:
        st.caption(_("暂无数据"), text_alignment="center")
    for number, paper in enumerate(papers, start=1):
        with line():
            draw_cells(
                [
                    Cell(str(number), _NUMBER),
                    Cell(paper.file_name, note=_("材料 {number}").format(number=_NUMBERS[paper.material])),
                    Cell(_KINDS.get(paper.media_type, paper.media_type), _KIND),
                    Cell(local_time(paper.uploaded_at)[:_LENGTH_OF_DAY], _DAY),
                ]
            )
            st.link_button(_("查看"), f"/papers/{paper.paper_id}", type="tertiary")
            if on_remove:
                key = f"remove_{paper.paper_id}"
                st.button(_("删除"), key=key, type="tertiary", on_click=on_remove, args=(paper.paper_id,))


def draw_removed_papers(removed: Sequence[OnRecord]) -> None:
    """What the employer took off while the batch was with it: the agency goes on reading it."""
    if not removed:
        return
    st.markdown(f":material/delete: **{_('已删除的要件')}**")
    st.caption(_("单位在补正时删除，不再作为本批次的要件；原件留存备查。"))
    headings = [Cell(_("序号"), _NUMBER), Cell(_("文件名")), Cell(_("上传日期"), _DAY), Cell(_("状态"), _REMOVED)]
    draw_cells([*headings, Cell(_("操作"), _VIEW)], heading=True)
    for number, taken_off in enumerate(removed, start=1):
        paper = taken_off.paper
        with line():
            draw_cells(
                [
                    Cell(str(number), _NUMBER),
                    Cell(paper.file_name, note=_("材料 {number}").format(number=_NUMBERS[paper.material])),
                    Cell(local_time(paper.uploaded_at)[:_LENGTH_OF_DAY], _DAY),
                    Cell(f"✕ {_('已删除')}", _REMOVED, note=local_time(taken_off.removed_at)),
                ]
            )
            st.link_button(_("查看"), f"/papers/{paper.paper_id}", type="tertiary")


def _draw_checklist(reasons: Collection[Reason], papers: Sequence[Paper]) -> None:
    """Told at the start, not when the application comes back: what this reason needs and what is missing of it."""
    if not reasons:
        draw_note("info", _("选择退费原因后，这里会列出该原因需要的材料。"))
        return
    missing = missing_materials(reasons, {paper.material for paper in papers})
    if not missing:
        st.caption(f":green[:material/check_circle: {plain(_('该退费原因的必需材料已齐全。'))}]")
        return
    draw_missing(missing)


def draw_missing(missing: Collection[Collection[str]]) -> None:
    """The groups of 必需 materials of which none is there; nothing when each has one."""
    if missing:
        names = _("；").join(_(" 或 ").join(_(MATERIALS[code].name) for code in group) for group in missing)
        draw_note("warning", _("该退费原因还缺少必需材料：{names}").format(names=names))


def _draw_materials(reasons: Collection[Reason], papers: Sequence[Paper]) -> None:
    st.markdown(f"**{_('要件列表')}**")
    necessity = _NECESSITY[current_language()]
    names = [Cell(_("序号"), _NUMBER), Cell(_("材料名称")), Cell(_("材料必要性"), necessity), Cell(_("要求"), _DEMAND)]
    draw_cells([*names, Cell(_("操作"), _UPLOAD)], heading=True)
    present = {paper.material for paper in papers}
    for code, material in MATERIALS.items():
        with line():
            draw_cells(
                [
                    Cell(str(_NUMBERS[code]), _NUMBER),
                    Cell(_(material.name), note=_("✓ 已上传") if code in present else ""),
                    Cell(_("非必要"), necessity),
                    _demand(reasons, code),
                ]
            )
            st.button(_("上传"), key=f"upload_{code}", on_click=_open, args=(code,), width=_UPLOAD)
        draw_faults(f"upload_{code}")


def _demand(reasons: Collection[Reason], material: str) -> Cell:
    demands = {reason.demand(material) for reason in reasons}
    if "required" in demands:
        return Cell(_("必需"), _DEMAND, strong=True)
    return Cell(_("建议") if "helpful" in demands else "—", _DEMAND)


def _draw_dialog(draft_id: str, material: str) -> None:
    """One material, one uploader. It stays open until a file is kept or the user closes it."""

    @st.dialog(_("上传材料"), width="medium", on_dismiss=state.UPLOAD.clear)
    def upload() -> None:
        with errors_shown():
            _draw_uploader(draft_id, material)

    upload()


def _draw_uploader(draft_id: str, material: str) -> None:
    viewer = require_user(Right.APPLY)
    st.markdown(plain(_(MATERIALS[material].name)))
    st.caption(_("可上传 PDF、JPG、PNG 文件，单个文件不超过 {size}MB。").format(size=MAX_MEGABYTES))
    file = st.file_uploader(
        _("选择文件"), key=f"file_{material}", max_upload_size=MAX_MEGABYTES, label_visibility="collapsed"
    )
    if file is None:
        return
    try:
        add_paper(desk(), viewer, draft_id, material, file.name, file.getvalue())
    except RefundError as error:
        draw_error(error)
        return
    clear_faults(f"upload_{material}")
    state.UPLOAD.clear()
    st.rerun()


def _open(material: str) -> None:
    state.UPLOAD.set(material)


def _remove(paper_id: str) -> None:
    attempt(lambda: remove_paper(desk(), acting_viewer(), paper_id), "")
