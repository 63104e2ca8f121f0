"""The question of the boards: it stands in the address and nowhere else, so that every view can be sent, kept and reopened."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.domain.board_question import CAUSED, NO_DISTRICT, Behind, BoardQuestion, Measure
from core.domain.lifecycle import State
from core.domain.period import Period
from core.domain.reasons import REASONS
from core.domain.roles import Viewer
from core.domain.vocabulary import Insurance
from core.domain.wording import N_
from core.services.board_rows import read_choices
from core.services.boards import say_cause
from core.services.step_boards import say_person
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.address import write_address
from pages.parts.messages import plain
from pages.parts.paging import turn_back

TAB, ROWS = "tab", "rows"
#: The list of batches behind a figure.
ROW_LIST = "board_rows"
#: Months that the filters offer.
_OFFERED = 60
#: Everything that a question may put into the address, in words; the last ones only say which rows are looked at.
_NAMES = {
    "from": N_("开始月份"),
    "to": N_("终止月份"),
    "reason": N_("退费原因"),
    "insurance": N_("险种"),
    "employer": N_("单位"),
    "district": N_("开户行地区"),
    "reviewer": N_("经办人"),
    "measure": N_("统计内容"),
    "code": N_("不能退费原因"),
    "state": N_("环节"),
    "behind": N_("明细"),
}
_ALL = ""
#: Filters that charts set: each has a button that takes it away.
_CHIPS = ("employer", "reviewer", "code", "state")


def asked() -> BoardQuestion:
    """The question of the address."""
    return BoardQuestion.from_query(_address())


def _address() -> dict[str, str]:
    return {name: st.query_params.get(name, "") for name in _NAMES}


def ask(question: BoardQuestion, **others: str) -> None:
    """Put another question into the address, and ``others`` that aren't of it: one press is one step of the browser's history."""
    turn_back(ROW_LIST)
    write_address(_NAMES, question.as_query() | others)


def change(**values: Any) -> None:
    """Ask the same with another filter."""
    ask(replace(asked(), **values))


def toggle(name: str, value: str) -> None:
    """Filter by ``value``, or by nothing where it is filtered by it already."""
    change(**{name: "" if getattr(asked(), name) == value else value})


def choose_month(month: str) -> None:
    """Only this month (YYYYMM), or the usual ones where it is asked for already."""
    only, question = Period(int(month)), asked()
    narrowed = question.first == question.last == only
    change(first=None if narrowed else only, last=None if narrowed else only)


def month_labels(first: Period, last: Period) -> list[str]:
    """Every month from ``first`` to ``last``, as charts call them."""
    labels = [str(first)]
    while first < last:
        first += 1
        labels.append(str(first))
    return labels


def show_rows(question: BoardQuestion) -> None:
    """Turn to the batches behind a figure."""
    ask(question, **{TAB: ROWS})


def turn_to(tab: str) -> None:
    """Ask the same on another tab. What only picked the batches behind a figure is no filter of anything else."""
    ask(asked() if tab == ROWS else replace(asked(), state="", behind=None), **{TAB: tab})


def counting(question: BoardQuestion, measure: Measure) -> BoardQuestion:
    """The question of the batches that count in a measure, whatever of others is asked for elsewhere."""
    code = question.code if measure in CAUSED else ""
    return replace(question, measure=measure, code=code, reviewer="", state="", behind=None)


def having_causes(question: BoardQuestion) -> BoardQuestion:
    """The question of the batches with lines told or refused for the cause that is asked for, or for any."""
    return replace(question, behind=Behind.CAUSES, reviewer="", state="")


def taking(question: BoardQuestion, behind: Behind, stage: str = "") -> BoardQuestion:
    """The question of the batches behind a figure of steps, out of one stage where it is named."""
    return replace(question, behind=behind, state=stage, code="")


def open_address(query: Mapping[str, str]) -> None:
    """Ask what an address that was kept asks, on its tab."""
    ask(BoardQuestion.from_query(query), **{TAB: query.get(TAB, "")})


def address(question: BoardQuestion, tab: str = "") -> dict[str, str]:
    """The parameters of an address that asks this question on a tab."""
    return question.as_query() | ({TAB: tab} if tab else {})


def draw_filters(viewer: Viewer, idle: Collection[str] = ()) -> BoardQuestion:
    """The filters in one row, and what charts have filtered by; returns the question.

    ``idle`` ones change nothing on this tab: they are not shown, and stay for the others.
    """
    question = asked()
    _draw_unread(question)
    choices = read_choices(desk(), viewer, question)
    this_month = Period.of(desk().today())
    first, last = question.months(this_month)
    offered = [str(this_month + -back) for back in range(_OFFERED)]
    for field, month in (("first", first), ("last", last)):
        if str(month) not in offered:
            offered.append(str(month))
        state.fill(f"board_{field}", str(month))
    with st.grid(5 - len(idle), min_column_width=150):
        for field, label in (("first", _("开始月份")), ("last", _("终止月份"))):
            st.selectbox(
                label, offered, key=f"board_{field}", filter_mode="contains", on_change=_take_month, args=(field,)
            )
        for name, label, options in (
            ("reason", _("退费原因"), list(REASONS)),
            ("insurance", _("险种"), [kind.value for kind in Insurance]),
            ("district", _("开户行地区"), list(choices.districts)),
        ):
            if name not in idle:
                _draw_choice(name, label, options)
    _draw_chips(question, {"employer": choices.employer_name})
    return question


def _draw_unread(question: BoardQuestion) -> None:
    """Say which conditions of the address were left out: figures of everything must not pass for those that were asked for."""
    unread = [_(_NAMES[name]) for name in question.unread(_address())]
    if unread:
        said = _("网址中的这些条件无法使用，未按其筛选：{names}。请重新选择。")
        st.warning(said.format(names=_("、").join(unread)), icon=":material/filter_alt_off:")


def draw_measure(question: BoardQuestion) -> None:
    """Which measure the charts of money show."""
    state.fill("board_measure", question.measure)
    st.segmented_control(
        _("统计内容"),
        [Measure.FILED, Measure.PAID, Measure.REJECTED, Measure.TOLD],
        key="board_measure",
        format_func=_say_measure,
        required=True,
        label_visibility="collapsed",
        on_change=_take,
        args=("measure",),
    )


def _draw_choice(name: str, label: str, options: list[str]) -> None:
    key, value = f"board_{name}", getattr(asked(), name)
    state.fill(key, value)
    st.selectbox(
        label,
        [_ALL, *options, *([value] if value and value not in options else [])],
        key=key,
        format_func=partial(_say_option, name),
        on_change=_take,
        args=(name,),
    )


def _take(name: str) -> None:
    change(**{name: state.typed(f"board_{name}") or ""})


def _say_measure(measure: Measure) -> str:
    return _(measure.label)


def _say_option(name: str, option: str) -> str:
    if not option:
        return _("全部")
    if name == "reason":
        return f"{option} {_(REASONS[option].text)}"
    if name == "insurance":
        return _(Insurance(option).label)
    return _("未知地区") if option == NO_DISTRICT else option


def _draw_chips(question: BoardQuestion, names: Mapping[str, str]) -> None:
    filtered = [name for name in _CHIPS if getattr(question, name)]
    if question == BoardQuestion(measure=question.measure):
        return
    with st.container(horizontal=True, gap="small"):
        for name in filtered:
            value = names.get(name) or _SAY[name](getattr(question, name))
            said = _("{name}：{value}").format(name=_(_NAMES[name]), value=value)
            taken = {name: ""}
            st.button(plain(said), icon=":material/close:", key=f"board_no_{name}", on_click=partial(change, **taken))
        st.button(
            _("清除筛选"),
            icon=":material/filter_alt_off:",
            type="tertiary",
            key="board_reset",
            on_click=lambda: ask(BoardQuestion(measure=asked().measure)),
        )


#: Filters that charts set, in words.
_SAY: Mapping[str, Callable[[str], str]] = {
    "employer": str,
    "reviewer": say_person,
    "code": say_cause,
    "state": lambda code: _(State(code).label),
}


def _take_month(field: str) -> None:
    """One end of the months was changed; the other one follows where it would come before the first."""
    months = {each: Period.parse(state.typed(f"board_{each}")) for each in ("first", "last")}
    if months["first"] > months["last"]:
        months = dict.fromkeys(months, months[field])
    change(**months)
