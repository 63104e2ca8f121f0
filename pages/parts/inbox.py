"""消息 in its parts: the states of what waits, and one message: what happened, to which batch, of whom, by whom and when."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.domain.account_change import ChangeState
from core.domain.lifecycle import State
from core.services.inbox import MOST_LISTED, Message
from core.texts import _
from pages.parts.account_table import change_look
from pages.parts.formats import local_time
from pages.parts.messages import plain
from pages.parts.verdicts import state_look

#: The address of 消息 names the state whose batches are wanted; pressing another one chooses that.
STATE, _STATE_KEY = "state", "inbox_state"


def choose_state(counts: Mapping[State, int], on_change: Callable[[], None]) -> State | None:
    """The state whose waiting batches are wanted, ``None`` for all; nothing is asked where all are in one."""
    if len(counts) == 1:
        return None
    wanted = st.query_params.get(STATE)
    return st.pills(
        _("状态"),
        list(counts),
        key=_STATE_KEY,
        default=next((state for state in counts if state.value == wanted), None),
        format_func=lambda state: f"{state_look(state)[0]} {_(state.label)} {counts[state]:,}",
        label_visibility="collapsed",
        on_change=on_change,
    )


def draw_message(message: Message) -> None:
    """A message in a frame of its own; an unread one says so."""
    with st.container(border=True, gap="xsmall", key=f"message_{message.sequence}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_say_what(message), width="content")
            _draw_way(message)
            if message.unread:
                st.badge(_("未读"), icon=":material/mark_email_unread:", color="blue")
        st.caption(plain(" · ".join(_say_who(message))))
        if message.note:
            st.markdown(plain(message.note))


def say_total(total: int) -> str:
    """What is said under the list: all of them, or that only the latest are listed."""
    if total < MOST_LISTED:
        return _("共 {total} 条消息").format(total=total)
    return _("只列出最近 {total} 条，更早的见各批次的办理记录").format(total=total)


def _say_what(message: Message) -> str:
    icon, colour = _look(message.state)
    label = f"**{plain(message.label)}**" if message.unread else plain(message.label)
    state = _(message.state.label) if message.state else message.label
    return f":{colour}[{icon}] {label}" + (f" :gray[→] {plain(state)}" if state != message.label else "")


def _look(state: State | ChangeState | None) -> tuple[str, str]:
    if state is None:
        return ":material/chat:", "gray"
    if isinstance(state, State):
        _sign, icon, colour = state_look(state)
        return icon, colour
    colour, icon = change_look(state)
    return icon, colour


def _draw_way(message: Message) -> None:
    if message.number:
        st.page_link(
            "batch.py", label=message.number, icon=":material/receipt_long:", query_params={"no": message.number}
        )


def _say_who(message: Message) -> list[str]:
    """The moment first: at the end it would break at a hyphen where the line is short."""
    actor = message.actor
    if message.part not in {"", actor}:
        actor = _("{actor}（{part}）").format(actor=actor, part=message.part)
    return [local_time(message.at), message.employer_name, actor]
