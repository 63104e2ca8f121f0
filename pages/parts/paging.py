"""Turning the pages of a list: what is asked of a service is one page, and the next question begins on the first."""

import streamlit as st

from pages.parts import state

#: Room for seven pages: measured by its content alone, the widget hides most of them.
_WIDTH = 360


def page_of(key: str) -> int:
    """The page of a list that was turned to."""
    return state.typed(_key(key)) or 1


def turn_back(key: str) -> None:
    """Another question begins on the first page."""
    state.forget(_key(key))


def draw_pages(key: str, total: int, size: int, said: str) -> None:
    """What is said of the whole list, and its pages where it has several."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(said)
        if total > size:
            st.pagination(-(-total // size), key=_key(key), width=_WIDTH)


def _key(key: str) -> str:
    return f"{key}_page"
