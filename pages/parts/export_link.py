"""导出: a file made on request and fetched through the product's own route, never through Streamlit's media store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.services.exports import Export
from core.texts import _
from pages.parts import state
from pages.parts.messages import attempt, draw_faults, plain

REFUSALS = "export_refusals"


@dataclass(frozen=True, slots=True)
class Choice:
    """One file that can be made: the key of its button, what the button says, and the call that makes it."""

    key: str
    label: str
    make: Callable[[], Export]


def draw_export(subject: str, make: Callable[[], Export], *, key: str = REFUSALS, label: str = "") -> None:
    """The button 导出 (or ``label``) and, once the file is made, the link to it. ``subject`` names what it is made of."""
    draw_exports(subject, [Choice(key, label or _("导出"), make)], field=key)


def draw_exports(subject: str, choices: Sequence[Choice], *, field: str) -> None:
    """A button for each file that can be made of ``subject``, and the link to the one that was made last, if one of them was.

    What a call is refused for is told at ``field``.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for choice in choices:
            st.button(
                choice.label,
                key=choice.key,
                icon=":material/file_save:",
                on_click=_make,
                args=(subject, choice, field),
            )
        draw_made(subject, [choice.key for choice in choices])
    draw_faults(field)


def draw_made(subject: str, keys: Sequence[str]) -> None:
    """The link to the file that was made last, if it is one of these."""
    made_of, export_id, name = state.EXPORT.get()
    if made_of in {_name(subject, key) for key in keys}:
        draw_link(export_id, name)


def draw_link(export_id: str, name: str, *, at_once: bool = True) -> None:
    """The link to a file. With ``at_once`` the door's script fetches it, once, as soon as it stands here."""
    with st.container(key="made" if at_once else "kept", width="content"):
        st.link_button(
            _("下载 {name}").format(name=plain(name)),
            f"/exports/{export_id}",
            type="tertiary",
            icon=":material/download:",
        )


def keep_made(subject: str, key: str, made: Export) -> None:
    """Remember a file that was made, for ``draw_made``."""
    state.EXPORT.set((_name(subject, key), made.export_id, made.file_name))


def _make(subject: str, choice: Choice, field: str) -> None:
    if made := attempt(choice.make, field):
        keep_made(subject, choice.key, made)


def _name(subject: str, key: str) -> str:
    return f"{subject}/{key}"
