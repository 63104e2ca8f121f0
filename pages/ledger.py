"""台账: what is in the ledger, and importing into it: upload, check, confirm, result."""

import pandas as pd
import streamlit as st

from core.domain.roles import SYSTEM, Right, Role, Viewer
from core.services.ledger_overview import LedgerOverview, read_overview
from core.texts import _
from pages.parts.access import desk, require_user
from pages.parts.formats import local_time
from pages.parts.frame import draw_heading, draw_path
from pages.parts.ledger_import import draw_import
from pages.parts.ledger_report import KINDS, kind_label
from pages.parts.messages import plain
from pages.parts.verdicts import figures


def draw_counts(overview: LedgerOverview) -> None:
    """How much is in it."""
    with st.grid(3, min_column_width=140):
        for kind in KINDS:
            st.metric(kind_label(kind), f"{getattr(overview, kind):,}", border=True)


def draw_imports(overview: LedgerOverview) -> None:
    """What was imported last."""
    st.subheader(_("最近导入"), anchor=False)
    if not overview.imports:
        st.caption(_("台账还是空的，请导入单位、实缴明细和人员事项文件。"))
        return
    table = pd.DataFrame(
        [
            (
                local_time(each.imported_at), plain(each.file_name), kind_label(each.kind), each.row_count, each.new_count,
                each.corrected_count, _say_who(each.imported_by),
            )
            for each in overview.imports
        ],
        columns=[_("时间"), _("文件"), _("表"), _("行数"), _("新增"), _("更正"), _("操作人")],
    )  # fmt: skip
    with st.container(key="last_imports"):
        st.table(figures(table), border="horizontal", hide_index=True, alt=_("最近导入"))


def _say_who(username: str) -> str:
    return _(Role.SYSTEM.label) if username == SYSTEM.username else plain(username)


def draw_screen(viewer: Viewer) -> None:
    """Counts first, then the import for those who may, then the history."""
    overview = read_overview(desk(), viewer)
    draw_counts(overview)
    if viewer.may(Right.IMPORT_LEDGER):
        draw_import(viewer)
    draw_imports(overview)


user = require_user(Right.SEE_LEDGER)
draw_path(_("管理"), _("台账"))
draw_heading("ledger.py")
draw_screen(user)
