"""Changes of registered accounts in tables: old beside new, and what was changed before."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.domain.account_change import ChangeState
from core.domain.bank import FIELDS
from core.services.account_changes import AccountChange
from core.texts import _
from pages.parts.formats import local_time
from pages.parts.messages import plain

_LOOK = {
    ChangeState.REQUESTED: ("orange", ":material/hourglass_top:"),
    ChangeState.APPROVED: ("blue", ":material/schedule:"),
    ChangeState.EFFECTIVE: ("green", ":material/check_circle:"),
    ChangeState.REFUSED: ("red", ":material/cancel:"),
    ChangeState.CANCELLED: ("gray", ":material/undo:"),
}
_MARK = {
    ChangeState.REQUESTED: "◷",
    ChangeState.APPROVED: "◷",
    ChangeState.EFFECTIVE: "✓",
    ChangeState.REFUSED: "✕",
    ChangeState.CANCELLED: "↶",
}


def change_look(state: ChangeState) -> tuple[str, str]:
    """The colour and the icon of a state."""
    return _LOOK[state]


def draw_change_state(state: ChangeState) -> None:
    """The state as icon and word."""
    colour, icon = _LOOK[state]
    st.markdown(f":{colour}[{icon} **{_(state.label)}**]", width="content")


def draw_difference(change: AccountChange) -> None:
    """The account that is replaced beside the one asked for; what differs is marked at its name, in view on any screen."""
    rows = [
        (f"{_(label)} {_mark(change, field)}", plain(change.former[field]) or "–", plain(change.bank[field]))
        for field, label in FIELDS.items()
    ]
    table = pd.DataFrame(rows, columns=["", _("现账户"), _("变更为")]).set_index("")
    st.table(table, border="horizontal", alt=_("登记账户变更前后对照"))


def draw_history_of_changes(changes: Sequence[AccountChange], key: str) -> None:
    """Every change, the latest first, with who asked, who decided and since when it counts."""
    table = pd.DataFrame(
        [
            (
                f"{_MARK[change.state]} {_(change.state.label)}",
                change.employer_name,
                change.former["bank_account"],
                change.bank["bank_account"],
                change.requested_by,
                local_time(change.requested_at),
                change.note,
                change.decided_by,
                local_time(change.decided_at),
                change.decision_note,
                local_time(change.effective_at) if change.state is not ChangeState.CANCELLED else "",
            )
            for change in changes
        ],
        columns=list("abcdefghijk"),
    )
    names = (
        _("状态"),
        _("参保单位"),
        _("原账号"),
        _("新账号"),
        _("申请人"),
        _("申请时间"),
        _("说明"),
        _("审批人"),
        _("审批时间"),
        _("意见"),
        _("生效时间"),
    )
    st.dataframe(
        table,
        column_config=dict(zip(table.columns, names, strict=True)),
        hide_index=True,
        key=key,
        alt=_("登记账户变更记录"),
    )


def _mark(change: AccountChange, field: str) -> str:
    differs = change.former[field] != change.bank[field]
    return f":orange[:material/edit: {_('变更')}]" if differs else f":gray[:material/check: {_('相同')}]"
