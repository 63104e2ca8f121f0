"""The running total of what is ticked: per insurance, employer's and personal part, always beside the grid."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.domain.vocabulary import Insurance
from core.services.drafts import SelectionTotals
from core.texts import _
from pages.parts.formats import format_yuan


def draw_totals(totals: SelectionTotals) -> None:
    """One table in one element, so that a tick is answered by one short message; amounts of the service in fen."""
    columns = [totals.by_insurance[insurance] for insurance in Insurance]
    employer_parts, personal_parts, late_fees, interests = zip(*columns, strict=True)
    extras = [late_fee + interest for late_fee, interest in zip(late_fees, interests, strict=True)]
    ticked = _("已勾选 {rows} 条，{persons} 人").format(rows=f"{totals.rows:,}", persons=f"{totals.persons:,}")
    rows = [
        _row(_("单位缴费金额"), employer_parts),
        _row(_("个人缴费金额"), personal_parts, without=(Insurance.WORK_INJURY,)),
        *([_row(_("滞纳金、利息"), extras)] if any(extras) else []),
        _row(_("合计"), list(map(sum, columns))),
    ]
    heading = [ticked, *(_(insurance.label) for insurance in Insurance), _("合计（元）")]
    table = f"<table><thead>{_line(heading)}</thead><tbody>{''.join(map(_line, rows))}</tbody></table>"
    with st.container(key="totals"):
        st.html(table + (_in_view(ticked, rows[-1][-1]) if totals.rows else ""))


def _in_view(ticked: str, total: str) -> str:
    """The sum once more, in a corner that stays in view while the page is scrolled; read out once is enough."""
    said = _("{ticked}，合计 {total} 元").format(ticked=ticked, total=total)
    return f'<p class="refund-in-view" aria-hidden="true">{escape(said)}</p>'


def _row(label: str, amounts: Sequence[int], without: Sequence[Insurance] = ()) -> list[str]:
    cells = [
        "—" if insurance in without else format_yuan(amount)
        for insurance, amount in zip(Insurance, amounts, strict=True)
    ]
    return [label, *cells, format_yuan(sum(amounts))]


def _line(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
