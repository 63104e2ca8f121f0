"""Views that somebody keeps of the boards: each is an address with a name."""

from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.domain.roles import Viewer
from core.domain.wording import N_
from core.services.saved_views import FIELD, NAME_LENGTH, delete_view, list_views, save_view
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.board_question import address, asked, open_address
from pages.parts.messages import attempt, draw_faults, plain

_SCREEN = "insights"


def draw_views(viewer: Viewer, tab: str) -> None:
    """The viewer's own views to be opened or forgotten, and this one to be kept."""
    with st.popover(_("我的视图"), icon=":material/bookmark:", key="board_views"):
        for view in list_views(desk(), viewer, _SCREEN):
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                # A link to the page one is on would leave its old question in the address.
                st.button(
                    plain(view.name),
                    icon=":material/bookmark:",
                    type="tertiary",
                    key=f"view_open_{view.name}",
                    on_click=_open,
                    args=(view.query,),
                )
                st.button(
                    _("删除"),
                    icon=":material/delete:",
                    type="tertiary",
                    key=f"view_gone_{view.name}",
                    on_click=_forget,
                    args=(view.name,),
                )
        st.text_input(_("把当前视图存为"), key=FIELD, max_chars=NAME_LENGTH)
        draw_faults(FIELD)
        st.button(_("保存视图"), key="view_save", icon=":material/bookmark_add:", on_click=_keep, args=(tab,))


def _open(query: str) -> None:
    open_address(dict(parse_qsl(query)))


def _keep(tab: str) -> None:
    query = urlencode(address(asked(), tab))
    if attempt(lambda: save_view(desk(), acting_viewer(), _SCREEN, state.typed(FIELD) or "", query)):
        state.fill(FIELD, "")
        state.NOTICE.set((N_("视图已保存"), {}))


def _forget(name: str) -> None:
    attempt(lambda: delete_view(desk(), acting_viewer(), _SCREEN, name))
