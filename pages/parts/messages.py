"""Sentences to the user: at a field, at the top of a page, in a list. Nothing typed is ever read as Markdown."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from core.domain.errors import InvalidInput, RefundError
from core.texts import _, explain
from pages.parts import state

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_ERROR, _WARNING, _NOTE = "error", "warning", "info"
_LOOK = {
    _ERROR: ("red", ":material/error:"),
    _WARNING: ("orange", ":material/warning:"),
    _NOTE: ("gray", ":material/info:"),
}


def plain(text: str) -> str:
    """``text`` so that Markdown shows it letter by letter: names, notes and file names come from users."""
    return _MARKDOWN.sub(r"\\\1", text)


def draw_note(severity: str, sentence: str) -> None:
    """One sentence under a field: ``error`` (red), ``warning`` (amber) or ``info`` (grey), with an icon."""
    colour, icon = _LOOK[severity]
    st.markdown(f":small[:{colour}[{icon} {plain(sentence)}]]")


def draw_faults(field: str, live: Iterable[tuple[str, str]] = ()) -> None:
    """What is wrong with one field: what the last attempt found and the ``live`` checks, each sentence once."""
    found = [("error", _say(sentence, values)) for key, sentence, values in state.PROBLEMS.get() if key == field]
    for severity, sentence in dict.fromkeys([*found, *live]):
        draw_note(severity, sentence)


def draw_summary() -> None:
    """All faults of the last attempt in one box, beside the button that was pressed."""
    sentences = list(dict.fromkeys(_say(sentence, values) for _key, sentence, values in state.PROBLEMS.get()))
    if sentences:
        lines = "\n".join(f"- {plain(sentence)}" for sentence in sentences)
        st.error(_("请先更正以下 {count} 处：").format(count=len(sentences)) + "\n" + lines, icon=":material/error:")


def draw_notice() -> None:
    """What the last action has to say, once."""
    if notice := state.NOTICE.take():
        st.toast(plain(_say(*notice)), icon=":material/info:")


def has_faults(field: str) -> bool:
    """Whether the last attempt found something wrong with this field."""
    return any(key == field for key, _sentence, _values in state.PROBLEMS.get())


def clear_faults(*fields: str) -> None:
    """Forget the faults of fields that are being changed; without fields, all of them."""
    state.PROBLEMS.set(tuple(p for p in state.PROBLEMS.get() if fields and p[0] not in fields))


def attempt(call: Callable[[], Any], *fields: str) -> Any | None:
    """Do one service call; keep its faults for drawing and return ``None`` when it is refused.

    The faults of ``fields`` (all, if none are named) are forgotten first.
    """
    clear_faults(*fields)
    try:
        return call()
    except RefundError as error:
        told = getattr(error, "problems", None) or [error]
        state.PROBLEMS.set((*state.PROBLEMS.get(), *map(_kept, told)))
        return None


def draw_error(error: RefundError) -> None:
    """A refused request as one sentence that says what to do."""
    st.error(plain(explain(error)), icon=":material/error:")


def _kept(error: RefundError) -> tuple[str, str, dict[str, Any]]:
    return (error.field or "", error.sentence, dict(error.values))


def _say(sentence: str, values: Any) -> str:
    return explain(InvalidInput(sentence, **values))
