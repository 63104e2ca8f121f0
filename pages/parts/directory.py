"""开户行目录 in 设置: how many branches are listed and since when; replacing them by a file, after a look at what changes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.errors import RefundError
from core.domain.roles import Right
from core.domain.wording import N_
from core.services.branches import DirectoryReport, import_branch_content, read_directory
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk, require_user
from pages.parts.boundary import errors_shown
from pages.parts.formats import local_time
from pages.parts.messages import attempt, draw_error, draw_faults, draw_note, plain
from pages.parts.verdicts import figures

KEY = "import_branches"
_FILE, _CONFIRM = f"file_{KEY}", "confirm_branches"
_MAX_MEGABYTES = 12
_ENDINGS = ["xlsx", "xls", "csv", "zip"]
_SHOWN_PROBLEMS, _SHORT, _HEIGHT = 50, 6, 300
_DONE = N_("开户行目录已更新：新增 {new}，变更 {changed}，移除 {gone}")


def draw_directory() -> None:
    """What is listed now, and the button that opens the dialog."""
    directory = read_directory(desk(), require_user(Right.CHANGE_SETTINGS))
    st.caption(
        _("申报人输入三个字或行号即可找到开户行，系统据此填写并核对银行名称、开户行名称和行号。目录随文件整体替换。")
    )
    with st.container(border=True, key="directory"):
        if directory.imported is None or not directory.count:
            draw_note("info", _("尚未导入开户行目录，目前只按行号前缀核对银行。"))
        else:
            st.markdown(f"**{_('共 {count} 个开户行').format(count=f'{directory.count:,}')}**")
            said = _("最近导入：{moment}，{by}，文件 {file}")
            st.caption(
                plain(
                    said.format(
                        moment=local_time(directory.imported.imported_at),
                        by=directory.imported.imported_by,
                        file=directory.imported.file_name,
                    )
                )
            )
        st.button(
            _("导入目录文件"),
            key=KEY,
            type="primary",
            icon=":material/upload_file:",
            on_click=state.UPLOAD.set,
            args=(KEY,),
        )
    if state.UPLOAD.get() == KEY:
        _draw_dialog()


def _draw_dialog() -> None:
    @st.dialog(_("导入开户行目录"), width="large", on_dismiss=state.UPLOAD.clear)
    def upload() -> None:
        with errors_shown():
            _draw_upload()

    upload()


def _draw_upload() -> None:
    """Choose a file, see what would change, confirm. Nothing is kept before that."""
    viewer = require_user(Right.CHANGE_SETTINGS)
    if state.pressed(_CONFIRM):
        with st.spinner(_("正在导入…")):
            is_done = _import()
        if is_done:
            st.rerun()
    st.caption(_("表格须有“行号”“行名”两列，可有“地区”（.xlsx、.xls、.csv、.zip）。先检查，确认后才替换现有目录。"))
    file = st.file_uploader(
        _("选择文件"), type=_ENDINGS, key=_FILE, max_upload_size=_MAX_MEGABYTES, label_visibility="collapsed"
    )
    draw_faults(KEY)
    if file is None:
        return
    try:
        with st.spinner(_("正在检查…")):
            report = import_branch_content(desk(), viewer, file.name, file.getvalue(), dry_run=True)
    except RefundError as error:
        draw_error(error)
        return
    _draw_report(report)


def _draw_report(report: DirectoryReport) -> None:
    counts = [report.rows, report.new, report.changed, report.same, report.gone, report.errors, report.warnings]
    names = [_("行数"), _("新增"), _("变更"), _("相同"), _("移除"), _("不能导入"), _("提醒")]
    with st.container(key="directory_counts"):
        st.table(
            figures(pd.DataFrame([counts], columns=names)), border="horizontal", hide_index=True, alt=_("检查结果")
        )
    if report.accepted:
        _draw_first(report)
    _draw_problems(report.problems)
    if not report.accepted:
        draw_note("error", _("有不能导入的内容，请按上列问题更正文件后重新选择。"))
    elif report.gone:
        draw_note("warning", _("现有目录中有 {count} 个开户行不在文件中，将被移除。").format(count=f"{report.gone:,}"))
    changes = report.new + report.changed + report.gone
    if report.accepted and not changes:
        draw_note("info", _("文件与现有目录相同，无需导入。"))
    st.button(
        _("确认导入"),
        key=_CONFIRM,
        type="primary",
        icon=":material/database_upload:",
        disabled=not (report.accepted and changes),
    )


def _draw_first(report: DirectoryReport) -> None:
    rows = [(branch.cnaps_code, branch.branch_name, branch.region) for branch in report.first]
    table = pd.DataFrame(rows, columns=[_("行号"), _("行名"), _("地区")]).map(plain)
    with st.expander(_("前几行的读取结果")):
        st.table(table, hide_index=True, border="horizontal", alt=_("前几行的读取结果"))


def _draw_problems(problems: Sequence[Any]) -> None:
    if not problems:
        return
    shown = problems[:_SHOWN_PROBLEMS]
    signs = {"E": f"✕ {_('不能导入')}", "W": f"⚠ {_('提醒')}"}
    table = pd.DataFrame(
        [(signs[p.code[0]], p.sheet, str(p.row or ""), p.column, p.value, p.message) for p in shown],
        columns=[_("类别"), _("工作表"), _("行"), _("列"), _("内容"), _("问题和处理办法")],
    ).map(plain)
    with st.container(key="directory_problems"):
        st.table(table, hide_index=True, height="content" if len(shown) <= _SHORT else _HEIGHT, alt=_("问题清单"))
    if len(problems) > len(shown):
        st.caption(_("共 {count} 处，只列出前 {shown} 处").format(count=len(problems), shown=len(shown)))


def _import() -> bool:
    """Import the file that was looked at; whether the dialog has nothing more to say."""
    file = state.typed(_FILE)
    if file is None:
        return False
    report = attempt(lambda: import_branch_content(desk(), acting_viewer(), file.name, file.getvalue()), KEY)
    if report is None or not report.stored:
        return False
    state.UPLOAD.clear()
    state.NOTICE.set((_DONE, {name: f"{getattr(report, name):,}" for name in ("new", "changed", "gone")}))
    return True
