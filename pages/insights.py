"""分析: one tab for each way to look at all batches; the tab and its question stand in the address."""

from collections.abc import Callable

import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.texts import _
<<<<<<< HEAD
from pages.parts.access import desk, require_user
from pages.parts.explore import draw_explore
from pages.parts.formats import format_yuan
=======
from pages.parts import state
from pages.parts.access import require_user
from pages.parts.board_money import draw_money_board
from pages.parts.board_question import ROWS, TAB
from pages.parts.board_rows import draw_board_rows
from pages.parts.board_steps import draw_step_board
>>>>>>> 5ea73ea (Boards: rollups kept by the move itself, linked charts, views that are addresses)
from pages.parts.frame import draw_heading, draw_path
from pages.parts.screening_office import draw_office_screening

_KEY = "insights_tabs"
#: What the address calls a tab, its label, and what draws it.
TABS: tuple[tuple[str, str, Callable[[Viewer], None]], ...] = (
    ("board", N_("看板"), draw_money_board),
    ("steps", N_("办理时效"), draw_step_board),
    (ROWS, N_("明细批次"), draw_board_rows),
    ("screening", N_("智能筛查"), draw_office_screening),
)


def open_tab() -> None:
    """The tab that was pressed goes into the address."""
    st.query_params[TAB] = next(code for code, label, _draw in TABS if _(label) == state.typed(_KEY))


user = require_user(Right.ANALYSE)
draw_path(_("分析"))
draw_heading("insights.py")
<<<<<<< HEAD
parts = {_("统计"): draw_insights, _("明细分析"): draw_explore, _("智能筛查"): draw_office_screening}
# An address that asks a question opens where it is answered.
first = _("明细分析") if "subject" in st.query_params else None
tabs = st.tabs(list(parts), key="insights_tabs", on_change="rerun", default=first)
for tab, draw in zip(tabs, parts.values(), strict=True):
=======
labels = {code: _(label) for code, label, _draw in TABS}
state.fill(_KEY, labels.get(st.query_params.get(TAB, ""), labels[TABS[0][0]]))
for tab, (_code, _label, draw) in zip(st.tabs(list(labels.values()), key=_KEY, on_change=open_tab), TABS, strict=True):
>>>>>>> 5ea73ea (Boards: rollups kept by the move itself, linked charts, views that are addresses)
    if tab.open:
        with tab:
            draw(user)
