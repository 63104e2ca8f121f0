"""How verdicts and states look, and the tables of judged lines: always an icon and a word, never a colour alone."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.domain.lifecycle import FREE_STATES, PAID_STATES, WAITS_FOR, State
from core.domain.vocabulary import Insurance, Verdict
from core.domain.wording import N_
from core.services.previews import Totals
from core.services.refusal_pages import Cause
from core.texts import _
from pages.parts.formats import format_yuan
from pages.parts.messages import plain
from pages.parts.paging import draw_pages, page_of

#: A verdict of a line, or the outcome of a row: the sign that stands in a table's cell, and the word.
OUTCOMES: Mapping[str, tuple[str, str]] = {
    Verdict.REFUNDABLE: ("✓", Verdict.REFUNDABLE.label),
    Verdict.REVIEW: ("◷", Verdict.REVIEW.label),
    Verdict.REFUSED: ("✕", Verdict.REFUSED.label),
    "partial": ("◐", N_("部分可退")),
}
#: The columns of lines, as the screens and 导出 call them.
LABELS: Mapping[str, str] = {
    "name": N_("姓名"),
    "social_security_number": N_("社会保障号码"),
    "period": N_("对应缴费所属期"),
    "insurance": N_("险种"),
    "employer_part": N_("单位缴费金额"),
    "personal_part": N_("个人缴费金额"),
    "late_fee": N_("滞纳金"),
    "interest": N_("利息"),
    "refundable": N_("可退金额"),
    "verdict": N_("结果"),
    "outcome": N_("结果"),
    "note": N_("待核事项"),
    "codes": N_("原因代码"),
    "texts": N_("不能退费原因"),
    "basis": N_("依据"),
    "remedy": N_("处理建议"),
}
MONEY = ("employer_part", "personal_part", "late_fee", "interest", "refundable")
LINE_COLUMNS = ("verdict", "name", "social_security_number", "period", "insurance", *MONEY, "note")
ROW_COLUMNS = ("outcome", "name", "social_security_number", "period", "refundable")
REFUSAL_COLUMNS = (
    "name", "social_security_number", "period", "insurance", "employer_part", "personal_part", "codes", "texts", "basis",
    "remedy",
)  # fmt: skip
#: Widths of columns in pixels that would cut their texts off otherwise.
_WIDTHS = {"verdict": 84, "outcome": 170, "note": 240}
_ROW, _HEADER = 32, 32
#: So many refusals stand on a page; a page of more than ``_SHORT`` scrolls in ``_HEIGHT`` pixels under its header.
_REFUSALS, _SHORT, _HEIGHT = 50, 6, 520
#: So many filed lines stand on a page.
_LINES = 500
#: Several findings of a line are numbered (``core.services.findings``): each begins a line of its own.
_NEXT = re.compile(r"(?:；|; )(?=\d+\. )")


def say_outcome(code: str) -> str:
    """A verdict or outcome as sign and word: ✓ 可退."""
    sign, word = OUTCOMES[code]
    return f"{sign} {_(word)}"


def state_look(state: State) -> tuple[str, str, str]:
    """How a state looks: the sign in a table's cell, the icon and the colour of its badge."""
    if state in PAID_STATES:
        return "✓", ":material/check_circle:", "green"
    if state in FREE_STATES:
        return "✕", ":material/cancel:", "gray"
    if state in WAITS_FOR:
        return "◷", ":material/hourglass_top:", "blue"
    return "▲", ":material/error:", "orange"


def draw_state(state: State, *, overdue: bool = False) -> None:
    """A batch's state as a badge, and a second one when it is overdue."""
    _sign, icon, colour = state_look(state)
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(_(state.label), icon=icon, color=colour)
        if overdue:
            st.badge(_("已逾期"), icon=":material/alarm:", color="red")


def draw_lines(frame: pd.DataFrame, *, key: str, height: int = 420) -> None:
    """退费明细 by insurance: one record per filed line; money in fen."""
    _draw_table(frame.assign(verdict=frame["verdict"].map(say_outcome)), LINE_COLUMNS, key=key, height=height)


def draw_line_pages(total: int, read: Callable[[int, int], pd.DataFrame], *, key: str) -> None:
    """退费明细 by insurance, some hundreds of lines at a time: ``read(first, size)`` gives those of a page."""
    draw_lines(read((page_of(key) - 1) * _LINES, _LINES), key=key)
    if total > _LINES:
        draw_pages(key, total, _LINES, _("共 {total} 条").format(total=f"{total:,}"))


def draw_rows(frame: pd.DataFrame, *, key: str, height: int = 420) -> None:
    """退费明细 by month: one record per ticked row; a month that is 待核 counts as 可退 and says so."""
    said = [
        f"{say_outcome(code)} · {say_outcome(Verdict.REVIEW)}" if review else say_outcome(code)
        for code, review in zip(frame["outcome"], frame["review"], strict=True)
    ]
    _draw_table(frame.assign(outcome=said), ROW_COLUMNS, key=key, height=height)


def draw_refusals(total: int, read: Callable[[int, int], pd.DataFrame], *, key: str) -> None:
    """不能退费情况: every line that can't be refunded with causes, facts and remedies, all of it to be read at once.

    ``read(first, size)`` gives the lines of a page. A table of HTML and not a canvas: only there do long Chinese texts
    break where they should.
    """
    first = (page_of(key) - 1) * _REFUSALS
    shown = read(first, _REFUSALS)
    table = pd.DataFrame(
        {_(LABELS[name]): _REFUSED_CELLS.get(name, _in_lines)(shown[name]) for name in REFUSAL_COLUMNS}
    )
    table.index = pd.RangeIndex(first + 1, first + 1 + len(shown), name=_("序号"))
    height = "content" if len(shown) <= _SHORT else _HEIGHT
    with st.container(key="refused_lines"):
        st.table(_money_formatted(table), hide_index=False, height=height, alt=_("不能退费情况"))
    draw_pages(key, total, _REFUSALS, _("共 {total} 条不能退费的明细").format(total=f"{total:,}"))


def draw_outcomes(rows: pd.DataFrame) -> None:
    """How many ticked months are 可退, 部分可退 and 不可退, and how many of them a reviewer must settle."""
    counted = rows["outcome"].value_counts()
    said = [
        _("{outcome} {count} 条").format(outcome=say_outcome(code), count=counted[code])
        for code in ("refundable", "partial", "refused")
        if code in counted
    ]
    if review := int(rows["review"].sum()):
        said.append(_("其中 {outcome} {count} 条").format(outcome=say_outcome(Verdict.REVIEW), count=review))
    st.caption(_("勾选 {count} 条记录：").format(count=f"{len(rows):,}") + "　".join(said))


def draw_causes(causes: Sequence[Cause]) -> None:
    """How many lines each cause refuses."""
    said = [
        _("{code} {text} {count} 条").format(code=each.code, text=each.text, count=f"{each.lines:,}") for each in causes
    ]
    # How a cause is worded is a setting.
    st.caption(plain("　".join(said)))


def draw_totals(by_insurance: Mapping[Insurance, Totals], total: Totals, *, alt: str) -> None:
    """What is refunded from each fund: the employer's part, the personal part, late fees and interest, and all of it.

    The sum stands above the table as well: on a narrow screen the table scrolls, and its last column is out of sight.
    """
    st.markdown(
        _("合计 **{amount} 元**，共 {count} 条明细").format(amount=format_yuan(total.total), count=f"{total.lines:,}")
    )
    rows = [(_(kind.label), each) for kind, each in by_insurance.items()] + [(_("合计"), total)]
    amounts = [_("单位缴费金额"), _("个人缴费金额"), _("滞纳金、利息"), _("合计（元）")]
    frame = pd.DataFrame(
        [(each.lines, each.employer_part, each.personal_part, each.extras, each.total) for _name, each in rows],
        columns=[_("条数"), *amounts],
        index=pd.Index([name for name, _each in rows], name=_("险种")),
    )
    frame[amounts] = yuan(frame[amounts])
    with st.container(key="fund_totals"):
        st.table(_money_formatted(frame), alt=alt)


def figures(frame: pd.DataFrame) -> Any:
    """A small table for ``st.table`` whose whole numbers have thousands; Streamlit sets numbers right-aligned."""
    return frame.style.format("{:,}", subset=list(frame.select_dtypes("number")))


def money_column(label: str, *, width: int = 112) -> Any:
    """The look of an amount in yuan: two decimals, thousands, right-aligned."""
    return st.column_config.NumberColumn(label, format="accounting", width=width)


def yuan(column: Any) -> Any:
    """Fen (a column or a frame of them) as yuan for a table's cells: a double holds fen exactly up to 90 billion yuan."""
    return column / 100


def _in_lines(column: pd.Series) -> pd.Series:
    """Texts letter by letter; each of several findings on a line of its own."""
    return column.map(lambda text: "  \n".join(plain(part) for part in _NEXT.split(text)))


def say_insurance(column: pd.Series) -> pd.Series:
    """Codes of insurances in words."""
    return column.map({str(kind): _(kind.label) for kind in Insurance})


_REFUSED_CELLS: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "period": lambda column: column.astype(str),
    "insurance": say_insurance,
    "employer_part": yuan,
    "personal_part": yuan,
    "codes": lambda column: column.str.replace("|", "  \n"),
}


def _money_formatted(table: pd.DataFrame) -> Any:
    return table.style.format("{:,.2f}", subset=list(table.select_dtypes("float")))


def _draw_table(frame: pd.DataFrame, columns: Sequence[str], *, key: str, height: int) -> None:
    shown = frame[[name for name in columns if name in frame]].copy()
    for name in set(MONEY) & set(shown):
        shown[name] = yuan(shown[name])
    shown["period"] = shown["period"].astype(str)
    if "insurance" in shown:
        shown["insurance"] = say_insurance(shown["insurance"])
    st.dataframe(
        shown,
        column_config={name: _column(name) for name in shown},
        hide_index=True,
        height=min(height, _HEADER + _ROW * len(shown) + 3),
        row_height=_ROW,
        key=key,
    )


def _column(name: str) -> Any:
    label = _(LABELS[name])
    return money_column(label) if name in MONEY else st.column_config.TextColumn(label, width=_WIDTHS.get(name))
