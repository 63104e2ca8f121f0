"""退费明细 as somebody works on it: filtered, chosen, and settled, sent back, answered or dropped beside the papers."""

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from core.domain.line_review import FALLEN, OTHER, Mark, Opinion, Standing
from core.domain.wording import N_
from core.services.line_decisions import CODE, TEXT, TEXT_LENGTH, Marked, answer_lines, decide_lines
from core.services.line_sheets import LineSheet
from core.services.line_tables import causes
from core.texts import _
from pages.parts import state
from pages.parts.access import acting_viewer, desk
from pages.parts.formats import month_text
from pages.parts.messages import attempt, draw_faults, plain
from pages.parts.verdicts import LABELS, money_column, say_insurance, yuan

_FILTER, _PERSON, _CAUSE, _ALL = "line_filter", "line_person", "line_cause", "line_all"
_EVERY = ""
_ROW, _HEADER, _HEIGHT, _MOST, _MOST_BEHIND = 32, 32, 396, 500, 5

_SIGNS = {
    Standing.CLEAR: "✓",
    Standing.OPEN: "◷",
    Standing.ANSWERED: "✎",
    Standing.PASSED: "✓",
    Standing.REFUSING: "✕",
    Standing.RETURNED: "▲",
    Standing.DROPPING: "✕",
    Standing.REFUSED: "✕",
    Standing.DROPPED: "✕",
}


def draw_line_work(sheet: LineSheet) -> None:
    """The filters, the lines they leave, and what may be said of them."""
    found = _filtered(sheet)
    if sheet.may_decide or sheet.may_answer:
        bar = st.container(key="line_bar", gap="small")
        chosen = _draw_table(found, selectable=True)
        with bar:
            _draw_bar(sheet, found, chosen)
        _draw_behind(found[found["position"].isin(chosen)])
    else:
        _draw_table(found, selectable=False)
    if len(found) > _MOST:
        st.caption(_("显示前 {shown} 条，共 {count} 条，请用筛选缩小范围").format(shown=_MOST, count=f"{len(found):,}"))


def say_counts(sheet: LineSheet) -> str:
    """How many lines stand where: ✓ 已核 2　▲ 待补正 6."""
    return "　".join(f"{say_standing(each)} {count:,}" for each, count in sheet.counts.items())


def say_standing(code: str) -> str:
    """Where a line stands as sign and word: ◷ 待核."""
    standing = Standing(code)
    return f"{_SIGNS[standing]} {_(standing.label)}"


def _filtered(sheet: LineSheet) -> pd.DataFrame:
    frame = sheet.frame
    filters = {code: _say_filter(sheet, code) for code in (_EVERY, *(each.value for each in sheet.counts))}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="line_filters"):
        wanted = st.segmented_control(
            _("筛选"),
            list(filters),
            key=_FILTER,
            format_func=filters.get,
            default=_first_filter(sheet),
            label_visibility="collapsed",
        )
        people = {"": _("全部人员")} | {name: name for name in _people(frame)}
        person = st.selectbox(
            _("人员"), list(people), key=_PERSON, format_func=people.get, width=220, label_visibility="collapsed"
        )
        cause = st.selectbox(
            _("原因代码"),
            ["", *_codes(frame)],
            key=_CAUSE,
            format_func=_say_cause,
            width=240,
            label_visibility="collapsed",
        )
    if wanted:
        frame = frame[frame["standing"] == wanted]
    if person:
        frame = frame[_person(frame) == person]
    if cause:
        frame = frame[[cause in codes.split("|") for codes in frame["codes"]]]
    return frame


def _first_filter(sheet: LineSheet) -> str:
    """What has to be worked on is shown first."""
    first = Standing.OPEN if sheet.may_decide else Standing.RETURNED
    return first.value if (sheet.may_decide or sheet.may_answer) and first in sheet.counts else _EVERY


def _say_filter(sheet: LineSheet, code: str) -> str:
    label = say_standing(code) if code else _("全部")
    return f"{label} {sheet.counts[Standing(code)] if code else len(sheet.frame):,}"


def _say_cause(code: str) -> str:
    if not code:
        return _("全部原因")
    known = causes()
    return f"{code} {_(known[code])}" if code in known else code


def _people(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(_person(frame)))


def _person(frame: pd.DataFrame) -> pd.Series:
    return frame["name"] + " " + frame["social_security_number"]


def _codes(frame: pd.DataFrame) -> list[str]:
    return sorted({code for codes in frame["codes"] for code in codes.split("|") if code})


def _draw_table(found: pd.DataFrame, *, selectable: bool) -> list[int]:
    """The lines; returns the positions of those that are selected."""
    found = found.head(_MOST)
    if found.empty:
        st.caption(_("没有符合筛选条件的明细。"))
        return []
    positions = found["position"].tolist()
    shown = pd.DataFrame({name: make(found) for name, make in _CELLS.items()})
    if not found["answer"].any():
        shown = shown.drop(columns="answer")
    if not found["decision"].any():
        shown = shown.drop(columns="decision")
    options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "multi-row"} if selectable else {}
    # A selection is one of places in the table: other lines, or the same ones marked, begin with none.
    key = f"lines_{hash(tuple(positions)) & 0xFFFFFFFF:x}_{state.MARKED.get()}"
    event = st.dataframe(
        shown,
        column_config={name: _column(name) for name in shown},
        hide_index=True,
        row_height=_ROW,
        height=min(_HEIGHT, _HEADER + _ROW * len(shown) + 3),
        key=key,
        alt=_("退费明细"),
        **options,
    )
    return [positions[place] for place in event.selection.rows] if selectable else []


def _draw_behind(chosen: pd.DataFrame) -> None:
    """What stands behind the selected lines, in full: a cell of the table shows its beginning only."""
    said = chosen[["texts", "basis", "decision", "answer"]].drop_duplicates()
    for row in said.head(_MOST_BEHIND).itertuples():
        about = [
            (_("待核事项"), row.texts),
            (_("依据"), row.basis),
            (_("审核意见"), row.decision),
            (_("单位答复"), row.answer),
        ]
        parts = [_("{name}：{value}").format(name=name, value=value) for name, value in about if value]
        if parts:
            st.caption("- " + plain("　".join(parts)))


_CELLS = {
    "position": lambda frame: frame["position"],
    "standing": lambda frame: frame["standing"].map(say_standing),
    "name": lambda frame: frame["name"],
    "social_security_number": lambda frame: frame["social_security_number"],
    "period": lambda frame: frame["period"].map(month_text),
    "insurance": lambda frame: say_insurance(frame["insurance"]),
    "refundable": lambda frame: yuan(frame["refundable"]),
    "decision": lambda frame: frame["decision"],
    "answer": lambda frame: frame["answer"],
    "codes": lambda frame: frame["codes"].str.replace("|", " "),
    "texts": lambda frame: frame["texts"],
    "basis": lambda frame: frame["basis"],
}
_OWN_LABELS = {
    "position": N_("序号"),
    "standing": N_("状态"),
    "decision": N_("审核意见"),
    "answer": N_("单位答复"),
    "texts": N_("待核事项"),
}
_WIDTHS = {
    "position": 46,
    "standing": 124,
    "codes": 72,
    "decision": 260,
    "answer": 180,
    "texts": 200,
    "basis": 320,
    "period": 118,
}


def _column(name: str) -> Any:
    label = _(_OWN_LABELS.get(name) or LABELS[name])
    if name == "position":
        return st.column_config.NumberColumn(label, width=_WIDTHS[name])
    return money_column(label) if name == "refundable" else st.column_config.TextColumn(label, width=_WIDTHS.get(name))


# --- what is said of lines --------------------------------------------------------------------------------------------


def _draw_bar(sheet: LineSheet, found: pd.DataFrame, chosen: Sequence[int]) -> None:
    standing = found[~found["standing"].isin([each.value for each in FALLEN])]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        every = st.checkbox(_("筛选出的全部 {count} 条").format(count=f"{len(standing):,}"), key=_ALL)
        positions = standing["position"].tolist() if every else list(chosen)
        st.caption(_("已选 {count} 条").format(count=f"{len(positions):,}"), width="content")
        if sheet.may_decide:
            _draw_official(sheet.number, positions)
        else:
            _draw_employer(sheet.number, positions)
    draw_faults(CODE)
    draw_faults(TEXT)


#: A mark, how its button looks, and the keys that press it.
_OFFICIAL: tuple[tuple[Mark, Literal["primary", "secondary"], str], ...] = (
    (Mark.PASS, "secondary", "Alt+1"),
    (Mark.RETURN, "secondary", "Alt+2"),
    (Mark.REFUSE, "secondary", "Alt+3"),
)


def _draw_official(number: str, positions: Sequence[int]) -> None:
    _draw_text(_("说明：退回写明缺少什么，不予退费写明事实"))
    draw_causes(CODE, blank=_("不予退费的原因"), width=200, label_visibility="collapsed")
    for mark, kind, shortcut in _OFFICIAL:
        st.button(
            _(mark.label),
            key=f"mark_{mark.value}",
            type=kind,
            shortcut=shortcut,
            disabled=not positions,
            on_click=_decide,
            args=(number, tuple(positions), mark.value),
        )


def _draw_employer(number: str, positions: Sequence[int]) -> None:
    _draw_text(_("答复"))
    for mark, label in ((Mark.ANSWER, N_("答复所选明细")), (Mark.DROP, N_("放弃所选明细"))):
        st.button(
            _(label),
            key=f"mark_{mark.value}",
            disabled=not positions,
            on_click=_answer,
            args=(number, tuple(positions), mark.value),
        )


def _draw_text(label: str) -> None:
    st.text_input(
        label,
        key=TEXT,
        max_chars=TEXT_LENGTH,
        width=300,
        autocomplete="off",
        placeholder=label,
        label_visibility="collapsed",
    )


def draw_causes(key: str, *, label: str = "", blank: str = "", **look: Any) -> None:
    """The causes for which lines are refused, to choose one of; ``blank`` is what stands there before."""
    named = {"": blank, **{code: _say_cause(code) for code in causes(refusing=True)}, OTHER: _("其他（在说明中写明）")}
    st.selectbox(label or blank, list(named), key=key, format_func=named.get, **look)


def _decide(number: str, positions: Sequence[int], mark: str) -> None:
    opinion = Opinion(mark, state.typed(CODE) or "", state.typed(TEXT) or "")
    _settle(attempt(lambda: decide_lines(desk(), acting_viewer(), number, positions, opinion)))


def _answer(number: str, positions: Sequence[int], mark: str) -> None:
    opinion = Opinion(mark, "", state.typed(TEXT) or "")
    _settle(attempt(lambda: answer_lines(desk(), acting_viewer(), number, positions, opinion)))


def _settle(done: Marked | None) -> None:
    if done:
        state.MARKED.set(state.MARKED.get() + 1)
        state.empty(TEXT, CODE)
        state.empty(_ALL, to=False)
        sentence = (
            N_("已填写 {count} 条明细的意见，其中 {others} 条原有 {names} 的意见，已由您的意见代替")
            if done.replaced
            else N_("已填写 {count} 条明细的意见")
        )
        values = {"count": done.count, "others": sum(done.replaced.values()), "names": _("、").join(done.replaced)}
        state.NOTICE.set((sentence, values))
