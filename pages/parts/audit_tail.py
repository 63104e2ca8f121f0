"""审计: the log as it was written, newest first. It can be read here and nowhere changed."""

import pandas as pd
import streamlit as st

from core.domain.roles import Right
from core.services.audit_trail import AuditPage, read_trail
from core.texts import _
from pages.parts.access import desk, require_user
from pages.parts.audit_words import say_action, say_detail
from pages.parts.formats import local_time
from pages.parts.paging import draw_pages, page_of, turn_back

_LIST, SIZE = "audit", 50
_WIDTHS = {"sequence": 72, "detail": 420}


def draw_audit() -> None:
    """A search, and one page of the log."""
    viewer = require_user(Right.SEE_AUDIT)
    search = st.text_input(
        _("查找"),
        key="audit_search",
        type="search",
        placeholder=_("用户名、批次号等对象，或操作代码的开头"),
        on_change=turn_back,
        args=(_LIST,),
        width=420,
    )
    trail = read_trail(desk(), viewer, search=search or "", page=page_of(_LIST), size=SIZE)
    if not trail.total:
        st.info(_("没有符合条件的审计记录。"), icon=":material/search_off:")
        return
    _draw_entries(trail)


def _draw_entries(trail: AuditPage) -> None:
    table = pd.DataFrame(
        [
            (e.sequence, local_time(e.at), e.actor, say_action(e.action), e.subject, say_detail(e.detail), e.action)
            for e in trail.entries
        ],
        columns=["sequence", "at", "actor", "action", "subject", "detail", "code"],
    )
    names = (_("序号"), _("时间"), _("操作人"), _("操作"), _("对象"), _("内容"), _("操作代码"))
    columns = {
        column: st.column_config.Column(name, width=_WIDTHS.get(column))
        for column, name in zip(table.columns, names, strict=True)
    }
    st.dataframe(table, column_config=columns, hide_index=True, height=560, key=_LIST, alt=_("审计记录"))
    said = _("共 {total} 条；记录首尾相连，任何改动都会在核验时被发现").format(total=trail.total)
    draw_pages(_LIST, trail.total, trail.size, said)
