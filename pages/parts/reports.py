"""月度报告 on the screen: a month, and its report as PDF or workbook."""

import streamlit as st

from core.domain.period import Period
from core.domain.roles import Viewer
from core.services.reports import FIELD, export_report
from core.texts import _
from pages.parts.access import acting_viewer, desk
from pages.parts.export_link import Choice, draw_exports

_MONTHS = 24


def draw_reports(_viewer: Viewer) -> None:
    """A month of the last two years, and a button for each form of its report."""
    st.caption(_("报告汇总一个月的申报、支付、办理情况和不能退费的原因。已结束的月份随时可重新生成，内容不变。"))
    now = Period.of(desk().today())
    months = [str(now + -back) for back in range(_MONTHS)]
    chosen = st.selectbox(_("报告月份"), months, index=1, key=FIELD, width=240)
    month = Period.parse(chosen)
    choices = [
        Choice("report_pdf", _("生成 PDF"), lambda: export_report(desk(), acting_viewer(), month, "pdf")),
        Choice("report_xlsx", _("生成 Excel"), lambda: export_report(desk(), acting_viewer(), month, "xlsx")),
    ]
    draw_exports(f"report/{month}", choices, field=FIELD)
