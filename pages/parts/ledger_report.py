"""What a check or an import found: per file the counts, the first rows as understood, and every bad cell with its remedy."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.wording import N_
from core.services.ledger_exports import export_errors
from core.services.ledger_import import FileReport, ImportReport
from core.services.ledger_jobs import Job
from core.texts import _
from pages.parts.access import acting_viewer, desk
from pages.parts.export_link import draw_export
from pages.parts.messages import plain
from pages.parts.paging import draw_pages, page_of
from pages.parts.verdicts import figures

#: So many problems stand on a page, which scrolls in so many pixels under its header when it is long.
_SIZE, _SHORT, _HEIGHT = 50, 8, 420
_PROBLEMS = "ledger_problems"
#: The tables of the ledger (``ledger-format.md``).
KINDS: Mapping[str, str] = {"employers": N_("单位"), "contributions": N_("实缴明细"), "facts": N_("人员事项")}
_SIGNS = {"E": "✕", "W": "⚠", "C": "◷"}


def draw_report(job: Job, report: ImportReport) -> None:
    """All of it."""
    _draw_outcome(job, report)
    _draw_counts(report.files)
    problems = [(file, problem) for file in report.files for problem in file.problems]
    if problems:
        _draw_problems(problems)
    if problems and not job.has_stored:
        draw_export(
            job.upload_id,
            lambda: export_errors(desk(), acting_viewer(), report),
            key="export_errors",
            label=_("生成错误工作簿"),
        )
    for file in report.files:
        _draw_first_rows(file)


def kind_label(kind: str) -> str:
    """What a kind of table is called; a dash for a file that could not be read."""
    return _(KINDS[kind]) if kind in KINDS else "–"


def _draw_outcome(job: Job, report: ImportReport) -> None:
    if job.has_stored:
        st.success(_("导入完成。"), icon=":material/check_circle:")
    elif job.dry_run:
        st.markdown(f":material/checklist: **{_('检查结果（尚未存入任何数据）')}**")
    elif any(file.stored for file in report.files):
        st.warning(_("部分文件已导入，其余没有存入，请按下列问题处理后重试。"), icon=":material/warning:")
    else:
        st.warning(_("没有存入任何数据，请按下列问题处理后重试。"), icon=":material/warning:")


def _draw_counts(files: Sequence[FileReport]) -> None:
    counts = ("rows", "new", "same", "corrected", "refused", "warnings")
    names = [_("行数"), _("新增"), _("相同"), _("更正"), _("不能导入"), _("提醒")]
    table = pd.DataFrame(
        [
            (plain(file.file), kind_label(file.kind), *(getattr(file, count) for count in counts), _say_verdict(file))
            for file in files
        ],
        columns=[_("文件"), _("表"), *names, _("结果")],
    )
    st.table(figures(table), border="horizontal", hide_index=True, alt=_("各文件的检查结果"))


def _say_verdict(file: FileReport) -> str:
    if file.stored:
        return f":green[:material/check_circle: {_('已导入')}]"
    if file.accepted:
        return f":green[:material/check: {_('可以导入')}]"
    return (
        f":red[:material/error: {_('不能导入')}]"
        if file.refused or not file.corrected
        else (f":orange[:material/help: {_('待确认更正')}]")
    )


def _draw_problems(problems: Sequence[tuple[FileReport, Any]]) -> None:
    first = (page_of(_PROBLEMS) - 1) * _SIZE
    shown = problems[first : first + _SIZE]
    words = {"E": _("不能导入"), "W": _("提醒"), "C": _("更正")}
    table = pd.DataFrame(
        [
            (
                f"{_SIGNS[p.code[0]]} {words[p.code[0]]}", file.file, p.sheet, str(p.row or ""), p.column, p.value, p.message,
                p.code,
            )
            for file, p in shown
        ],
        columns=[
            _("类别"), _("文件"), _("工作表"), _("行"), _("列"), _("内容"), _("问题和处理办法"), _("代码"),
        ],
    ).map(plain)  # fmt: skip
    with st.container(key=_PROBLEMS):
        st.table(table, hide_index=True, height="content" if len(shown) <= _SHORT else _HEIGHT, alt=_("问题清单"))
    draw_pages(_PROBLEMS, len(problems), _SIZE, _("共 {count} 处").format(count=len(problems)))


def _draw_first_rows(file: FileReport) -> None:
    if file.first_rows:
        title = _("{name}（{kind}）：前几行的读取结果").format(name=file.file, kind=kind_label(file.kind))
        with st.expander(plain(title)):
            st.dataframe(pd.DataFrame(file.first_rows), hide_index=True, placeholder="")
