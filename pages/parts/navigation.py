"""Which screens there are, where they live, and who may use them: one table (``names.md``)."""

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from core.domain.roles import Right, Viewer
from core.domain.wording import N_
from core.services.inbox import MOST_COUNTED, count_unread
from core.texts import _
from pages.parts.access import desk

SERVICE, OFFICE, ANALYSIS, ADMINISTRATION = N_("缴费管理服务"), N_("经办"), N_("分析"), N_("管理")


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen. Whoever has one of ``rights`` sees it in the navigation (no rights: everybody); ``listed`` says if anybody."""

    section: str
    file: str
    path: str
    title: str
    icon: str
    rights: tuple[Right, ...] = ()
    listed: bool = True


SCREENS = (
    Screen(SERVICE, "home.py", "", N_("用户须知"), ":material/info:"),
    Screen(SERVICE, "inbox.py", "inbox", N_("消息"), ":material/notifications:", (Right.SEE_BATCHES,)),
    Screen(SERVICE, "account.py", "account", N_("我的账号"), ":material/account_circle:", listed=False),
    Screen(SERVICE, "apply.py", "apply", N_("单位人员缴费退费申请"), ":material/edit_document:", (Right.APPLY,)),
    Screen(SERVICE, "confirm.py", "confirm", N_("退费预览"), ":material/preview:", (Right.APPLY,), listed=False),
    Screen(SERVICE, "batches.py", "batches", N_("申报记录"), ":material/list_alt:", (Right.SEE_BATCHES,)),
    Screen(SERVICE, "help.py", "help", N_("帮助"), ":material/help:", listed=False),
    Screen(SERVICE, "batch.py", "batch", N_("退费批次"), ":material/receipt_long:", (Right.SEE_BATCHES,), listed=False),
    Screen(OFFICE, "review.py", "review", N_("审核"), ":material/fact_check:", (Right.REVIEW, Right.APPROVE)),
    Screen(OFFICE, "payments.py", "payments", N_("支付"), ":material/payments:", (Right.PAY,)),
    Screen(ANALYSIS, "insights.py", "insights", N_("分析"), ":material/monitoring:", (Right.ANALYSE,)),
    Screen(ADMINISTRATION, "ledger.py", "ledger", N_("台账"), ":material/database:", (Right.SEE_LEDGER,)),
    Screen(
        ADMINISTRATION,
        "settings.py",
        "settings",
        N_("设置"),
        ":material/settings:",
        (Right.CHANGE_SETTINGS, Right.MANAGE_USERS, Right.SEE_AUDIT),
    ),
)


def may_use(viewer: Viewer, screen: Screen) -> bool:
    """Whether a screen is for this viewer. Services ask again."""
    return not screen.rights or any(viewer.may(right) for right in screen.rights)


def navigate(viewer: Viewer) -> st.Page:
    """Draw the navigation of this role and return the page that was asked for.

    Every address is known to everybody, so that one without the right is told so instead of "page not found".
    """
    sections: dict[str, list[st.Page]] = {}
    unread = say_unread(count_unread(desk(), viewer))
    for screen in SCREENS:
        title = _(screen.title) + (unread if screen.file == "inbox.py" else "")
        sections.setdefault(_(screen.section), []).append(_page(viewer, screen, title))
    return st.navigation(sections, expanded=True)


def listed_screens(viewer: Viewer) -> Iterator[Screen]:
    """The screens in this viewer's navigation, in order."""
    return (screen for screen in SCREENS if screen.listed and may_use(viewer, screen))


def screen_of(file: str) -> Screen:
    """The screen that is drawn by this file."""
    return next(screen for screen in SCREENS if screen.file == file)


def say_unread(count: int) -> str:
    """A number behind a label, `` (3)``: how much is unread; blank for nothing, ``99+`` for more than anybody counts."""
    if not count:
        return ""
    return f" ({count})" if count < MOST_COUNTED else f" ({MOST_COUNTED - 1}+)"


def _page(viewer: Viewer, screen: Screen, title: str) -> st.Page:
    visible = screen.listed and may_use(viewer, screen)
    return st.Page(
        screen.file,
        title=title,
        icon=screen.icon,
        url_path=screen.path or None,
        default=not screen.path,
        visibility="visible" if visible else "hidden",
    )
