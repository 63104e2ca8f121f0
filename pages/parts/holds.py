"""What holds up a whole batch, each with its way out: splitting it (N12, N26), which copy stays (N27), 欠费 (N18)."""

from collections.abc import Callable

import streamlit as st

from core.domain.money import format_yuan
from core.services.drafts import save_draft
from core.services.previews import Preview, resolve_duplicates
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.messages import attempt, draw_faults, plain

#: So many copied months are asked for one by one; of the others the first copy stays.
ASKED = 20


def draw_holds(preview: Preview) -> None:
    """Every hold in its own box, the way out in it."""
    for hold in preview.holds:
        with st.container(border=True, key=f"hold_{hold.code}"):
            colour, icon = ("red", ":material/front_hand:") if hold.blocking else ("orange", ":material/warning:")
            st.markdown(f":{colour}[{icon} **{hold.code} {plain(_(hold.text))}**]")
            st.markdown(plain("　".join(filter(None, (hold.detail, _(hold.remedy))))))
            if hold.code in _WAYS_OUT:
                _WAYS_OUT[hold.code](preview)


def _draw_split(preview: Preview) -> None:
    draft_id = preview.draft.draft_id
    st.button(
        _("按应征凭证种类拆分"),
        key="split_vouchers",
        icon=":material/call_split:",
        on_click=_split,
        args=(draft_id, "split_vouchers"),
    )
    draw_faults("split_vouchers")


def _draw_split_reasons(preview: Preview) -> None:
    draft_id = preview.draft.draft_id
    st.button(
        _("按退费原因拆分"),
        key="split_reasons",
        icon=":material/call_split:",
        on_click=_split,
        args=(draft_id, "split_reasons"),
    )
    draw_faults("split_reasons")


def _split(draft_id: str, how: str) -> None:
    attempt(lambda: save_draft(desk(), acting_viewer(), draft_id, **{how: True}), how)
    state.PREVIEW.clear()


def _draw_copies(preview: Preview) -> None:
    """For each month with copies: which one stays with the agency. The others are filed."""
    asked = preview.duplicates[:ASKED]
    rows = preview.rows.set_index("id")
    with st.form("keep_copies", border=False):
        for position, copies in enumerate(asked):
            first = rows.loc[copies[0]]
            st.selectbox(
                _("{name} {period}：保留哪一条（不退）").format(name=plain(first["name"]), period=first["period"]),
                copies,
                key=_copy_key(position),
                format_func=lambda serial: _("流水号 {serial}，{amount} 元").format(
                    serial=serial, amount=format_yuan(int(rows.at[serial, "refundable"]))
                ),
            )
        if len(preview.duplicates) > ASKED:
            st.caption(_("其余 {count} 个月各保留第一条。").format(count=len(preview.duplicates) - ASKED))
        st.form_submit_button(
            _("保留所选，其余继续申报"),
            key="keep_chosen",
            icon=":material/done_all:",
            on_click=_keep_chosen,
            args=(preview.draft.draft_id, preview.duplicates),
        )
    draw_faults("keep_chosen")


def _keep_chosen(draft_id: str, duplicates: tuple[tuple[str, ...], ...]) -> None:
    stay = [
        state.typed(_copy_key(position), copies[0]) if position < ASKED else copies[0]
        for position, copies in enumerate(duplicates)
    ]
    attempt(lambda: resolve_duplicates(desk(), acting_viewer(), draft_id, stay), "keep_chosen")
    state.PREVIEW.clear()


def _copy_key(position: int) -> str:
    return f"copy_{position}"


_WAYS_OUT: dict[str, Callable[[Preview], None]] = {
    "N12": _draw_split,
    "N26": _draw_split_reasons,
    "N27": _draw_copies,
}
