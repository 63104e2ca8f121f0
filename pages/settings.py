"""设置: switches, the bank directory, users and the audit log, each for those who have the right."""

import streamlit as st

from core.domain.roles import Right, Viewer
from core.texts import _
from pages.parts.access import require_user
from pages.parts.account_decisions import draw_all_account_changes
from pages.parts.audit_tail import draw_audit
from pages.parts.directory import draw_directory
from pages.parts.frame import draw_heading, draw_path
from pages.parts.people import draw_people
from pages.parts.switches import draw_switches


def draw_screen(viewer: Viewer) -> None:
    """A tab for every part that the viewer may see; only the open one is made."""
    parts = (
        (Right.CHANGE_SETTINGS, _("开关"), draw_switches),
        (Right.CHANGE_SETTINGS, _("开户行目录"), draw_directory),
        (Right.MANAGE_USERS, _("用户"), draw_people),
        (Right.SEE_AUDIT, _("登记账户变更"), draw_all_account_changes),
        (Right.SEE_AUDIT, _("审计"), draw_audit),
    )
    own = [(name, draw) for right, name, draw in parts if viewer.may(right)]
    tabs = st.tabs([name for name, _draw in own], key="settings_tabs", on_change="rerun")
    for tab, (_name, draw) in zip(tabs, own, strict=True):
        if tab.open:
            with tab:
                draw()


user = require_user(Right.CHANGE_SETTINGS, Right.MANAGE_USERS, Right.SEE_AUDIT)
draw_path(_("管理"), _("设置"))
draw_heading("settings.py")
draw_screen(user)
