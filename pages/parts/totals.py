"""The running total of what is ticked: per insurance, employer's and personal part, always beside the grid."""

from collections.abc import Sequence

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
        [ticked, *(_(insurance.label) for insurance in Insurance), _("合计（元）")],
        [":-", *["-:"] * 4],
        _row(_("单位缴费金额"), employer_parts),
        _row(_("个人缴费金额"), personal_parts, without={Insurance.WORK_INJURY}),
        *([_row(_("滞纳金、利息"), extras)] if any(extras) else []),
        _row(_("合计"), list(map(sum, columns)), bold=True),
    ]
    with st.container(key="totals"):
        st.markdown("\n".join(f"| {' | '.join(row)} |" for row in rows))


def _row(
    label: str,
    amounts: Sequence[int],
    *,
    without: frozenset[Insurance] | set[Insurance] = frozenset(),
    bold: bool = False,
) -> list[str]:
    cells = [
        "—" if insurance in without else format_yuan(amount)
        for insurance, amount in zip(Insurance, amounts, strict=True)
    ]
    mark = "**" if bold else ""
    return [f"{mark}{cell}{mark}" for cell in (label, *cells, format_yuan(sum(amounts)))]
