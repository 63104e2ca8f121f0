"""The charts of the boards: bars that can be pressed. What is filtered by stays strong, the rest of its chart pales."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from core.domain.board_question import BoardQuestion
from core.domain.period import Period
from core.texts import _, current_language
from pages.parts import state
from pages.parts.board_question import show_rows
from pages.parts.chart_labels import in_lines, width_of
from pages.parts.messages import plain

#: Height of the gap between labels, of a line of a label, and of columns, in pixels.
_GAP, _LINE, _COLUMNS = 12, 14, 250
#: Room on the right of bars: for half of an axis label, and for each character of the figure beside a bar.
_EDGE, _CHARACTER = 24, 6.5
#: What is written and drawn beside the bars, where the theme colours nothing by itself.
_INK, _INK_ON_DARK = "#5B6770", "#98A6AF"
_CURVE, _CURVE_ON_DARK = "#C47A1C", "#E0A052"
_PALE = 0.35
_IN_LINES = r"split(datum.label, '\n')"
# The first line of a label stands beside its bar: those of several lines are lifted.
_LIFTED = {
    "condition": [
        {"test": rf"length(split(datum.label, '\n')) === {lines}", "value": -_LINE / 2 * (lines - 1)}
        for lines in range(2, 6)
    ],
    "value": 0,
}
#: So many marks on an axis that their labels keep apart.
_MARKS = alt.ExprRef("max(2, min(5, floor(width / 90)))")
MONEY, COUNT = ",.2f", ",d"
_IN_MYRIADS = "datum.value >= 10000 ? format(datum.value / 10000, ',~f') + ' UNIT' : format(datum.value, ',d')"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what pressing it gives (blank: nothing), its label, its figure, its series where there are several, and what
    else is said of it.
    """

    key: str
    label: str
    figure: float
    series: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart's name (its key), title, what its figures are and how they are written, and what is chosen in it."""

    name: str
    title: str
    unit: str
    form: str = COUNT
    chosen: str = ""


def draw_head(title: str, question: BoardQuestion, name: str) -> None:
    """The title of a chart, and the way to the batches behind its figures."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(title, anchor=False, width="content")
        draw_way(_("查看明细"), name, question)


def draw_way(said: str, name: str, question: BoardQuestion) -> None:
    """The button that leads to the batches behind a figure."""
    st.button(
        said,
        icon=":material/list_alt:",
        type="tertiary",
        key=f"board_rows_of_{name}",
        on_click=show_rows,
        args=(question,),
    )


def draw_bars(chart: Chart, bars: Sequence[Bar], pick: Callable[[str], None], question: BoardQuestion) -> None:
    """Bars from left to right, in order, one below the other, each with its figure."""
    with st.container(border=True):
        draw_head(chart.title, question, chart.name)
        if not bars:
            draw_nothing()
            return
        frame = _frame(chart, bars)
        frame["said"] = [" · ".join(filter(None, (f"{bar.figure:{chart.form}}", bar.note))) for bar in bars]
        base = _rows(chart, frame, room=round(max(map(width_of, frame["said"])) * _CHARACTER) + _EDGE // 2)
        drawn = base.mark_bar(height=14, aria=False).encode(opacity=_strength()).add_params(_pressed())
        said = base.mark_text(align="left", dx=4, color=_ink(), aria=False).encode(text="said:N")
        _draw(chart, drawn + said, bars, pick)


def draw_stacks(chart: Chart, bars: Sequence[Bar], pick: Callable[[str], None], question: BoardQuestion) -> None:
    """One bar for each label, made of its series."""
    with st.container(border=True):
        draw_head(chart.title, question, chart.name)
        if not bars:
            draw_nothing()
            return
        frame = _frame(chart, bars)
        base = (
            _rows(chart, frame)
            .mark_bar(height=16, aria=False)
            .encode(color=_series(frame), opacity=_strength(), order=alt.Order("place:Q"))
        )
        _draw(chart, base.add_params(_pressed()), bars, pick)


def draw_months(
    chart: Chart,
    bars: Sequence[Bar],
    months: Sequence[str],
    pick: Callable[[str], None],
    question: BoardQuestion,
    left_out: Mapping[str, Sequence[int]],
) -> None:
    """All ``months`` (labels of bars) from left to right, each with a bar for each series: where nothing happened is a gap.

    ``left_out`` names the months (YYYYMM) of each series whose figures are not told, which would pass for such gaps.
    """
    with st.container(border=True):
        draw_head(chart.title, question, chart.name)
        if not bars:
            draw_nothing()
            return
        frame = _frame(chart, bars)
        drawn = (
            alt.Chart(frame, height=_COLUMNS)
            .mark_bar(aria=False)
            .encode(
                x=alt.X(
                    "label:O",
                    title=None,
                    scale=alt.Scale(domain=list(months)),
                    axis=alt.Axis(labelAngle=0, labelOverlap=True, labelBound=True, ticks=False, aria=False),
                ),
                xOffset=alt.XOffset("series:N", sort=_order(frame)),
                y=alt.Y("figure:Q", title=chart.unit, axis=_amounts(chart, 4)),
                color=_series(frame),
                opacity=_strength(),
                tooltip=_tooltip(chart, frame),
            )
        )
        _draw(chart, drawn.add_params(_pressed()), bars, pick)
        _draw_left_out(left_out)


def _draw_left_out(left_out: Mapping[str, Sequence[int]]) -> None:
    for series, own in left_out.items():
        if own:
            months = _("、").join(str(Period(month)) for month in sorted(own))
            named = _("{name}：{value}").format(name=series, value=months) if series else months
            st.caption(plain(_("图中略去不足 5 个批次的月份——{months}").format(months=named)))


def draw_pareto(
    chart: Chart,
    bars: Sequence[Bar],
    shares: Sequence[float],
    pick: Callable[[str], None],
    question: BoardQuestion,
    left_out: str,
) -> None:
    """Bars with the most first, and how far all of them so far reach (0–1) as a line; ``left_out`` says what is not there."""
    with st.container(border=True):
        draw_head(chart.title, question, chart.name)
        if not bars:
            draw_nothing()
            return
        frame = _frame(chart, bars).assign(share=list(shares))
        base = _rows(chart, frame)
        drawn = base.mark_bar(height=14, aria=False).encode(opacity=_strength()).add_params(_pressed())
        color = _CURVE_ON_DARK if _is_dark() else _CURVE
        points = alt.OverlayMarkDef(color=color, size=28, aria=False)
        line = base.mark_line(point=points, color=color, strokeWidth=1.5, aria=False).encode(
            order=alt.Order("place:Q"),
            x=alt.X(
                "share:Q", title=_("累计占比"), scale=alt.Scale(domain=[0, 1], range=_range(_EDGE)),
                axis=alt.Axis(format=".0%", tickCount=4, orient="top", grid=False, aria=False),
            ),
            tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("share:Q", title=_("累计占比"), format=".1%")],
        )  # fmt: skip
        _draw(chart, alt.layer(drawn, line).resolve_scale(x="independent"), bars, pick)
        if left_out:
            st.caption(left_out)


def draw_nothing() -> None:
    """No figure to show."""
    st.caption(_("没有可显示的数据：没有发生，或不足 5 个批次。"))


def _frame(chart: Chart, bars: Sequence[Bar]) -> pd.DataFrame:
    frame = pd.DataFrame([(bar.key, bar.label, bar.figure, bar.series, bar.note) for bar in bars], columns=_FIELDS)
    frame["place"] = range(len(bars))
    frame["shown"] = [1.0 if not chart.chosen or bar.key == chart.chosen else _PALE for bar in bars]
    return frame


_FIELDS = ["key", "label", "figure", "series", "note"]


def _rows(chart: Chart, frame: pd.DataFrame, room: int = _EDGE) -> alt.Chart:
    """Bars from left to right that leave ``room`` (pixels) on their right."""
    lines = frame["label"].map(in_lines)
    step = _GAP + _LINE * (1 + lines.str.count("\n").max())
    # Labels and figures are texts that can be read out; what the chart would say of itself is English.
    return alt.Chart(frame.assign(lines=lines), height=alt.Step(step)).encode(
        y=alt.Y(
            "lines:N",
            sort=list(dict.fromkeys(lines)),
            title=None,
            axis=alt.Axis(
                labelExpr=_IN_LINES,
                labelOffset=_LIFTED,
                labelLineHeight=_LINE,
                labelLimit=0,
                labelOverlap=False,
                ticks=False,
                domain=False,
                aria=False,
            ),
        ),
        x=alt.X("figure:Q", title=chart.unit, axis=_amounts(chart), scale=alt.Scale(range=_range(room))),
        tooltip=_tooltip(chart, frame),
    )


def _range(room: int) -> list[Any]:
    return [0, alt.ExprRef(f"max(width - {room}, width / 4)")]


def _amounts(chart: Chart, marks: Any = _MARKS) -> alt.Axis:
    """An axis of figures; in Chinese large amounts are counted in 万."""
    usual = {"tickCount": marks, "labelOverlap": True, "labelSeparation": 8, "aria": False}
    if chart.form == MONEY and current_language() == "zh":
        return alt.Axis(labelExpr=_IN_MYRIADS.replace("UNIT", _("万")), **usual)
    return alt.Axis(format="~g" if chart.form not in {MONEY, COUNT} else ",d", **usual)


def _tooltip(chart: Chart, frame: pd.DataFrame) -> list[alt.Tooltip]:
    series = [alt.Tooltip("series:N", title=_("类别"))] if frame["series"].any() else []
    # Lines of a tooltip are told apart by their titles, also where nothing is to be read there.
    notes = [alt.Tooltip("note:N", title="  ")] if frame["note"].any() else []
    figure = alt.Tooltip("figure:Q", title=chart.unit, format=chart.form)
    return [alt.Tooltip("label:N", title=" "), *series, figure, *notes]


def _order(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["series"]))


def _series(frame: pd.DataFrame) -> Any:
    if not frame["series"].any():
        return alt.Undefined
    columns = alt.ExprRef("width < 300 ? 2 : 0")
    legend = alt.Legend(orient="top", offset=6, padding=0, columns=columns, aria=False)
    return alt.Color("series:N", title=None, sort=_order(frame), legend=legend)


def _ink() -> str:
    return _INK_ON_DARK if _is_dark() else _INK


def _is_dark() -> bool:
    return bool(st.context.theme.type == "dark")


def _strength() -> alt.Opacity:
    return alt.Opacity("shown:Q", scale=None, legend=None)


def _pressed() -> alt.Parameter:
    # Every press is a change, so that one which went unheard while the chart was being drawn can be made again.
    return alt.selection_point(name="bar", fields=["key"], on="click", clear=False, toggle="true")


def _draw(chart: Chart, drawn: Any, bars: Sequence[Bar], pick: Callable[[str], None]) -> None:
    # Other figures or another choice are another chart: nothing is pressed in it yet.
    key = f"board_{chart.name}_{hash((tuple(bars), chart.chosen)) & 0xFFFFFFFF:x}"
    # Streamlit's own grey for marks and legends is too pale to be read by everybody.
    words = {"labelColor": _ink(), "titleColor": _ink()}
    drawn = drawn.configure_axis(**words).configure_legend(**words)
    st.altair_chart(drawn, key=key, on_select=partial(_take, key, pick), selection_mode="bar", alt=chart.title)


def _take(key: str, pick: Callable[[str], None]) -> None:
    found = state.typed(key, {}).get("selection", {}).get("bar", [])
    if found and found[-1].get("key"):
        pick(str(found[-1]["key"]))
