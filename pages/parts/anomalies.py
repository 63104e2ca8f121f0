"""异常 on the screen: what is worth a second look and why, how it is found, and what was said of it."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from core.domain.roles import Viewer
from core.services.anomalies import PAID_DAYS, Anomaly, explain_rules, list_anomalies
from core.texts import _
from pages.parts import state
from pages.parts.access import desk
from pages.parts.anomaly_words import draw_word, draw_words, open_word
from pages.parts.concerns import draw_reason, draw_score
from pages.parts.formats import format_yuan
from pages.parts.messages import plain
from pages.parts.paging import draw_pages, page_of, turn_back

#: Chooses between batches under way and paid ones.
PAID = "anomalies_paid"
#: Leaves those of one kind.
KIND = "anomalies_kind"
_LIST, _SIZE = "anomalies", 10


def draw_anomalies(viewer: Viewer) -> None:
    """Open anomalies, of batches under way or paid already, those that are explained, and the rules."""
    _draw_rules(viewer)
    paid = _choose_paid()
    found = list_anomalies(desk(), viewer, paid=paid)
    if found:
        _draw_open(_of_kind(found))
    elif paid:
        st.info(_("近 {days} 天已支付的批次没有未说明的异常。").format(days=PAID_DAYS), icon=":material/done_all:")
    else:
        st.info(_("目前没有需要关注的批次。"), icon=":material/done_all:")
    draw_words(viewer)
    draw_word()


def _choose_paid() -> bool:
    """Which batches are listed: those under way, or those whose money has gone out with the anomaly unexplained."""
    names = {False: _("在办"), True: _("已支付")}
    chosen = st.segmented_control(
        _("批次"),
        list(names),
        format_func=names.__getitem__,
        default=False,
        required=True,
        key=PAID,
        label_visibility="collapsed",
        on_change=turn_back,
        args=(_LIST,),
    )
    return bool(chosen)


def _of_kind(found: Sequence[Anomaly]) -> Sequence[Anomaly]:
    """Those that are odd in the way that was chosen; all of them while none is."""
    names = {reason.code: reason.name for each in found for reason in each.reasons}
    counts = Counter(reason.code for each in found for reason in each.reasons)
    if state.typed(KIND) not in counts:
        # The last batch of this kind has been explained, or others are listed now.
        state.forget(KIND)
    if len(counts) == 1:
        return found
    labels = {code: f"{plain(names[code])} {count:,}" for code, count in sorted(counts.items())}
    kind = st.pills(
        _("异常类别"),
        list(labels),
        format_func=labels.__getitem__,
        key=KIND,
        label_visibility="collapsed",
        on_change=turn_back,
        args=(_LIST,),
    )
    return [each for each in found if kind is None or kind in {reason.code for reason in each.reasons}]


def _draw_rules(viewer: Viewer) -> None:
    with st.expander(_("怎样判断"), icon=":material/help:"):
        st.markdown(
            _("异常只提示需要多看一眼的在办批次，不影响办理。分值 1 至 100，最重的一项计全分，其余各计五分之一。")
        )
        for code, name, rule in explain_rules(desk(), viewer):
            st.markdown(f"- **{code} {plain(name)}**　{plain(rule)}")


def _draw_open(found: Sequence[Anomaly]) -> None:
    first = (page_of(_LIST) - 1) * _SIZE
    for each in found[first : first + _SIZE]:
        with st.container(border=True, key=f"anomaly_{each.number}"):
            _draw_one(each)
    draw_pages(_LIST, len(found), _SIZE, _("共 {total} 个批次").format(total=len(found)))


def _draw_one(anomaly: Anomaly) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_score(anomaly.score)
        st.page_link(
            "batch.py", label=anomaly.number, icon=":material/receipt_long:", query_params={"no": anomaly.number}
        )
        st.caption(f"{plain(anomaly.employer_name)}　{format_yuan(anomaly.total)} {_('元')}", width="content")
    for reason in anomaly.reasons:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            draw_reason(reason)
            st.button(
                _("说明"),
                key=f"explain_{anomaly.number}_{reason.code}",
                icon=":material/edit_note:",
                on_click=open_word,
                args=(anomaly.number, reason.code),
            )
