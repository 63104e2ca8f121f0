"""分析: one tab for each way to look at all batches; the tab and its question stand in the address."""

from collections.abc import Callable

import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.texts import _
from pages.parts import state
from pages.parts.access import require_user
from pages.parts.anomalies import draw_anomalies
from pages.parts.board_money import draw_money_board
from pages.parts.board_question import ROWS, TAB, turn_to
from pages.parts.board_rows import draw_board_rows
from pages.parts.board_steps import draw_step_board
from pages.parts.explore import draw_explore
from pages.parts.frame import draw_heading, draw_path
from pages.parts.reports import draw_reports
from pages.parts.screening_office import draw_office_screening

_KEY = "insights_tabs"
_BOARD, _STEPS, _EXPLORE = "board", "steps", "explore"
#: What the address calls a tab, its label, and what draws it.
TABS: tuple[tuple[str, str, Callable[[Viewer], None]], ...] = (
    (_BOARD, N_("看板"), draw_money_board),
    (_STEPS, N_("办理时效"), draw_step_board),
    (ROWS, N_("批次清单"), draw_board_rows),
    (_EXPLORE, N_("自由查询"), draw_explore),
    ("screening", N_("智能筛查"), draw_office_screening),
    ("anomalies", N_("异常"), draw_anomalies),
    ("reports", N_("报告"), draw_reports),
)
#: Tabs that ask the same question.
_ALIKE = frozenset({_BOARD, _STEPS, ROWS})


def tab_of_address() -> str:
    """The tab that the address names; a question of 自由查询 names itself."""
    named = st.query_params.get(TAB, "")
    if named in {code for code, _label, _draw in TABS}:
        return named
    return _EXPLORE if "subject" in st.query_params else _BOARD


def open_tab() -> None:
    """The tab that was pressed goes into the address; a question that others do not understand stays behind."""
    wanted = next((code for code, label, _draw in TABS if _(label) == state.typed(_KEY)), _BOARD)
    if {wanted, tab_of_address()} <= _ALIKE:
        turn_to(wanted)
    else:
        st.query_params.from_dict({TAB: wanted})


user = require_user(Right.ANALYSE)
draw_path(_("分析"))
draw_heading("insights.py")
labels = {code: _(label) for code, label, _draw in TABS}
state.fill(_KEY, labels[tab_of_address()])
for tab, (_code, _label, draw) in zip(st.tabs(list(labels.values()), key=_KEY, on_change=open_tab), TABS, strict=True):
    if tab.open:
        with tab:
            draw(user)
