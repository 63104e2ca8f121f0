"""A list file instead of typed numbers: the exported workbook of refused lines, or any list with 社会保障号码."""

from collections.abc import Callable

import streamlit as st

from core.domain.errors import RefundError
from core.domain.roles import Right
from core.domain.wording import N_
from core.services.person_lists import LookedUp, look_up_list
from core.texts import _
from pages.parts import state
from pages.parts.access import desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.messages import draw_error, draw_note

KEY = "query_list"
_MAX_MEGABYTES = 10
_ENDINGS = ["xlsx", "xls", "csv", "zip"]
_TICKED = N_("清单中有 {people} 人，已勾选其中现在可以退费的 {count} 条记录")
_ASKED = N_("清单中有 {people} 人，请核对后勾选")


def draw_list_button() -> None:
    """The button that opens the dialog."""
    st.button(_("清单文件"), key=KEY, icon=":material/upload_file:", on_click=state.UPLOAD.set, args=(KEY,))


def draw_list_dialog(draft_id: str, ask: Callable[[LookedUp], None], *, months: bool) -> None:
    """The dialog, while it is open; ``ask`` makes the query of what the list holds. Drawn before the query's own fields.

    ``months`` says whether the query has its months: a list that names none is asked for in those.
    """
    if state.UPLOAD.get() != KEY:
        return

    @st.dialog(_("按清单文件查询"), width="medium", on_dismiss=state.UPLOAD.clear)
    def upload() -> None:
        with errors_shown():
            _draw_uploader(draft_id, ask, months=months)

    upload()


def _draw_uploader(draft_id: str, ask: Callable[[LookedUp], None], *, months: bool) -> None:
    viewer = require_user(Right.APPLY)
    st.caption(
        _(
            "可上传导出的“不能退费情况”工作簿，或任何含“社会保障号码”（或“身份证号码”）一列的表格（.xlsx、.xls、.csv、.zip）。含“对应缴费所属期”且已选退费原因的，"
            "自动勾选清单中现在可以退费的记录。"
        )
    )
    if not months:
        draw_note("warning", _("清单中没有“对应缴费所属期”的，请先关闭本窗口，选择开始时间和终止时间，再上传清单。"))
    file = st.file_uploader(
        _("选择文件"), type=_ENDINGS, key=f"file_{KEY}", max_upload_size=_MAX_MEGABYTES, label_visibility="collapsed"
    )
    if file is None:
        return
    try:
        found = look_up_list(desk(), viewer, draft_id, file.name, file.getvalue())
    except RefundError as error:
        draw_error(error)
        return
    ask(found)
    state.UPLOAD.clear()
    state.NOTICE.set((_TICKED if found.ticked else _ASKED, {"people": len(found.persons), "count": found.ticked}))
    st.rerun()
